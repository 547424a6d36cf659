"""Weighted squares around a fitted value, in two passes so that no digits cancel."""

from __future__ import annotations

import numpy as np

from estimates.measure import FloatVector, Measure
from estimates.psu_totals import CellIndex, sum_by


def weighted_squares(
    measure: Measure, index: CellIndex, weight: FloatVector, fitted: FloatVector
) -> FloatVector:
    r"""Sum squares of what remains after the fitted ratio of the row's cell.

    Parameters
    ----------
    measure : Measure
        Numerator and denominator of the rows.
    index : CellIndex
        Cell of every row.
    weight : (n,) float
        Final weights.
    fitted : (D,) float
        Ratio of each cell.

    Returns
    -------
    (D,) float
        :math:`\sum_{k \in d} w_k (y_k - \hat R_d x_k)^2` over the measure's base.

    Notes
    -----
    The mean is taken first and the squares after: one pass over raw squares would lose half the digits.
    """
    rows = index.row
    base = measure.base()[rows]
    expected = fitted[index.cell_of_row]
    if measure.denominator is not None:
        expected = expected * measure.denominator[rows]
    squares = np.where(base, weight[rows] * (measure.numerator[rows] - expected) ** 2, 0.0)
    return sum_by(index.cell_of_row, squares, index.cells)
