"""How large a change must be before this survey can see it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

FloatArray = NDArray[np.float64]


def minimum_detectable_change(
    se_first: ArrayLike,
    se_second: ArrayLike,
    *,
    correlation: ArrayLike = 0.0,
    df: ArrayLike = np.inf,
    significance: float = 0.05,
    power: float = 0.80,
) -> FloatArray:
    r"""Smallest true change that a two-sided test finds with the given power.

    Parameters
    ----------
    se_first, se_second : (...) float
        Standard errors of the two estimates. For a coming round of the same design, repeat the first.
    correlation : (...) float
        Between the two estimates: 0 for independent samples, positive for a panel or shared PSUs.
    df : (...) float
        Degrees of freedom of the difference.
    significance : float
        Chance of an alarm when nothing changed, in (0, 1).
    power : float
        Chance of seeing the change when it is there, in (0, 1).

    Returns
    -------
    (...) float
        Unit of the estimates; NaN where a standard error is missing or ``df`` is not positive.

    Raises
    ------
    ValueError
        If ``significance`` or ``power`` is not strictly between 0 and 1.

    Notes
    -----
    .. math:: \delta = \left( t_{1-\alpha/2} + t_{1-\beta} \right) \mathrm{se}_\Delta, \qquad
              \mathrm{se}_\Delta^2 = \mathrm{se}_1^2 + \mathrm{se}_2^2 - 2 \rho\, \mathrm{se}_1 \mathrm{se}_2

    References
    ----------
    Bloom (1995), Evaluation Review 19(5), 547-556.
    """
    error = se_of_change(se_first, se_second, correlation=correlation)
    return (_t(df, 1 - _fraction(significance) / 2) + _t(df, _fraction(power))) * error


def power_of_change(
    change: ArrayLike,
    se_first: ArrayLike,
    se_second: ArrayLike,
    *,
    correlation: ArrayLike = 0.0,
    df: ArrayLike = np.inf,
    significance: float = 0.05,
) -> FloatArray:
    r"""Chance that a two-sided test declares a true change of this size.

    Parameters
    ----------
    change : (...) float
        True change, unit of the estimates.
    se_first, se_second, correlation, df, significance
        As in `minimum_detectable_change`.

    Returns
    -------
    (...) float
        Probability; equal to ``significance`` for no change.

    Notes
    -----
    .. math:: F_t(\delta/\mathrm{se}_\Delta - t_{1-\alpha/2})
              + F_t(-\delta/\mathrm{se}_\Delta - t_{1-\alpha/2})

    References
    ----------
    Bloom (1995), Evaluation Review 19(5), 547-556, with both tails counted.
    """
    error = se_of_change(se_first, se_second, correlation=correlation)
    critical = _t(df, 1 - _fraction(significance) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.abs(np.asarray(change, dtype=np.float64)) / error
    return _t_cdf(df, shift - critical) + _t_cdf(df, -shift - critical)


def se_of_change(se_first: ArrayLike, se_second: ArrayLike, *, correlation: ArrayLike = 0.0) -> FloatArray:
    """Compute the standard error of the difference of two estimates.

    Parameters
    ----------
    se_first, se_second, correlation
        As in `minimum_detectable_change`.

    Returns
    -------
    (...) float
        NaN where a standard error is missing or negative.
    """
    first, second, rho = (np.asarray(value, dtype=np.float64) for value in (se_first, se_second, correlation))
    variance = first**2 + second**2 - 2 * rho * first * second
    valid = (first >= 0) & (second >= 0) & (np.abs(rho) <= 1)
    # With correlation 1 and equal errors rounding can leave a tiny negative number.
    return np.where(valid, np.sqrt(np.maximum(np.where(valid, variance, 0.0), 0.0)), np.nan)


def _t(df: ArrayLike, probability: float) -> FloatArray:
    degrees = np.asarray(df, dtype=np.float64)
    finite = np.where(np.isfinite(degrees) & (degrees > 0), degrees, 1.0)
    quantile = np.where(degrees == np.inf, special.ndtri(probability), special.stdtrit(finite, probability))
    return np.where(degrees > 0, quantile, np.nan)


def _t_cdf(df: ArrayLike, value: FloatArray) -> FloatArray:
    degrees = np.asarray(df, dtype=np.float64)
    finite = np.where(np.isfinite(degrees) & (degrees > 0), degrees, 1.0)
    chance = np.where(degrees == np.inf, special.ndtr(value), special.stdtr(finite, value))
    return np.where(degrees > 0, chance, np.nan)


def _fraction(value: float) -> float:
    if not 0.0 < value < 1.0:
        raise ValueError(f"{value} was given for a probability; it must be strictly between 0 and 1.")
    return value
