"""A public file as SPSS, Stata, Parquet and CSV, with names in Spanish and English, the same bytes every time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from pipeline.public_use.columns import HIDDEN, PublicColumn
from surveys.dictionary import Label

LANGUAGES = ("es", "en")
FORMATS = ("sav", "dta", "parquet", "csv")
# Where SPSS and Stata write the time of day; the first of January of the year of the study takes its place.
SAV_CLOCK = slice(92, 109)


def write_formats(
    folder: Path, name: str, label: Label, columns: tuple[PublicColumn, ...], reasons: Mapping[int, Label], year: int,
    formats: tuple[str, ...] = FORMATS,
) -> list[Path]:  # fmt: skip
    """Write one file in several formats.

    Parameters
    ----------
    folder : Path
        Where to write.
    name, label : str, Label
        Name of the file and what a row is.
    columns : tuple of PublicColumn
        Columns in order.
    reasons : mapping of int to Label
        Why values are missing, by the number below zero that says so.
    year : int
        Stands for the date of creation.
    formats : tuple of str
        Any of ``sav``, ``dta``, ``parquet`` and ``csv``.

    Returns
    -------
    list of Path
        SPSS and Stata hold names in one language, so there is one of each for each language. Parquet holds both in
        its metadata. CSV has ``<name>_variables.csv`` and ``<name>_codes.csv`` beside it.
    """
    frame = pd.DataFrame({column.name: column.values for column in columns})
    written: list[Path] = []
    for ending, write in (("sav", _write_sav), ("dta", _write_dta)):
        for language in LANGUAGES if ending in formats else ():
            path = folder / f"{name}_{language}.{ending}"
            written.append(write(path, label, columns, frame, reasons, language, year))
    if "parquet" in formats:
        written.append(_write_parquet(folder / f"{name}.parquet", label, columns, frame, reasons))
    if "csv" in formats:
        written += _write_csv(folder, name, columns, frame, reasons)
    return written


def stata_letter(number: int) -> str:
    """Return the letter under which Stata keeps a reason of missing: .a for -1."""
    return chr(ord("a") - number - 1)


def _value_labels(column: PublicColumn, reasons: Mapping[int, Label], language: str) -> dict[int | float, str]:
    found: dict[int | float, str] = {number: _short(text.get(language), 120) for number, _, text in column.codes}
    used = {number: text for number, text in reasons.items() if (column.values == number).any()}
    missing: dict[int | float, str] = {number: text.get(language) for number, text in used.items()}
    return {**found, **missing}


def _short(text: str, most: int) -> str:
    """Cut a text to so many bytes, at a letter; the formats count bytes."""
    return text.encode()[:most].decode(errors="ignore")


def _whole(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
    return bool((values == np.round(values)).all())


def _write_sav(
    path: Path, label: Label, columns: tuple[PublicColumn, ...], frame: pd.DataFrame, reasons: Mapping[int, Label],
    language: str, year: int,
) -> Path:  # fmt: skip
    labels = {column.name: _value_labels(column, reasons, language) for column in columns}
    pyreadstat.write_sav(
        frame, path, file_label=_short(label.get(language), 64), row_compress=True,
        column_labels={column.name: _short(column.label.get(language), 255) for column in columns},
        variable_value_labels={name: found for name, found in labels.items() if found},
        missing_ranges={column.name: [{"lo": float(HIDDEN), "hi": -1.0}] for column in columns
                        if (column.values < 0).any()},
        variable_measure={column.name: "nominal" if column.codes else "scale" for column in columns},
        variable_format={column.name: "F8.0" if _whole(column.values) else "F12.3" for column in columns},
    )  # fmt: skip
    content = bytearray(path.read_bytes())
    content[SAV_CLOCK] = f"01 Jan {year % 100:02d}00:00:00".encode()
    path.write_bytes(bytes(content))
    return path


def _write_dta(
    path: Path, label: Label, columns: tuple[PublicColumn, ...], frame: pd.DataFrame, reasons: Mapping[int, Label],
    language: str, year: int,
) -> Path:  # fmt: skip
    order = sorted(reasons, reverse=True)
    letters = {number: stata_letter(number) for number in order}
    made: dict[str, pd.Series] = {}
    labels: dict[str, dict[int | str, str]] = {}
    for column in columns:
        values = column.values
        gaps = values < 0
        held = values.astype(np.int32) if _whole(values) else values
        made[column.name] = pd.Series(held)
        if gaps.any():
            cells = pd.Series(held).astype(object)
            cells[gaps] = [letters[int(value)] for value in values[gaps]]
            made[column.name] = cells
        found: dict[int | str, str] = {number: text.get(language) for number, _, text in column.codes}
        found |= {letters[number]: reasons[number].get(language) for number in order if (values == number).any()}
        if found:
            labels[column.name] = found
    pyreadstat.write_dta(
        pd.DataFrame(made), path, file_label=_short(label.get(language), 80), version=14,
        column_labels={column.name: _short(column.label.get(language), 80) for column in columns},
        variable_value_labels=labels,  # type: ignore[arg-type]  # letters name missing values, which the stub leaves out
        missing_user_values={column.name: sorted({letters[int(value)] for value in column.values[column.values < 0]})
                             for column in columns if (column.values < 0).any()},
    )  # fmt: skip
    content = path.read_bytes()
    start = content.index(b"<timestamp>") + len(b"<timestamp>")
    stamp = f"01 Jan {year} 00:00".encode()
    size = content[start]
    if size != len(stamp):
        raise ValueError(f"{path.name}: the time stamp is not where the format says")
    path.write_bytes(content[: start + 1] + stamp + content[start + 1 + size :])
    return path


def _write_parquet(
    path: Path, label: Label, columns: tuple[PublicColumn, ...], frame: pd.DataFrame, reasons: Mapping[int, Label]
) -> Path:
    arrays, fields = [], []
    for column in columns:
        whole = _whole(column.values)
        arrays.append(pa.array(frame[column.name].to_numpy(), type=pa.float64()))
        if whole:
            arrays[-1] = arrays[-1].cast(pa.int32())
        told = {
            "label": _both(column.label),
            "codes": {str(number): _both(text) for number, _, text in column.codes},
            "missing": {str(number): _both(text) for number, text in reasons.items()},
        }
        metadata = {key: json.dumps(value, ensure_ascii=False, sort_keys=True) for key, value in told.items()}
        fields.append(pa.field(column.name, arrays[-1].type, nullable=False, metadata=metadata))
    schema = pa.schema(fields, metadata={"label": json.dumps(_both(label), ensure_ascii=False, sort_keys=True)})
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd", write_statistics=False)
    return path


def _write_csv(
    folder: Path, name: str, columns: tuple[PublicColumn, ...], frame: pd.DataFrame, reasons: Mapping[int, Label]
) -> list[Path]:
    plain = pd.DataFrame({c: v.astype(np.int64) if _whole(v.to_numpy()) else v for c, v in frame.items()})
    paths = [folder / f"{name}.csv", folder / f"{name}_variables.csv", folder / f"{name}_codes.csv"]
    plain.to_csv(paths[0], index=False, lineterminator="\n", encoding="utf-8")
    named = pd.DataFrame([(c.name, c.label.es, c.label.en) for c in columns], columns=["variable", "es", "en"])
    named.to_csv(paths[1], index=False, lineterminator="\n", encoding="utf-8")
    rows = [(c.name, number, text.es, text.en, "") for c in columns for number, _, text in c.codes]
    rows += [("*", number, text.es, text.en, "missing") for number, text in reasons.items()]
    coded = pd.DataFrame(rows, columns=["variable", "code", "es", "en", "kind"])
    coded.to_csv(paths[2], index=False, lineterminator="\n", encoding="utf-8")
    return paths


def _both(label: Label) -> dict[str, str]:
    return {"es": label.es, "en": label.en}
