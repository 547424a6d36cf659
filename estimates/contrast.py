"""Linear combinations of any number of domain figures, with the covariance of the sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from estimates.dense_variance import dense_variances
from estimates.measure import BoolVector, FloatVector, IntVector
from surveys.design import Design

FloatMatrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DomainFigures:
    """Figures of D domains with what each PSU adds to their error.

    Parameters
    ----------
    estimate : (D,) float
        NaN where the domain holds nobody.
    linearized : (P, D) float
        PSU totals of the linearized variables.
    present : (P, D) bool
        Whether the PSU has members of the domain.
    """

    estimate: FloatVector
    linearized: FloatMatrix
    present: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Combination:
    """A combination of figures; each (c,).

    Parameters
    ----------
    estimate, se, low, high : (c,) float
        In the unit of the combination.
    df : (c,) int
        PSUs minus strata, each with members of a domain that takes part.
    p_value : (c,) float
        Of the test that the combination is 0, or that the ratio is 1.
    """

    estimate: FloatVector
    se: FloatVector
    low: FloatVector
    high: FloatVector
    df: IntVector
    p_value: FloatVector


def domain_figures(
    numerator: FloatVector,
    denominator: FloatVector | None,
    cell: IntVector,
    cells: int,
    weight: FloatVector,
    design: Design,
) -> DomainFigures:
    """Estimate a ratio (a mean over ones) or a total in every domain, and keep its PSU totals.

    Parameters
    ----------
    numerator : (n,) float
        NaN where missing; such rows leave the base.
    denominator : (n,) float or None
        Ones for a mean or a proportion; None for a total.
    cell, cells : (n,) int and int
        Domain of each row, -1 in none.
    weight : (n,) float
        Final weights.
    design : Design
        Of the n rows.

    Returns
    -------
    DomainFigures
        P x D numbers: for the domains of one breakdown, not for a million of them.
    """
    base = ~np.isnan(numerator) & (weight > 0) & (cell >= 0)
    if denominator is not None:
        base &= ~np.isnan(denominator)
    row = np.flatnonzero(base)
    at = design.psu[row] * cells + cell[row]

    def table(values: FloatVector) -> FloatMatrix:
        sums = np.bincount(at, weights=values, minlength=design.psus * cells)
        return sums.astype(np.float64, copy=False).reshape(design.psus, cells)

    y = table(weight[row] * numerator[row])
    present = table(np.ones(row.size)) > 0
    if denominator is None:
        return DomainFigures(np.where(present.any(axis=0), y.sum(axis=0), np.nan), y, present)
    x = table(weight[row] * denominator[row])
    size = x.sum(axis=0)
    size[size == 0] = np.nan
    ratio = y.sum(axis=0) / size
    return DomainFigures(ratio, (y - ratio * x) / size, present)


def linear_contrasts(
    figures: DomainFigures, coefficients: npt.ArrayLike, design: Design, *, confidence: float = 0.95
) -> Combination:
    r"""Combine figures of domains linearly: differences, averages, directly standardized rates.

    Parameters
    ----------
    figures : DomainFigures
        Of D domains.
    coefficients : (c, D) float
        One row for each combination: ``[1, -1, 0]`` is a difference; the shares of a standard population over its
        age groups give a standardized rate.
    design : Design
        Of the PSUs.
    confidence : float
        Of the intervals.

    Returns
    -------
    Combination
        NaN where a domain that takes part has no figure.

    Notes
    -----
    .. math:: \hat\delta = \sum_d a_d \hat\theta_d, \qquad
              v(\hat\delta) = v\Big(\sum_{hi} \sum_d a_d z_{hi,d}\Big)

    The combination is taken in each PSU before squaring, so the covariance of domains that share PSUs is in it and no
    digits cancel. With fixed shares :math:`a_d` this is direct standardization.

    References
    ----------
    Särndal, Swensson and Wretman (1992), section 5.5; Korn and Graubard (1999), Analysis of Health Surveys
    (standardized rates).
    """
    a = np.atleast_2d(np.asarray(coefficients, dtype=np.float64))
    used = a != 0
    # A domain that does not take part may be without a figure.
    estimate = np.where(used, a * figures.estimate, 0.0).sum(axis=1)
    parts = np.where(np.isnan(figures.linearized), 0.0, figures.linearized)
    variance = dense_variances(parts @ a.T, design)
    return _combination(estimate, estimate, np.sqrt(variance), used, figures, design, confidence)


def _combination(
    centre: FloatVector,
    null: FloatVector,
    se: FloatVector,
    used: npt.NDArray[np.bool_],
    figures: DomainFigures,
    design: Design,
    confidence: float,
) -> Combination:
    degrees = [_shared_degrees(figures.present @ row, design) for row in used]
    df = np.array(degrees, dtype=np.int64)
    # An error of 0 says that nothing varied in the sample, not that the combination is known.
    known = np.where(np.isfinite(centre) & (df > 0) & (se > 0), se, np.nan)
    reach = stats.t.ppf(0.5 + confidence / 2, np.maximum(df, 1)) * known
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(null / known)
    p_value = np.asarray(2 * stats.t.sf(t, np.maximum(df, 1)))
    error = np.where(np.isfinite(centre), se, np.nan)
    return Combination(centre, error, centre - reach, centre + reach, df, p_value)


def _shared_degrees(present: BoolVector, design: Design) -> int:
    psus = np.flatnonzero(present)
    return int(psus.size - np.unique(design.stratum_of_psu[psus]).size)
