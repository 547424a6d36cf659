"""Moments of one pass, gathered from batches of rows or of PSU totals that come in any number of pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from estimates.aligned import aligned_zeros
from estimates.block_table import Block, Strata
from estimates.carried.cell_totals import CellTotals
from estimates.carried.layout import Layout, Rows, bound_columns, centre_of, in_chunks, layout
from estimates.carried.task import Pass, Summed
from estimates.design_effects import Reference
from estimates.measure import FloatVector, IntVector
from estimates.moment_estimates import Finish, Moments
from estimates.moments import DENSE, DENSE_NUMBERS, SIDE_BY_SIDE
from estimates.scan_plan import Walk, Walker, constant_codes
from surveys.design import Design

FloatArray = npt.NDArray[np.float64]
_NO_ORDER = np.empty(0, dtype=np.int64)


class NotConstant(Exception):
    """A coding that was taken as constant within PSUs is not; ``name`` says which."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


@dataclass
class _Part:
    """Measures walked side by side, and what was summed of them so far."""

    measures: tuple[Summed, ...]
    laid: Layout
    moments: Moments


@dataclass(frozen=True)
class Found:
    """Blocks of a pass, and in which cells of each digits cancelled."""

    block: Block
    ill: npt.NDArray[np.bool_]


class Gathering:
    """What one pass keeps of the rows: moments by segment and cell.

    A segment is the PSUs of one stratum that are alike in every area of the pass. Moments of pieces that share no PSU
    add up; pieces are added in one order, so that the sums are the same on any number of processors.

    Parameters
    ----------
    one : Pass
        What is summed.
    labels : mapping of str to tuple of str
        Codes of the codings.
    outside : set of str
        Codings with rows outside their codes.
    """

    def __init__(self, one: Pass, labels: Mapping[str, tuple[str, ...]], outside: frozenset[str]) -> None:
        self.one = one
        self.labels = {name: labels[name] for name in (*one.names, *one.areas)}
        self.outside = outside
        self.segments: dict[tuple[int, ...], int] = {}
        self.psus: dict[int, int] = {}
        self.weight, self.rows = 0.0, 0
        self._room = 0
        self._shape = self._walk(np.zeros((1, 1 + len(one.areas)), dtype=np.int64))
        self._mapped = np.concatenate([part.cell_of_parent for part in self._shape.partitions])
        starts = np.cumsum([0, *(part.cell_of_parent.size for part in self._shape.partitions)])
        self._partitions = np.array(
            [
                (part.parent, self._shape.partitions[part.parent].first, part.first, part.cells, starts[number])
                for number, part in enumerate(self._shape.partitions)
            ],
            dtype=np.int64,
        )
        chunks = in_chunks(one.measures, SIDE_BY_SIDE)
        self.parts = [_Part(some, layout(some), _no_moments()) for some in chunks]

    @property
    def cells(self) -> int:
        """Cells of all roll-ups."""
        last = self._shape.partitions[-1]
        return last.first + last.cells

    @property
    def skipped(self) -> int:
        """Leading cells of which no moments are kept."""
        return 0 if self._shape.finest_used else self._shape.partitions[0].cells

    def add_rows(self, rows: Rows) -> None:
        """Add rows of whole PSUs that no other batch holds.

        Raises
        ------
        NotConstant
            A coding that was taken as an area changes within a PSU.
        """
        from estimates.scan_dense import walk_dense
        from estimates.scan_kernel import walk_rows

        psus = rows.stratum.size
        if not psus:
            return
        areas = []
        for name in self.one.areas:
            codes = constant_codes(rows.codes[name], _NO_ORDER, rows.psu_start)
            if codes is None:
                raise NotConstant(name)
            areas.append(codes)
        segment = self._segments_of(rows.stratum, areas)
        self._count(rows.stratum)
        self.weight += float(rows.weight.sum())
        self.rows += int(np.count_nonzero(rows.weight > 0))
        arrays = [self._codes(rows, name) for name in self.one.names]
        code = np.array(
            [(a.ctypes.data, a.itemsize, len(self.labels[name]) + (name in self.outside), int(name in self.outside))
             for name, a in zip(self.one.names, arrays, strict=True)], dtype=np.int64,
        ).reshape(-1, 4)  # fmt: skip
        filled = max(int(np.count_nonzero(np.diff(rows.psu_start))), 1)
        for part in self.parts:
            columns = bound_columns(part.laid, rows)
            many = columns.wide + columns.summed
            dense = (
                self.cells * filled <= DENSE * rows.weight.size and (self.cells + self.skipped) * many <= DENSE_NUMBERS
            )
            moments = part.moments
            walk: Any = walk_dense if dense else walk_rows
            walk(
                0, psus, rows.psu_start, segment, _NO_ORDER, rows.weight, *np.ascontiguousarray(code.T),
                columns.table, columns.centre, columns.wide, columns.summed, columns.reference, columns.bases,
                columns.cross, self._partitions, self._mapped, self.skipped, moments.first, moments.second,
                moments.product, moments.present, moments.squares, moments.counts,
            )  # fmt: skip

    def add_totals(self, totals: CellTotals) -> None:
        """Add totals of whole PSUs, in the order of strata and PSUs, their centres already taken out."""
        from estimates.carried.totals_kernel import fold_totals

        if not totals.psu.size:
            return
        changed = (np.diff(totals.psu) != 0) | (np.diff(totals.stratum) != 0)
        start = np.concatenate([[0], np.flatnonzero(changed) + 1, [totals.psu.size]]).astype(np.int64)
        stratum = totals.stratum[start[:-1]]
        areas = []
        for name in self.one.areas:
            codes = constant_codes(totals.codes[name], _NO_ORDER, start)
            if codes is None:
                raise NotConstant(name)
            areas.append(codes)
        segment = self._segments_of(stratum, areas)
        self._count(stratum)
        self.weight += float(np.asarray(totals.w[0], dtype=np.float64).sum())
        self.rows += int(totals.n[0].sum())
        finest = np.zeros(totals.psu.size, dtype=np.int64)
        for name in self.one.names:
            more = int(name in self.outside)
            finest = finest * (len(self.labels[name]) + more) + totals.codes[name] + more
        for part in self.parts:
            summed, square, count = _laid_out(totals, part, self.one)
            columns, moments = part.laid.columns, part.moments
            moments.counts = moments.counts.astype(np.int64, copy=False)
            fold_totals(
                start, segment, finest, summed, square, count, columns.reference, columns.bases, self._partitions,
                self._mapped, self.skipped, moments.first, moments.second, moments.product, moments.present,
                moments.squares, moments.counts,
            )  # fmt: skip

    def add(self, other: Gathering) -> None:
        """Add what another piece of the same pass gathered from other PSUs."""
        keys = list(other.segments)
        if keys:
            mine = np.array([self._segment(key) for key in keys], dtype=np.int64)
            self._grow()
            for part, theirs in zip(self.parts, other.parts, strict=True):
                part.moments.counts = part.moments.counts.astype(np.int64, copy=False)
                for here, there in zip(vars(part.moments).values(), vars(theirs.moments).values(), strict=True):
                    here[mine] += there[: len(keys)]
        for stratum, psus in other.psus.items():
            self.psus[stratum] = self.psus.get(stratum, 0) + psus
        self.weight += other.weight
        self.rows += other.rows

    def finish(self, strata: Strata, position: Mapping[int, int], reference: Reference) -> list[Found]:
        """Estimate the measures of the pass in its breakdowns.

        Parameters
        ----------
        strata : Strata
            Of the whole sample, after collapsing.
        position : mapping of int to int
            Place in ``strata`` of each stratum as the rows number it.
        reference : {"without_replacement", "with_replacement", "dhs"}
            Simple random sample of the design effect.
        """
        keys = np.array(list(self.segments), dtype=np.int64).reshape(-1, 1 + len(self.one.areas))
        keys[:, 0] = [position[stratum] for stratum in keys[:, 0].tolist()]
        # A stratum without rows here still has its PSUs.
        absent = sorted(set(range(strata.psus_per_stratum.size)) - set(keys[:, 0].tolist()))
        empty = np.full((len(absent), keys.shape[1]), -1, dtype=np.int64)
        empty[:, 0] = absent
        every = np.concatenate([keys, empty])
        unique, segment = np.unique(every, axis=0, return_inverse=True)
        segment = segment.ravel()[: keys.shape[0]]
        walk = self._walk(unique)
        found = []
        for part in self.parts:
            sums: list[Any] = [_at(values, segment, unique.shape[0]) for values in vars(part.moments).values()]
            moments = Moments(*sums)
            end = Finish(
                walk, part.laid.columns, moments, part.measures, strata, (self.weight, float(self.rows)), reference
            )
            for table in walk.tables:
                cells, ill = end.table(table)
                found.append(Found(Block(part.measures, table.by, cells), ill))
        return found

    def _walk(self, keys: IntVector) -> Walk:
        """Arrange partitions and tables for PSUs that stand each for a segment."""
        order = np.arange(keys.shape[0])
        design = Design(
            psu=_NO_ORDER, stratum_of_psu=keys[:, 0], stratum_names=tuple(map(str, range(int(keys[:, 0].max()) + 1)))
        )
        local = {by: tuple(name for name in by if name in self.one.names) for by in self.one.members}
        names = (*self.one.names, *self.one.areas)
        walker = Walker(
            list(self.one.names),
            self.one.members,
            local,
            {name: len(self.labels[name]) for name in names},
            {name: int(name in self.outside) for name in names},
            {name: keys[order, 1 + place] for place, name in enumerate(self.one.areas)},
            design,
        )
        walk = walker.walk(limited=False)
        if walk is None:
            raise ValueError(f"the cross of {', '.join(self.one.names)} is too fine")
        return walk

    def _codes(self, rows: Rows, name: str) -> npt.NDArray[np.int8] | IntVector:
        codes = rows.codes[name]
        if codes.dtype == np.int8:
            return np.ascontiguousarray(codes, dtype=np.int8)
        return np.ascontiguousarray(codes, dtype=np.int64)

    def _segments_of(self, stratum: IntVector, areas: Sequence[IntVector]) -> IntVector:
        """Give each PSU the number of its segment; new ones come last."""
        keys = np.column_stack([stratum, *areas]).astype(np.int64)
        changed = np.flatnonzero(np.any(keys[1:] != keys[:-1], axis=1)) + 1
        runs = np.concatenate([[0], changed])
        numbers = np.array([self._segment(tuple(key)) for key in keys[runs].tolist()], dtype=np.int64)
        self._grow()
        return np.repeat(numbers, np.diff([*runs.tolist(), keys.shape[0]]))

    def _segment(self, key: tuple[int, ...]) -> int:
        return self.segments.setdefault(key, len(self.segments))

    def _count(self, stratum: IntVector) -> None:
        for name, psus in zip(*(part.tolist() for part in np.unique(stratum, return_counts=True)), strict=True):
            self.psus[name] = self.psus.get(name, 0) + psus

    def _grow(self) -> None:
        if len(self.segments) <= self._room:
            return
        self._room = max(4, 2 * self._room, len(self.segments))
        for part in self.parts:
            columns = part.laid.columns
            many, cells = columns.wide + columns.summed, self.cells - self.skipped
            finest = self._shape.partitions[0].cells
            new = Moments(
                aligned_zeros((self._room, cells, many)), aligned_zeros((self._room, cells, many)),
                aligned_zeros((self._room, cells, many)), np.zeros((self._room, cells, columns.bases.size)),
                aligned_zeros((self._room, finest, columns.wide + columns.cross.shape[0])),
                np.zeros((self._room, finest, columns.small), dtype=part.moments.counts.dtype),
            )  # fmt: skip
            for fresh, old in zip(vars(new).values(), vars(part.moments).values(), strict=True):
                if old.size:
                    fresh[: old.shape[0]] = old
            part.moments = new


