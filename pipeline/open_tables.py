"""The published view as plain CSV files for import, described by a Frictionless data package."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from estimates.protection import NUMBER_COLUMNS
from pipeline.table_labels import STATUS_LABELS, TOTAL, Labels

NUMERIC_TEXT = re.compile(r"[+-]?\d+(\.\d+)?")
RUNS = ("=", "+", "-", "@", "\t", "\r")


def write_open_tables(
    folder: Path,
    view: pd.DataFrame,
    breakdowns: Sequence[str],
    labels: tuple[Labels, Labels],
) -> None:
    """Write ``estimates.csv`` and ``labels.csv``.

    Parameters
    ----------
    folder : Path
        Where to write.
    view : DataFrame
        Published view of the estimates.
    breakdowns : sequence of str
        Its breakdown columns.
    labels : (Labels, Labels)
        Spanish and English names.
    """
    written = view.copy()
    for column in ("n", "n_psu", "cases"):
        written[column] = written[column].astype("Int64")
    for column in ("study", "indicator", *breakdowns, "unit", "status", "reason"):
        written[column] = [inert(str(text)) for text in written[column]]
    written.to_csv(
        folder / "estimates.csv", index=False, float_format="%.17g", lineterminator="\n", encoding="utf-8"
    )
    label_rows(view, breakdowns, labels).to_csv(
        folder / "labels.csv", index=False, lineterminator="\n", encoding="utf-8"
    )


def label_rows(view: pd.DataFrame, breakdowns: Sequence[str], labels: tuple[Labels, Labels]) -> pd.DataFrame:
    """Every code that appears in the estimates with its name in both languages."""
    spanish, english = labels
    rows: list[tuple[str, str, str, str]] = []
    for name in dict.fromkeys(view["indicator"]):
        rows.append(("indicator", name, spanish.indicator(name), english.indicator(name)))
    for breakdown in breakdowns:
        rows.append(("breakdown", breakdown, spanish.breakdown(breakdown), english.breakdown(breakdown)))
        for code in (TOTAL, *spanish.dictionary.codes_of(spanish.dictionary.breakdowns[breakdown].variable)):
            rows.append(
                (breakdown, code, spanish.category(breakdown, code), english.category(breakdown, code))
            )
    for unit in dict.fromkeys(view["unit"]):
        rows.append(("unit", unit, spanish.unit(unit), english.unit(unit)))
    rows += [("status", status, *texts) for status, texts in STATUS_LABELS.items()]
    return pd.DataFrame(
        [[inert(text) for text in row] for row in rows], columns=["column", "code", "es", "en"]
    )


def inert(text: str) -> str:
    """Put a quote before a text that a spreadsheet would run as a formula; numbers and codes stay."""
    return f"'{text}" if text.startswith(RUNS) and not NUMERIC_TEXT.fullmatch(text) else text


def write_data_package(
    folder: Path,
    breakdowns: Sequence[str],
    *,
    name: str,
    title: dict[str, str],
    synthetic: bool,
    draft: bool,
    spanish: Labels,
    english: Labels,
) -> None:
    """Describe the CSV files: ``datapackage.json`` with types, keys and titles in both languages."""
    dictionary = english.dictionary
    fields: list[dict[str, Any]] = []
    for column in ("study", "indicator", *breakdowns, *NUMBER_COLUMNS, "unit", "status", "reason"):
        field: dict[str, Any] = {
            "name": column,
            "type": "number" if column in NUMBER_COLUMNS else "string",
            "title": english.column(column),
            "title_es": spanish.column(column),
        }
        if column in breakdowns:
            codes = dictionary.codes_of(dictionary.breakdowns[column].variable)
            field["constraints"] = {"required": True, "enum": [TOTAL, *codes]}
        if column == "status":
            field["constraints"] = {"required": True, "enum": list(STATUS_LABELS)}
        fields.append(field)
    package = {
        "profile": "tabular-data-package",
        "name": name.replace("_", "-").lower(),
        "title": title["en"],
        "title_es": title["es"],
        "synthetic": synthetic,
        "edition": "draft" if draft else "final",
        "resources": [
            _resource("estimates", fields, ["study", "indicator", *breakdowns]),
            _resource(
                "labels",
                [{"name": column, "type": "string"} for column in ("column", "code", "es", "en")],
                ["column", "code"],
            ),
        ],
    }
    (folder / "datapackage.json").write_text(
        json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def write_checksums(folder: Path) -> None:
    """Write ``SHA256SUMS`` over all files of the folder, in order of name, as ``sha256sum -c`` reads it."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def _resource(name: str, fields: list[dict[str, Any]], key: list[str]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "format": "csv",
        "encoding": "utf-8",
        "schema": {"fields": fields, "primaryKey": key, "missingValues": [""]},
    }
