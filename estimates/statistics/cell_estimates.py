"""The numbers of one measure in every cell of a breakdown."""

from __future__ import annotations

from dataclasses import dataclass

from estimates.measure import FloatVector, IntVector


@dataclass(frozen=True)
class CellEstimates:
    """Estimates of one measure, one position per cell, NaN where the cell has no base.

    Parameters
    ----------
    estimate, variance : (D,) float
        Estimate and its variance under the design.
    srs_variance : (D,) float
        Variance under the simple random sample the design is compared with.
    df, n_psu : (D,) int
        Degrees of freedom and PSUs with members.
    n, cases : (D,) int
        Rows of the base, and those with the attribute.
    population : (D,) float
        Sum of weights of the base.
    """

    estimate: FloatVector
    variance: FloatVector
    srs_variance: FloatVector
    df: IntVector
    n_psu: IntVector
    n: IntVector
    cases: IntVector
    population: FloatVector
