"""Covariance matrix of estimated totals under stratified cluster sampling, from centred PSU totals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from surveys.design import Design


def total_covariance(
    totals: npt.ArrayLike, design: Design, share: npt.NDArray[np.float64] | None = None
) -> npt.NDArray[np.float64]:
    r"""Covariances of the estimated totals whose PSU totals are given.

    Parameters
    ----------
    totals : (P, k) float
        Weighted total of each linearized variable in each PSU; PSUs without members hold 0.
    design : Design
        PSUs, strata, finite populations and the policy for lonely strata; or the units of a later stage.
    share : (H,) float, optional
        Sampling fraction of earlier stages for each stratum; 1 at the first stage.

    Returns
    -------
    (k, k) float
        Its diagonal is `ultimate_cluster_variance` of the same totals.

    Notes
    -----
    .. math:: \widehat{C} = \sum_h (1 - f_h)\,\frac{n_h}{n_h - 1} \sum_{i=1}^{n_h}
              (z_{hi} - \bar z_h)(z_{hi} - \bar z_h)^{\mathsf T}

    A lonely stratum adds nothing under ``certainty``, and :math:`(1-f_h)` times the product of its
    deviations from
    the mean of all PSU totals under ``centred``.

    References
    ----------
    Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, section 5.4 (vectors of totals)
    with section 4.6 (the simplified form of the first stage).
    """
    values = np.asarray(totals, dtype=np.float64).reshape(design.psus, -1)
    sizes = design.psus_per_stratum
    start = np.r_[0, np.cumsum(sizes)[:-1]]
    mean = np.add.reduceat(values, start, axis=0) / sizes[:, None]
    deviation = values - mean[design.stratum_of_psu]
    factor = np.where(sizes > 1, design.fpc * sizes / np.maximum(sizes - 1, 1), 0.0)
    if design.lonely_psu == "centred":
        alone = (sizes == 1)[design.stratum_of_psu]
        deviation[alone] = values[alone] - values.mean(axis=0)
        factor = np.where(sizes == 1, design.fpc, factor)
    if share is not None:
        factor = factor * share
    scaled = deviation * np.sqrt(factor)[design.stratum_of_psu][:, None]
    return np.asarray(scaled.T @ scaled)
