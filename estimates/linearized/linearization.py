"""An estimate with its linearized variable, and the variance that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimates.measure import BoolVector, FloatVector
from estimates.variance import ultimate_cluster_variance
from surveys.design import Design


@dataclass(frozen=True)
class Linearized:
    """A point estimate and what each row adds to its error.

    Parameters
    ----------
    estimate : float
        The statistic, in its own unit; NaN where the domain holds nobody.
    z : (n,) float
        Derivative of the estimate by the row's weight; 0 outside the domain, so the design keeps every PSU.
    """

    estimate: float
    z: FloatVector


def linearized_variance(linearized: Linearized, weight: FloatVector, design: Design) -> float:
    r"""Design variance of an estimate from its linearized variable.

    Parameters
    ----------
    linearized : Linearized
        The estimate and ``z`` of n rows.
    weight : (n,) float
        Final weights.
    design : Design
        Describes the same n rows.

    Returns
    -------
    float
        Variance, in the square of the unit of the estimate; NaN where there is no estimate.

    Notes
    -----
    .. math:: v(\hat\theta) = v\Big(\sum_k w_k z_k\Big), \qquad
              z_k = \frac{\partial \hat\theta}{\partial w_k}

    References
    ----------
    Deville (1999), Survey Methodology 25(2), 193-203.
    """
    if np.isnan(linearized.estimate):
        return float("nan")
    totals = np.bincount(design.psu, weights=weight * linearized.z, minlength=design.psus)
    return float(ultimate_cluster_variance(totals, design)[0])


def inside(y: FloatVector, weight: FloatVector, domain: BoolVector | None) -> BoolVector:
    """Rows of the domain with a known value and a weight above zero, (n,)."""
    known = ~np.isnan(y) & (weight > 0)
    return known if domain is None else known & domain


def nothing(rows: int) -> Linearized:
    """Say that a domain without members has no estimate."""
    return Linearized(float("nan"), np.zeros(rows))
