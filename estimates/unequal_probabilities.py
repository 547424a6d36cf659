"""Variance when PSUs are drawn without replacement with unequal probabilities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from estimates.measure import FloatVector
from surveys.design import Design

FloatMatrix = npt.NDArray[np.float64]


def horvitz_thompson_variance(totals: npt.ArrayLike, joint: FloatMatrix) -> FloatVector:
    r"""Horvitz and Thompson's variance, with joint probabilities given.

    Parameters
    ----------
    totals : (P, k) float
        PSU totals of the linearized variables, weighted by the inverse of the inclusion probabilities.
    joint : (P, P) float
        Probability that both PSUs are drawn; the diagonal holds the inclusion probabilities.

    Returns
    -------
    (k,) float
        Unbiased; may be negative.

    Notes
    -----
    .. math:: v = \sum_i \sum_j \frac{\pi_{ij} - \pi_i \pi_j}{\pi_{ij}}\, z_i z_j

    References
    ----------
    Horvitz and Thompson (1952), JASA 47(260), 663-685; Särndal, Swensson and Wretman (1992), result 2.8.1.
    """
    values = _columns(totals)
    return np.asarray(np.einsum("ik,ij,jk->k", values, _correction(joint), values))


def yates_grundy_variance(totals: npt.ArrayLike, joint: FloatMatrix) -> FloatVector:
    r"""Yates and Grundy's variance (also Sen's), for samples of a fixed number of PSUs.

    Parameters
    ----------
    totals : (P, k) float
        As `horvitz_thompson_variance`.
    joint : (P, P) float
        The same.

    Returns
    -------
    (k,) float
        Unbiased for fixed size; never negative where every :math:`\pi_i \pi_j \ge \pi_{ij}`.

    Notes
    -----
    .. math:: v = -\tfrac12 \sum_i \sum_j \frac{\pi_{ij} - \pi_i \pi_j}{\pi_{ij}}\, (z_i - z_j)^2

    References
    ----------
    Yates and Grundy (1953), JRSS B 15(2), 253-261; Sen (1953); Särndal et al. (1992), result 2.8.2.
    """
    values = _columns(totals)
    correction = _correction(joint)
    difference = values[:, None, :] - values[None, :, :]
    return np.asarray(-0.5 * np.einsum("ij,ijk->k", correction, difference**2))


def hajek_variance(totals: npt.ArrayLike, inclusion: FloatVector, design: Design) -> FloatVector:
    r"""Hájek's approximation, which needs no joint probabilities.

    Parameters
    ----------
    totals : (P, k) float
        Weighted PSU totals.
    inclusion : (P,) float
        Inclusion probabilities of the PSUs; PSUs with probability 1 add nothing.
    design : Design
        Strata of the PSUs.

    Returns
    -------
    (k,) float

    Notes
    -----
    With :math:`m_h` the PSUs of the stratum that are not certain,

    .. math:: v = \sum_h \sum_i c_{hi} (z_{hi} - A_h)^2, \qquad
              c_{hi} = \frac{m_h}{m_h - 1}(1 - \pi_{hi}), \qquad A_h = \sum_i c_{hi} z_{hi} \Big/ \sum_i c_{hi}

    References
    ----------
    Hájek (1964), Annals of Mathematical Statistics 35(4), 1491-1523.
    """
    values = _columns(totals)
    stratum = design.stratum_of_psu
    uncertain = np.bincount(stratum[inclusion < 1], minlength=design.strata).astype(np.float64)
    c = _scale(uncertain)[stratum] * (1 - _checked(inclusion, design))
    weight = np.bincount(stratum, weights=c, minlength=design.strata)
    start = np.r_[0, np.cumsum(design.psus_per_stratum)[:-1]]
    sums = np.add.reduceat(c[:, None] * values, start, axis=0)
    centre = sums / np.where(weight > 0, weight, 1.0)[:, None]
    return np.asarray(c @ (values - centre[stratum]) ** 2)


def brewer_variance(totals: npt.ArrayLike, inclusion: FloatVector, design: Design) -> FloatVector:
    r"""Brewer's approximation, which needs no joint probabilities.

    Parameters
    ----------
    totals, inclusion, design
        As `hajek_variance`.

    Returns
    -------
    (k,) float

    Notes
    -----
    .. math:: v = \sum_h \sum_i \Big(\frac{1}{c_{hi}} - \pi_{hi}\Big)(z_{hi} - \bar z_h)^2, \qquad
              c_{hi} = \frac{n_h - 1}{n_h - \pi_{hi}},

    which is :math:`\frac{n_h}{n_h - 1} \sum_i (1 - \pi_{hi})(z_{hi} - \bar z_h)^2` in each stratum.

    References
    ----------
    Brewer (2002), Combined Survey Sampling Inference, chapter 9; R package survey, ``pps = "brewer"``.
    """
    values = _columns(totals)
    sizes = design.psus_per_stratum
    start = np.r_[0, np.cumsum(sizes)[:-1]]
    mean = np.add.reduceat(values, start, axis=0) / sizes[:, None]
    factor = _scale(sizes.astype(np.float64))[design.stratum_of_psu] * (1 - _checked(inclusion, design))
    return np.asarray(factor @ (values - mean[design.stratum_of_psu]) ** 2)


def _columns(totals: npt.ArrayLike) -> FloatMatrix:
    values = np.asarray(totals, dtype=np.float64)
    return values.reshape(values.shape[0], -1)


def _scale(size: FloatVector) -> FloatVector:
    return np.where(size > 1, size / np.maximum(size - 1, 1), 0.0)


def _correction(joint: FloatMatrix) -> FloatMatrix:
    single = np.diag(joint)
    if not (np.allclose(joint, joint.T, rtol=1e-12) and (joint > 0).all() and (single <= 1 + 1e-12).all()):
        raise ValueError("joint probabilities must be symmetric, above 0 and at most 1; a pair that can never be drawn "
                         "together has no unbiased variance")  # fmt: skip
    return np.asarray(1 - np.outer(single, single) / joint)


def _checked(inclusion: FloatVector, design: Design) -> FloatVector:
    if inclusion.shape != (design.psus,) or not ((inclusion > 0) & (inclusion <= 1)).all():
        raise ValueError("every PSU needs an inclusion probability above 0 and at most 1")
    lonely = (design.psus_per_stratum == 1)[design.stratum_of_psu] & (inclusion < 1)
    if lonely.any() and design.lonely_psu != "certainty":
        raise ValueError(f"{int(lonely.sum())} strata have a single PSU with a probability below 1; join them first")
    return inclusion
