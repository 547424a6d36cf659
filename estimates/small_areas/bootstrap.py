"""Mean squared errors of areas by parametric bootstrap: the model draws truths and samples, and is fitted again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from estimates.small_areas.area_model import AreaModel
from estimates.small_areas.area_variance import FloatArray, area_variances
from estimates.small_areas.scales import Scale, from_model, plain_inverse

CHUNK = 100
Finish = Callable[[FloatArray, FloatArray], FloatArray]
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class BootstrapErrors:
    """What repeated samples of the fitted model left.

    Parameters
    ----------
    mse_model : (n,) float
        On the scale of the model, corrected for the bias of its leading part.
    mse : (n,) float
        Of the figure that is published, benchmark included.
    mse_before : (n,) float
        The same without the benchmark.
    zero_share : float
        Share of replicates whose restricted likelihood was highest at an area variance of 0.
    replicates : int
        How many.
    """

    mse_model: FloatArray
    mse: FloatArray
    mse_before: FloatArray
    zero_share: float
    replicates: int


def bootstrap_errors(
    model: AreaModel, *, scale: Scale, replicates: int, seed: int, positive: bool = False,
    finish: Finish | None = None, tell: Tell | None = None,
) -> BootstrapErrors:
    r"""Draw from a fitted model, fit again, and compare.

    Parameters
    ----------
    model : AreaModel
        Fitted.
    scale : {"linear", "log", "arcsine"}
        Of the model; errors are also taken of what is published.
    replicates, seed : int
        Samples drawn, and their seed.
    positive : bool
        As in `fit_area_model`.
    finish : callable, optional
        What is done to (R, n) predictions before they are published: limits, and a benchmark from the (R, m) direct
        estimates drawn.
    tell : callable, optional
        Called with the number of replicates done and wanted.

    Returns
    -------
    BootstrapErrors

    Notes
    -----
    .. math:: \theta^*_d = x_d^\top\hat\beta + v^*_d, \quad y^*_d = \theta^*_d + e^*_d, \qquad
              \operatorname{mse}_d = \frac1B \sum_b (\hat\theta^*_d - \theta^*_d)^2

    Its leading part :math:`g_1` is too small in expectation, because :math:`g_1(\hat A)` is; the mean over replicates
    of :math:`g_1(\hat A^*) - g_1(\hat A)` estimates by how much, and is taken off. Published figures are corrected by
    the same ratio.

    References
    ----------
    Butar and Lahiri (2003), Journal of Statistical Planning and Inference 112, 63-76; González-Manteiga et al. (2008),
    Computational Statistics and Data Analysis 52, 5242-5252.
    """
    x, sampled = model.covariates, model.sampled
    d = model.sampling_variance[sampled]
    random = np.random.Generator(np.random.PCG64(seed))
    sums = np.zeros((4, model.areas))
    zeros = 0
    for start in range(0, replicates, CHUNK):
        size = min(CHUNK, replicates - start)
        truth = x @ model.coefficients + np.sqrt(model.area_variance) * random.standard_normal((size, model.areas))
        y = truth[:, sampled] + np.sqrt(d) * random.standard_normal((size, d.size))
        variance, zero = _again(y, d, x[sampled], model, positive)
        zeros += zero
        predicted, correction, g1 = _predict(y, d, variance, model)
        shown, meant = from_model(predicted, correction, scale), plain_inverse(truth, scale)
        done = shown if finish is None else finish(shown, y)
        sums += np.stack([((predicted - truth) ** 2).sum(axis=0), ((done - meant) ** 2).sum(axis=0),
                          ((shown - meant) ** 2).sum(axis=0), g1.sum(axis=0)])  # fmt: skip
        if tell is not None:
            tell(start + size, replicates)
    raw, mse, before, lead = sums / replicates
    corrected = np.maximum(raw + model.g1 - lead, 0.25 * raw)
    ratio = np.divide(corrected, raw, out=np.ones_like(raw), where=raw > 0)
    return BootstrapErrors(corrected, mse * ratio, before * ratio, zeros / replicates, replicates)


def _again(
    y: FloatArray, d: FloatArray, x: FloatArray, model: AreaModel, positive: bool
) -> tuple[FloatArray, int]:
    method = "reml" if positive else model.method
    variance = area_variances(y, d, x, method=method)
    none = np.flatnonzero(variance == 0)
    if positive and none.size:
        variance[none] = area_variances(y[none], d, x, method="amrl_yl")
    return variance, int(none.size)


def _predict(
    y: FloatArray, d: FloatArray, variance: FloatArray, model: AreaModel
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Predictions, corrections and leading parts of the error of (R, n) areas."""
    x, sampled = model.covariates, model.sampled
    p = x.shape[1]
    own = x[sampled]
    products = (own[:, :, None] * own[:, None, :]).reshape(d.size, p * p)
    w = 1.0 / (variance[:, None] + d)
    q = np.linalg.inv((w @ products).reshape(-1, p, p))
    beta = np.matmul(q, ((w * y) @ own)[:, :, None])[:, :, 0]
    synthetic = beta @ x.T
    leverage = np.einsum("np,rpn->rn", x, np.matmul(q, x.T))
    gamma = np.zeros_like(synthetic)
    gamma[:, sampled] = variance[:, None] * w
    predicted = synthetic.copy()
    predicted[:, sampled] += gamma[:, sampled] * (y - synthetic[:, sampled])
    correction = 0.5 * (variance[:, None] * (1 - gamma) - (1 - gamma**2) * leverage)
    # gamma D = A (1 - gamma), and A where there is no sample.
    return predicted, correction, variance[:, None] * (1 - gamma)
