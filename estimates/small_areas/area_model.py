"""The Fay-Herriot model of a set of areas: coefficients, area variance, predictions and their mean squared errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimates.small_areas.area_variance import FloatArray, VarianceMethod, area_variances
from estimates.small_areas.refusals import CannotFit

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class AreaModel:
    """A fitted model, on its own scale; arrays of n areas, of which m were sampled.

    Parameters
    ----------
    direct, sampling_variance : (n,) float
        What the model was fitted to; NaN in areas without sample.
    covariates : (n, p) float
        Of all areas.
    sampled : (n,) bool
        Areas the model was fitted to.
    method : str
        How the area variance was estimated.
    area_variance : float
        Variance of area effects that predictions use.
    reml : float
        Its restricted likelihood estimate, 0 where nothing beyond sampling was seen between areas.
    coefficients, coefficient_se : (p,) float
        Generalized least squares.
    coefficient_covariance : (p, p) float
        Of the coefficients.
    area_variance_se : float
        Asymptotic standard error of the area variance.
    synthetic, estimate, gamma : (n,) float
        What the covariates say, the prediction, and the weight that the direct estimate has in it (0 without sample).
    g1, g2, g3, mse : (n,) float
        Parts of the mean squared error, and its second-order unbiased estimate.
    leverage : (n,) float
        Variance of what the covariates say.
    """

    direct: FloatArray
    sampling_variance: FloatArray
    covariates: FloatArray
    sampled: BoolArray
    method: VarianceMethod
    area_variance: float
    reml: float
    coefficients: FloatArray
    coefficient_se: FloatArray
    coefficient_covariance: FloatArray
    area_variance_se: float
    synthetic: FloatArray
    estimate: FloatArray
    gamma: FloatArray
    g1: FloatArray
    g2: FloatArray
    g3: FloatArray
    mse: FloatArray
    leverage: FloatArray

    @property
    def areas(self) -> int:
        """Number of areas, sampled or not."""
        return int(self.sampled.size)

    @property
    def correction(self) -> FloatArray:
        r"""Half of what the prediction varies less than the truth, (n,): what a transformed scale must give back.

        Under the model :math:`\operatorname{var}\theta_d - \operatorname{var}\hat\theta_d
        = A(1-\gamma_d) - (1-\gamma_d^2)\, x_d^\top Q x_d`.
        """
        return np.asarray(0.5 * (self.area_variance * (1 - self.gamma) - (1 - self.gamma**2) * self.leverage))

    def covariance(self, *, gamma: FloatArray | None = None, mse: FloatArray | None = None) -> FloatArray:
        r"""Joint covariance of the errors of all areas, (n, n).

        Parameters
        ----------
        gamma, mse : (n,) float, optional
            Where the figures used differ from the predictions: the weight of the direct estimate in them, and their
            mean squared errors.

        Returns
        -------
        (n, n) float
            Area by area the mean squared error; between areas what they share through the coefficients,
            :math:`(1-\gamma_d)(1-\gamma_e)\, x_d^\top Q\, x_e`.
        """
        weight, error = self.gamma if gamma is None else gamma, self.mse if mse is None else mse
        pulled = (1 - weight)[:, None] * self.covariates
        shared = pulled @ self.coefficient_covariance @ pulled.T
        return np.asarray(shared + np.diag(np.maximum(error - np.diag(shared), 0.0)))


def fit_area_model(
    direct: npt.ArrayLike, sampling_variance: npt.ArrayLike, covariates: npt.ArrayLike, *,
    method: VarianceMethod = "reml", positive: bool = False,
) -> AreaModel:
    r"""Fit a Fay-Herriot model and predict every area.

    Parameters
    ----------
    direct, sampling_variance : (n,) float
        Direct estimates on the scale of the model and their variances; both NaN in areas without sample.
    covariates : (n, p) float
        Known in every area; a column of ones where a constant is wanted.
    method : {"reml", "amrl_yl", "amrl_ll"}
        Estimator of the area variance.
    positive : bool
        With ``reml``: where it gives 0, take ``amrl_yl`` instead. An area variance of 0 would give every area to the
        covariates alone, and a mean squared error that is too small.

    Returns
    -------
    AreaModel

    Raises
    ------
    CannotFit
        Covariates that are missing or depend on one another, or not more areas than coefficients.

    Notes
    -----
    .. math:: y_d = x_d^\top \beta + v_d + e_d, \quad v_d \sim (0, A), \quad e_d \sim (0, D_d), \qquad
              \hat\theta_d = \gamma_d y_d + (1 - \gamma_d)\, x_d^\top \hat\beta, \quad \gamma_d = A / (A + D_d)

    .. math:: \operatorname{mse}_d = g_1 + g_2 + 2 g_3, \quad g_1 = \gamma_d D_d, \quad
              g_2 = (1-\gamma_d)^2 x_d^\top Q x_d, \quad
              g_3 = \frac{D_d^2}{(A + D_d)^3}\, \frac{2}{\sum_e (A + D_e)^{-2}}

    In an area without sample :math:`\gamma_d = 0` and :math:`\operatorname{mse}_d = A + x_d^\top Q x_d`. With
    Li and Lahiri's estimator its bias :math:`2 / (A \sum_e (A + D_e)^{-2})` times :math:`(1-\gamma_d)^2` is taken off.

    References
    ----------
    Fay and Herriot (1979), JASA 74, 269-277; Prasad and Rao (1990), JASA 85, 163-171; Datta and Lahiri (2000),
    Statistica Sinica 10, 613-627; Rao and Molina (2015), sections 6.1 and 6.2.
    """
    y, d = np.asarray(direct, dtype=np.float64), np.asarray(sampling_variance, dtype=np.float64)
    x = np.asarray(covariates, dtype=np.float64)
    if x.ndim != 2 or x.shape[0] != y.size or not np.all(np.isfinite(x)):
        raise CannotFit("unknown_covariate")
    sampled = np.isfinite(y) & np.isfinite(d)
    if int(sampled.sum()) <= x.shape[1]:
        raise CannotFit("few_areas", coefficients=x.shape[1], areas=int(sampled.sum()))
    ys, ds, xs = y[sampled], d[sampled], x[sampled]
    reml = float(area_variances(ys, ds, xs)[0])
    used: VarianceMethod = "amrl_yl" if positive and method == "reml" and reml == 0 else method
    variance = reml if used == "reml" else float(area_variances(ys, ds, xs, method=used)[0])
    weight = 1.0 / (variance + ds)
    q = np.asarray(np.linalg.inv((xs * weight[:, None]).T @ xs), dtype=np.float64)
    beta = q @ (xs.T @ (weight * ys))
    leverage = np.einsum("np,pq,nq->n", x, q, x)
    spread = 2.0 / float((weight**2).sum())
    known = np.where(sampled, d, np.inf)
    gamma = np.where(sampled, variance / (variance + np.where(sampled, d, 1.0)), 0.0)
    synthetic = x @ beta
    g1 = np.where(sampled, gamma * np.where(sampled, d, 0.0), variance)
    g2 = (1 - gamma) ** 2 * leverage
    g3 = np.where(sampled, (1 - gamma) ** 2 / (variance + known) * spread, 0.0)
    mse = g1 + g2 + 2 * g3
    if used == "amrl_ll":
        mse = mse - np.where(sampled, (1 - gamma) ** 2, 1.0) * spread / variance
    own = np.where(sampled, y, 0.0)
    return AreaModel(
        direct=y, sampling_variance=d, covariates=x, sampled=sampled, method=used, area_variance=variance, reml=reml,
        coefficients=beta, coefficient_se=np.asarray(np.sqrt(np.diag(q)), dtype=np.float64), coefficient_covariance=q,
        area_variance_se=float(np.sqrt(spread)), synthetic=synthetic,
        estimate=gamma * own + (1 - gamma) * synthetic, gamma=gamma, g1=g1, g2=g2, g3=g3,
        mse=np.maximum(mse, 0.0), leverage=leverage,
    )  # fmt: skip
