"""The attack on comparisons, models and tests: lines of hidden groups and terms that any file gives a number of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.study_comparisons import REST
from estimates.table import WHOLE
from pipeline.analysis_release import COLUMNS, LINE, hidden_lines, line_names
from pipeline.attack_workbooks import workbook_rows
from pipeline.open_data.reading import table_files, table_records
from pipeline.table_labels import Labels
from surveys.dictionary import Dictionary
from surveys.study import Study


def told_by_analyses(
    folder: Path, frame: pd.DataFrame, names: Sequence[str], hidden: NDArray[np.bool_],
    tables: Mapping[str, pd.DataFrame], study: Study, dictionary: Dictionary,
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Find numbers that comparisons, models and tests of a release may not show.

    Parameters
    ----------
    folder : Path
        The release.
    frame : DataFrame
        Internal estimates.
    names : sequence of str
        Their breakdown columns.
    hidden : (R,) bool
        Rows of them that may not be shown.
    tables : mapping of str to DataFrame
        What may be published of the analyses: lines without numbers there have none in any file.
    study, dictionary
        For the names of the lines.

    Yields
    ------
    file : str
        Name of the file, with the sheet for a workbook.
    line : str
        The line in words; never a number.
    """
    for language in ("es", "en"):
        labels = Labels(dictionary, "es" if language == "es" else "en")
        secret: set[str] = set()
        for name in COLUMNS:
            table = tables.get(name, pd.DataFrame())
            if table.empty:
                continue
            of_groups = _hidden_groups(table, frame, names, hidden) if name == "comparisons" else []
            closed = hidden_lines(name, table, of_groups)
            own = {line for line, here in zip(line_names(name, table, study, labels), closed, strict=True) if here}
            secret |= own
            for path in table_files(folder, name):
                yield from _of_table(path, f"label_{language}", own, COLUMNS[name])
        for path in sorted(folder.glob(f"*_{language}.xlsx")):
            yield from _of_workbook(path, secret, LINE[0 if language == "es" else 1])


def _hidden_groups(
    table: pd.DataFrame, frame: pd.DataFrame, names: Sequence[str], hidden: NDArray[np.bool_]
) -> list[bool]:
    """Tell for every comparison whether one of its two groups is a hidden row of the estimates."""
    keys = zip(frame["indicator"].astype(str), *(frame[name].astype(str) for name in names), strict=True)
    closed = {key for key, here in zip(keys, hidden, strict=True) if here}
    found = []
    for record in table.to_dict("records"):
        between = str(record["between"])
        sides = [str(record[side]) for side in ("group_a", "group_b")]
        domains = [{**{name: str(record.get(name, WHOLE)) for name in names}, between: code}
                   for code in sides if code != REST]  # fmt: skip
        found.append(any((str(record["indicator"]), *(domain[name] for name in names)) in closed for domain in domains))
    return found


def _of_table(path: Path, label: str, secret: set[str], columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in table_records(path):
        if line[label] in secret and any(line.get(column) for column in columns):
            yield path.name, line[label]


def _of_workbook(path: Path, secret: set[str], first: str) -> Iterator[tuple[str, str]]:
    for rows in workbook_rows(path):
        if any(row and row[0] == first for row in rows):
            for row in rows:
                if row and str(row[0]) in secret and any(isinstance(cell, int | float) for cell in row[1:]):
                    yield path.name, str(row[0])
