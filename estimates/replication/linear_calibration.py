"""Replicates calibrated again on numbers by the linear distance, from PSU totals alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from estimates.measure import FloatVector
from estimates.replication.factors import ReplicateFactors

FloatMatrix = npt.NDArray[np.float64]


def linear_calibrated_totals(
    replicates: ReplicateFactors,
    auxiliaries: FloatMatrix,
    products: FloatMatrix,
    totals: FloatMatrix,
    crossed: FloatMatrix,
    known: FloatVector,
) -> FloatMatrix:
    r"""Totals of every replicate after linear calibration on numbers, from PSU totals alone, the whole sample first.

    Parameters
    ----------
    replicates : ReplicateFactors
        Factors of PSUs.
    auxiliaries : (P, k) float
        PSU totals of d x.
    products : (P, k, k) float
        PSU totals of d x x'.
    totals : (P, m) float
        PSU totals of d y.
    crossed : (P, k, m) float
        PSU totals of d x y.
    known : (k,) float
        Known totals of x.

    Returns
    -------
    (R + 1, m) float
        Row 0 is the whole sample.

    Notes
    -----
    .. math:: \hat T_r = \sum_i a_{ri} t_i + \lambda_r^{\mathsf T} \sum_i a_{ri} (xy)_i, \qquad
              \lambda_r = \Big(\sum_i a_{ri} (xx)_i\Big)^{-} \Big(X - \sum_i a_{ri} x_i\Big)

    References
    ----------
    Särndal, Swensson and Wretman (1992), section 6.5 (g-weights).
    """
    factors = np.vstack([np.ones(replicates.factors.shape[1]), replicates.factors])
    k, m = auxiliaries.shape[1], totals.shape[1]
    scale = np.sqrt(np.maximum(np.diag(products.sum(axis=0)), np.finfo(float).tiny))
    matrix = (factors @ products.reshape(-1, k * k)).reshape(-1, k, k) / np.outer(scale, scale)
    gap = (known - factors @ auxiliaries) / scale
    multiplier = (np.linalg.pinv(matrix, rcond=1e-11, hermitian=True) @ gap[:, :, None])[:, :, 0] / scale
    added = np.einsum("rk,rkm->rm", multiplier, (factors @ crossed.reshape(-1, k * m)).reshape(-1, k, m))
    return np.asarray(factors @ totals + added)
