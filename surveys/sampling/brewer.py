"""Brewer's draw: fixed size, exact unequal probabilities, and no pair left without a chance."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from surveys.sampling.draws import IntArray, checked_probabilities
from surveys.sampling.sizes import FloatArray

MOST_SETS = 60_000


def draw_brewer(probability: ArrayLike, random: np.random.Generator) -> IntArray:
    r"""Draw with unequal probabilities without replacement by Brewer's method.

    Parameters
    ----------
    probability : (N,) float
        In (0, 1], adding up to a whole number n; a unit with probability one is always drawn.
    random : Generator
        Source of chance; one uniform number per unit drawn.

    Returns
    -------
    (n,) int
        Positions, ascending.

    Raises
    ------
    DesignError
        Probabilities outside (0, 1] or without a whole sum.

    Notes
    -----
    At step i, with A the sum of the probabilities of the units already drawn, a unit k not yet drawn is taken
    with chance proportional to

    .. math:: \pi_k \, \frac{(n - A) - \pi_k}{(n - A) - \pi_k (n - i + 1)}

    References
    ----------
    Brewer (1975), Australian Journal of Statistics 17, 166-172; Brewer and Hanif (1983), Sampling with Unequal
    Probabilities, procedure 8 for n = 2; Tillé (2006), Sampling Algorithms, section 7.4.
    """
    pi = checked_probabilities(probability)
    sure = np.flatnonzero(pi >= 1 - 1e-12)
    loose = np.flatnonzero(pi < 1 - 1e-12)
    n = round(float(pi.sum())) - sure.size
    left = pi[loose]
    drawn = np.zeros(loose.size, dtype=bool)
    for step in range(n):
        cumulated = np.cumsum(_chances(left, drawn, n, step))
        place = int(np.searchsorted(cumulated, random.random() * cumulated[-1], side="right"))
        drawn[min(place, loose.size - 1)] = True
    return np.sort(np.concatenate([sure, loose[drawn]])).astype(np.int64)


def brewer_joint(probability: ArrayLike) -> FloatArray | None:
    r"""Exact probabilities of pairs under Brewer's method.

    Parameters
    ----------
    probability : (N,) float
        As in `draw_brewer`.

    Returns
    -------
    (N, N) float or None
        The diagonal holds the probabilities of single units. None where there are too many possible samples to
        add up; `hajek_joint` is then a good approximation.

    Notes
    -----
    The chance of every set of i units is that of its sets of i - 1 units times the chance of the step, so they
    are added up by size. For n = 2 this is

    .. math:: \pi_{kl} = \frac{2 p_k p_l}{D} \left( \frac{1}{1 - 2p_k} + \frac{1}{1 - 2p_l} \right),
              \qquad D = 1 + \sum_j \frac{p_j}{1 - 2 p_j}, \qquad p = \pi / 2

    References
    ----------
    Brewer (1963), Australian Journal of Statistics 5, 5-13, for n = 2; Tillé (2006), section 7.4.
    """
    pi = checked_probabilities(probability)
    sure, loose = np.flatnonzero(pi >= 1 - 1e-12), np.flatnonzero(pi < 1 - 1e-12)
    n = round(float(pi.sum())) - sure.size
    if sum(comb(loose.size, size) for size in range(n + 1)) > MOST_SETS:
        return None
    joint = np.zeros((pi.size, pi.size))
    left = pi[loose]
    for members, chance in _set_chances(left, n):
        rows = np.concatenate([sure, loose[list(members)]]).astype(np.int64)
        joint[np.ix_(rows, rows)] += chance
    return joint


def _set_chances(pi: FloatArray, n: int) -> Iterator[tuple[tuple[int, ...], float]]:
    level: dict[tuple[int, ...], float] = {(): 1.0}
    for step in range(n):
        following: dict[tuple[int, ...], float] = {}
        for members, chance in level.items():
            drawn = np.zeros(pi.size, dtype=bool)
            drawn[list(members)] = True
            steps = _chances(pi, drawn, n, step)
            steps = steps / steps.sum()
            for unit in np.flatnonzero(~drawn).tolist():
                larger = tuple(sorted((*members, unit)))
                following[larger] = following.get(larger, 0.0) + chance * float(steps[unit])
        level = following
    yield from level.items()


def _chances(pi: FloatArray, drawn: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], n: int, step: int) -> FloatArray:
    rest = n - float(pi[drawn].sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = pi * (rest - pi) / (rest - pi * (n - step))
    return np.where(drawn, 0.0, np.maximum(chance, 0.0))
