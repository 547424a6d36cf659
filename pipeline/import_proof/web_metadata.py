"""What an importer learns from the CSVW metadata of a folder: tables, columns, types, keys and foreign keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.import_proof.described import Column, Described, Import, Kind
from pipeline.open_data.web_metadata import FILE
from pipeline.sdmx_files import DATA_CSV

_KINDS: dict[str, Kind] = {"integer": "integer", "double": "number", "decimal": "number", "number": "number"}


def read_csvw(folder: Path) -> Import:
    """Read ``csv-metadata.json`` of a folder; nothing is described where it is absent.

    Parameters
    ----------
    folder : Path
        With the CSV files that it names.

    Returns
    -------
    Import
        A table for each file but the SDMX one, which its own structure describes better.
    """
    path = folder / FILE
    if not path.is_file():
        return Import(())
    group = json.loads(path.read_text(encoding="utf-8"))
    return Import(tuple(_table(folder, item) for item in group["tables"] if item["url"] != DATA_CSV))


def _table(folder: Path, item: Mapping[str, Any]) -> Described:
    schema = item["tableSchema"]
    key = schema.get("primaryKey") or []
    return Described(
        Path(item["url"]).stem, folder / item["url"], tuple(_column(one) for one in schema["columns"]),
        tuple([key] if isinstance(key, str) else key),
    )  # fmt: skip


def _column(one: Mapping[str, Any]) -> Column:
    kind = one.get("datatype", "string")
    base, pattern = (kind, None) if isinstance(kind, str) else (kind.get("base", "string"), kind.get("format"))
    return Column(one["name"], _KINDS.get(base, "text"), bool(one.get("required")), pattern=pattern)
