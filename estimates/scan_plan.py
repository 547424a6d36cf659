"""How the rows of a plan are walked once: in PSU order, through the finest cross of its breakdowns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimates.measure import BoolVector, Coding, IntVector
from surveys.design import Design

By = tuple[str, ...]
FINEST_CELLS = 65_536


@dataclass(frozen=True)
class TableGroups:
    """The (cell, stratum) groups of one breakdown.

    Parameters
    ----------
    by : tuple of str
        Codings crossed, the last varying fastest.
    cells : int
        Cells D of the breakdown.
    group_of_pair : (K,) int
        Group of each (PSU, local cell) pair of its partition; -1 outside the breakdown.
    stratum, cell : (G,) int
        Stratum and cell of each group, sorted by cell.
    """

    by: By
    cells: int
    group_of_pair: IntVector
    stratum: IntVector
    cell: IntVector


@dataclass(frozen=True)
class Partition:
    """Local cells of a PSU that several breakdowns share.

    Parameters
    ----------
    cell_of_finest : (L,) int
        Local cell of each finest cell, -1 outside.
    cells : int
        Local cells.
    pair_start : (P + 1,) int
        Where each PSU's pairs begin.
    pair_cell : (K,) int
        Local cell of each pair.
    tables : tuple of TableGroups
        Breakdowns read from these pairs.
    """

    cell_of_finest: IntVector
    cells: int
    pair_start: IntVector
    pair_cell: IntVector
    tables: tuple[TableGroups, ...]


@dataclass(frozen=True)
class Walk:
    """One pass over the rows.

    Parameters
    ----------
    finest : (n,) int32
        Finest cell of each row, in PSU order.
    finest_cells : int
        How many there are.
    partitions : tuple of Partition
        Roll-ups of the finest cells.
    """

    finest: npt.NDArray[np.int32]
    finest_cells: int
    partitions: tuple[Partition, ...]


@dataclass(frozen=True)
class ScanPlan:
    """All passes of a plan.

    Parameters
    ----------
    order : (n,) int or None
        Rows in PSU order; None when the file is already so.
    psu_start : (P + 1,) int
        Where each PSU's rows begin, in that order.
    walks : tuple of Walk
        Usually one; more when the cross of all breakdowns would be too fine.
    """

    order: IntVector | None
    psu_start: IntVector
    walks: tuple[Walk, ...]


def scan_plan(breakdowns: Sequence[By], codings: Mapping[str, Coding], design: Design) -> ScanPlan:
    """Arrange the passes over the rows that a set of breakdowns needs.

    Parameters
    ----------
    breakdowns : sequence of tuple of str
        Each a cross of codings; ``()`` is the whole.
    codings : mapping of str to Coding
        Codes of the n rows.
    design : Design
        PSU of the rows.

    Returns
    -------
    ScanPlan
        Codings that are constant within every PSU (areas, strata) cost nothing per row.
    """
    in_order = not np.any(np.diff(design.psu) < 0)
    order = None if in_order else np.argsort(design.psu, kind="stable")
    psu_start = np.zeros(design.psus + 1, dtype=np.int64)
    np.cumsum(np.bincount(design.psu, minlength=design.psus), out=psu_start[1:])
    used = list(dict.fromkeys(name for by in breakdowns for name in by))
    codes = {name: _ordered(codings[name].codes, order) for name in used}
    of_psu = {name: _constant(codes[name], psu_start) for name in used}
    local = {by: tuple(name for name in by if of_psu[name] is None) for by in breakdowns}
    walks = []
    for names, members in _bundles(breakdowns, local, codings):
        walks.append(_walk(names, members, local, codings, codes, of_psu, psu_start, design))
    return ScanPlan(order=order, psu_start=psu_start, walks=tuple(walks))


def _bundles(
    breakdowns: Sequence[By], local: Mapping[By, By], codings: Mapping[str, Coding]
) -> list[tuple[list[str], list[By]]]:
    """Put breakdowns together while the cross of their codings stays small."""
    bundles: list[tuple[list[str], list[By]]] = []
    for by in sorted(breakdowns, key=lambda by: -_size(local[by], codings)):
        for names, members in bundles:
            together = list(dict.fromkeys([*names, *local[by]]))
            if set(local[by]) <= set(names) or _size(together, codings) <= FINEST_CELLS:
                names[:] = together
                members.append(by)
                break
        else:
            bundles.append((list(local[by]), [by]))
    return bundles


def _size(names: Sequence[str], codings: Mapping[str, Coding]) -> int:
    size = 1
    for name in names:
        size *= len(codings[name].labels) + 1
    return size


def _walk(
    names: Sequence[str],
    members: Sequence[By],
    local: Mapping[By, By],
    codings: Mapping[str, Coding],
    codes: Mapping[str, IntVector],
    of_psu: Mapping[str, IntVector | None],
    psu_start: IntVector,
    design: Design,
) -> Walk:
    rows = int(psu_start[-1])
    finest = np.zeros(rows, dtype=np.int32)
    for name in names:
        # One more code than labels: position 0 is outside.
        finest *= np.int32(len(codings[name].labels) + 1)
        finest += (codes[name] + 1).astype(np.int32)
    finest_cells = _size(names, codings)
    digits = _digits(names, codings, finest_cells)
    partitions = []
    shared: dict[By, list[By]] = {}
    for by in members:
        shared.setdefault(local[by], []).append(by)
    psu_of_row = np.repeat(np.arange(design.psus, dtype=np.int64), np.diff(psu_start))
    seen = _distinct_pairs(psu_of_row, finest.astype(np.int64), finest_cells)
    for inner, tables in shared.items():
        cell_of_finest = np.zeros(finest_cells, dtype=np.int64)
        outside = np.zeros(finest_cells, dtype=bool)
        cells = 1
        for name in inner:
            cell_of_finest = cell_of_finest * len(codings[name].labels) + digits[name] - 1
            outside |= digits[name] == 0
            cells *= len(codings[name].labels)
        cell_of_finest[outside] = -1
        pair_psu, pair_finest = seen // finest_cells, cell_of_finest[seen % finest_cells]
        inside = pair_finest >= 0
        pairs = _distinct_pairs(pair_psu[inside], pair_finest[inside], cells)
        pair_psu, pair_cell = pairs // cells, pairs % cells
        pair_start = np.searchsorted(pair_psu, np.arange(design.psus + 1)).astype(np.int64)
        groups = tuple(_table(by, inner, codings, of_psu, pair_psu, pair_cell, design) for by in tables)
        partitions.append(Partition(cell_of_finest, cells, pair_start, pair_cell, groups))
    return Walk(finest=finest, finest_cells=finest_cells, partitions=tuple(partitions))


def _table(
    by: By,
    inner: By,
    codings: Mapping[str, Coding],
    of_psu: Mapping[str, IntVector | None],
    pair_psu: IntVector,
    pair_cell: IntVector,
    design: Design,
) -> TableGroups:
    place = {}
    remaining = pair_cell
    for name in reversed(inner):
        place[name] = remaining % len(codings[name].labels)
        remaining = remaining // len(codings[name].labels)
    cell = np.zeros(pair_cell.size, dtype=np.int64)
    outside = np.zeros(pair_cell.size, dtype=bool)
    cells = 1
    for name in by:
        constant = of_psu[name]
        code = place[name] if constant is None else constant[pair_psu]
        cell = cell * len(codings[name].labels) + code
        outside |= code < 0
        cells *= len(codings[name].labels)
    key = cell * design.strata + design.stratum_of_psu[pair_psu]
    keys, group = np.unique(key[~outside], return_inverse=True)
    group_of_pair = np.full(pair_cell.size, -1, dtype=np.int64)
    group_of_pair[~outside] = group
    return TableGroups(by, cells, group_of_pair, keys % design.strata, keys // design.strata)


def _digits(names: Sequence[str], codings: Mapping[str, Coding], size: int) -> dict[str, IntVector]:
    digits = {}
    remaining = np.arange(size, dtype=np.int64)
    for name in reversed(names):
        digits[name] = remaining % (len(codings[name].labels) + 1)
        remaining = remaining // (len(codings[name].labels) + 1)
    return digits


def _distinct_pairs(psu: IntVector, cell: IntVector, cells: int) -> IntVector:
    key = psu * cells + cell
    span = (int(psu[-1]) + 1) * cells if psu.size else 0
    if span <= 8 * key.size + 1024:
        present: BoolVector = np.zeros(span, dtype=bool)
        present[key] = True
        return np.flatnonzero(present).astype(np.int64)
    return np.unique(key)


def _constant(codes: IntVector, psu_start: IntVector) -> IntVector | None:
    """Code of each PSU where the coding never changes within a PSU, else None."""
    filled = np.flatnonzero(np.diff(psu_start) > 0)
    start = psu_start[:-1][filled]
    per_psu = np.full(psu_start.size - 1, -1, dtype=np.int64)
    per_psu[filled] = codes[start]
    return per_psu if np.array_equal(np.repeat(per_psu, np.diff(psu_start)), codes) else None


def _ordered(codes: IntVector, order: IntVector | None) -> IntVector:
    return codes if order is None else codes[order]
