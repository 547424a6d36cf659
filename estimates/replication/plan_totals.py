"""PSU totals of a whole plan, dense in groups of PSUs that share stratum and area and hold the same cells."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimates.aligned import aligned_zeros
from estimates.measure import Coding, FloatVector, IntVector, Measure
from estimates.moments import psu_order
from estimates.replication.plan_kernel import add_to_slots
from estimates.scan_columns import ScanColumns, scan_columns
from estimates.scan_plan import constant_codes
from surveys.design import Design

FloatArray = npt.NDArray[np.float64]
By = tuple[str, ...]
# More than this is refused: breakdowns so fine are estimated one at a time.
ROOM = 100_000_000
# A cross within PSUs, from which coarser breakdowns are added up, has at most so many cells.
CROSS = 512


@dataclass(frozen=True)
class PsuGroup:
    """PSUs of one stratum and area, and the cells that occur among them.

    Parameters
    ----------
    stratum : int
        Their stratum.
    psu : (u,) int
        Positions of the PSUs, ascending.
    totals : (C, u, K) float
        Weighted totals of every cell that occurs, PSU and column.
    target : (q, C) int
        Place of each cell in each breakdown that is crossed within PSUs, and in the cross; -1 in none.
    whole : (a,) int
        Cells of the breakdowns that are constant here.
    """

    stratum: int
    psu: IntVector
    totals: FloatArray
    target: IntVector
    whole: IntVector


@dataclass(frozen=True)
class PlanTotals:
    """All that replicates need of the rows.

    Parameters
    ----------
    groups : tuple of PsuGroup
        Every PSU with rows is in one.
    cells : mapping of breakdown to (first, count)
        Where the cells of a breakdown lie on the axis of all cells.
    size, room, columns : int
        Length of that axis; the same with the cells of the cross behind it; and number of columns K.
    coarser : (b, room - size) int
        Cell of each breakdown that is added up from the cross; -1 in none.
    column : (measures,) int
        Column of each measure.
    below : (K,) int
        Column of its denominator; -1 for totals and what is no measure.
    centre : (measures,) float
        Taken out of the numerators.
    """

    groups: tuple[PsuGroup, ...]
    cells: Mapping[By, tuple[int, int]]
    size: int
    room: int
    columns: int
    coarser: IntVector
    column: IntVector
    below: IntVector
    centre: FloatVector


def plan_totals(
    measures: Sequence[Measure],
    codings: Mapping[str, Coding],
    breakdowns: Sequence[By],
    design: Design,
    weight: FloatVector,
) -> PlanTotals:
    """Sum every measure by PSU and cell, once for all breakdowns.

    Parameters
    ----------
    measures : sequence of Measure
        M vectors of n rows.
    codings : mapping of str to Coding
        Breakdown variables.
    breakdowns : sequence of tuple of str
        Names of the codings that are crossed.
    design : Design
        Of the n rows.
    weight : (n,) float
        Final weights.

    Returns
    -------
    PlanTotals
        Breakdowns that are constant in PSUs cost no room; of the others, only crosses that occur in the group do.

    Raises
    ------
    ValueError
        Breakdowns that cut across PSUs are so fine that their totals would not fit.
    """
    names = list(dict.fromkeys(name for by in breakdowns for name in by))
    order, start = psu_order(design)
    found = {name: constant_codes(codings[name].codes, order, start) for name in names}
    of_psu = {name: codes for name, codes in found.items() if codes is not None}
    within = [name for name in names if name not in of_psu]
    held, group_of_psu = np.unique(np.stack([design.stratum_of_psu, *of_psu.values()]), axis=1, return_inverse=True)
    local = np.zeros(design.rows, dtype=np.int64)
    wide = 1
    for name in within:
        local *= len(codings[name].labels) + 1
        local += codings[name].codes
        local += 1
        wide *= len(codings[name].labels) + 1
    pair = (group_of_psu * wide)[design.psu]
    pair += local
    present, position = _numbered(pair, held.shape[1] * wide)
    pair_group, pair_local = present // wide, present % wide
    psus = np.bincount(group_of_psu, minlength=held.shape[1])
    width = np.bincount(pair_group, minlength=held.shape[1])
    first_pair = np.cumsum(width) - width
    offset = np.cumsum(psus * width) - psus * width
    members = np.argsort(group_of_psu, kind="stable")
    place = np.empty(design.psus, dtype=np.int64)
    place[members] = np.arange(design.psus) - np.repeat(np.cumsum(psus) - psus, psus)
    # The PSUs of a group lie together within each of its cells.
    many_here = psus[group_of_psu]
    slot = (offset[group_of_psu] + place - first_pair[group_of_psu] * many_here)[design.psu]
    slot += position * many_here[design.psu]

    columns = scan_columns(measures, weight)
    many = columns.wide + columns.summed
    slots = int((psus * width).sum())
    if many * slots > ROOM:
        raise ValueError(
            f"the crossed breakdowns need {many * slots:,} PSU totals, more than {ROOM:,}; "
            "ask for fewer breakdowns or measures at a time"
        )
    sums = _sums(columns, weight, slot, order, start, slots)
    codes = {name: held[1 + k] for k, name in enumerate(of_psu)}
    axis = _Axis(breakdowns, codings, codes, within, pair_group, pair_local)
    groups = []
    starts = np.cumsum(psus) - psus
    for g in range(held.shape[1]):
        u, c = int(psus[g]), int(width[g])
        if c:
            here = sums[offset[g] * many : (offset[g] + u * c) * many].reshape(c, u, many)
            mine = np.ascontiguousarray(axis.target[:, first_pair[g] : first_pair[g] + c])
            whole = axis.whole[:, g]
            groups.append(PsuGroup(int(held[0, g]), members[starts[g] : starts[g] + u], here, mine, whole[whole >= 0]))
    below = np.full(many, -1, dtype=np.int64)
    is_total = np.array([measure.kind == "total" for measure in measures])
    below[columns.y[~is_total]] = columns.x[~is_total]
    return PlanTotals(
        tuple(groups), axis.cells, axis.size, axis.size + axis.behind, many, axis.coarser, columns.y, below,
        columns.taken,
    )  # fmt: skip


class _Axis:
    """Where the cells of every breakdown lie, and how those of a group get there."""

    def __init__(
        self,
        breakdowns: Sequence[By],
        codings: Mapping[str, Coding],
        of_group: Mapping[str, IntVector],
        within: Sequence[str],
        pair_group: IntVector,
        pair_local: IntVector,
    ) -> None:
        sizes = {name: len(codings[name].labels) for by in breakdowns for name in by}
        wide = math.prod(sizes[name] + 1 for name in within)
        self.cells: dict[By, tuple[int, int]] = {}
        self.size = 0
        for by in breakdowns:
            many = math.prod(sizes[name] for name in by)
            self.cells[by] = (self.size, many)
            self.size += many
        # Breakdowns without an area are the same everywhere: they are added up from one cross at the end.
        inner = [by for by in breakdowns if by and all(name in within for name in by)]
        if len(inner) < 2 or wide > CROSS:
            inner = []
        self.behind = wide if inner else 0
        direct = [by for by in breakdowns if by not in inner and any(name in within for name in by)]
        codes = {name: values[pair_group] for name, values in of_group.items()} | _digits(pair_local, within, sizes)
        target = [self._cell(by, codes, sizes, pair_local.size) for by in direct]
        self.target = np.stack([*target, pair_local + self.size] if inner else [*target, *_no_rows(pair_local, target)])
        crossed = _digits(np.arange(self.behind, dtype=np.int64), within, sizes)
        coarser = [self._cell(by, crossed, sizes, self.behind) for by in inner]
        self.coarser = np.stack(coarser) if inner else np.zeros((0, 0), dtype=np.int64)
        alike = [by for by in breakdowns if not any(name in within for name in by)]
        groups = int(pair_group.max(initial=-1)) + 1
        groups = max([groups, *(values.size for values in of_group.values())])
        whole = [self._cell(by, of_group, sizes, groups) for by in alike]
        self.whole = np.stack(whole) if alike else np.zeros((0, groups), dtype=np.int64)

    def _cell(self, by: By, codes: Mapping[str, IntVector], sizes: Mapping[str, int], many: int) -> IntVector:
        at, outside = np.zeros(many, dtype=np.int64), np.zeros(many, dtype=bool)
        for name in by:
            at = at * sizes[name] + codes[name]
            outside |= codes[name] < 0
        return np.where(outside, -1, at + self.cells[by][0])


def _no_rows(pair_local: IntVector, target: Sequence[IntVector]) -> list[IntVector]:
    """Give a target of no breakdown its shape."""
    return [] if target else [np.full(pair_local.size, -1, dtype=np.int64)]


def _digits(local: IntVector, within: Sequence[str], sizes: Mapping[str, int]) -> dict[str, IntVector]:
    """Codes that a crossed code stands for; -1 outside."""
    codes = {}
    for name in reversed(within):
        codes[name] = local % (sizes[name] + 1) - 1
        local = local // (sizes[name] + 1)
    return codes


def _numbered(key: IntVector, span: int) -> tuple[IntVector, IntVector]:
    """Find the keys that occur, ascending, and the position of every row's among them."""
    if span > 4 * key.size + 1024:
        present, position = np.unique(key, return_inverse=True)
        return present, position
    there = np.zeros(span, dtype=bool)
    there[key] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[key]


def _sums(
    columns: ScanColumns, weight: FloatVector, slot: IntVector, order: IntVector, start: IntVector, slots: int
) -> FloatArray:
    """Weighted totals, (slots * K,): PSUs in two halves, each of which has slots of its own."""
    sums = aligned_zeros((slots * (columns.wide + columns.summed),))
    middle = int(start[np.searchsorted(start, start[-1] // 2)])

    def add(part: tuple[int, int]) -> None:
        add_to_slots(
            *part, order, weight, slot, columns.table, columns.centre, columns.wide, columns.summed, columns.small, sums
        )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, ((0, middle), (middle, int(start[-1])))))
    return sums
