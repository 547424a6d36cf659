"""The variance between areas that covariates do not explain, by restricted likelihood, for many samples at once."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from estimates.small_areas.refusals import CannotFit

FloatArray = npt.NDArray[np.float64]
VarianceMethod = Literal["reml", "amrl_yl", "amrl_ll"]
GRID = 41
STEPS = 80


def area_variances(
    direct: npt.ArrayLike, sampling_variance: npt.ArrayLike, covariates: npt.ArrayLike, *,
    method: VarianceMethod = "reml",
) -> FloatArray:
    r"""Estimate the variance of the area effects of a Fay-Herriot model in each of R samples.

    Parameters
    ----------
    direct : (R, m) float
        Direct estimates of m areas, on the scale of the model, in each sample.
    sampling_variance : (m,) float
        Their sampling variances, above 0, taken as known.
    covariates : (m, p) float
        Of full column rank, p < m.
    method : {"reml", "amrl_yl", "amrl_ll"}
        Restricted likelihood, which can be highest at 0, or restricted likelihood times a factor that is 0 at 0, by
        Yoshimori and Lahiri or by Li and Lahiri.

    Returns
    -------
    (R,) float
        0 where the restricted likelihood is highest at 0; always above 0 with the other methods.

    Raises
    ------
    CannotFit
        Sampling variances that are not positive, or covariates that depend on one another.

    Notes
    -----
    The maximum of

    .. math:: \ell(A) = -\tfrac12\Big[\sum_d \log(A + D_d) + \log|X^\top V^{-1} X| + y^\top P y\Big] + \log h(A),

    with :math:`h = 1` (REML), :math:`h(A) = A` (Li and Lahiri) or
    :math:`h(A) = \{\tan^{-1} \sum_d A / (A + D_d)\}^{1/m}` (Yoshimori and Lahiri), is looked for on a grid, because
    it need not be the only one, and then by scoring inside the cell of the grid.

    References
    ----------
    Rao and Molina (2015), Small Area Estimation, section 6.1.2; Li and Lahiri (2010), Journal of Multivariate
    Analysis 101, 882-892; Yoshimori and Lahiri (2014), Journal of Multivariate Analysis 124, 281-294.
    """
    y = np.atleast_2d(np.asarray(direct, dtype=np.float64))
    d = np.asarray(sampling_variance, dtype=np.float64)
    x = orthonormal(np.asarray(covariates, dtype=np.float64))
    if not np.all(np.isfinite(d) & (d > 0)):
        raise CannotFit("variance_not_positive")
    freedom = y.shape[1] - x.shape[1]
    if freedom < 1:
        raise CannotFit("few_areas", coefficients=x.shape[1], areas=y.shape[1])
    beyond = y - (y @ x) @ x.T
    largest = 4.0 * float((beyond**2).sum(axis=1).max()) / freedom + float(d.min())
    grid = np.r_[0.0, largest * np.geomspace(1e-9, 1.0, GRID)]
    height = np.stack([_height(a, y, d, x, method) for a in grid])
    best = height.argmax(axis=0)
    low, high = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, grid.size - 1)]
    found = _root(grid[best], low.copy(), high.copy(), y, d, x, method)
    if method != "reml":
        return found
    falls = _slope(np.zeros(len(y)), y, d, x, method)[0] <= 0
    return np.where((best <= 1) & falls, 0.0, found)


def orthonormal(covariates: FloatArray) -> FloatArray:
    """Columns that span the same space and are orthonormal: (m, p); refuses columns that depend on one another."""
    scaled = covariates / np.maximum(np.abs(covariates).max(axis=0), np.finfo(float).tiny)
    if np.linalg.matrix_rank(scaled, tol=1e-9) < covariates.shape[1]:
        raise CannotFit("dependent", coefficients=covariates.shape[1])
    return np.asarray(np.linalg.qr(scaled)[0])


def restricted_likelihood(
    direct: npt.ArrayLike, sampling_variance: npt.ArrayLike, covariates: npt.ArrayLike, area_variance: float
) -> float:
    """Logarithm of the restricted likelihood at an area variance, without its constant.

    Parameters
    ----------
    direct, sampling_variance, covariates
        (m,), (m,) and (m, p), as in `area_variances`.
    area_variance : float
        Where it is taken.
    """
    y = np.atleast_2d(np.asarray(direct, dtype=np.float64))
    d, x = np.asarray(sampling_variance, dtype=np.float64), np.asarray(covariates, dtype=np.float64)
    value = _height(area_variance, y, d, orthonormal(x), "reml")[0]
    # The columns were replaced by orthonormal ones, which moves log|X'WX| by log|X'X|.
    return float(value - 0.5 * np.linalg.slogdet(x.T @ x)[1])


def _root(
    start: FloatArray, low: FloatArray, high: FloatArray, y: FloatArray, d: FloatArray, x: FloatArray,
    method: VarianceMethod,
) -> FloatArray:
    """Scoring that never leaves a shrinking interval around the highest point of the grid."""
    found = start.copy()
    moving = np.arange(start.size)
    for _ in range(STEPS):
        a = found[moving]
        score, information = _slope(a, y[moving], d, x, method)
        low[moving], high[moving] = np.where(score > 0, a, low[moving]), np.where(score > 0, high[moving], a)
        step = a + score / information
        inside = (step > low[moving]) & (step < high[moving]) & np.isfinite(step)
        found[moving] = np.where(inside, step, 0.5 * (low[moving] + high[moving]))
        moving = moving[np.abs(found[moving] - a) > 1e-12 * (a + d.min())]
        if moving.size == 0:
            break
    return found


def _height(a: float, y: FloatArray, d: FloatArray, x: FloatArray, method: VarianceMethod) -> FloatArray:
    """Height of the (adjusted) restricted likelihood of every sample at one area variance, (R,)."""
    w = 1.0 / (a + d)
    first = (x * w[:, None]).T @ x
    projected = (y * w) @ x
    fit = ((y**2) @ w) - np.einsum("rp,pq,rq->r", projected, np.linalg.inv(first), projected)
    height = -0.5 * (-np.log(w).sum() + np.linalg.slogdet(first)[1] + fit)
    with np.errstate(divide="ignore"):
        if method == "amrl_ll":
            height = height + np.log(a)
        elif method == "amrl_yl":
            height = height + np.log(np.arctan(a * w.sum())) / len(d)
    return np.asarray(height)


def _slope(
    a: FloatArray, y: FloatArray, d: FloatArray, x: FloatArray, method: VarianceMethod
) -> tuple[FloatArray, FloatArray]:
    """Slope and expected curvature of the (adjusted) restricted likelihood of every sample at its own variance."""
    p = x.shape[1]
    products = (x[:, :, None] * x[:, None, :]).reshape(len(d), p * p)
    w = 1.0 / (a[:, None] + d)
    squares = w * w
    first, second, third = ((power @ products).reshape(-1, p, p) for power in (w, squares, squares * w))
    q = np.linalg.inv(first)
    weighted = w * y
    beta = np.matmul(q, (weighted @ x)[:, :, None])[:, :, 0]
    weighted -= w * (beta @ x.T)
    twice = np.matmul(q, second)
    trace = w.sum(axis=1) - np.trace(twice, axis1=1, axis2=2)
    score = -0.5 * (trace - (weighted**2).sum(axis=1))
    information = 0.5 * (
        squares.sum(axis=1) - 2 * (q * third).sum(axis=(1, 2)) + (twice * twice.transpose(0, 2, 1)).sum(axis=(1, 2))
    )
    if method == "amrl_ll":
        with np.errstate(divide="ignore"):
            score = score + 1.0 / a
    elif method == "amrl_yl":
        shares = (a[:, None] * w).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            score = score + (squares @ d) / ((1 + shares**2) * np.arctan(shares)) / len(d)
    return score, information
