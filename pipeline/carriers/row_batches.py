"""Rows of a scan table as batches of whole PSUs, piece by piece, without ever holding more than some batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from estimates.carried.layout import Rows
from pipeline.carriers.refusals import NotSorted
from pipeline.carriers.scan_table import PSU, STRATUM, WEIGHT, ScanTable

BATCH = 1 << 18
# Rows of a piece, at least: pieces are read side by side, and their sums are added in their order.
PIECE = 1 << 21


@dataclass(frozen=True)
class Piece:
    """Row groups of one file; the PSUs that begin in them are the piece's.

    Parameters
    ----------
    file : int
        Position of the file.
    groups : range
        Its row groups.
    """

    file: int
    groups: range


def pieces_of(table: ScanTable) -> list[Piece]:
    """Cut files in pieces; the cut depends on the files alone, never on the machine."""
    pieces = []
    for number, path in enumerate(table.paths):
        metadata = pq.ParquetFile(path).metadata
        first, held = 0, 0
        for group in range(metadata.num_row_groups):
            held += metadata.row_group(group).num_rows
            if held >= PIECE:
                pieces.append(Piece(number, range(first, group + 1)))
                first, held = group + 1, 0
        if held:
            pieces.append(Piece(number, range(first, metadata.num_row_groups)))
    return pieces


def batches_of(table: ScanTable, piece: Piece, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Read the rows of the PSUs that begin in a piece, whole PSUs in each batch.

    Yields
    ------
    RecordBatch
        Sorted by stratum and PSU.

    Raises
    ------
    NotSorted
        Rows out of order.
    """
    before = _last_key_before(table, piece)
    carried: list[pa.RecordBatch] = []
    key = before
    begun = False
    for batch in _read(table.paths[piece.file], piece.groups, columns):
        start = _starts(batch, key)
        if not start.size:
            if begun:
                carried.append(batch)
            continue
        if begun:
            yield from _joined([*carried, batch.slice(0, start[0])])
            carried = []
        begun = True
        if start.size > 1:
            yield batch.slice(start[0], start[-1] - start[0])
        carried = [batch.slice(start[-1])]
        key = _last_key(batch)
    if begun:
        for batch in _after(table, piece, columns):
            start = _starts(batch, key)
            if start.size:
                carried.append(batch.slice(0, start[0]))
                break
            carried.append(batch)
        yield from _joined(carried)


def rows_of(batch: pa.RecordBatch) -> Rows:
    """Describe a batch of whole PSUs by arrays, those without gaps uncopied."""
    stratum, psu = _whole(batch.column(STRATUM)), _whole(batch.column(PSU))
    changed = np.flatnonzero((psu[1:] != psu[:-1]) | (stratum[1:] != stratum[:-1])) + 1
    start = np.concatenate([[0], changed, [psu.size]]).astype(np.int64)
    codes: dict[str, npt.NDArray[np.int8] | npt.NDArray[np.int64]] = {}
    values, known = {}, {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name in (STRATUM, PSU, WEIGHT):
            continue
        if name.startswith("code_"):
            held = _whole(pc.fill_null(column, -1) if column.null_count else column)
            codes[name.removeprefix("code_")] = held if held.dtype == np.int8 else held.astype(np.int64)
            continue
        if column.null_count:
            known[name] = column.is_valid().cast(pa.int8()).to_numpy().view(np.bool_)
            column = pc.fill_null(column, False if pa.types.is_boolean(column.type) else 0)
        if pa.types.is_boolean(column.type):
            values[name] = column.cast(pa.int8()).to_numpy()
        else:
            values[name] = column.to_numpy()
    weight = np.ascontiguousarray(batch.column(WEIGHT).to_numpy(), dtype=np.float64)
    return Rows(start, stratum[start[:-1]].astype(np.int64), weight, codes, values, known)


def _read(path: Path, groups: range, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    file = pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20)
    yield from file.iter_batches(BATCH, row_groups=list(groups), columns=list(columns), use_threads=False)


def _after(table: ScanTable, piece: Piece, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Read on behind a piece, through the files that follow."""
    for number in range(piece.file, len(table.paths)):
        groups = pq.ParquetFile(table.paths[number]).metadata.num_row_groups
        first = piece.groups.stop if number == piece.file else 0
        for group in range(first, groups):
            yield from _read(table.paths[number], range(group, group + 1), columns)


def _last_key_before(table: ScanTable, piece: Piece) -> tuple[int, int] | None:
    file, group = piece.file, piece.groups.start - 1
    while group < 0:
        file -= 1
        if file < 0:
            return None
        group = pq.ParquetFile(table.paths[file]).metadata.num_row_groups - 1
    *_, last = _read(table.paths[file], range(group, group + 1), [STRATUM, PSU])
    return _last_key(last)


def _last_key(batch: pa.RecordBatch) -> tuple[int, int]:
    return batch.column(STRATUM)[-1].as_py(), batch.column(PSU)[-1].as_py()


def _starts(batch: pa.RecordBatch, before: tuple[int, int] | None) -> npt.NDArray[np.int64]:
    """Rows at which a PSU begins, after a row with the key ``before``."""
    stratum, psu = _whole(batch.column(STRATUM)), _whole(batch.column(PSU))
    new = np.flatnonzero((psu[1:] != psu[:-1]) | (stratum[1:] != stratum[:-1])) + 1
    at = np.concatenate([[0], new]).astype(np.int64)
    s, p = stratum[at], psu[at]
    rising = (s[1:] > s[:-1]) | ((s[1:] == s[:-1]) & (p[1:] > p[:-1]))
    first = (int(s[0]), int(p[0]))
    if not rising.all() or (before is not None and first < before):
        raise NotSorted
    return at[1:] if first == before else at


def _joined(batches: Sequence[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    held = [batch for batch in batches if batch.num_rows]
    if held:
        yield held[0] if len(held) == 1 else pa.Table.from_batches(held).combine_chunks().to_batches()[0]


def _whole(column: pa.Array) -> npt.NDArray[np.signedinteger]:
    return np.asarray(column.to_numpy())
