"""Estimates of many measures in every cell from centred moments of PSU totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from estimates.design_effects import Reference, srs_variance
from estimates.measure import Coding, FloatVector, IntVector, Measure
from estimates.psu_totals import provisional_centre
from estimates.scan_plan import By, ScanPlan, TableGroups, Walk, scan_plan
from estimates.statistics.cell_estimates import CellEstimates
from estimates.statistics.ratio import DUST
from surveys.design import Design

Scalar = TypeVar("Scalar", bound=np.generic)
FloatArray = npt.NDArray[np.float64]
# Moments held at a time; 12 numbers for each group of a measure.
MOMENT_NUMBERS = 24_000_000


@dataclass(frozen=True)
class _Flat:
    """A walk's index arrays in the form that the compiled code reads."""

    cell_of_finest: IntVector
    largest: int
    pair_start: IntVector
    pair_cell: IntVector
    table_of_partition: IntVector
    group_of_pair: IntVector
    tables: tuple[tuple[TableGroups, int], ...]
    groups: int


def estimate_by_moments(
    measures: Sequence[Measure],
    breakdowns: Sequence[By],
    codings: Mapping[str, Coding],
    design: Design,
    weight: FloatVector,
    reference: Reference = "without_replacement",
    threads: int = 2,
) -> Iterator[tuple[By, Measure, CellEstimates]]:
    r"""Estimate every measure in every breakdown in one compiled pass over the rows of each measure.

    Parameters
    ----------
    measures : sequence of Measure
        Estimated one beside another by ``threads`` workers; the result does not depend on how many.
    breakdowns : sequence of tuple of str
        Crosses of codings.
    codings : mapping of str to Coding
        Codes of the n rows.
    design : Design
        Of the n rows.
    weight : (n,) float
        Final weights.
    reference : {"without_replacement", "with_replacement", "dhs"}
        Simple random sample of the design effect.
    threads : int
        Workers.

    Yields
    ------
    (breakdown, measure, CellEstimates)
        The numbers of `ratio` and `total`, from other arithmetic.

    Notes
    -----
    Of each (stratum, cell) group the pass keeps the number of PSUs with members :math:`m`, the means and
    centred
    squares and products of the PSU totals :math:`x_i` and :math:`y'_i = y_i - c x_i`. PSUs without members
    are then added as zeros (Chan's merge), and with :math:`r = \hat R_d - c`

    .. math:: \sum_i (u_i - \bar u)^2 = \big(M_{yy} - 2 r M_{xy} + r^2 M_{xx}\big) / \hat X_d^2 .

    References
    ----------
    Welford (1962), Technometrics 4(3), 419-420; Chan, Golub and LeVeque (1983), The American Statistician
    37(3).
    """
    # Compiling costs a second: only large scans come here.
    from estimates.scan_kernel import MOMENTS, walk_rows

    plan = scan_plan(breakdowns, codings, design)
    ordered_weight = _ordered(weight, plan)
    total_weight, total_rows = float(weight.sum()), float(np.count_nonzero(weight > 0))
    no_values, no_flags = np.empty(0), np.empty(0, dtype=np.bool_)
    for walk in plan.walks:
        flat = _flatten(walk)
        at_a_time = max(threads, MOMENT_NUMBERS // max(MOMENTS * flat.groups, 1))

        def moments_of(measure: Measure, walk: Walk = walk, flat: _Flat = flat) -> tuple[FloatArray, float]:
            moments = np.zeros((flat.groups, MOMENTS))
            centre = provisional_centre(measure, weight)
            walk_rows(
                _ordered(measure.numerator, plan),
                no_values if measure.denominator is None else _ordered(measure.denominator, plan),
                measure.denominator is not None,
                no_flags if measure.universe is None else _ordered(measure.universe, plan),
                measure.universe is not None,
                ordered_weight, centre, walk.finest, plan.psu_start, walk.finest_cells, flat.cell_of_finest,
                flat.largest, flat.pair_start, flat.pair_cell, flat.table_of_partition, flat.group_of_pair,
                moments,
            )  # fmt: skip
            return moments, centre

        for start in range(0, len(measures), at_a_time):
            some = measures[start : start + at_a_time]
            with ThreadPoolExecutor(threads) as pool:
                found = list(pool.map(moments_of, some))
            for table, first in flat.tables:
                last = first + table.stratum.size
                finish = _Finish(table, design, reference, total_weight, total_rows)
                for measure, (moments, centre) in zip(some, found, strict=True):
                    yield table.by, measure, finish.estimates(measure, moments[first:last].T, centre)


class _Finish:
    """The algebra after the scan, for the cells of one breakdown."""

    def __init__(
        self, table: TableGroups, design: Design, reference: Reference, total_weight: float, total_rows: float
    ) -> None:
        self.table = table
        self.reference = reference
        self.total_weight = total_weight
        self.total_rows = total_rows
        self.design = design
        self.n_h = design.psus_per_stratum[table.stratum].astype(np.float64)
        self.fpc = design.fpc[table.stratum]
        self.factor = np.where(self.n_h > 1, self.fpc * self.n_h / np.maximum(self.n_h - 1.0, 1.0), 0.0)
        # Groups are sorted by cell, so that cells are runs.
        self.present, self.start = np.unique(table.cell, return_index=True)

    def by_cell(self, values: FloatArray) -> FloatArray:
        """Sum the groups of each cell; (k, G) gives (k, D)."""
        sums = np.zeros((values.shape[0], self.table.cells))
        if self.start.size:
            sums[:, self.present] = np.add.reduceat(values, self.start, axis=1)
        return sums

    def estimates(self, measure: Measure, m: FloatArray, centre: float) -> CellEstimates:
        psus, mean_x, mean_y = m[0], m[1], m[2]
        x_total, y_total, weight, n, cases, yy, yx, xx, n_psu, strata = self.by_cell(
            np.vstack([psus * mean_x, psus * mean_y, m[6:12], psus, psus > 0])
        )
        if measure.denominator is None:
            yx, xx = y_total, x_total
        has_base = n > 0
        if measure.kind == "total":
            known = has_base
            slope = np.zeros(self.table.cells)
            scale = np.ones(self.table.cells)
            estimate = np.where(known, y_total, np.nan)
        else:
            known = has_base & (x_total != 0)
            scale = np.where(known, x_total, 1.0)
            slope = np.where(known, y_total / scale, 0.0)
            estimate = np.where(known, centre + slope, np.nan)
        r = slope[self.table.cell]
        mean_u = mean_y - r * mean_x
        squares = m[5] - 2.0 * r * m[4] + r**2 * m[3]
        # The PSUs of the stratum without members come in as zeros.
        squares = squares + mean_u**2 * psus * (self.n_h - psus) / self.n_h
        variance = self.by_cell((self.factor * np.maximum(squares, 0.0))[None, :])[0]
        if self.design.lonely_psu == "centred":
            variance = variance + self._lonely(mean_u, psus)
        variance = variance / scale**2
        variance = np.where(variance < (DUST * estimate) ** 2, 0.0, variance)
        certain = (cases == 0) | (cases == n) if measure.kind != "total" and measure.is_share else cases < 0
        variance = np.where(certain, 0.0, variance)
        variance = np.where(known, variance, np.nan)
        if measure.kind == "total":
            mean = y_total / self.total_weight
            spread = yy - 2.0 * mean * y_total + mean**2 * self.total_weight
            everyone = np.full(self.table.cells, self.total_weight)
            srs = self.total_weight**2 * srs_variance(
                np.maximum(spread, 0.0), np.full(self.table.cells, self.total_rows), everyone,
                variance / self.total_weight**2, self.reference,
            )  # fmt: skip
            srs = np.where(srs <= (DUST * y_total) ** 2, 0.0, srs)
        else:
            spread = np.maximum(yy - 2.0 * slope * yx + slope**2 * xx, 0.0) * (weight / scale) ** 2
            spread = np.where(certain, 0.0, spread)
            srs = srs_variance(spread, n, weight, variance, self.reference)
        df = (n_psu - strata).astype(np.int64)
        return CellEstimates(
            estimate=estimate, variance=variance, srs_variance=srs, df=df, n_psu=n_psu.astype(np.int64),
            n=n.astype(np.int64), cases=cases.astype(np.int64), population=weight,
        )  # fmt: skip

    def _lonely(self, mean_u: FloatVector, psus: FloatVector) -> FloatVector:
        alone = self.design.psus_per_stratum == 1
        if not alone.any():
            return np.zeros(self.table.cells)
        here = alone[self.table.stratum]
        centre = self.by_cell((mean_u * psus)[None, :])[0] / self.design.psus
        around = centre[self.table.cell]
        change = np.where(here, self.fpc * ((mean_u - around) ** 2 - around**2), 0.0)
        added = float(self.design.fpc[alone].sum()) * centre**2
        return np.asarray(np.maximum(added + self.by_cell(change[None, :])[0], 0.0))


def _flatten(walk: Walk) -> _Flat:
    pairs = np.cumsum([0, *(partition.pair_cell.size for partition in walk.partitions)])
    tables = np.cumsum([0, *(len(partition.tables) for partition in walk.partitions)])
    most = max(len(partition.tables) for partition in walk.partitions)
    group_of_pair = np.full((most, int(pairs[-1])), -1, dtype=np.int64)
    placed: list[tuple[TableGroups, int]] = []
    groups = 0
    for number, partition in enumerate(walk.partitions):
        here = slice(int(pairs[number]), int(pairs[number + 1]))
        for position, table in enumerate(partition.tables):
            group_of_pair[position, here] = np.where(
                table.group_of_pair < 0, -1, table.group_of_pair + groups
            )
            placed.append((table, groups))
            groups += table.stratum.size
    return _Flat(
        cell_of_finest=np.vstack([partition.cell_of_finest for partition in walk.partitions]),
        largest=max(partition.cells for partition in walk.partitions),
        pair_start=np.vstack(
            [partition.pair_start + pairs[number] for number, partition in enumerate(walk.partitions)]
        ).astype(np.int64),
        pair_cell=np.concatenate([partition.pair_cell for partition in walk.partitions]),
        table_of_partition=tables.astype(np.int64),
        group_of_pair=group_of_pair,
        tables=tuple(placed),
        groups=groups,
    )


def _ordered(values: npt.NDArray[Scalar], plan: ScanPlan) -> npt.NDArray[Scalar]:
    return np.ascontiguousarray(values if plan.order is None else values[plan.order])