def _no_moments() -> Moments:
    nothing = np.zeros((0, 0, 0))
    return Moments(nothing, nothing, nothing, nothing, nothing, np.zeros((0, 0, 0), dtype=np.int32))


def _at(values: FloatArray, segment: IntVector, segments: int) -> FloatArray:
    """Put segments in their final order; those that become one add up."""
    moved = np.zeros((segments, *values.shape[1:]), dtype=values.dtype)
    for place, number in enumerate(segment.tolist()):
        moved[number] += values[place]
    return moved


def _laid_out(totals: CellTotals, part: _Part, one: Pass) -> tuple[FloatArray, FloatArray, IntVector]:
    """Put totals where the walk would have summed them."""
    columns, groups = part.laid.columns, totals.psu.size
    summed = np.zeros((groups, columns.wide + columns.summed))
    square = np.zeros((groups, columns.wide + columns.cross.shape[0]))
    count = np.zeros((groups, columns.small), dtype=np.int64)
    rank = {base: number for number, base in enumerate(one.bases)}
    for place, measure in enumerate(part.measures):
        base = rank[measure.base]
        summed[:, columns.base[place]] = _numbers(totals.w[base])
        count[:, columns.rows[place]] = totals.n[base]
        summed[:, columns.y[place]] = _numbers(totals.y[measure.name])
        # Of a share near one its opposite was summed.
        taken = int(centre_of(measure)) if measure.is_share else 0
        count[:, columns.nonzero[place]] = totals.cases[measure.name] - taken * totals.n[base]
        if measure.denominator is not None:
            summed[:, columns.x[place]] = _numbers(totals.x[measure.name])
            square[:, columns.x[place]] = _numbers(totals.xx[measure.name])
            square[:, columns.wide + columns.product[place]] = _numbers(totals.yx[measure.name])
        if not measure.is_share:
            square[:, columns.y[place]] = _numbers(totals.yy[measure.name])
    return summed, square, count


def _numbers(sums: npt.NDArray[np.generic]) -> FloatVector:
    return np.asarray(sums, dtype=np.float64)
