"""Variances of many totals whose unit totals are a full table, all columns at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from estimates.measure import FloatVector
from surveys.design import Design


def dense_variances(totals: npt.ArrayLike, design: Design, share: FloatVector | None = None) -> FloatVector:
    r"""Variance of each column's total.

    Parameters
    ----------
    totals : (P, k) float
        Weighted total of each linearized variable in each PSU, or in each unit of a later stage seen as a design.
    design : Design
        Of those units.
    share : (H,) float, optional
        Sampling fraction of earlier stages for each stratum; 1 at the first stage.

    Returns
    -------
    (k,) float
        The diagonal of `estimates.covariance.total_covariance`.

    Notes
    -----
    .. math:: v = \sum_h s_h (1 - f_h)\,\frac{n_h}{n_h - 1} \sum_{i=1}^{n_h} (z_{hi} - \bar z_h)^2

    References
    ----------
    Särndal, Swensson and Wretman (1992), section 3.7 for the units of each stratum; result 4.3.1 for the shares.
    """
    values = np.asarray(totals, dtype=np.float64).reshape(design.psus, -1)
    sizes = design.psus_per_stratum
    start = np.r_[0, np.cumsum(sizes)[:-1]]
    mean = np.add.reduceat(values, start, axis=0) / sizes[:, None]
    deviation = values - mean[design.stratum_of_psu]
    factor = np.where(sizes > 1, design.fpc * sizes / np.maximum(sizes - 1, 1), 0.0)
    if design.lonely_psu == "centred" and (sizes == 1).any():
        alone = (sizes == 1)[design.stratum_of_psu]
        deviation[alone] = values[alone] - values.mean(axis=0)
        factor = np.where(sizes == 1, design.fpc, factor)
    if share is not None:
        factor = factor * share
    return np.asarray(factor[design.stratum_of_psu] @ deviation**2)
