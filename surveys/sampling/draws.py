"""Drawing units without replacement from one stratum by simple, systematic and PPS systematic sampling."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveys.problems import DesignError, Message, Problem
from surveys.sampling.probabilities import check_sample
from surveys.sampling.sizes import FloatArray

IntArray = NDArray[np.int64]

NOT_PROBABILITIES = Message(
    "probabilities_unusable",
    "inclusion probabilities must lie in (0, 1] and add up to a whole number; {count} do not, and the sum is "
    "{total}.\n  Compute them with `inclusion_probabilities`.",
    "las probabilidades de inclusión deben estar en (0, 1] y sumar un número entero; {count} no lo están, y la "
    "suma es {total}.\n  Calcúlelas con `inclusion_probabilities`.",
)


def draw_simple(total: int, n: int, random: np.random.Generator) -> IntArray:
    """Draw a simple random sample without replacement.

    Parameters
    ----------
    total, n : int
        Units there are, units to draw.
    random : Generator
        Source of chance.

    Returns
    -------
    (n,) int
        Positions, ascending. Every set of ``n`` has the same chance.

    Raises
    ------
    DesignError
        More asked than there is.

    References
    ----------
    Cochran (1977), chapter 2.
    """
    check_sample(n, total, "frame")
    return np.sort(random.choice(total, size=n, replace=False)).astype(np.int64)


def draw_systematic(total: int, n: int, random: np.random.Generator) -> IntArray:
    """Draw every N/n-th unit from a random start; the interval is a fraction, so every unit has n/N.

    Parameters
    ----------
    total, n, random
        As in `draw_simple`; the order of the units matters.

    Returns
    -------
    (n,) int
        Positions, ascending.

    Raises
    ------
    DesignError
        More asked than there is.

    References
    ----------
    Särndal, Swensson and Wretman (1992), section 3.4, the fractional interval method. A whole interval would
    leave the last units out: 19 units, 10 drawn, interval 1.
    """
    check_sample(n, total, "frame")
    return draw_pps_systematic(np.full(total, n / total), random)


def draw_pps_systematic(probability: ArrayLike, random: np.random.Generator) -> IntArray:
    r"""Draw systematically with unequal probabilities, in the order of the frame.

    Parameters
    ----------
    probability : (N,) float
        In (0, 1], adding up to a whole number n.
    random : Generator
        Source of chance; one uniform number is used.

    Returns
    -------
    (n,) int
        Positions, ascending; a unit with probability one is always among them.

    Raises
    ------
    DesignError
        Probabilities outside (0, 1] or without a whole sum.

    Notes
    -----
    With :math:`C_k = \sum_{j \le k} \pi_j` and a start u uniform on [0, 1), unit k is drawn when some whole i has
    :math:`C_{k-1} \le u + i < C_k`.

    References
    ----------
    Madow (1949), Annals of Mathematical Statistics 20, 333-354.
    """
    pi = checked_probabilities(probability)
    return _drawn(_ends(pi), random.random())


def systematic_starts(probability: ArrayLike) -> tuple[list[IntArray], FloatArray]:
    """Enumerate every sample that a systematic draw can give.

    Parameters
    ----------
    probability : (N,) float
        As in `draw_pps_systematic`.

    Returns
    -------
    samples : list of (n,) int
        At most N different samples, in the order of their starts.
    chance : (s,) float
        Probability of each; they add up to one.

    References
    ----------
    Madow (1949), as above: the sample changes only where the start passes the fraction of a cumulated sum.
    """
    ends = _ends(checked_probabilities(probability))
    cuts = np.unique(np.concatenate([[0.0, 1.0], np.round(ends % 1.0, 12) % 1.0]))
    middles, widths = (cuts[1:] + cuts[:-1]) / 2, np.diff(cuts)
    return [_drawn(ends, float(middle)) for middle in middles], widths


def systematic_joint(probability: ArrayLike) -> FloatArray:
    """Exact probabilities of pairs in a systematic draw; zero for pairs that never meet.

    Parameters
    ----------
    probability : (N,) float
        As in `draw_pps_systematic`, in the same order.

    Returns
    -------
    (N, N) float
        The diagonal holds the probabilities of single units.

    References
    ----------
    By enumeration of all starts; Connor (1966), JASA 61, 384-390, for the closed form.
    """
    samples, chance = systematic_starts(probability)
    joint = np.zeros((np.size(probability), np.size(probability)))
    for rows, share in zip(samples, chance, strict=True):
        joint[np.ix_(rows, rows)] += share
    return joint


def checked_probabilities(probability: ArrayLike) -> FloatArray:
    """Return probabilities in (0, 1] with a whole sum, or refuse them."""
    pi = np.asarray(probability, dtype=np.float64)
    bad = int(np.sum(~((pi > 0) & (pi <= 1))))
    total = float(pi.sum())
    if bad or not np.isfinite(total) or abs(total - round(total)) > 1e-6 or round(total) < 1:
        raise DesignError([Problem(NOT_PROBABILITIES, "frame", {"count": bad, "total": f"{total:g}"})])
    return pi


def _ends(pi: FloatArray) -> FloatArray:
    ends = np.cumsum(pi)
    # Sums that are whole but for rounding are made whole, so that no start finds n - 1 or n + 1 units.
    near = np.abs(ends - np.round(ends)) < 1e-9
    ends = np.where(near, np.round(ends), ends)
    return np.asarray(ends * (round(float(ends[-1])) / ends[-1]), dtype=np.float64)


def _drawn(ends: FloatArray, start: float) -> IntArray:
    ticks = start + np.arange(round(float(ends[-1])))
    return np.searchsorted(ends, ticks, side="right").astype(np.int64)
