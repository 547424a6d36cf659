"""Inclusion probabilities: in proportion to size, with certainty for what is too large, and of pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from surveys.problems import DesignError, Message, Problem
from surveys.sampling.sizes import FloatArray

ABOVE_ONE = Message(
    "probability_above_one",
    "units so large that their inclusion probability would be above one: {count}.\n"
    "  Allow certainty selections, split the units, or draw fewer.",
    "unidades tan grandes que su probabilidad de inclusión sería mayor que uno: {count}.\n"
    "  Permita la inclusión forzosa, divida las unidades, o elija menos.",
)
SIZE_MISSING = Message(
    "frame_size_missing",
    "units without a positive size: {count}. Each must have one to be drawn in proportion to it.\n"
    "  Complete the sizes, or join empty units to a neighbour.",
    "unidades sin un tamaño positivo: {count}. Cada una lo necesita para elegirla en proporción.\n"
    "  Complete los tamaños, o una las unidades vacías a una vecina.",
)
MORE_THAN_THERE = Message(
    "sample_exceeds_stratum",
    "{asked} units are asked of a stratum that has {there}.\n  Ask for fewer, or join the stratum to another.",
    "se piden {asked} unidades a un estrato que tiene {there}.\n  Pida menos, o una el estrato a otro.",
)
NOT_A_SIZE = Message(
    "sample_not_whole",
    "the sample of a stratum must be a whole number above zero, not {asked}.\n  Correct the allocation.",
    "la muestra de un estrato debe ser un número entero mayor que cero, no {asked}.\n  Corrija la asignación.",
)


def inclusion_probabilities(size: ArrayLike, n: int, *, certainty: bool = True, where: str = "frame") -> FloatArray:
    r"""Probabilities in proportion to size that add up to ``n``.

    Parameters
    ----------
    size : (N,) float
        Measure of size, above zero.
    n : int
        Units to draw.
    certainty : bool
        Take with certainty the units whose probability would exceed one; otherwise they are refused.
    where : str
        Place named in a problem.

    Returns
    -------
    (N,) float
        In (0, 1], adding up to ``n``.

    Raises
    ------
    DesignError
        A missing size, a probability above one, more asked than there is.

    Notes
    -----
    .. math:: \pi_k = \min(1,\; \lambda x_k), \qquad \sum_k \pi_k = n

    Units at one leave, and the rest is computed again until none is above.

    References
    ----------
    Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, section 3.6.2.
    """
    sizes = np.asarray(size, dtype=np.float64)
    check_sample(n, sizes.size, where)
    bad = int(np.sum(~(np.isfinite(sizes) & (sizes > 0))))
    if bad:
        raise DesignError([Problem(SIZE_MISSING, where, {"count": bad})])
    taken = np.zeros(sizes.size, dtype=bool)
    while True:
        left = n - int(taken.sum())
        free = sizes[~taken]
        rate = left / free.sum() if free.size else 0.0
        above = ~taken & (sizes * rate > 1 + 1e-12)
        if not above.any():
            break
        if not certainty:
            raise DesignError([Problem(ABOVE_ONE, where, {"count": int(above.sum())})])
        taken |= above
    return np.where(taken, 1.0, np.minimum(sizes * rate, 1.0))


def check_sample(n: int, there: int, where: str) -> None:
    """Refuse a sample that is not a whole number from 1 to the units there are."""
    if isinstance(n, bool) or int(n) != n or n < 1:
        raise DesignError([Problem(NOT_A_SIZE, where, {"asked": n})])
    if n > there:
        raise DesignError([Problem(MORE_THAN_THERE, where, {"asked": n, "there": there})])


def simple_joint(total: int, n: int) -> FloatArray:
    r"""Probabilities of pairs in a simple random sample.

    Parameters
    ----------
    total, n : int
        Units there are, units drawn.

    Returns
    -------
    (N, N) float
        The diagonal holds the probabilities of single units.

    Notes
    -----
    .. math:: \pi_{kl} = \frac{n(n-1)}{N(N-1)}

    References
    ----------
    Cochran (1977), section 2.1.
    """
    pair = n * (n - 1) / (total * (total - 1)) if total > 1 else 0.0
    joint = np.full((total, total), pair)
    np.fill_diagonal(joint, n / total)
    return joint


def hajek_joint(probability: ArrayLike) -> FloatArray:
    r"""Approximate probabilities of pairs for a draw of high entropy, where exact ones cost too much.

    Parameters
    ----------
    probability : (N,) float
        Inclusion probabilities.

    Returns
    -------
    (N, N) float
        Approximate: good where :math:`\sum \pi (1 - \pi)` is large.

    Notes
    -----
    .. math:: \pi_{kl} \approx \pi_k \pi_l \left\{1 - \frac{(1-\pi_k)(1-\pi_l)}{\sum_j \pi_j(1-\pi_j)}\right\}

    References
    ----------
    Hájek (1964), Annals of Mathematical Statistics 35, 1491-1523, theorem 5.2.
    """
    pi = np.asarray(probability, dtype=np.float64)
    spread = float(np.sum(pi * (1 - pi)))
    shrink = 1 - np.outer(1 - pi, 1 - pi) / spread if spread > 0 else np.ones((pi.size, pi.size))
    joint = np.asarray(np.outer(pi, pi) * shrink, dtype=np.float64)
    np.fill_diagonal(joint, pi)
    return joint
