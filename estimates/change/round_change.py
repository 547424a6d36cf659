"""Difference or ratio of the same figures at two rounds, with its error, test and least detectable change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from estimates.detectable import minimum_detectable_change
from estimates.measure import FloatVector

Kind = Literal["difference", "ratio"]
DUST = 1e-12


@dataclass(frozen=True)
class RoundChange:
    """Change of m figures, later minus earlier or later over earlier; each (m,).

    Parameters
    ----------
    estimate, se, low, high : (m,) float
        On the scale of the figure; a ratio has its interval from the logarithm.
    df : (m,) float
        Of the change.
    t, p_value : (m,) float
        Test of no change; of a ratio on the logarithm.
    minimum_detectable : (m,) float
        Smallest true change (or ratio above 1) found four times in five at the level of 5 %.
    correlation : (m,) float
        Of the two estimates.
    """

    estimate: FloatVector
    se: FloatVector
    low: FloatVector
    high: FloatVector
    df: FloatVector
    t: FloatVector
    p_value: FloatVector
    minimum_detectable: FloatVector
    correlation: FloatVector


def round_change(
    earlier: FloatVector,
    later: FloatVector,
    se_earlier: FloatVector,
    se_later: FloatVector,
    covariance: FloatVector,
    df: FloatVector,
    *,
    kind: Kind = "difference",
    confidence: float = 0.95,
) -> RoundChange:
    r"""Compare figures of two rounds.

    Parameters
    ----------
    earlier, later : (m,) float
        Estimates.
    se_earlier, se_later : (m,) float
        Their standard errors, as published with each round.
    covariance : (m,) float
        Of the two estimates: 0 for independent samples, `covariance_of_rounds` for shared PSUs.
    df : (m,) float
        From `degrees_of_change`.
    kind : {"difference", "ratio"}
        Later minus earlier, or later over earlier.
    confidence : float
        Of the interval.

    Returns
    -------
    RoundChange
        NaN where a figure or its error is not known, or nothing varies.

    Notes
    -----
    .. math:: v(\hat\theta_2 - \hat\theta_1) = v_1 + v_2 - 2 c, \qquad
              v(\log \hat\theta_2/\hat\theta_1) = \frac{v_1}{\hat\theta_1^2} + \frac{v_2}{\hat\theta_2^2}
              - \frac{2 c}{\hat\theta_1 \hat\theta_2}

    A covariance is kept within what two errors allow, :math:`|c| \le \sqrt{v_1 v_2}`.

    References
    ----------
    Kish (1965), Survey Sampling, section 12.4; Särndal, Swensson and Wretman (1992), result 5.5.1 (the ratio).
    """
    a, b = np.asarray(earlier, dtype=np.float64), np.asarray(later, dtype=np.float64)
    spread = se_earlier * se_later
    c = np.clip(covariance, -spread, spread)
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.where(spread > 0, c / spread, np.nan)
        scale_a, scale_b = (1 / a, 1 / b) if kind == "ratio" else (np.ones_like(a), np.ones_like(b))
        defined = np.isfinite(a) & np.isfinite(b) & ((kind == "difference") | ((a > 0) & (b > 0)))
        first, second = se_earlier * scale_a, se_later * scale_b
        variance = first**2 + second**2 - 2 * c * scale_a * scale_b
        gap = np.log(b / a) if kind == "ratio" else b - a
        error = np.sqrt(np.maximum(variance, 0.0))
        error = np.where(defined & (error > DUST * (np.abs(first) + np.abs(second))), error, np.nan)
        usable = np.where(np.isfinite(error) & (df > 0), df, np.nan)
        t = gap / error
        p_value = 2 * special.stdtr(usable, -np.abs(t))
        reach = special.stdtrit(usable, (1 + confidence) / 2) * error
        detectable = minimum_detectable_change(error, np.zeros_like(error), df=usable)
        gap = np.where(defined, gap, np.nan)
        if kind == "ratio":
            gap, low, high, detectable = np.exp(gap), np.exp(gap - reach), np.exp(gap + reach), np.exp(detectable)
            error = gap * error
        else:
            low, high = gap - reach, gap + reach
    return RoundChange(gap, error, low, high, usable, t, p_value, detectable, correlation)


def degrees_of_change(
    se_earlier: FloatVector,
    se_later: FloatVector,
    df_earlier: FloatVector,
    df_later: FloatVector,
    union: FloatVector | None = None,
) -> FloatVector:
    r"""Degrees of freedom of the change of m figures.

    Parameters
    ----------
    se_earlier, se_later, df_earlier, df_later : (m,) float
        Of either round.
    union : (m,) float, optional
        Where PSUs are shared: those of either round minus strata, from `union_degrees`, which bounds the result.

    Returns
    -------
    (m,) float
        0 where a round has none.

    Notes
    -----
    .. math:: \nu = \frac{(v_1 + v_2)^2}{v_1^2 / \nu_1 + v_2^2 / \nu_2}

    References
    ----------
    Satterthwaite (1946), Biometrics Bulletin 2(6), 110-114; Korn and Graubard (1999), section 5.2 (PSUs minus strata).
    """
    a, b = se_earlier**2, se_later**2
    with np.errstate(invalid="ignore", divide="ignore"):
        df = (a + b) ** 2 / (a**2 / df_earlier + b**2 / df_later)
    df = np.where((df_earlier > 0) & (df_later > 0) & np.isfinite(df), df, 0.0)
    return df if union is None else np.minimum(df, union)
