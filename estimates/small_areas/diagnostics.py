"""What a fitted area model says of itself: how far it can be believed, and what it changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

from estimates.small_areas.area_model import AreaModel
from estimates.small_areas.area_variance import FloatArray, restricted_likelihood

WORST_RESIDUAL = 3.0


@dataclass(frozen=True)
class AreaDiagnostics:
    """Numbers of one model; NaN where a number is not defined.

    Parameters
    ----------
    areas, sampled : int
        Areas predicted, and areas the model was fitted to.
    area_variance, reml, area_variance_low, area_variance_high, area_variance_se : float
        Area variance used, its restricted likelihood estimate, its 95 % interval, its asymptotic error.
    zero_variance : bool
        Whether the restricted likelihood was highest at 0.
    zero_p : float
        p-value of the test that the area variance is 0.
    log_likelihood, aic, bic : float
        Of the restricted likelihood; for models with the same covariates.
    r2, r2_adjusted : float
        Share of what varies between direct estimates, and between true values, that the covariates explain.
    normality_p, skewness, kurtosis : float
        Shapiro and Wilk's test of the standardized residuals, their skewness, and kurtosis beyond the normal's 3.
    large_residuals : int
        Residuals beyond 3.
    gamma_least, gamma_median, gamma_most : float
        Weight of the direct estimate in sampled areas.
    agreement, agreement_p : float
        Sum of squared standardized differences of direct and model figures, and its p-value.
    slope : float
        Of the regression of direct estimates on model figures; 1 where the model is unbiased.
    median_gain : float
        Median ratio of the mean squared error to the direct variance.
    """

    areas: int
    sampled: int
    area_variance: float
    reml: float
    area_variance_low: float
    area_variance_high: float
    area_variance_se: float
    zero_variance: bool
    zero_p: float
    log_likelihood: float
    aic: float
    bic: float
    r2: float
    r2_adjusted: float
    normality_p: float
    skewness: float
    kurtosis: float
    large_residuals: int
    gamma_least: float
    gamma_median: float
    gamma_most: float
    agreement: float
    agreement_p: float
    slope: float
    median_gain: float

    def record(self) -> dict[str, float | int | bool]:
        """Plain values by name."""
        return asdict(self)


def diagnose(model: AreaModel, *, confidence: float = 0.95) -> AreaDiagnostics:
    r"""Judge a fitted model.

    Parameters
    ----------
    model : AreaModel
        Fitted.
    confidence : float
        Of the interval of the area variance.

    Returns
    -------
    AreaDiagnostics

    Notes
    -----
    Residuals are :math:`r_d = (y_d - x_d^\top\hat\beta) / \sqrt{A + D_d - x_d^\top Q x_d}`. The interval of the area
    variance holds the values for which :math:`Q(A) = \sum_d (y_d - x_d^\top\hat\beta_A)^2 / (A + D_d)` lies between
    the quantiles of :math:`\chi^2_{m-p}`. The test against 0 takes twice the gain of the restricted likelihood as half
    a :math:`\chi^2_1`. :math:`R^2` of the true values takes the mean sampling variance off both mean squares. Agreement
    is :math:`\sum_d (y_d - \hat\theta_d)^2 / (D_d + \operatorname{mse}_d)`, held against :math:`\chi^2_m`; it errs on
    the side of agreeing.

    References
    ----------
    Viechtbauer (2007), Statistics in Medicine 26, 37-52 (interval); Self and Liang (1987), JASA 82 (test at the
    boundary); Lahiri and Suntornchost (2015), Sankhya B 77 (:math:`R^2`); Brown et al. (2001), Statistics Canada
    Symposium (agreement).
    """
    s = model.sampled
    y, d, x = model.direct[s], model.sampling_variance[s], model.covariates[s]
    m, p = x.shape
    residual = standardized_residuals(model)[s]
    low, high = area_variance_interval(y, d, x, confidence=confidence)
    likelihood = restricted_likelihood(y, d, x, model.area_variance) - 0.5 * (m - p) * np.log(2 * np.pi)
    gain = 2 * (restricted_likelihood(y, d, x, model.reml) - restricted_likelihood(y, d, x, 0.0))
    ols = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    left, whole = float(ols @ ols) / (m - p), float(y.var(ddof=1))
    noise = float(d.mean())
    seen = np.ptp(residual) > 0
    normal = 3 <= m <= 5000 and seen
    agreement = float(((y - model.estimate[s]) ** 2 / (d + model.mse[s])).sum())
    spread = float(np.var(model.estimate[s]))
    return AreaDiagnostics(
        model.areas, m, model.area_variance, model.reml, low, high, model.area_variance_se, model.reml == 0,
        float(0.5 * stats.chi2.sf(gain, 1)) if gain > 0 else 1.0, likelihood, 2 * (p + 1) - 2 * likelihood,
        float((p + 1) * np.log(m) - 2 * likelihood), 1 - left / whole if whole > 0 else np.nan,
        float(np.clip(1 - max(left - noise, 0.0) / (whole - noise), 0.0, 1.0)) if whole > noise else np.nan,
        float(stats.shapiro(residual).pvalue) if normal else np.nan, float(stats.skew(residual)) if seen else np.nan,
        float(stats.kurtosis(residual)) if seen else np.nan, int(np.count_nonzero(np.abs(residual) > WORST_RESIDUAL)),
        float(model.gamma[s].min()), float(np.median(model.gamma[s])), float(model.gamma[s].max()), agreement,
        float(stats.chi2.sf(agreement, m)), float(np.cov(y, model.estimate[s])[0, 1] / np.cov(model.estimate[s]))
        if spread > 0 else np.nan, float(np.median(model.mse[s] / d)),
    )  # fmt: skip


def standardized_residuals(model: AreaModel) -> FloatArray:
    """Differences of direct estimates and covariates over their standard error, (n,); NaN without sample."""
    spread = model.area_variance + model.sampling_variance - model.leverage
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (model.direct - model.synthetic) / np.sqrt(np.where(spread > 0, spread, np.nan))
    return np.asarray(np.where(model.sampled, found, np.nan))


def area_variance_interval(
    direct: npt.ArrayLike, sampling_variance: npt.ArrayLike, covariates: npt.ArrayLike, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Limits of the area variance from its exact pivot; 0 where even 0 is compatible with what was seen.

    Parameters
    ----------
    direct, sampling_variance, covariates
        (m,), (m,) and (m, p): sampled areas.
    confidence : float
        Of the interval, which is exact for normal errors.
    """
    y, d = np.asarray(direct, dtype=np.float64), np.asarray(sampling_variance, dtype=np.float64)
    x = np.asarray(covariates, dtype=np.float64)

    def pivot(a: float) -> float:
        w = 1.0 / (a + d)
        beta = np.linalg.solve((x * w[:, None]).T @ x, (x * w[:, None]).T @ y)
        return float(w @ (y - x @ beta) ** 2)

    def where(limit: float) -> float:
        if pivot(0.0) <= limit:
            return 0.0
        upper = float(d.max())
        while pivot(upper) > limit:
            upper *= 4
        return float(optimize.brentq(lambda a: pivot(a) - limit, 0.0, upper, xtol=1e-15, rtol=1e-12))

    freedom, tail = len(y) - x.shape[1], 0.5 * (1 - confidence)
    return where(float(stats.chi2.ppf(1 - tail, freedom))), where(float(stats.chi2.ppf(tail, freedom)))
