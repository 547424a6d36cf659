"""What calibration to known totals takes out of a variance: residuals, from grouped sums and never row by row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from estimates.dense_variance import dense_variances
from estimates.measure import FloatVector, IntVector
from surveys.design import Design
from surveys.design_stages import stage_designs
from weights.calibration.calibrate import Calibration
from weights.calibration.margins import Amount, control_cells

FloatMatrix = npt.NDArray[np.float64]
CELLS_AT_A_TIME = 10_000_000  # numbers of a block of PSUs by cells, 80 MB


@dataclass(frozen=True)
class CalibrationAdjustment:
    """A calibration as the variance sees it; post-stratification is the case of one margin.

    Parameters
    ----------
    group : (n,) int
        Group of each row; rows of a group are alike for every known total.
    x : (G, k) float
        Auxiliary vector of each group.
    base_weight : (n,) float
        Weight before the calibration.
    weight : (n,) float
        Final weight: base weight times g-weight, times whatever came afterwards.
    """

    group: IntVector
    x: FloatMatrix
    base_weight: FloatVector
    weight: FloatVector

    @classmethod
    def of(
        cls, calibration: Calibration, base_weight: FloatVector, weight: FloatVector | None = None
    ) -> CalibrationAdjustment:
        """Describe a calibration that was made by `weights.calibration`.

        Parameters
        ----------
        calibration : Calibration
            Its result.
        base_weight : (n,) float
            Weights that went in.
        weight : (n,) float, optional
            Final weights, when a later step changed them; those of the calibration when None.

        Returns
        -------
        CalibrationAdjustment
        """
        cells = calibration.cells
        return cls(cells.group, cells.x, base_weight, calibration.weight if weight is None else weight)

    @classmethod
    def of_columns(
        cls, x: FloatMatrix, base_weight: FloatVector, weight: FloatVector, partition: IntVector | None = None
    ) -> CalibrationAdjustment:
        """Describe a calibration by what was known of each row, as a weighting stage can leave it on disk.

        Parameters
        ----------
        x : (n, k) float
            Auxiliary vector of each row, such as persons of the household by sex and age.
        base_weight, weight : (n,) float
            Weights before the calibration, and final weights.
        partition : (n,) int, optional
            Domain of each row where every domain was calibrated by itself; -1 where it was not.

        Returns
        -------
        CalibrationAdjustment
        """
        blocks = np.zeros(len(x), dtype=np.int64) if partition is None else partition
        labels, first, block = np.unique(blocks, return_index=True, return_inverse=True)
        columns = [Amount(str(j), x[:, j], 0.0) for j in range(x.shape[1])]
        cells = control_cells([*columns, Amount("partition", block.astype(np.float64), 0.0)])
        values, part = cells.x[:, :-1], cells.x[:, -1]
        wide = [values * (part == b)[:, None] for b in range(first.size) if labels[b] >= 0]
        return cls(cells.group, np.column_stack(wide), base_weight, weight)

    @cached_property
    def inverse(self) -> FloatMatrix:
        """Generalized inverse of X'WX, (k, k): margins that repeat one another's total do no harm."""
        size = np.bincount(self.group, weights=self.base_weight, minlength=self.x.shape[0])
        matrix = (self.x * size[:, None]).T @ self.x
        root = np.sqrt(np.diag(matrix))
        root = np.where(root > 0, root, 1.0)
        return np.asarray(np.linalg.pinv(matrix / np.outer(root, root), rcond=1e-11, hermitian=True)
                          / np.outer(root, root))  # fmt: skip

    def coefficients(self, group_sums: FloatMatrix | sparse.csc_array) -> FloatMatrix:
        """Regression of variables on the auxiliaries, (k, m), from their base-weighted sums by group, (G, m)."""
        return np.asarray(self.inverse @ np.asarray(group_sums.T @ self.x).T)

    def unit_totals(self, unit: IntVector, units: int) -> FloatMatrix:
        """Total of every auxiliary in every sampling unit with final weights, (units, k)."""
        ordered = bool((np.diff(unit) >= 0).all())
        order = slice(None) if ordered else np.argsort(unit, kind="stable")
        end = np.cumsum(np.bincount(unit, minlength=units))
        # Rows in the order of their units are a sparse matrix already: nothing is sorted, nothing is merged.
        rows = sparse.csr_array((self.weight[order], self.group[order], np.r_[0, end]), shape=(units, self.x.shape[0]))
        return np.asarray(rows @ self.x)


def calibrated_variance(
    totals: npt.ArrayLike, group_sums: npt.ArrayLike, adjustment: CalibrationAdjustment, design: Design
) -> FloatVector:
    r"""Variance of calibrated totals, from PSU totals and sums by calibration group.

    Parameters
    ----------
    totals : (P, m) float
        PSU totals of the linearized variables with final weights.
    group_sums : (G, m) float
        Sums of the same variables by calibration group with base weights.
    adjustment : CalibrationAdjustment
        The calibration.
    design : Design
        First stage. For later stages use `calibrated_cell_variances`.

    Returns
    -------
    (m,) float
        Variances.

    Notes
    -----
    .. math:: e_k = z_k - x_k^{\mathsf T} B, \qquad
              B = \Big(\sum_k d_k x_k x_k^{\mathsf T}\Big)^{-} \sum_k d_k x_k z_k, \qquad
              v = v\Big(\sum_k g_k d_k e_k\Big)

    The PSU total of :math:`g d e` is that of :math:`g d z` less :math:`(\sum g d x)^{\mathsf T} B`, so no residual
    of a row is ever computed. The same form holds for every distance of Deville and Särndal: their estimators
    are asymptotically the regression estimator.

    References
    ----------
    Särndal, Swensson and Wretman (1992), result 6.6.1 (g-weighted residuals); Deville and Särndal (1992), JASA
    87(418), result 5 (every distance is asymptotically the regression estimator).
    """
    values = np.asarray(totals, dtype=np.float64).reshape(design.psus, -1)
    sums = np.asarray(group_sums, dtype=np.float64).reshape(adjustment.x.shape[0], -1)
    known = adjustment.unit_totals(design.psu, design.psus)
    return dense_variances(values - known @ adjustment.coefficients(sums), design)


def calibrated_cell_variances(
    linearized: FloatVector,
    cell: IntVector,
    cells: int,
    adjustment: CalibrationAdjustment,
    design: Design,
    rows: IntVector | None = None,
) -> FloatVector:
    r"""Variance of a calibrated statistic in every cell of a breakdown, at every stage.

    Parameters
    ----------
    linearized : (n,) float
        Linearized variable of each row in its own cell, without weight, such as
        :math:`(y_k - \hat R_d x_k) / \hat X_d`; NaN never, 0 outside the base.
    cell : (n,) int
        Cell of each row; -1 outside the breakdown.
    cells : int
        Number of cells D.
    adjustment : CalibrationAdjustment
        The calibration. It is regressed on over all rows, also those outside the cell.
    design : Design
        Of the rows of the calibration.
    rows : (m,) int, optional
        Where the calibration was of a level above, such as households, and the statistic is of persons: the
        household of each person, ``parent_row``. The other vectors then have m rows.

    Returns
    -------
    (D,) float
        Variances.

    Notes
    -----
    As `calibrated_variance`; at a later stage the totals are those of its units.

    References
    ----------
    Särndal, Swensson and Wretman (1992), result 6.6.1, and chapter 10 (domains).
    """
    row = np.flatnonzero(cell >= 0)
    at, z = cell[row], linearized[row]
    above = row if rows is None else rows[row]
    sums = _table(adjustment.group[above], at, adjustment.base_weight[above] * z, adjustment.x.shape[0], cells)
    slope = adjustment.coefficients(sums)
    weighted = adjustment.weight[above] * z
    variance = np.zeros(cells)
    stages: list[tuple[Design, FloatVector | None]] = [(design, None), *stage_designs(design)]
    for stage, share in stages:
        known = adjustment.unit_totals(stage.psu, stage.psus)
        totals = _table(stage.psu[above], at, weighted, stage.psus, cells)
        width = max(1, CELLS_AT_A_TIME // stage.psus)
        for start in range(0, cells, width):
            part = slice(start, min(start + width, cells))
            block = totals[:, part]
            residual = (block if isinstance(block, np.ndarray) else block.toarray()) - known @ slope[:, part]
            variance[part] += dense_variances(residual, stage, share)
    return variance


def _table(
    row: IntVector, column: IntVector, values: FloatVector, rows: int, columns: int
) -> FloatMatrix | sparse.csc_array:
    """Sum by two codes; full while that is small, else only what occurs."""
    if rows * columns <= CELLS_AT_A_TIME:
        sums = np.bincount(row * columns + column, weights=values, minlength=rows * columns)
        return sums.astype(np.float64, copy=False).reshape(rows, columns)
    return sparse.csc_array((values, (row, column)), shape=(rows, columns))


def calibrated_ratios(
    numerator: FloatVector,
    denominator: FloatVector | None,
    cell: IntVector,
    cells: int,
    adjustment: CalibrationAdjustment,
    design: Design,
    rows: IntVector | None = None,
) -> tuple[FloatVector, FloatVector]:
    """Estimate a ratio, mean or proportion, or a total, in every cell, with its calibrated variance.

    Parameters
    ----------
    numerator : (n,) float
        NaN where missing; such rows leave the base.
    denominator : (n,) float or None
        Ones for a mean; None for a total.
    cell, cells : (n,) int and int
        Breakdown, -1 outside.
    adjustment : CalibrationAdjustment
        The calibration.
    design : Design
        Of the rows of the calibration.
    rows : (n,) int, optional
        Row of the calibration of each row, as `calibrated_cell_variances`.

    Returns
    -------
    estimate, variance : (D,) float
        NaN where a ratio has no base.
    """
    base = ~np.isnan(numerator)
    if denominator is not None:
        base &= ~np.isnan(denominator)
    inside = np.where(base, cell, -1)
    row = np.flatnonzero(inside >= 0)
    at, w = inside[row], adjustment.weight[row if rows is None else rows[row]]
    total = np.bincount(at, weights=w * numerator[row], minlength=cells).astype(np.float64)
    z = np.zeros(numerator.size)
    if denominator is None:
        z[row] = numerator[row]
        return total, calibrated_cell_variances(z, inside, cells, adjustment, design, rows)
    size = np.bincount(at, weights=w * denominator[row], minlength=cells).astype(np.float64)
    size[size == 0] = np.nan
    ratio = total / size
    z[row] = np.nan_to_num((numerator[row] - ratio[at] * denominator[row]) / size[at])
    variance = calibrated_cell_variances(z, inside, cells, adjustment, design, rows)
    return ratio, np.where(np.isnan(size), np.nan, variance)
