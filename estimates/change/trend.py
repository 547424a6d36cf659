"""Trend over the years of one round's window: slope and contrast with the covariance of the years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from estimates.measure import FloatVector


@dataclass(frozen=True)
class LinearTest:
    """One linear combination of yearly figures, with its test.

    Parameters
    ----------
    estimate, se, low, high : float
        Of the combination.
    relative : float
        Estimate as a share of the mean of the figures that take part.
    t, p_value : float
        Test of no trend.
    df : int
        PSUs minus strata, each with members of a year that takes part.
    """

    estimate: float
    se: float
    low: float
    high: float
    relative: float
    t: float
    p_value: float
    df: int


def slope_coefficients(year: FloatVector) -> FloatVector:
    r"""Coefficients whose combination with yearly figures is their least-squares slope, (m,).

    Parameters
    ----------
    year : (m,) float
        Two different years or more.

    Returns
    -------
    (m,) float

    Notes
    -----
    .. math:: a_y = (y - \bar y) / \sum_y (y - \bar y)^2

    References
    ----------
    Korn and Graubard (1999), Analysis of Health Surveys, section 8.2 (linear trend over time as a contrast).
    """
    centred = year - year.mean()
    return np.asarray(centred / (centred @ centred))


def recall_factor(year: FloatVector, interview: float, yearly_loss: float) -> FloatVector:
    r"""Compute what a yearly figure is multiplied with to undo forgetting, (m,).

    Parameters
    ----------
    year : (m,) float
        When it happened.
    interview : float
        When it was asked.
    yearly_loss : float
        Share forgotten with every year that passes, in [0, 1).

    Returns
    -------
    (m,) float

    Notes
    -----
    .. math:: k_y = (1 - \lambda)^{-(T - y)}

    A sensitivity band, not an estimate: no survey knows its own :math:`\lambda`.

    References
    ----------
    Sudman and Bradburn (1973), Journal of the American Statistical Association 68(344), 805-815 (omission grows
    exponentially with time).
    """
    return np.asarray((1.0 - yearly_loss) ** -np.maximum(interview - year, 0.0))


def linear_test(
    figure: FloatVector,
    covariance: npt.NDArray[np.float64],
    coefficient: FloatVector,
    df: int,
    *,
    confidence: float = 0.95,
) -> LinearTest:
    r"""Test a combination of yearly figures.

    Parameters
    ----------
    figure : (m,) float
        Corrected or not.
    covariance : (m, m) float
        Of the figures, on the same scale.
    coefficient : (m,) float
        Such as `slope_coefficients`.
    df : int
        Degrees of freedom.
    confidence : float
        Of the interval.

    Returns
    -------
    LinearTest

    Notes
    -----
    .. math:: \hat\delta = a^{\mathsf T} \hat\theta, \qquad v(\hat\delta) = a^{\mathsf T} C a

    Families of one segment tell of several years, so years are not independent and C is not diagonal.

    References
    ----------
    Särndal, Swensson and Wretman (1992), section 5.5.
    """
    estimate = float(coefficient @ figure)
    error = float(np.sqrt(max(float(coefficient @ covariance @ coefficient), 0.0)))
    mean = float(figure.mean())
    relative = estimate / mean if mean > 0 else float("nan")
    if not (error > 0 and df > 0):
        nan = float("nan")
        return LinearTest(estimate, nan, nan, nan, relative, nan, nan, df)
    t = estimate / error
    reach = float(special.stdtrit(df, (1 + confidence) / 2)) * error
    p_value = float(2 * special.stdtr(df, -abs(t)))
    return LinearTest(estimate, error, estimate - reach, estimate + reach, relative, t, p_value, df)
