"""Rao-Wu rescaled bootstrap as one product of multiplicities with PSU totals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from estimates.replication.factors import ReplicateFactors
from surveys.design import Design

FloatMatrix = npt.NDArray[np.float64]


def rao_wu_factors(design: Design, replicates: int, random: np.random.Generator) -> FloatMatrix:
    r"""Draw the factor of every PSU in every replicate.

    Parameters
    ----------
    design : Design
        Strata, sizes and finite populations.
    replicates : int
        How many, R.
    random : numpy.random.Generator
        State of the draw, for the manifest.

    Returns
    -------
    (R, P) float
        Factors of mean 1, never negative; 1 for a PSU alone in its stratum.

    Notes
    -----
    .. math:: a_{hi} = 1 - \lambda_h + \lambda_h \frac{n_h}{m_h} r_{hi}, \qquad
              m_h = n_h - 1, \quad \lambda_h = \sqrt{1 - f_h}

    with :math:`r_{hi}` the times PSU i was drawn among :math:`m_h` draws with replacement.

    References
    ----------
    Rao, Wu and Yue (1992), Survey Methodology 18(2), 209-217; fpc as in Rao and Wu (1988), JASA 83(401).
    """
    factors = np.ones((replicates, design.psus))
    end = np.cumsum(design.psus_per_stratum)
    for h, n_h in enumerate(design.psus_per_stratum):
        if n_h < 2:
            continue
        drawn = random.multinomial(n_h - 1, np.full(n_h, 1.0 / n_h), size=replicates)
        rescale = float(np.sqrt(design.fpc[h]))
        factors[:, end[h] - n_h : end[h]] = 1.0 - rescale + rescale * n_h / (n_h - 1.0) * drawn
    return factors


def rao_wu_replicates(design: Design, replicates: int, random: np.random.Generator) -> ReplicateFactors:
    """Draw `rao_wu_factors` as replicates that say what they count, one Rth each."""
    factors = rao_wu_factors(design, replicates, random)
    return ReplicateFactors("rao_wu", factors, np.full(replicates, 1 / replicates))


def replicate_totals(factors: FloatMatrix, totals: npt.ArrayLike) -> FloatMatrix:
    """Estimated totals of every replicate, (R, k), from factors (R, P) and PSU totals (P, k)."""
    return np.asarray(factors @ np.asarray(totals, dtype=np.float64).reshape(factors.shape[1], -1))


def bootstrap_variance(replicates: npt.ArrayLike, estimate: npt.ArrayLike) -> FloatMatrix:
    r"""Mean square of replicate statistics around the full-sample statistic.

    Parameters
    ----------
    replicates : (R, k) float
        Statistic of each replicate.
    estimate : (k,) float
        Statistic of the whole sample.

    Returns
    -------
    (k,) float
        Variances.

    Notes
    -----
    .. math:: v = \frac{1}{R} \sum_r (\hat\theta_{(r)} - \hat\theta)^2
    """
    deviation = np.asarray(replicates, dtype=np.float64) - np.asarray(estimate, dtype=np.float64)
    return np.asarray(np.mean(deviation**2, axis=0))
