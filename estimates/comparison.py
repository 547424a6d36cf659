"""Difference or ratio of one figure between two groups, with the covariance of both under the design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from estimates.detectable import minimum_detectable_change
from estimates.level_calibration import KNOWN, LevelCalibration
from estimates.linearized.linearization import Linearized
from estimates.linearized_covariance import linearized_covariance, row_sums
from estimates.measure import BoolVector, FloatVector
from surveys.design import Design

Kind = Literal["difference", "ratio"]
DUST = 1e-12


@dataclass(frozen=True)
class Contrast:
    """Two estimates held against one another.

    Parameters
    ----------
    first, second : float
        The two estimates.
    estimate, low, high : float
        Difference or ratio, and its limits.
    se : float
        Of the difference; of a ratio on its own scale (ratio times the error of its logarithm).
    df : int
        PSUs minus strata, each with members of either group.
    t, p_value : float
        Test of no difference; of a ratio on the scale of its logarithm.
    minimum_detectable : float
        Smallest true difference (or ratio above 1) found four times in five at the level of 5 %.
    correlation : float
        Between the two estimates.
    """

    first: float
    second: float
    estimate: float
    low: float
    high: float
    se: float
    df: int
    t: float
    p_value: float
    minimum_detectable: float
    correlation: float


def contrast(
    first: Linearized,
    second: Linearized,
    members: BoolVector,
    weight: FloatVector,
    design: Design,
    *,
    kind: Kind = "difference",
    confidence: float = 0.95,
    calibration: LevelCalibration | None = None,
) -> Contrast:
    r"""Compare two estimates of one sample.

    Parameters
    ----------
    first, second : Linearized
        Estimates with their linearized variables on the same n rows.
    members : (n,) bool
        Rows of either group, for the degrees of freedom.
    weight : (n,) float
        Final weights.
    design : Design
        Of the n rows.
    kind : {"difference", "ratio"}
        How they are held against one another.
    confidence : float
        Of the interval.
    calibration : LevelCalibration, optional
        Known totals that the weights meet, and a second phase.

    Returns
    -------
    Contrast
        NaN where either estimate, or its error, is not known. An error of 0 where the known totals fix the contrast.

    Notes
    -----
    .. math:: v(\hat\theta_a - \hat\theta_b) = v(\hat\theta_a) + v(\hat\theta_b) - 2\,c(\hat\theta_a, \hat\theta_b),

    all three from `estimates.linearized_covariance`: groups that live in the same PSUs, or the rest of a
    population, are never taken for independent. A ratio is compared by its logarithm, with
    :math:`z_a/\hat\theta_a - z_b/\hat\theta_b`.

    References
    ----------
    Kish (1965), Survey Sampling, section 12.4; Särndal, Swensson and Wretman (1992), section 5.4.
    """
    a, b = first.estimate, second.estimate
    shared = np.unique(design.psu[members & (weight > 0)])
    df = int(shared.size - np.unique(design.stratum_of_psu[shared]).size)
    defined = np.isfinite(a) and np.isfinite(b) and (kind == "difference" or (a > 0 and b > 0))
    if not defined:
        nan = float("nan")
        return Contrast(a, b, nan, nan, nan, nan, df, nan, nan, nan, nan)
    scale = (1.0, 1.0) if kind == "difference" else (1 / a, 1 / b)
    z = np.column_stack([first.z * scale[0], second.z * scale[1]])
    # The difference of the variables, not v + v - 2c: no digits cancel where the groups nearly coincide.
    covariance = linearized_covariance(row_sums(np.c_[z, z[:, 0] - z[:, 1]]), weight, design, calibration)
    variance = float(covariance[2, 2])
    spread = float(np.sqrt(covariance[0, 0] * covariance[1, 1]))
    correlation = float(np.clip(covariance[0, 1] / spread, -1, 1)) if spread > 0 else float("nan")
    gap = a - b if kind == "difference" else float(np.log(a / b))
    error = float(np.sqrt(variance))
    if error <= (DUST if calibration is None else KNOWN) * max(abs(gap), float(np.sqrt(np.trace(covariance[:2, :2])))):
        error = 0.0
    t = reach = p_value = detectable = float("nan")
    if df > 0 and error > 0:
        t = gap / error
        p_value = float(2 * special.stdtr(df, -abs(t)))
        reach = float(special.stdtrit(df, (1 + confidence) / 2)) * error
        detectable = float(minimum_detectable_change(error, 0.0, df=df))
    low, high = gap - reach, gap + reach
    if kind == "ratio":
        ratio = float(np.exp(gap))
        return Contrast(
            a, b, ratio, float(np.exp(low)), float(np.exp(high)), ratio * error, df, t, p_value,
            float(np.exp(detectable)), correlation,
        )  # fmt: skip
    return Contrast(a, b, gap, low, high, error, df, t, p_value, detectable, correlation)
