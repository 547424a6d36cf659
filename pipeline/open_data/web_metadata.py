"""CSV files of a folder described by the W3C's CSV on the Web, in ``csv-metadata.json``, where the standard looks."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.open_data.table import Column, Table
from surveys.dictionary import Label

FILE = "csv-metadata.json"
CONTEXT = ["http://www.w3.org/ns/csvw", {"@language": "en"}]


def write_web_metadata(folder: Path, tables: Sequence[Table], *, title: Label, notes: dict[str, Label]) -> None:
    """Write ``csv-metadata.json``, the name under which the standard looks for the metadata of every CSV of a folder.

    Parameters
    ----------
    folder : Path
        Where the CSV files are.
    tables : sequence of Table
        All of them.
    title : Label
        In both languages.
    notes : dict of str to Label
        What the files say of themselves, such as that their data are synthetic.
    """
    group = {
        "@context": CONTEXT,
        "@type": "TableGroup",
        "dc:title": _both(title),
        "rdfs:comment": [text for note in notes.values() for text in _both(note)],
        "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True, "lineTerminators": ["\n"]},
        "tables": [_table(table) for table in tables],
    }
    text = json.dumps(group, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def _table(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {"columns": [_column(column) for column in table.columns]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    return {"url": f"{table.name}.csv", "dc:title": _both(table.title), "tableSchema": schema}


def _column(column: Column) -> dict[str, Any]:
    datatype: Any = {"text": "string", "integer": "integer", "number": "double"}[column.kind]
    if column.pattern or column.codes:
        shape = column.pattern or "|".join(re.escape(code) for code in column.codes)
        datatype = {"base": "string", "format": f"^({shape.removeprefix('^').removesuffix('$')})$"}
    # The header holds the name, so that is the title; what the column is called in words stands beside it.
    return {
        "name": column.name, "titles": column.name, "rdfs:label": _both(column.label), "datatype": datatype,
        "required": column.required,
    }  # fmt: skip


def _both(label: Label) -> list[dict[str, str]]:
    return [{"@value": label.es, "@language": "es"}, {"@value": label.en, "@language": "en"}]
