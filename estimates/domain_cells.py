"""Rows of a breakdown sorted once by cell, for statistics that look at every cell's own rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from estimates.degrees_of_freedom import domain_degrees_of_freedom
from estimates.design_effects import Reference, srs_variance
from estimates.level_calibration import LevelCalibration, settled_variances
from estimates.linearized_covariance import FloatMatrix, linearized_covariance
from estimates.measure import BoolVector, Coding, FloatVector, IntVector
from estimates.stage_variances import StagedCells
from estimates.statistics.cell_estimates import CellEstimates
from surveys.design import Design

CELLS_AT_A_TIME = 64


@dataclass(frozen=True)
class DomainCells:
    """The rows of a base, cell after cell.

    Parameters
    ----------
    cells : int
        Cells of the breakdown, with or without rows.
    row : (m,) int
        Rows of the base that lie in a cell, sorted by cell.
    cell : (m,) int
        Cell of each of them.
    weight : (m,) float
        Weight of each of them, above zero.
    design : Design
        Of all n rows.
    calibration : LevelCalibration, optional
        Known totals that the weights meet, of all n rows.
    """

    cells: int
    row: IntVector
    cell: IntVector
    weight: FloatVector
    design: Design
    calibration: LevelCalibration | None = None

    def slices(self) -> Iterator[tuple[int, slice]]:
        """Walk over the cells that hold rows, with the positions of their rows."""
        if self.row.size == 0:
            return
        first = np.flatnonzero(np.diff(self.cell, prepend=-1))
        for start, stop in zip(first.tolist(), [*first[1:].tolist(), self.row.size], strict=True):
            yield int(self.cell[start]), slice(start, stop)

    @cached_property
    def staged(self) -> StagedCells:
        """The (unit, cell) pairs of every stage of the design."""
        return StagedCells(self.cell_of_all, self.cells, self.design)

    @cached_property
    def cell_of_all(self) -> IntVector:
        """Cell of every row of the level, (n,); -1 outside the base or the breakdown."""
        cell = np.full(self.design.rows, -1, dtype=np.int64)
        cell[self.row] = self.cell
        return cell

    def spread(self, values: FloatVector, outside: float = 0.0) -> FloatVector:
        """Put a value of the rows, (m,), at its place among all rows of the level, (n,)."""
        everywhere = np.full(self.design.rows, outside)
        everywhere[self.row] = values
        return everywhere

    def sums(self, values: FloatVector) -> FloatVector:
        """Sum a value of the rows, (m,), by cell, (cells,)."""
        return np.bincount(self.cell, weights=values, minlength=self.cells).astype(np.float64, copy=False)

    def variances(self, z: FloatVector) -> FloatVector:
        r"""Variance of each cell's statistic from its linearized variable, (cells,).

        Parameters
        ----------
        z : (m,) float
            Derivative of the cell's estimate by the weight of each of its rows.
        """
        if self.calibration is not None:
            return self.calibration.variances(self.spread(z), self.cell_of_all, self.cells)
        return self.staged.variances(self.spread(self.weight * z))

    def variances_with_outside(
        self, z: FloatVector, outside: FloatVector, slope: FloatVector, weight: FloatVector
    ) -> FloatVector:
        r"""Variance where rows outside the cell add to its error too, (cells,).

        Parameters
        ----------
        z : (m,) float
            Own part of each row.
        outside : (n,) float
            What is common to all cells, of every row of the level.
        slope : (cells,) float
            Times which it enters each cell.
        weight : (n,) float
            Final weights of every row of the level.

        Notes
        -----
        .. math:: v_d = v\Big(\sum_k w_k (z_k^{d} + c_d\, g_k)\Big)
        """
        variance = np.zeros(self.cells)
        held = np.unique(self.cell)
        place = np.searchsorted(held, self.cell)
        for start in range(0, held.size, CELLS_AT_A_TIME):
            chunk = held[start : start + CELLS_AT_A_TIME]
            here = (place >= start) & (place < start + chunk.size)
            row, at, own = self.row[here], place[here] - start, z[here]

            def sums(
                code: IntVector, codes: int, by: FloatVector, row: IntVector = row, at: IntVector = at,
                own: FloatVector = own, chunk: IntVector = chunk,
            ) -> FloatMatrix:  # fmt: skip
                inside = np.bincount(code[row] * chunk.size + at, weights=by[row] * own, minlength=codes * chunk.size)
                common = np.bincount(code, weights=by * outside, minlength=codes)
                return np.asarray(inside.reshape(codes, chunk.size) + np.outer(common, slope[chunk]))

            variance[chunk] = np.diag(linearized_covariance(sums, weight, self.design, self.calibration))
        return variance

    def estimates(
        self,
        estimate: FloatVector,
        z: FloatVector,
        cases: BoolVector,
        *,
        variance: FloatVector | None = None,
        reference: Reference = "with_replacement",
    ) -> CellEstimates:
        """Gather the numbers of every cell.

        Parameters
        ----------
        estimate : (cells,) float
            NaN where the statistic is not defined.
        z : (m,) float
            Linearized variable of the rows.
        cases : (m,) bool
            Rows with the attribute, or with a value that counts.
        variance : (cells,) float, optional
            Where it is not that of z alone.
        reference : {"without_replacement", "with_replacement", "dhs"}
            Simple random sample of the design effect: one that would draw z.

        Returns
        -------
        CellEstimates
        """
        n = np.bincount(self.cell, minlength=self.cells).astype(np.float64)
        population = self.sums(self.weight)
        variance = self.variances(z) if variance is None else variance
        known = np.isfinite(estimate)
        if self.calibration is not None:
            variance, _ = settled_variances(estimate, variance, variance)
        mean = self.sums(self.weight * z) / np.where(population > 0, population, 1.0)
        residual = (z - mean[self.cell]) * population[self.cell]
        srs = srs_variance(self.sums(self.weight * residual**2), n, population, variance, reference)
        pair, groups = self.staged.stages[0]
        held = np.bincount(pair, minlength=groups.cell_of_pair.size).astype(np.float64)
        n_psu, df = domain_degrees_of_freedom(groups, held)
        return CellEstimates(
            estimate=estimate,
            variance=np.where(known, variance, np.nan),
            srs_variance=srs,
            df=df,
            n_psu=n_psu,
            n=n.astype(np.int64),
            cases=np.bincount(self.cell[cases], minlength=self.cells).astype(np.int64),
            population=population,
        )


def domain_cells(
    codings: Sequence[Coding],
    base: BoolVector,
    weight: FloatVector,
    design: Design,
    calibration: LevelCalibration | None = None,
) -> DomainCells:
    """Sort the rows of a base by the cells of some crossed codings.

    Parameters
    ----------
    codings : sequence of Coding
        Crossed in this order, the last varying fastest; none for the whole.
    base : (n,) bool
        Rows with a known value inside the universe; rows of weight 0 are left out besides.
    weight : (n,) float
        Final weights.
    design : Design
        Of the n rows.
    calibration : LevelCalibration, optional
        Known totals that the weights meet.

    Returns
    -------
    DomainCells
    """
    cell = np.zeros(design.rows, dtype=np.int64)
    cells = 1
    used = base & (weight > 0)
    for coding in codings:
        cell = cell * len(coding.labels) + coding.codes
        used = used & (coding.codes >= 0)
        cells *= len(coding.labels)
    row = np.flatnonzero(used)
    row = row[np.argsort(cell[row], kind="stable")]
    return DomainCells(cells, row, cell[row], weight[row], design, calibration)
