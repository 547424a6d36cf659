"""How honest the errors of an area model are, over many samples from a model whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from estimates.small_areas.area_variance import FloatArray, VarianceMethod, area_variances

CHUNK = 500


@dataclass(frozen=True)
class ModelHonesty:
    """What repeated samples of one scenario found.

    Parameters
    ----------
    areas, replicates : int
        Areas, and samples drawn.
    zero : float
        Share of samples in which restricted likelihood gives an area variance of 0.
    bias, worst_bias : float
        Relative bias of the estimated mean squared error, over all areas and in the worst one.
    naive_bias : float
        The same of g1 + g2, which takes the area variance as known.
    coverage, worst_coverage : float
        Of the intervals, over all areas and in the worst one.
    gain : float
        Mean squared error over the sampling variance.
    error : float
        Monte Carlo error of ``bias``.
    """

    areas: int
    replicates: int
    zero: float
    bias: float
    worst_bias: float
    naive_bias: float
    coverage: float
    worst_coverage: float
    gain: float
    error: float


def model_honesty(
    sampling_variance: npt.ArrayLike, covariates: npt.ArrayLike, *, area_variance: float = 1.0, replicates: int = 2000,
    seed: int = 1, method: VarianceMethod = "reml", confidence: float = 0.95, student: bool = True,
) -> ModelHonesty:
    """Draw areas and samples from a Fay-Herriot model, fit it, and compare its errors with the true ones.

    Parameters
    ----------
    sampling_variance : (m,) float
        Of the areas.
    covariates : (m, p) float
        Their coefficients are 0 in truth, which changes nothing.
    area_variance : float
        The true one.
    replicates, seed : int
        Samples and their seed.
    method : {"reml", "amrl_yl", "amrl_ll"}
        Estimator of the area variance.
    confidence : float
        Intended coverage.
    student : bool
        Intervals by Student's t with m - p degrees of freedom; by the normal distribution otherwise.

    Returns
    -------
    ModelHonesty

    References
    ----------
    Datta, Rao and Smith (2005), Biometrika 92, 183-196, for the design of the comparison.
    """
    d, x = np.asarray(sampling_variance, dtype=np.float64), np.asarray(covariates, dtype=np.float64)
    m, p = x.shape
    half = 0.5 + confidence / 2
    reach = float(stats.t.ppf(half, m - p) if student else stats.norm.ppf(half))
    random = np.random.Generator(np.random.PCG64(seed))
    sums = np.zeros((4, m))
    zeros, per_sample = 0, []
    for start in range(0, replicates, CHUNK):
        size = min(CHUNK, replicates - start)
        truth = np.sqrt(area_variance) * random.standard_normal((size, m))
        y = truth + np.sqrt(d) * random.standard_normal((size, m))
        found = area_variances(y, d, x, method=method)
        zeros += int(np.count_nonzero((found if method == "reml" else area_variances(y, d, x)) == 0))
        predicted, naive, mse = _predicted(y, d, x, found, method)
        squared = (predicted - truth) ** 2
        sums += np.stack([part.sum(axis=0) for part in (squared, naive, mse, squared <= reach**2 * mse)])
        per_sample.append(np.stack([squared.mean(axis=1), mse.mean(axis=1)]))
    true, naive, estimated, inside = sums / replicates
    means = np.concatenate(per_sample, axis=1)
    bias = float(estimated.mean() / true.mean() - 1)
    error = float(np.std(means[1] - (1 + bias) * means[0], ddof=1) / np.sqrt(replicates) / true.mean())
    relative = estimated / true - 1
    return ModelHonesty(
        m, replicates, zeros / replicates, bias, float(relative[np.abs(relative).argmax()]),
        float(naive.mean() / true.mean() - 1), float(inside.mean()), float(inside.min()), float((true / d).mean()),
        error,
    )  # fmt: skip


def _predicted(
    y: FloatArray, d: FloatArray, x: FloatArray, variance: FloatArray, method: VarianceMethod
) -> tuple[FloatArray, FloatArray, FloatArray]:
    p = x.shape[1]
    products = (x[:, :, None] * x[:, None, :]).reshape(d.size, p * p)
    w = 1.0 / (variance[:, None] + d)
    q = np.linalg.inv((w @ products).reshape(-1, p, p))
    beta = np.matmul(q, ((w * y) @ x)[:, :, None])[:, :, 0]
    gamma = variance[:, None] * w
    synthetic = beta @ x.T
    leverage = np.einsum("np,rpn->rn", x, np.matmul(q, x.T))
    spread = 2.0 / (w**2).sum(axis=1, keepdims=True)
    naive = gamma * d + (1 - gamma) ** 2 * leverage
    mse = naive + 2 * (1 - gamma) ** 2 * w * spread
    if method == "amrl_ll":
        mse = mse - (1 - gamma) ** 2 * spread / variance[:, None]
    return gamma * y + (1 - gamma) * synthetic, naive, np.maximum(mse, 0.0)
