"""Change and trend as open tables of a release, and the attack that reads them back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.change.study_change import NUMBERS
from estimates.change.study_trend import TESTED, YEARLY
from estimates.table import WHOLE
from pipeline.analysis_files import ROUND_TABLES
from pipeline.open_data.reading import table_files, table_records
from pipeline.open_data.table import published_frame

COLUMNS = {"change": NUMBERS, "trend": YEARLY, "trend_tests": TESTED}
HIDDEN = ("withheld", "confidential", "empty")


def round_frames(held: Mapping[str, pd.DataFrame], *, synthetic: bool) -> dict[str, pd.DataFrame]:
    """Arrange ``change``, ``trend``, ``trend_tests`` and ``external_series`` as open tables, those that have rows.

    Parameters
    ----------
    held : mapping of str to DataFrame
        As `estimates.release_view.analyses_view` gives them: no numbers in rows that may not be shown.
    synthetic : bool
        Whether the data are invented, which every line then says in the column ``data``.
    """
    found = {}
    for name in ROUND_TABLES:
        table = held.get(name, pd.DataFrame())
        if table.empty:
            continue
        written = published_rows(table, COLUMNS.get(name, ()))
        if name != "external_series":
            written.insert(0, "data", "synthetic" if synthetic else "survey")
        found[name] = published_frame(written)
    return found


def published_rows(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Blank the numbers of rows that may not be shown, whatever the table holds."""
    view = table.copy()
    if "status" in view.columns:
        hidden = view["status"].isin(HIDDEN)
        for column in columns:
            view[column] = view[column].astype(np.float64).mask(hidden)
    return view


def told_by_rounds(
    folder: Path, frame: pd.DataFrame, names: Sequence[str], hidden: NDArray[np.bool_]
) -> Iterator[tuple[str, int]]:
    """Find hidden rows of the estimates of which a table of change or trend gives a number.

    Parameters
    ----------
    folder : Path
        The release.
    frame : DataFrame
        Internal estimates.
    names : sequence of str
        Their breakdown columns.
    hidden : (R,) bool
        Rows that may not be shown.

    Yields
    ------
    file : str
        Name of the table.
    row : int
        Row of the estimates.
    """
    keys = zip(frame["indicator"].astype(str), *(frame[name].astype(str) for name in names), strict=True)
    place = {key: row for row, key in enumerate(keys)}
    for table in ("change", "trend"):
        for path in table_files(folder, table):
            for line in table_records(path):
                held = {line["by"]: line["code"]} if table == "trend" else line
                row = place.get((line["indicator"], *(held.get(name, WHOLE) for name in names)))
                if row is not None and hidden[row] and any(line.get(column) for column in COLUMNS[table]):
                    yield path.name, row
