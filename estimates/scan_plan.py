"""How the rows of a plan are walked once: in PSU order, through the finest cross of its breakdowns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from estimates.measure import Codes, Coding, IntVector
from surveys.design import Design

By = tuple[str, ...]
# Finest cells that breakdowns may make together, and (segment, cell) positions that one breakdown may fill.
FINEST_CELLS = 2_048
POSITIONS = 400_000


@dataclass(frozen=True)
class Partition:
    """Cells of a PSU that breakdowns share, rolled up from a finer partition.

    Parameters
    ----------
    names : tuple of str
        Codings crossed that vary within PSUs.
    cells, first : int
        How many cells, and the position of the first among those of all partitions.
    parent : int
        Partition from which it is rolled up; itself for the finest.
    cell_of_parent : (parent's cells,) int
        -1 outside.
    """

    names: By
    cells: int
    first: int
    parent: int
    cell_of_parent: IntVector


@dataclass(frozen=True)
class TableGroups:
    """The (cell, stratum) groups of one breakdown.

    Parameters
    ----------
    by : tuple of str
        Codings crossed, the last varying fastest.
    cells : int
        Cells D of the breakdown.
    partition : int
        Where its cells within PSUs are.
    group : (segments, partition's cells) int
        Group of each; -1 outside.
    stratum, cell : (G,) int
        Stratum and cell of each group, sorted by cell.
    cell_of_finest : (segments, finest cells) int
        Cell of the breakdown; -1 outside.
    """

    by: By
    cells: int
    partition: int
    group: IntVector
    stratum: IntVector
    cell: IntVector
    cell_of_finest: IntVector


@dataclass(frozen=True)
class Walk:
    """One pass over the rows.

    Parameters
    ----------
    names : tuple of str
        Codings crossed, each with one cell more than labels where ``outside`` says so.
    outside : tuple of int
        1 where a coding has rows outside its labels.
    partitions : tuple of Partition
        The first is the finest cross.
    finest_used : bool
        Whether a breakdown is read from the finest cross itself.
    segment_of_psu : (P,) int
        PSUs of one stratum alike in every coding that is constant within PSUs.
    segments : int
        How many segments there are.
    tables : tuple of TableGroups
        Breakdowns.
    """

    names: By
    outside: tuple[int, ...]
    partitions: tuple[Partition, ...]
    finest_used: bool
    segment_of_psu: IntVector
    segments: int
    tables: tuple[TableGroups, ...]


@dataclass(frozen=True)
class ScanPlan:
    """All passes of a plan.

    Parameters
    ----------
    order : (n,) or (0,) int
        Rows in PSU order; empty when the file is already so.
    psu_start : (P + 1,) int
        Where each PSU's rows begin, in that order.
    walks : tuple of Walk
        Usually one; more when the cross of all breakdowns would be too fine.
    too_fine : tuple of tuple of str
        Breakdowns with more cells than a walk can hold.
    """

    order: IntVector
    psu_start: IntVector
    walks: tuple[Walk, ...]
    too_fine: tuple[By, ...]


def scan_plan(
    breakdowns: Sequence[By], codings: Mapping[str, Coding], design: Design, order: IntVector, start: IntVector
) -> ScanPlan:
    """Arrange the passes over the rows that a set of breakdowns needs.

    Parameters
    ----------
    breakdowns : sequence of tuple of str
        Each a cross of codings; ``()`` is the whole.
    codings : mapping of str to Coding
        Codes of the n rows.
    design : Design
        PSU of the rows.
    order, start : (n,) or (0,) int, (P + 1,) int
        Rows in PSU order and where each PSU begins.

    Returns
    -------
    ScanPlan
        Codings that are constant within every PSU (areas, strata) cost nothing per row.
    """
    used = list(dict.fromkeys(name for by in breakdowns for name in by))
    of_psu = {name: constant_codes(codings[name].codes, order, start) for name in used}
    outside = {name: int(codings[name].codes.min(initial=0) < 0) for name in used}
    local = {by: tuple(name for name in by if of_psu[name] is None) for by in breakdowns}
    sizes = {name: len(codings[name].labels) for name in used}
    finest = {name: sizes[name] + outside[name] for name in used}
    walks, too_fine = [], []
    for names, members in bundles(breakdowns, local, finest):
        walk = Walker(names, members, local, sizes, outside, of_psu, design).walk()
        if walk is not None:
            walks.append(walk)
            continue
        for by in members:
            # Together they have too many positions: one at a time, or by the plain road.
            alone = Walker(list(local[by]), [by], local, sizes, outside, of_psu, design).walk()
            if alone is None:
                too_fine.append(by)
            else:
                walks.append(alone)
    return ScanPlan(order, start, tuple(walks), tuple(too_fine))


def constant_codes(codes: Codes, order: IntVector, start: IntVector) -> IntVector | None:
    """Code of each PSU where a coding never changes within a PSU, else None; -1 for a PSU without rows."""
    filled = np.flatnonzero(start[1:] > start[:-1])
    # Most codings that vary do so among the first rows.
    for last in (min(int(start[-1]), 4096), int(start[-1])):
        here = codes[order[:last]] if order.size else codes[:last]
        changes = np.flatnonzero(here[1:] != here[:-1]) + 1
        if changes.size > filled.size or not np.array_equal(start[np.searchsorted(start, changes)], changes):
            return None
    per_psu = np.full(start.size - 1, -1, dtype=np.int64)
    per_psu[filled] = codes[order[start[filled]]] if order.size else codes[start[filled]]
    return per_psu


def bundles(
    breakdowns: Sequence[By], local: Mapping[By, By], finest: Mapping[str, int]
) -> list[tuple[list[str], list[By]]]:
    """Put breakdowns together while the cross of their codings stays small.

    Parameters
    ----------
    breakdowns : sequence of tuple of str
        Each a cross of codings.
    local : mapping of breakdown to tuple of str
        Those of its codings that vary within PSUs.
    finest : mapping of str to int
        Cells of each coding, with one more where it has rows outside.

    Returns
    -------
    list of (names, breakdowns)
        What is crossed, and which breakdowns are read from that cross.
    """
    bundles: list[tuple[list[str], list[By]]] = []
    for by in sorted(breakdowns, key=lambda by: -_product(local[by], finest)):
        for names, members in bundles:
            together = list(dict.fromkeys([*names, *local[by]]))
            if set(local[by]) <= set(names) or _product(together, finest) <= FINEST_CELLS:
                names[:] = together
                members.append(by)
                break
        else:
            bundles.append((list(local[by]), [by]))
    return bundles


def _product(names: Sequence[str], sizes: Mapping[str, int]) -> int:
    product = 1
    for name in names:
        product *= sizes[name]
    return product


class Walker:
    """What a walk over some breakdowns looks like."""

    def __init__(
        self,
        names: list[str],
        members: Sequence[By],
        local: Mapping[By, By],
        sizes: Mapping[str, int],
        outside: Mapping[str, int],
        of_psu: Mapping[str, IntVector | None],
        design: Design,
    ) -> None:
        self.names, self.members, self.local = tuple(names), members, local
        self.sizes, self.outside = sizes, outside
        self.design = design
        self.of_psu = {n: codes for n, codes in of_psu.items() if codes is not None}
        self.finest_cells = _product(names, {name: sizes[name] + outside[name] for name in names})

    def walk(self, *, limited: bool = True) -> Walk | None:
        """Build it; None where it has too many positions, unless their number is not ``limited``."""
        if self.finest_cells > POSITIONS:
            return None
        segment_of_psu, segments, first_psu = self._segments()
        partitions, where = self._partitions()
        if limited and segments * sum(partition.cells for partition in partitions) > POSITIONS:
            return None
        stratum = self.design.stratum_of_psu[first_psu]
        constant = {name: codes[first_psu] for name, codes in self.of_psu.items()}
        tables = tuple(self._table(by, where[self.local[by]], constant, stratum, partitions) for by in self.members)
        used = any(table.partition == 0 for table in tables)
        return Walk(
            self.names, tuple(self.outside[name] for name in self.names), tuple(partitions), used,
            segment_of_psu, segments, tables,
        )  # fmt: skip

    def _segments(self) -> tuple[IntVector, int, IntVector]:
        areas = {name for by in self.members for name in by if name in self.of_psu}
        key = self.design.stratum_of_psu.astype(np.int64)
        for name in sorted(areas):
            # Renumbered at each step, so that products of many codes never overflow.
            key = key * (self.sizes[name] + 1) + self.of_psu[name] + 1
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
        _, first, segment = np.unique(key, return_index=True, return_inverse=True)
        return segment.astype(np.int64), int(first.size), first.astype(np.int64)

    def _partitions(self) -> tuple[list[Partition], dict[By, int]]:
        finest = Partition(self.names, self.finest_cells, 0, 0, np.arange(self.finest_cells, dtype=np.int64))
        partitions, where = [finest], {}
        whole = not any(self.outside[name] for name in self.names)
        if whole:
            where[self.names] = 0
        wanted = sorted(dict.fromkeys(self.local[by] for by in self.members), key=self._cells, reverse=True)
        for names in wanted:
            if names in where:
                continue
            # The smallest partition that still tells these cells apart; never one that dropped outside rows.
            parents = [
                number
                for number, partition in enumerate(partitions)
                if number == 0 or (set(names) <= set(partition.names) and not self._drops(partition.names, names))
            ]
            parent = min(parents, key=lambda number: partitions[number].cells)
            first = partitions[-1].first + partitions[-1].cells
            mapped = self._roll(partitions[parent].names, names, parent == 0)
            where[names] = len(partitions)
            partitions.append(Partition(names, self._cells(names), first, parent, mapped))
        return partitions, where

    def _cells(self, names: By) -> int:
        return _product(names, self.sizes)

    def _drops(self, fine: By, names: By) -> bool:
        return any(self.outside[name] for name in fine if name not in names)

    def _roll(self, fine: By, names: By, from_finest: bool) -> IntVector:
        extra = self.outside if from_finest else dict.fromkeys(fine, 0)
        digits = _digits(fine, {name: self.sizes[name] + extra[name] for name in fine})
        size = _product(fine, {name: self.sizes[name] + extra[name] for name in fine})
        cell, inside = np.zeros(size, dtype=np.int64), np.ones(size, dtype=bool)
        for name in names:
            code = digits[name] - extra[name]
            cell = cell * self.sizes[name] + code
            inside &= code >= 0
        return np.where(inside, cell, -1)

    def _table(
        self, by: By, partition: int, constant: Mapping[str, IntVector], stratum: IntVector, all_: list[Partition]
    ) -> TableGroups:
        names = all_[partition].names
        digits = _digits(names, self.sizes)
        cell = self._crossed(by, digits, constant, all_[partition].cells, stratum.size)
        key = np.where(cell >= 0, cell * self.design.strata + stratum[:, None], -1)
        keys, group = np.unique(key, return_inverse=True)
        group = group.reshape(key.shape)
        if keys.size and keys[0] < 0:
            keys, group = keys[1:], group - 1
        fine = {name: self.sizes[name] + self.outside[name] for name in self.names}
        codes = {name: values - self.outside[name] for name, values in _digits(self.names, fine).items()}
        of_finest = self._crossed(by, codes, constant, self.finest_cells, stratum.size)
        strata = self.design.strata
        cells = _product(by, self.sizes)
        return TableGroups(by, cells, partition, group, keys % strata, keys // strata, of_finest)

    def _crossed(
        self, by: By, digits: Mapping[str, IntVector], constant: Mapping[str, IntVector], cells: int, segments: int
    ) -> IntVector:
        cell = np.zeros((segments, cells), dtype=np.int64)
        inside = np.ones((segments, cells), dtype=bool)
        for name in by:
            code = constant[name][:, None] if name in constant else digits[name][None, :]
            cell = cell * self.sizes[name] + code
            inside &= code >= 0
        return np.where(inside, cell, -1)


def _digits(names: Sequence[str], sizes: Mapping[str, int]) -> dict[str, IntVector]:
    remaining = np.arange(_product(names, sizes), dtype=np.int64)
    digits = {}
    for name in reversed(names):
        digits[name] = remaining % sizes[name]
        remaining = remaining // sizes[name]
    return digits
