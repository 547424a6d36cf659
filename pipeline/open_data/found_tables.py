"""CSV files of a folder that others wrote: their columns by the dictionary, and by what their cells look like."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd

from pipeline.open_data.table import Column, Kind, Table
from pipeline.open_data.words import COLUMNS, TABLES
from pipeline.sdmx_components import CONCEPTS, MEASURES, NUMBER_ATTRIBUTES
from pipeline.sdmx_files import DATA_CSV
from pipeline.sdmx_structure import COUNTS
from surveys.dictionary import Dictionary, Label

NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
NUMBERS: dict[str, str] = {**MEASURES, **NUMBER_ATTRIBUTES}


def found_tables(
    folder: Path, known: Collection[str], dictionary: Dictionary, *, words: Mapping[str, Label] | None = None
) -> list[Table]:
    """Describe the CSV files of a folder that are none of the tables known.

    Parameters
    ----------
    folder : Path
        Finished files.
    known : collection of str
        Names of the tables that are described already.
    dictionary : Dictionary
        Names columns that are variables.
    words : mapping of str to Label, optional
        Names of columns that go before all others.

    Returns
    -------
    list of Table
        In order of path. A column is a number where all its cells are one, and none has a leading zero; it is whole
        where all are. A column without a name in words is called by its name in the header.
    """
    found = []
    for path in sorted(folder.rglob("*.csv")):
        name = path.relative_to(folder).as_posix().removesuffix(".csv")
        if name not in known:
            found.append(_read(path, name, dictionary, words or {}))
    return found


def _read(path: Path, name: str, dictionary: Dictionary, words: Mapping[str, Label]) -> Table:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    exchanged = path.name == DATA_CSV
    columns = tuple(
        Column(str(header), _sdmx_kind(str(header)) if exchanged else _kind(frame[header]),
               words.get(str(header)) or _label(str(header), dictionary))
        for header in frame.columns
    )  # fmt: skip
    return Table(name, TABLES.get(path.stem, Label(name, name)), frame, columns)


def _kind(cells: pd.Series) -> Kind:
    told = [text for text in cells if text]
    if not told or not all(NUMBER.fullmatch(text) for text in told):
        return "text"
    return "integer" if all(text.lstrip("-").isdigit() for text in told) else "number"


def _sdmx_kind(name: str) -> Kind:
    if name in COUNTS:
        return "integer"
    return "number" if name in NUMBERS else "text"


def _label(name: str, dictionary: Dictionary) -> Label:
    ours = NUMBERS.get(name, name if name in dictionary.variables or name in COLUMNS else name.lower())
    if name in CONCEPTS:
        return CONCEPTS[name]
    if ours in dictionary.breakdowns:
        known = dictionary.breakdowns[ours]
        return known.label or dictionary.variables[known.variable].label
    if ours in dictionary.variables:
        return dictionary.variables[ours].label
    return COLUMNS.get(ours, Label(name, name))
