"""Hand columns from the reading process to the parent as Arrow and JSON, never as pickled objects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.readers.content import Content


def write_content(content: Content, folder: Path) -> None:
    """Write ``content.arrow`` and ``content.json`` in the private folder."""
    arrays, names = [], []
    for kind, columns in (("c", content.columns), ("r", content.reasons)):
        for place, values in enumerate(columns.values()):
            arrays.append(pa.array(values, type=pa.float64() if values.dtype == np.float64 else pa.string(),
                                   from_pandas=False))
            names.append(f"{kind}{place}")
    table = pa.Table.from_arrays(arrays, names=names)
    with pa.OSFile(str(folder / "content.arrow"), "wb") as out, pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    about = {"rows": content.rows, "columns": list(content.columns), "reasons": list(content.reasons),
             "labels": content.labels, "column_labels": content.column_labels, "sets": content.sets,
             "info": content.info}
    (folder / "content.json").write_text(json.dumps(about), encoding="utf-8")


def read_content(folder: Path) -> Content:
    """Read what ``write_content`` wrote."""
    about: dict[str, Any] = json.loads((folder / "content.json").read_text(encoding="utf-8"))
    with pa.OSFile(str(folder / "content.arrow"), "rb") as stream, pa.ipc.open_file(stream) as reader:
        table = reader.read_all()
    table.validate(full=True)
    columns = {name: _array(table.column(f"c{place}")) for place, name in enumerate(about["columns"])}
    reasons = {name: _array(table.column(f"r{place}")) for place, name in enumerate(about["reasons"])}
    return Content(about["rows"], columns, reasons, about["labels"], about["column_labels"], about["sets"],
                   about["info"])


def _array(column: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    if pa.types.is_floating(column.type):
        return np.array(column.to_numpy(zero_copy_only=False), dtype=np.float64)
    out = np.empty(len(column), dtype=object)
    out[:] = column.to_pylist()
    return out
