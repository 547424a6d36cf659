"""A table of a release as Parquet: typed columns with their names in both languages, the same bytes every time."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.open_data.table import Column, Table
from surveys.dictionary import Label

TYPES = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64()}


def write_parquet(folder: Path, table: Table, notes: dict[str, Label]) -> None:
    """Write ``<name>.parquet``.

    Parameters
    ----------
    folder : Path
        Of the release.
    table : Table
        The same rows as its CSV, to the last bit; a cell without a number is null.
    notes : dict of str to Label
        What the file says of itself, such as that its data are synthetic.

    Notes
    -----
    Every field has ``label_es`` and ``label_en`` in its metadata, and ``codes`` where it has a list; the schema has the
    title, the key, and the notes. Nothing in the file depends on the time or the machine it was written on.
    """
    arrays = [_array(column, table) for column in table.columns]
    fields = [pa.field(column.name, TYPES[column.kind], metadata=_told(column)) for column in table.columns]
    said = {"title_es": table.title.es, "title_en": table.title.en, "key": json.dumps(list(table.key))}
    for name, text in notes.items():
        said |= {f"{name}_es": text.es, f"{name}_en": text.en}
    content = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=said))
    # No compression: whoever searches the bytes of a release for a name finds it.
    pq.write_table(content, folder / f"{table.name}.parquet", compression="none", use_dictionary=False)


def _array(column: Column, table: Table) -> pa.Array:
    values = table.frame[column.name]
    if column.kind == "text":
        return pa.array([str(text) for text in values], type=pa.string())
    cells = [None if missing else value for value, missing in zip(values, values.isna(), strict=True)]
    if column.kind == "integer":
        return pa.array([None if cell is None else int(cell) for cell in cells], type=pa.int64())
    # Through the digits of the CSV, so that both files hold the same number.
    return pa.array([None if cell is None else float(f"{cell:.{table.digits}g}") for cell in cells], type=pa.float64())


def _told(column: Column) -> dict[str, str]:
    told = {"label_es": column.label.es, "label_en": column.label.en}
    if column.codes:
        told["codes"] = json.dumps(list(column.codes), ensure_ascii=False)
    return told
