"""The table that every carrier reads: one row per person, sorted by stratum and PSU, in Parquet files of the owner."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from estimates.carried.cell_totals import Scale
from estimates.carried.task import Task
from pipeline.carriers.refusals import NotAScanTable, TooLarge

ROWS_IN_GROUP = 1 << 19
_MARK = b"caracteriza.scan"
STRATUM, PSU, WEIGHT = "stratum", "psu", "weight"


@dataclass(frozen=True)
class ScanTable:
    """Parquet files whose rows are sorted by stratum and PSU, one file after the other.

    Parameters
    ----------
    paths : tuple of Path
        Columns ``stratum``, ``psu`` (whole numbers), ``weight``, ``code_<breakdown>`` (place of the code, -1 outside)
        and those of the measures; a missing value is null, never NaN.
    scale : Scale or None
        Decimals of weights and numbers where they are whole numbers of a smallest unit, so that sums are exact.
    """

    paths: tuple[Path, ...]
    scale: Scale | None = None

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return sum(pq.ParquetFile(path).metadata.num_rows for path in self.paths)

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(path.stat().st_size for path in self.paths)

    @property
    def schema(self) -> pa.Schema:
        """Columns and their types, those of the first file."""
        return pq.read_schema(self.paths[0])


def open_scan_table(paths: Sequence[Path]) -> ScanTable:
    """Take files as a scan table.

    Raises
    ------
    NotAScanTable
        No files, or files whose columns or decimals differ.
    """
    if not paths:
        raise NotAScanTable
    schemas = [pq.read_schema(path) for path in paths]
    for path, schema in zip(paths, schemas, strict=True):
        if not schema.equals(schemas[0]) or _mark(schema) != _mark(schemas[0]):
            raise NotAScanTable(path.name)
    mark = _mark(schemas[0])
    scale = Scale(mark["weight"], mark["value"]) if mark else None
    return ScanTable(tuple(paths), scale)


def columns_read(task: Task) -> list[str]:
    """Name the columns that a task reads."""
    names = [STRATUM, PSU, WEIGHT, *(f"code_{name}" for name in task.codings)]
    return list(dict.fromkeys([*names, *(column for measure in task.measures for column in measure.columns)]))


class ScanTableWriter:
    """Writes a scan table batch by batch, readable by its owner only.

    Parameters
    ----------
    path : Path
        New file.
    scale : Scale, optional
        Decimals: weights and the columns it names are rounded to them and written as whole numbers.
    """

    def __init__(self, path: Path, scale: Scale | None = None) -> None:
        self.path, self.scale = path, scale
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> ScanTableWriter:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, columns: Mapping[str, npt.NDArray[Any] | pa.Array]) -> None:
        """Add rows; flags and bytes stay so, NaN becomes null."""
        table = pa.table({name: self._column(name, values) for name, values in columns.items()})
        if self._writer is None:
            # Created closed: a later chmod would leave a moment in which others could open it.
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
            os.chmod(self.path, 0o600)
            schema = table.schema
            if self.scale is not None:
                mark = json.dumps({"weight": self.scale.weight, "value": dict(self.scale.value)}, sort_keys=True)
                schema = schema.with_metadata({_MARK: mark.encode()})
            self._writer = pq.ParquetWriter(self.path, schema, compression="lz4", write_statistics=True)
        self._writer.write_table(table.cast(self._writer.schema), row_group_size=ROWS_IN_GROUP)

    def _column(self, name: str, values: npt.NDArray[Any] | pa.Array) -> pa.Array:
        if isinstance(values, pa.Array):
            return values
        decimals = None
        if self.scale is not None:
            decimals = self.scale.weight if name == WEIGHT else self.scale.value.get(name)
        if decimals is None or values.dtype.kind != "f":
            return pa.array(values, from_pandas=values.dtype.kind == "f")
        absent = np.isnan(values)
        units = np.rint(np.where(absent, 0.0, values) * 10.0**decimals)
        return pa.array(units.astype(np.int64), mask=absent)


def scale_of(weight: npt.NDArray[np.float64], values: Mapping[str, npt.NDArray[Any]]) -> Scale:
    """Choose decimals for exact sums: as many as fit, at most nine.

    Parameters
    ----------
    weight : (n,) float
        Final weights.
    values : mapping of str to (n,)
        Columns of numbers; whole numbers and flags need no decimals.

    Raises
    ------
    TooLarge
        A number so large that its square would not fit a sum of 38 digits.
    """
    decimals = {}
    for name, column in values.items():
        if column.dtype.kind != "f":
            continue
        largest = float(np.nanmax(np.abs(column), initial=0.0))
        room = VALUE_DIGITS - _digits(largest)
        if room < 0:
            raise TooLarge(name, VALUE_DIGITS)
        decimals[name] = min(9, room)
    room = WEIGHT_DIGITS - _digits(float(weight.max(initial=0.0)))
    if room < 0:
        raise TooLarge(WEIGHT, WEIGHT_DIGITS)
    return Scale(min(9, room), decimals)


# Digits of a weight and of a number: a weight times a square, summed over a PSU, stays within 38.
WEIGHT_DIGITS, VALUE_DIGITS = 13, 11


def private_folder(folder: Path) -> Path:
    """Make a folder that its owner alone may enter."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def _digits(largest: float) -> int:
    return len(str(int(largest))) if largest >= 1 else 0


def _mark(schema: pa.Schema) -> dict[str, Any] | None:
    text = (schema.metadata or {}).get(_MARK)
    return None if text is None else json.loads(text)


def row_counts(paths: Iterable[Path]) -> list[int]:
    """Rows of each file."""
    return [pq.ParquetFile(path).metadata.num_rows for path in paths]
