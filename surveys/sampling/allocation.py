"""Dividing a sample among strata: for the nation, for every stratum alike, or in between."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from surveys.problems import DesignError, Message, Problem
from surveys.sampling.sizes import FloatArray, inside

TOO_MANY = Message(
    "allocation_too_many",
    "{asked} units are to be divided, but the strata hold {there}.\n  Ask for fewer.",
    "se quieren repartir {asked} unidades, pero los estratos tienen {there}.\n  Pida menos.",
)
TOO_FEW = Message(
    "allocation_too_few",
    "{asked} units are to be divided, but the least of every stratum adds up to {least}.\n"
    "  Ask for more, or lower the least.",
    "se quieren repartir {asked} unidades, pero los mínimos de los estratos suman {least}.\n"
    "  Pida más, o baje el mínimo.",
)


def neyman(
    n: int,
    population: ArrayLike,
    spread: ArrayLike,
    *,
    cost: ArrayLike = 1.0,
    least: int = 2,
) -> FloatArray:
    r"""Allocation with the smallest variance of the national total for the money.

    Parameters
    ----------
    n : int
        Units to divide.
    population, spread, cost : (H,) float
        Units of each stratum, standard deviation within it, cost of one unit.
    least : int
        Fewest units in a stratum (or all it has): two let its variance be estimated.

    Returns
    -------
    (H,) float
        Whole numbers that add up to ``n``, none above its stratum.

    Raises
    ------
    DesignError
        ``n`` below the least or above the population; negative values.

    Notes
    -----
    .. math:: n_h \propto N_h S_h / \sqrt{c_h}

    A stratum that would get more than it has is taken whole and the rest is divided again.

    References
    ----------
    Neyman (1934), JRSS 97; Cochran (1977), sections 5.5 and 5.8.
    """
    size, deviation, price = (np.asarray(item, dtype=np.float64) for item in (population, spread, cost))
    found = [*inside("cost", price, 0.0, np.inf), *inside("spread", deviation, -1e-300, np.inf)]
    if found:
        raise DesignError(found)
    return whole_allocation(n, size * deviation / np.sqrt(price), size, least=least)


def power_allocation(
    n: int, population: ArrayLike, *, power: float = 0.5, cv: ArrayLike = 1.0, least: int = 2
) -> FloatArray:
    r"""Compromise between equal precision everywhere (power 0) and proportional allocation (power 1).

    Parameters
    ----------
    n, population, least
        As in `neyman`.
    power : float
        In [0, 1]; one half is the usual compromise.
    cv : (H,) float
        Coefficient of variation within each stratum.

    Returns
    -------
    (H,) float
        Whole numbers that add up to ``n``.

    Raises
    ------
    DesignError
        As `neyman`, or a power outside [0, 1].

    Notes
    -----
    .. math:: n_h \propto N_h^{q}\, \mathrm{CV}_h

    References
    ----------
    Bankier (1988), The American Statistician 42(3), 174-177.
    """
    size, spread = np.asarray(population, dtype=np.float64), np.asarray(cv, dtype=np.float64)
    found = inside("power", np.asarray(power, dtype=np.float64), -1e-300, 1.0, closed=True)
    if found:
        raise DesignError(found)
    return whole_allocation(n, size**power * spread, size, least=least)


def kish_allocation(n: int, population: ArrayLike, *, importance: float = 1.0, least: int = 2) -> FloatArray:
    r"""Compromise that gives the nation ``importance`` times the weight of one stratum.

    Parameters
    ----------
    n, population, least
        As in `neyman`.
    importance : float
        Zero is equal allocation; it grows towards proportional allocation.

    Returns
    -------
    (H,) float
        Whole numbers that add up to ``n``.

    Raises
    ------
    DesignError
        As `neyman`.

    Notes
    -----
    .. math:: n_h \propto \sqrt{I^2 W_h^2 + H^{-2}}, \qquad W_h = N_h / N

    References
    ----------
    Kish (1988), Multipurpose sample designs, Survey Methodology 14(1), 19-32.
    """
    size = np.asarray(population, dtype=np.float64)
    found = inside("importance", np.asarray(importance, dtype=np.float64), -1e-300, np.inf)
    if found:
        raise DesignError(found)
    return whole_allocation(n, np.hypot(importance * size / size.sum(), 1.0 / size.size), size, least=least)


def whole_allocation(n: int, measure: ArrayLike, population: ArrayLike, *, least: int = 2) -> FloatArray:
    """Divide ``n`` in proportion to a measure, in whole units between the least and what the stratum has.

    Parameters
    ----------
    n : int
        Units to divide.
    measure, population : (H,) float
        Share aimed at, up to a factor; units there are.
    least : int
        Fewest units of a stratum, or all it has.

    Returns
    -------
    (H,) float
        Whole numbers that add up to ``n``; rounded by largest remainder, the earlier stratum first on a tie.

    Raises
    ------
    DesignError
        ``n`` below the sum of the least or above that of the population.
    """
    share, top = np.asarray(measure, dtype=np.float64), np.floor(np.asarray(population, dtype=np.float64))
    found = [*inside("population", top, 0.0, np.inf), *inside("measure", share, -1e-300, np.inf)]
    if found:
        raise DesignError(found)
    bottom = np.minimum(float(least), top)
    if n > top.sum():
        raise DesignError([Problem(TOO_MANY, "sampling", {"asked": n, "there": int(top.sum())})])
    if n < bottom.sum():
        raise DesignError([Problem(TOO_FEW, "sampling", {"asked": n, "least": int(bottom.sum())})])
    exact = _between(float(n), share, bottom, top)
    result = np.floor(exact + 1e-9)
    rest = round(n - float(result.sum()))
    order = np.argsort(-np.round(exact - result, 9), kind="stable")
    order = order[result[order] + 1 <= top[order]]
    result[order[:rest]] += 1
    return result


def _between(n: float, share: FloatArray, bottom: FloatArray, top: FloatArray) -> FloatArray:
    """Find the factor by bisection: the clipped sum grows with it, so the answer does not hang on an order."""
    largest = float(share.max())
    # Measures that vanish beside the largest count as none: their factor would overflow.
    share = np.where(share > 1e-12 * largest, share / largest, 0.0) if largest > 0 else np.zeros_like(share)
    positive = share > 0
    low, high = 0.0, 1.0
    while np.clip(high * share, bottom, top).sum() < n and high < 1e30:
        high *= 4.0
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if np.clip(middle * share, bottom, top).sum() < n else (low, middle)
    result = np.clip(high * share, bottom, top)
    missing = n - result.sum()
    room = np.where(positive, 0.0, top - result)
    # Strata without any measure are used only when the others are taken whole.
    return np.asarray(result + (missing * room / room.sum() if missing > 1e-6 and room.sum() > 0 else 0.0))
