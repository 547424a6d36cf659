"""Seeing a change since the last round: power, size, and what common segments are worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveys.problems import DesignError, Problem
from surveys.sampling.sizes import FloatArray, inside, variance_of_proportion


def power_of_rounds(
    first: ArrayLike,
    second: ArrayLike,
    *,
    n_first: ArrayLike,
    n_second: ArrayLike,
    deff: ArrayLike = 1.0,
    overlap: ArrayLike = 0.0,
    correlation: ArrayLike = 0.0,
    significance: float = 0.05,
) -> FloatArray:
    r"""Chance that two rounds show that a proportion changed.

    Parameters
    ----------
    first, second : (...) float
        True proportions at the two rounds, fractions.
    n_first, n_second : (...) float
        Elements that answer in each round.
    deff : (...) float
        Design effect of both rounds.
    overlap : (...) float
        Share of the smaller round's sample that lies in units common to both, in [0, 1].
    correlation : (...) float
        Between the two rounds within common units, in [-1, 1]: near that of persons for a panel of families,
        much smaller for other families of the same segments.
    significance : float
        Two-sided, in (0, 1).

    Returns
    -------
    (...) float
        Probability; ``significance`` where nothing changed.

    Raises
    ------
    DesignError
        A value outside its limits.

    Notes
    -----
    .. math:: V_\Delta = V_1 + V_2 - 2 \rho \frac{n_c}{\sqrt{n_1 n_2}} \sqrt{V_1 V_2}, \qquad
              \Phi(|\Delta|/\sqrt{V_\Delta} - z_{1-\alpha/2}) + \Phi(-|\Delta|/\sqrt{V_\Delta} - z_{1-\alpha/2})

    with :math:`n_c` the elements in common units.

    References
    ----------
    Kish (1965), Survey Sampling, section 12.4; Cochran (1977), section 12.11.
    """
    p, q, size, again = (np.asarray(item, dtype=np.float64) for item in (first, second, n_first, n_second))
    problems = [*inside("significance", np.asarray(significance), 0.0, 1.0)]
    problems += [
        *inside("first", p, 0.0, 1.0),
        *inside("second", q, 0.0, 1.0),
        *inside("n", size, 0.0, np.inf),
        *inside("n", again, 0.0, np.inf),
        *_within_zero_and_one("overlap", overlap),
    ]
    if problems:
        raise DesignError(problems)
    spread = np.sqrt(
        variance_of_change(p, q, n_first=size, n_second=again, deff=deff, overlap=overlap, correlation=correlation)
    )
    critical = special.ndtri(1 - significance / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(p == q, 0.0, np.abs(q - p) / spread)
    return np.asarray(special.ndtr(shift - critical) + special.ndtr(-shift - critical))


def variance_of_change(
    first: ArrayLike,
    second: ArrayLike,
    *,
    n_first: ArrayLike,
    n_second: ArrayLike,
    deff: ArrayLike = 1.0,
    overlap: ArrayLike = 0.0,
    correlation: ArrayLike = 0.0,
) -> FloatArray:
    """Compute the variance of the difference of two rounds; parameters as in `power_of_rounds`."""
    size, again = np.asarray(n_first, dtype=np.float64), np.asarray(n_second, dtype=np.float64)
    one = variance_of_proportion(first, size, deff=deff)
    two = variance_of_proportion(second, again, deff=deff)
    common = np.asarray(overlap, dtype=np.float64) * np.minimum(size, again)
    shared = np.asarray(correlation, dtype=np.float64) * common / np.sqrt(size * again)
    return np.maximum(one + two - 2 * shared * np.sqrt(one * two), 0.0)


def size_for_change(
    first: float,
    second: float,
    *,
    deff: float = 1.0,
    overlap: float = 0.0,
    correlation: float = 0.0,
    response: float = 1.0,
    significance: float = 0.05,
    power: float = 0.80,
) -> float:
    r"""Units to draw in each of two equal rounds to see a change.

    Parameters
    ----------
    first, second : float
        Proportions of the two rounds; they differ.
    deff, overlap, correlation, significance
        As in `power_of_rounds`.
    response : float
        Share of drawn units that answers.
    power : float
        Chance of seeing the change, in (0, 1).

    Returns
    -------
    float
        Whole number, rounded up.

    Raises
    ------
    DesignError
        A value outside its limits, or no change.

    Notes
    -----
    .. math:: n = \frac{(z_{1-\alpha/2} + z_{1-\beta})^2 \,
              \mathrm{deff}\,(v_1 + v_2 - 2 \rho\, o \sqrt{v_1 v_2})}{r\,(p_2 - p_1)^2},
              \qquad v_t = p_t (1 - p_t)

    References
    ----------
    Kish (1965), Survey Sampling, section 12.4; United Nations (2005), Designing Household Survey Samples,
    section 3.4. The chance of declaring a change in the wrong direction is left out, as usual.
    """
    found = [
        *inside("first", np.asarray(first), 0.0, 1.0),
        *inside("second", np.asarray(second), 0.0, 1.0),
        *inside("power", np.asarray(power), 0.0, 1.0),
        *_within_zero_and_one("overlap", overlap),
        *inside("response", np.asarray(response), 0.0, 1.0, closed=True),
        *inside("second - first", np.asarray(abs(second - first)), 0.0, 1.0),
    ]
    if found:
        raise DesignError(found)
    spread = variance_of_change(
        first, second, n_first=1.0, n_second=1.0, deff=deff, overlap=overlap, correlation=correlation
    )
    reach = float(special.ndtri(1 - significance / 2) + special.ndtri(power))
    return float(np.ceil(np.round(reach**2 * float(spread) / (second - first) ** 2 / response, 9)))


def _within_zero_and_one(name: str, value: ArrayLike) -> list[Problem]:
    return inside(name, np.asarray(value, dtype=np.float64), -1e-300, 1.0, closed=True)
