"""Samples that keep or avoid the units of an earlier one, by permanent random numbers."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from surveys.problems import DesignError, Message, Problem
from surveys.sampling.draws import IntArray, checked_probabilities
from surveys.sampling.probabilities import check_sample
from surveys.sampling.sizes import FloatArray

Coordination = Literal["keep", "avoid"]
# Points and bound of the integral over the n-th smallest number; error below 1e-10 for hundreds of units.
POINTS = 400

NUMBERS = Message(
    "permanent_numbers_outside",
    "permanent random numbers missing or outside (0, 1): {count}.\n  Keep the numbers of the earlier round as "
    "they were written.",
    "números aleatorios permanentes que faltan o están fuera de (0, 1): {count}.\n  Conserve los de la ronda anterior "
    "como se guardaron.",
)
DUPLICATED = Message(
    "permanent_numbers_duplicate",
    "units that stand more than once in the frame: {count}.\n  Keep one row for each unit.",
    "unidades que están más de una vez en el marco: {count}.\n  Deje una fila por unidad.",
)


def permanent_numbers(units: ArrayLike, random: np.random.Generator, *, earlier: pd.Series | None = None) -> FloatArray:
    """Give every unit a random number for life; units of the earlier frame keep theirs.

    Parameters
    ----------
    units : (N,) object
        Names of the units of today's frame, each once.
    random : Generator
        Source of chance; one number for every unit that is new.
    earlier : Series, optional
        Numbers of an earlier round, by name of unit.

    Returns
    -------
    (N,) float
        In (0, 1).

    Raises
    ------
    DesignError
        A repeated unit, or numbers outside (0, 1).

    References
    ----------
    Ohlsson (1995), Coordination of samples using permanent random numbers, in Business Survey Methods, chapter 9.
    """
    names = pd.Index(np.asarray(units, dtype=object))
    repeated = int(names.duplicated().sum())
    if repeated:
        raise DesignError([Problem(DUPLICATED, "frame", {"count": repeated})])
    fresh = 1.0 - random.random(len(names))
    if earlier is None:
        return fresh
    _check_numbers(np.asarray(earlier, dtype=np.float64))
    known = earlier.reindex(names).to_numpy(dtype=np.float64)
    return np.where(np.isnan(known), fresh, known)


def coordinated_simple(numbers: ArrayLike, n: int, *, coordination: Coordination = "keep") -> IntArray:
    """Draw a simple random sample by permanent numbers.

    Parameters
    ----------
    numbers : (N,) float
        From `permanent_numbers`.
    n : int
        Units to draw.
    coordination : {"keep", "avoid"}
        Take the smallest numbers, as every ``keep`` round does, or the largest.

    Returns
    -------
    (n,) int
        Positions, ascending: a simple random sample, whatever was drawn before.

    Raises
    ------
    DesignError
        Numbers outside (0, 1), or more asked than there is.

    References
    ----------
    Ohlsson (1995), section 9.2, the JALES technique.
    """
    rank = _directed(numbers, coordination)
    check_sample(n, rank.size, "frame")
    return np.sort(np.argsort(rank, kind="stable")[:n]).astype(np.int64)


def coordinated_poisson(numbers: ArrayLike, probability: ArrayLike, *, coordination: Coordination = "keep") -> IntArray:
    r"""Draw with exact unequal probabilities and a size left to chance, by permanent numbers.

    Parameters
    ----------
    numbers, coordination
        As in `coordinated_simple`.
    probability : (N,) float
        In (0, 1].

    Returns
    -------
    (n,) int
        Positions, ascending. Expected overlap with an earlier draw of the same numbers:
        :math:`\sum \min(\pi_1, \pi_2)` for ``keep``, :math:`\sum \max(0, \pi_1 + \pi_2 - 1)` for ``avoid``,
        the most and the least that there can be.

    Raises
    ------
    DesignError
        Numbers outside (0, 1).

    References
    ----------
    Brewer, Early and Joyce (1972), Australian Journal of Statistics 14, 231-238.
    """
    rank = _directed(numbers, coordination)
    return np.flatnonzero(rank <= np.asarray(probability, dtype=np.float64)).astype(np.int64)


def coordinated_pareto(numbers: ArrayLike, probability: ArrayLike, *, coordination: Coordination = "keep") -> IntArray:
    r"""Draw a fixed number of units with nearly the wanted probabilities, by permanent numbers.

    Parameters
    ----------
    numbers, coordination
        As in `coordinated_simple`.
    probability : (N,) float
        Wanted, in (0, 1], adding up to a whole number n. The true ones are those of `pareto_probabilities`,
        and the base weights must come from them.

    Returns
    -------
    (n,) int
        Positions, ascending.

    Raises
    ------
    DesignError
        Numbers outside (0, 1), or probabilities without a whole sum.

    Notes
    -----
    The n units with the smallest :math:`q_k = \frac{u_k (1 - \pi_k)}{\pi_k (1 - u_k)}`.

    References
    ----------
    Rosén (1997), Journal of Statistical Planning and Inference 62, 159-191.
    """
    pi = checked_probabilities(probability)
    rank = _directed(numbers, coordination)
    value = rank * (1 - pi) / (pi * (1 - rank))
    return np.sort(np.argsort(np.where(pi >= 1, -1.0, value), kind="stable")[: round(float(pi.sum()))]).astype(np.int64)


def pareto_probabilities(probability: ArrayLike) -> FloatArray:
    r"""Compute the true inclusion probabilities of `coordinated_pareto`.

    Parameters
    ----------
    probability : (N,) float
        The wanted ones.

    Returns
    -------
    (N,) float
        Adding up to n; usually within a hundredth of the wanted ones.

    Raises
    ------
    DesignError
        Probabilities outside (0, 1] or without a whole sum.

    Notes
    -----
    Unit k is drawn when fewer than n others have a smaller ranking variable:

    .. math:: \int f_k(q) \; P\Big(\sum_{l \ne k} 1[q_l < q] \le n - 1\Big) dq, \qquad
              F_l(q) = \frac{\pi_l q}{1 - \pi_l + \pi_l q}

    with the number of others a sum of independent trials; Gauss-Legendre over the logit of q.

    References
    ----------
    Aires (1999), Methodology and Computing in Applied Probability 1, 457-469.
    """
    pi = checked_probabilities(probability)
    loose = np.flatnonzero(pi < 1 - 1e-12)
    n = round(float(pi.sum())) - (pi.size - loose.size)
    left = pi[loose]
    result = np.ones(pi.size)
    node, weight = np.polynomial.legendre.leggauss(POINTS)
    bound = 40.0
    q = np.exp(node * bound)
    below = left[:, None] * q / (1 - left[:, None] + left[:, None] * q)
    density = left[:, None] * (1 - left[:, None]) * q * bound / (1 - left[:, None] + left[:, None] * q) ** 2
    for place, unit in enumerate(loose.tolist()):
        result[unit] = float(np.sum(weight * density[place] * _at_most(np.delete(below, place, axis=0), n - 1)))
    return result


def _at_most(chance: FloatArray, most: int) -> FloatArray:
    """Probability that at most ``most`` of independent trials succeed, one column at a time."""
    count = np.zeros((most + 1, chance.shape[1]))
    if most < 0:
        return np.zeros(chance.shape[1])
    count[0] = 1.0
    for row in chance:
        count[1:] = count[1:] * (1 - row) + count[:-1] * row
        count[0] *= 1 - row
    return np.asarray(count.sum(axis=0))


def _directed(numbers: ArrayLike, coordination: Coordination) -> FloatArray:
    rank = np.asarray(numbers, dtype=np.float64)
    _check_numbers(rank)
    return rank if coordination == "keep" else 1.0 - rank


def _check_numbers(numbers: FloatArray) -> None:
    bad = int(np.sum(~((numbers > 0) & (numbers <= 1))))
    if bad:
        raise DesignError([Problem(NUMBERS, "frame", {"count": bad})])
