"""Variance of totals of a linearized variable held by the rows, for every cell of a breakdown and every stage."""

from __future__ import annotations

import numpy as np

from estimates.measure import FloatVector, IntVector
from estimates.psu_totals import sum_by
from estimates.variance import StratumCells
from surveys.design import Design
from surveys.design_stages import stage_designs


def staged_cell_variances(linearized: FloatVector, cell: IntVector, cells: int, design: Design) -> FloatVector:
    r"""Variance of the total of a linearized variable in each cell.

    Parameters
    ----------
    linearized : (n,) float
        Weight times linearized variable of each row.
    cell : (n,) int
        Cell of each row; -1 outside the breakdown.
    cells : int
        Number of cells D.
    design : Design
        Of the n rows. Further stages add their share.

    Returns
    -------
    (D,) float
        Variances; 0 for a cell without rows.

    Notes
    -----
    .. math:: v = \sum_h (1-f_h) \frac{n_h}{n_h-1} \sum_i (z_{hi}-\bar z_h)^2
              + \sum_h f_h \sum_i (1-f_{hi}) \frac{m_{hi}}{m_{hi}-1} \sum_j (z_{hij}-\bar z_{hi})^2 + \dots

    References
    ----------
    Särndal, Swensson and Wretman (1992), result 4.3.1.
    """
    return StagedCells(cell, cells, design).variances(linearized)


class StagedCells:
    """The (unit, cell) pairs of every stage, found once for any number of linearized variables.

    Parameters
    ----------
    cell : (n,) int
        Cell of each row; -1 outside the breakdown.
    cells : int
        Number of cells D.
    design : Design
        Of the n rows.
    """

    def __init__(self, cell: IntVector, cells: int, design: Design) -> None:
        self.row = np.flatnonzero(cell >= 0)
        stages: list[tuple[Design, FloatVector | None]] = [(design, None), *stage_designs(design)]
        self.stages: list[tuple[IntVector, StratumCells]] = []
        for inner, share in stages:
            key = inner.psu[self.row] * cells + cell[self.row]
            pairs, pair = _distinct(key, inner.psus * cells)
            groups = StratumCells(pairs % cells, pairs // cells, cells, inner, share)
            self.stages.append((pair, groups))

    def variances(self, linearized: FloatVector) -> FloatVector:
        """Variance of each cell's total, (D,), from weight times linearized variable of the rows, (n,)."""
        value = linearized[self.row]
        parts = [groups.variances(sum_by(pair, value, groups.cell_of_pair.size)) for pair, groups in self.stages]
        return np.asarray(np.sum(parts, axis=0))


def _distinct(key: IntVector, span: int) -> tuple[IntVector, IntVector]:
    """Distinct keys in order and the position of each row's key; counted where that is cheaper than sorting."""
    if span > 4 * key.size + 1024:
        distinct, position = np.unique(key, return_inverse=True)
        return distinct, position.astype(np.int64)
    distinct = np.flatnonzero(np.bincount(key, minlength=span))
    place = np.empty(span, dtype=np.int64)
    place[distinct] = np.arange(distinct.size)
    return distinct, place[key]
