"""The algebra after the compiled walk: moments of PSU totals become the estimates of a breakdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from estimates.block_table import Measured, Strata
from estimates.design_effects import Reference, srs_variance
from estimates.measure import FloatVector, IntVector
from estimates.scan_columns import ScanColumns
from estimates.scan_plan import TableGroups, Walk
from estimates.statistics.cell_estimates import CellEstimates
from estimates.statistics.ratio import DUST

FloatArray = npt.NDArray[np.float64]
BoolMatrix = npt.NDArray[np.bool_]
# A variance or spread this small against the terms it was made of has lost too many digits.
CANCELLED = 1e-6


@dataclass
class Moments:
    """Sums that the walk adds to; see `walk_rows` for their shapes."""

    first: FloatArray
    second: FloatArray
    product: FloatArray
    present: FloatArray
    squares: FloatArray
    counts: npt.NDArray[np.int32] | npt.NDArray[np.int64]

    def add(self, other: Moments) -> None:
        """Add the moments of other PSUs in place."""
        for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True):
            mine += theirs


class Finish:
    """Estimates of the measures of a walk.

    Parameters
    ----------
    walk, columns, moments : Walk, ScanColumns, Moments
        What was summed.
    measures : sequence of Measured
        In the order of the columns.
    design : Strata
        Strata, finite populations and the policy for lonely strata.
    everyone : (float, float)
        Sum of all final weights, and rows with a weight above 0.
    reference : {"without_replacement", "with_replacement", "dhs"}
        Simple random sample of the design effect.
    """

    def __init__(
        self,
        walk: Walk,
        columns: ScanColumns,
        moments: Moments,
        measures: Sequence[Measured],
        design: Strata,
        everyone: tuple[float, float],
        reference: Reference,
    ) -> None:
        self.walk, self.columns, self.moments = walk, columns, moments
        self.design, self.reference = design, reference
        self.is_total = np.array([measure.kind == "total" for measure in measures])[:, None]
        self.is_share = np.array([measure.is_share for measure in measures])[:, None]
        self.total_weight, self.total_rows = everyone
        self.skipped = 0 if walk.finest_used else walk.partitions[0].cells

    def table(self, table: TableGroups) -> tuple[CellEstimates, BoolMatrix]:
        """Estimates of one breakdown, arrays (measures, D), and where digits cancelled."""
        columns, design = self.columns, self.design
        part = self.walk.partitions[table.partition]
        here = slice(part.first - self.skipped, part.first - self.skipped + part.cells)
        groups = table.stratum.size
        gather = _gather(table.group, groups)
        first = gather @ self.moments.first[:, here].reshape(table.group.size, -1)
        second = gather @ self.moments.second[:, here].reshape(table.group.size, -1)
        product = gather @ self.moments.product[:, here].reshape(table.group.size, -1)
        psus = (gather @ self.moments.present[:, here].reshape(table.group.size, -1))[:, columns.base_rank].T
        sum_y, sum_x = first[:, columns.y].T, first[:, columns.x].T
        by_cell = _ByCell(table)
        y_total, x_total = by_cell(sum_y), by_cell(sum_x)
        population, n_psu = by_cell(first[:, columns.base].T), by_cell(psus)
        strata = by_cell((psus > 0).astype(np.float64))
        n, cases, yy, yx, xx = self._row_sums(table, y_total, x_total)
        known = (n > 0) & (self.is_total | (x_total != 0))
        scale = np.where(known & ~self.is_total, x_total, 1.0)
        slope = np.where(known & ~self.is_total, y_total / scale, 0.0)
        estimate = np.where(known, np.where(self.is_total, y_total, columns.taken[:, None] + slope), np.nan)
        n_h = design.psus_per_stratum[table.stratum].astype(np.float64)
        fpc = design.fpc[table.stratum]
        factor = np.where(n_h > 1, fpc * n_h / np.maximum(n_h - 1.0, 1.0), 0.0)
        r = slope[:, table.cell]
        around = sum_y - r * sum_x
        y2, x2 = second[:, columns.y].T, second[:, columns.x].T
        squares = y2 - 2.0 * r * product[:, columns.y].T + r**2 * x2
        variance = by_cell(factor * np.maximum(squares - around**2 / n_h, 0.0))
        terms = by_cell(factor * (y2 + r**2 * x2))
        # All members in one PSU: the residuals add up to 0 there.
        single = (n_psu <= 1) & ~self.is_total
        variance = np.where(single, 0.0, variance)
        ill = (variance < CANCELLED * terms) & ~single
        if design.lonely_psu == "centred":
            variance = variance + self._lonely(table, by_cell, around, fpc)
        variance = variance / scale**2
        certain = ~self.is_total & ((cases == 0) | (self.is_share & (cases == n)))
        estimate = np.where(certain & known & (cases == 0), 0.0, estimate)
        nothing = self.is_total & (cases == 0)
        variance = np.where(certain | nothing | (variance < (DUST * estimate) ** 2), 0.0, variance)
        variance = np.where(known, variance, np.nan)
        srs, spread_ill = self._srs(estimate, variance, y_total, slope, scale, n, population, yy, yx, xx, certain)
        ill = (ill | spread_ill) & known & ~certain & ~nothing
        whole = [np.rint(values).astype(np.int64) for values in (n_psu - strata, n_psu, n, cases)]
        cells = CellEstimates(
            estimate=estimate, variance=variance, srs_variance=srs, df=whole[0], n_psu=whole[1], n=whole[2],
            cases=whole[3], population=population,
        )  # fmt: skip
        return cells, ill

    def _row_sums(
        self, table: TableGroups, y_total: FloatArray, x_total: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
        """Rows, cases, and weighted sums of y'y', y'x and xx of each cell."""
        columns = self.columns
        gather = _gather(table.cell_of_finest, table.cells)
        positions = table.cell_of_finest.size
        counts = gather @ self.moments.counts.reshape(positions, -1).astype(np.float64)
        squares = gather @ self.moments.squares.reshape(positions, -1)
        n = counts[:, columns.rows].T
        cases = counts[:, columns.nonzero].T + np.where(self.is_share, columns.taken[:, None], 0.0) * n
        # The square of 0 or 1 is itself, and that of 0 or -1 its opposite.
        small = (columns.y >= columns.wide)[:, None]
        wide = np.where(small[:, 0], 0, columns.y)
        yy = np.where(small, y_total * (1.0 - 2.0 * columns.taken[:, None]), squares[:, wide].T if columns.wide else 0)
        yx, xx = y_total.copy(), x_total.copy()
        for measure in np.flatnonzero(columns.product >= 0).tolist():
            yx[measure] = squares[:, columns.wide + columns.product[measure]]
            xx[measure] = squares[:, columns.x[measure]]
        return n, cases, yy, yx, xx

    def _srs(
        self,
        estimate: FloatArray,
        variance: FloatArray,
        y_total: FloatArray,
        slope: FloatArray,
        scale: FloatArray,
        n: FloatArray,
        population: FloatArray,
        yy: FloatArray,
        yx: FloatArray,
        xx: FloatArray,
        certain: BoolMatrix,
    ) -> tuple[FloatArray, BoolMatrix]:
        everyone = self.total_weight
        mean = y_total / everyone
        of_total = yy - mean * y_total
        of_ratio = yy - 2.0 * slope * yx + slope**2 * xx
        spread = np.where(self.is_total, of_total, of_ratio)
        ill = (spread < CANCELLED * np.where(self.is_total, yy, yy + slope**2 * xx)) & (n > 1)
        spread = np.maximum(spread, 0.0) * np.where(self.is_total, 1.0, (population / scale) ** 2)
        dust = ~self.is_total & (spread <= (DUST * estimate) ** 2 * population)
        spread = np.where(certain | dust, 0.0, spread)
        srs = srs_variance(spread, n, population, variance, self.reference)
        if self.is_total.any():
            rows = np.full(n.shape, self.total_rows)
            whole = srs_variance(
                spread, rows, np.full(n.shape, everyone), variance / everyone**2, self.reference
            ) * everyone**2  # fmt: skip
            whole = np.where(whole <= (DUST * y_total) ** 2, 0.0, whole)
            srs = np.where(self.is_total, whole, srs)
        return srs, ill

    def _lonely(self, table: TableGroups, by_cell: _ByCell, around: FloatArray, fpc: FloatVector) -> FloatArray:
        alone = self.design.psus_per_stratum == 1
        if not alone.any():
            return np.zeros((around.shape[0], table.cells))
        centre = by_cell(around) / self.design.psus
        middle = centre[:, table.cell]
        change = np.where(alone[table.stratum], fpc * ((around - middle) ** 2 - middle**2), 0.0)
        added = float(self.design.fpc[alone].sum()) * centre**2
        return np.asarray(np.maximum(added + by_cell(change), 0.0))


class _ByCell:
    """Sums of groups by cell: (m, G) to (m, D). Groups are sorted by cell, so that cells are runs."""

    def __init__(self, table: TableGroups) -> None:
        self.cells = table.cells
        self.present, self.start = np.unique(table.cell, return_index=True)

    def __call__(self, values: FloatArray) -> FloatArray:
        sums = np.zeros((values.shape[0], self.cells))
        if self.start.size:
            sums[:, self.present] = np.add.reduceat(values, self.start, axis=1)
        return sums


def _gather(position: IntVector, size: int) -> sparse.csr_array:
    """Matrix that adds up what lies at each position; -1 goes nowhere."""
    flat = position.ravel()
    inside = np.flatnonzero(flat >= 0)
    return sparse.csr_array((np.ones(inside.size), (flat[inside], inside)), shape=(size, flat.size))
