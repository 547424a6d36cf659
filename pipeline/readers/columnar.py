"""Read named columns of a Parquet file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.parquet as pq

from pipeline.readers.content import Content, Request, check_cells, check_rows, chosen, texts
from pipeline.readers.limits import Limits
from pipeline.readers.refusals import Refused


def read_columnar(path: Path, request: Request, limits: Limits) -> Content:
    """Read a Parquet file: numbers as float64, everything else as text, dates as ISO text."""
    try:
        file = pq.ParquetFile(path)
        names = list(file.schema_arrow.names)
        columns = chosen(names, request)
        rows = file.metadata.num_rows
        check_cells(rows, len(columns), limits.cells)
        check_rows(rows, request.rows)
        table = file.read(columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise Refused("source_unreadable", why=type(error).__name__) from error
    check_rows(table.num_rows, rows)
    return Content(rows=rows, columns={name: _column(table.column(name), request.blank) for name in columns},
                   info={"columns_in_file": len(names)})


def _column(values: pa.ChunkedArray, blank: tuple[str, ...]) -> np.ndarray[Any, Any]:
    kind = values.type
    if pa.types.is_integer(kind) and kind.bit_width == 64:
        # Above 2**53 a float no longer tells identifiers apart.
        numbers = values.drop_null()
        if len(numbers) and max(abs(compute.min(numbers).as_py()), abs(compute.max(numbers).as_py())) > 2**53:
            return texts(values.to_pylist(), blank)
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    if pa.types.is_dictionary(kind):
        return _column(values.cast(kind.value_type), blank)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return texts(values.to_pylist(), blank)
    if pa.types.is_temporal(kind):
        return texts([None if item is None else item.isoformat() if hasattr(item, "isoformat") else str(item)
                      for item in values.to_pylist()], blank)
    if pa.types.is_null(kind):
        return np.full(len(values), None, dtype=object)
    if pa.types.is_decimal(kind):
        return np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    raise Refused("source_unreadable", why="column_type")
