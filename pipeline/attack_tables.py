"""Numbers of a release read back from its tables: CSV, Parquet, PC-Axis, SDMX, workbooks and the explorer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.protection import NUMBER_COLUMNS
from pipeline.attack_page import page_lines
from pipeline.attack_px import px_lines
from pipeline.attack_sdmx import is_sdmx_data, sdmx_lines
from pipeline.attack_workbooks import workbook_rows
from pipeline.open_data.reading import table_records
from pipeline.table_labels import TOTAL, Labels
from surveys.dictionary import Dictionary

Key = tuple[str, ...]


@dataclass(frozen=True)
class PublishedNumbers:
    """What one file tells of every row.

    Parameters
    ----------
    file : str
        Its name.
    has_number : (R,) bool
        Whether any number of the row is there.
    n, cases : (R,) float
        Unweighted base and cases, NaN where not told.
    unknown : int
        Lines of the file that belong to no row.
    numbers : mapping of str to (R,) float
        Every number told, by column.
    """

    file: str
    has_number: NDArray[np.bool_]
    n: NDArray[np.float64]
    cases: NDArray[np.float64]
    unknown: int
    numbers: Mapping[str, NDArray[np.float64]]


def read_published(
    folder: Path, frame: pd.DataFrame, names: Sequence[str], dictionary: Dictionary
) -> Iterator[PublishedNumbers]:
    """Read every table of a release that a program can read.

    Parameters
    ----------
    folder : Path
        The release.
    frame : DataFrame
        Internal rows, for their keys.
    names : sequence of str
        Breakdown columns.
    dictionary : Dictionary
        Labels and SDMX codes, which the release publishes too.

    Yields
    ------
    PublishedNumbers
        One for each file.
    """
    for path in sorted(folder.rglob("*")):
        if path.name in ("estimates.csv", "estimates.parquet"):
            yield read_table_release(path, frame, names)
        elif path.suffix == ".px":
            units = dict(zip(frame["indicator"].astype(str), frame["unit"].astype(str), strict=True))
            yield _collect(path.name, frame, names, list(px_lines(path, units, names)))
        elif is_sdmx_data(path):
            lines = sdmx_lines(path, list(frame["indicator"].astype(str).unique()), names, dictionary)
            yield _collect(path.name, frame, names, list(lines))
        elif path.suffix == ".xlsx":
            yield _workbook(path, frame, names, dictionary)
        elif path.suffix == ".html" and (of_page := list(page_lines(path, names))):
            yield _collect(path.name, frame, names, of_page)


def read_table_release(path: Path, frame: pd.DataFrame, names: Sequence[str]) -> PublishedNumbers:
    """Read an ``estimates.csv`` or ``estimates.parquet``; rows of ours that it lacks tell nothing."""
    records = list(table_records(path))
    columns = list(records[0]) if records else ["indicator", "estimate"]
    # Another release may have had breakdowns that this one has not; their rows are none of ours.
    others = [name for name in columns[columns.index("indicator") + 1 : columns.index("estimate")] if name not in names]
    lines = [
        ((line["indicator"], *(line.get(name, TOTAL) for name in names)),
         {column: line.get(column, "") for column in NUMBER_COLUMNS})
        for line in records
        if all(line[name] == TOTAL for name in others)
    ]  # fmt: skip
    return _collect(path.name, frame, names, lines)


def _workbook(path: Path, frame: pd.DataFrame, names: Sequence[str], dictionary: Dictionary) -> PublishedNumbers:
    labels = Labels(dictionary, "en" if path.stem.endswith("_en") else "es")
    wholes = frame["indicator"].astype(str).unique()
    indicators: dict[str, list[str]] = {}
    for name in wholes:
        indicators.setdefault(labels.indicator(name), []).append(name)
    columns = {labels.column(name): name for name in ("indicator", *NUMBER_COLUMNS)}
    codes = {
        labels.breakdown(name): (
            name, {labels.category(name, code): code for code in (TOTAL, *_codes(dictionary, name))}
        )
        for name in names
    }
    lines: list[tuple[Key, Mapping[str, str]]] = []
    for sheet in workbook_rows(path):
        header: list[str] | None = None
        for cells in sheet:
            texts = ["" if value is None else str(value) for value in cells]
            if header is None:
                if texts and columns.get(texts[0]) == "indicator":
                    header = texts
                continue
            held = dict(zip(header, texts, strict=False))
            domain = {
                name: by_label.get(held[title], "?") for title, (name, by_label) in codes.items() if title in held
            }
            numbers = {columns[title]: text for title, text in held.items() if title in columns}
            # A label that two indicators share tells neither; the other files name them apart.
            named = indicators.get(texts[0], [])
            key = named[0] if len(named) == 1 else "?"
            lines.append(((key, *(domain.get(by, TOTAL) for by in names)), numbers))
    return _collect(path.name, frame, names, lines)


def _codes(dictionary: Dictionary, breakdown: str) -> tuple[str, ...]:
    return tuple(dictionary.codes_of(dictionary.breakdowns[breakdown].variable))


def _collect(
    file: str, frame: pd.DataFrame, names: Sequence[str], lines: Sequence[tuple[Key, Mapping[str, str]]]
) -> PublishedNumbers:
    keys = zip(frame["indicator"].astype(str), *(frame[name].astype(str) for name in names), strict=True)
    place = {key: row for row, key in enumerate(keys)}
    told = np.zeros(len(frame), dtype=bool)
    every = {column: np.full(len(frame), np.nan) for column in NUMBER_COLUMNS}
    unknown = 0
    for key, numbers in lines:
        row = place.get(key)
        if row is None:
            unknown += 1
            continue
        found = {column: _number(text) for column, text in numbers.items() if column in NUMBER_COLUMNS}
        told[row] |= any(np.isfinite(value) for value in found.values())
        for column, value in found.items():
            every[column][row] = value
    return PublishedNumbers(file, told, every["n"], every["cases"], unknown, every)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan
