"""Jackknife by leaving out one PSU at a time, in closed form from PSU totals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from estimates.replication.factors import ReplicateFactors
from surveys.design import Design

FloatMatrix = npt.NDArray[np.float64]


def jackknife_totals(totals: npt.ArrayLike, design: Design) -> FloatMatrix:
    r"""Estimated totals with each PSU left out in turn.

    Parameters
    ----------
    totals : (P, k) float
        Weighted PSU totals.
    design : Design
        Strata of the PSUs; one stratum gives JK1, several give JKn.

    Returns
    -------
    (P, k) float
        Replicate totals. A PSU that is alone in its stratum is never left out: its replicate is the estimate.

    Notes
    -----
    .. math:: \hat Z_{(hi)} = \hat Z + \frac{\hat Z_h}{n_h - 1} - \frac{n_h}{n_h - 1} z_{hi}

    References
    ----------
    Wolter (2007), Introduction to Variance Estimation, 2nd ed., section 4.5.
    """
    values = np.asarray(totals, dtype=np.float64).reshape(design.psus, -1)
    sizes = design.psus_per_stratum
    start = np.r_[0, np.cumsum(sizes)[:-1]]
    of_stratum = np.add.reduceat(values, start, axis=0)[design.stratum_of_psu]
    n_h = sizes[design.stratum_of_psu][:, None].astype(np.float64)
    change = (of_stratum - n_h * values) / np.maximum(n_h - 1.0, 1.0)
    return np.asarray(values.sum(axis=0) + np.where(n_h > 1, change, 0.0))


def jackknife_variance(replicates: npt.ArrayLike, estimate: npt.ArrayLike, design: Design) -> FloatMatrix:
    r"""Variance of statistics computed on the totals of `jackknife_totals`.

    Parameters
    ----------
    replicates : (P, k) float
        Statistic of each replicate.
    estimate : (k,) float
        Statistic of the whole sample.
    design : Design
        Finite population corrections and sizes of strata.

    Returns
    -------
    (k,) float
        Variances.

    Notes
    -----
    .. math:: v = \sum_h (1 - f_h)\,\frac{n_h - 1}{n_h} \sum_i (\hat\theta_{(hi)} - \hat\theta)^2

    References
    ----------
    Wolter (2007), section 4.5, around the full-sample estimate (R survey ``mse = TRUE``).
    """
    sizes = design.psus_per_stratum
    scale = (design.fpc * (sizes - 1) / sizes)[design.stratum_of_psu]
    deviation = np.asarray(replicates, dtype=np.float64) - np.asarray(estimate, dtype=np.float64)
    return np.asarray(scale @ deviation**2)


def jackknife_factors(design: Design) -> ReplicateFactors:
    r"""Write the jackknife as factors of PSUs, for replicates that are calibrated again.

    Parameters
    ----------
    design : Design
        Strata, sizes and finite populations.

    Returns
    -------
    ReplicateFactors
        One replicate for each PSU that has company in its stratum.

    Notes
    -----
    .. math:: a_{hi} = 0, \quad a_{hj} = \frac{n_h}{n_h - 1}, \quad a_{h'j} = 1, \qquad
              c_{hi} = (1 - f_h)\,\frac{n_h - 1}{n_h}

    References
    ----------
    Wolter (2007), section 4.5.
    """
    sizes = design.psus_per_stratum
    left_out = np.flatnonzero(sizes[design.stratum_of_psu] > 1)
    stratum = design.stratum_of_psu[left_out]
    same = stratum[:, None] == design.stratum_of_psu[None, :]
    n_h = sizes[stratum].astype(np.float64)
    factors = np.where(same, (n_h / (n_h - 1))[:, None], 1.0)
    factors[np.arange(left_out.size), left_out] = 0.0
    scale = design.fpc[stratum] * (n_h - 1) / n_h
    return ReplicateFactors("jk1" if design.strata == 1 else "jkn", factors, scale)
