"""A folder of CSV files described as a Frictionless data package: types, lists, keys and names in both languages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.open_data.table import Column, Table
from surveys.dictionary import Label

FILE = "datapackage.json"


def write_data_package(
    folder: Path, tables: Sequence[Table], *, name: str, title: Label, synthetic: bool, draft: bool
) -> None:
    """Write ``datapackage.json``.

    Parameters
    ----------
    folder : Path
        Where the CSV files are.
    tables : sequence of Table
        All of them.
    name : str
        Of the package.
    title : Label
        In both languages.
    synthetic, draft : bool
        Invented data; not yet signed by all who validate.
    """
    package = {
        "profile": "tabular-data-package",
        "name": name.replace("_", "-").lower(),
        "title": title.en,
        "title_es": title.es,
        "synthetic": synthetic,
        "edition": "draft" if draft else "final",
        "resources": [_resource(table) for table in tables],
    }
    text = json.dumps(package, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def _resource(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns], "missingValues": [""]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    return {
        "profile": "tabular-data-resource",
        "name": table.name.replace("_", "-").replace("/", "-").lower(),
        "title": table.title.en,
        "title_es": table.title.es,
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    kind = {"text": "string", "integer": "integer", "number": "number"}[column.kind]
    field: dict[str, Any] = {
        "name": column.name, "type": kind, "title": column.label.en, "title_es": column.label.es,
    }  # fmt: skip
    limits: dict[str, Any] = {"required": True} if column.required else {}
    if column.codes:
        limits["enum"] = list(column.codes)
    if column.pattern:
        limits["pattern"] = column.pattern
    return field | ({"constraints": limits} if limits else {})
