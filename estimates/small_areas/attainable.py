"""How well the areas of a known country could be predicted at best, by a predictor that knows what no survey knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
NORMAL = 1.959963984540054


@dataclass(frozen=True)
class BestPredictor:
    """The best linear predictor of n areas over R samples.

    Parameters
    ----------
    gamma : (n,) float
        Weight of the direct estimate.
    ratio : float
        Its expected squared error over that of direct estimates.
    estimated_ratio : float
        The same of the predictor that has to estimate coefficients and area variance, to the second order.
    predicted : (R, n) float
        In every sample.
    covers : (R, n) bool
        Whether its 95 per cent interval holds the truth.
    """

    gamma: FloatArray
    ratio: float
    estimated_ratio: float
    predicted: FloatArray
    covers: npt.NDArray[np.bool_]


def best_predictor(truth: npt.ArrayLike, direct: npt.ArrayLike, covariates: npt.ArrayLike) -> BestPredictor:
    r"""Predict areas knowing the coefficients, the area variance and every sampling variance of the country.

    Parameters
    ----------
    truth : (n,) float
        Of every area.
    direct : (R, n) float
        Direct estimates in R samples.
    covariates : (n, p) float
        Constant included.

    Returns
    -------
    BestPredictor
        What a model that must estimate all of this cannot expect to pass.

    Notes
    -----
    .. math:: \beta = (X^\top X)^{-1} X^\top \theta, \quad A = \tfrac1n \sum_d (\theta_d - x_d^\top \beta)^2, \quad
              D_d = \operatorname{var}(y_d), \quad \gamma_d = \frac{A}{A + D_d}

    .. math:: \tilde\theta_d = \gamma_d y_d + (1-\gamma_d) x_d^\top \beta, \qquad
              \frac{\sum_d \operatorname{E}(\tilde\theta_d - \theta_d)^2}{\sum_d D_d}
              = \frac{\sum_d \gamma_d D_d}{\sum_d D_d}

    the expectation over effects of variance A in any order; with :math:`g_2` and :math:`g_3` of
    `estimates.small_areas.area_model` added above where coefficients and A are estimated. The interval is
    :math:`\tilde\theta_d \pm 1.96 \sqrt{\gamma_d D_d}`: it covers 95 per cent where effects are normal.

    References
    ----------
    Rao and Molina (2015), sections 5.2 and 5.3: best linear prediction with known and with estimated variances.
    """
    theta, y = np.asarray(truth, dtype=np.float64), np.asarray(direct, dtype=np.float64)
    x = np.asarray(covariates, dtype=np.float64)
    said = x @ np.linalg.lstsq(x, theta, rcond=None)[0]
    between = float(np.mean((theta - said) ** 2))
    sampling = y.var(axis=0, ddof=1)
    gamma = between / (between + sampling)
    predicted = gamma * y + (1 - gamma) * said
    covers = np.abs(predicted - theta) <= NORMAL * np.sqrt(gamma * sampling)
    weight = 1.0 / (between + sampling)
    q = np.linalg.inv((x * weight[:, None]).T @ x)
    known = gamma * sampling
    costs = (1 - gamma) ** 2 * (np.einsum("np,pq,nq->n", x, q, x) + weight * 2.0 / float((weight**2).sum()))
    ratio, estimated = (float(errors.sum() / sampling.sum()) for errors in (known, known + costs))
    return BestPredictor(gamma, ratio, estimated, predicted, covers)
