"""The attack on model figures of small areas: any number that is not the protected one of its area."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from estimates.study_small_areas import HIDDEN, KEYS, PUBLISHED
from pipeline.area_release import DIGITS, NAME, TEXTS
from pipeline.open_data.reading import table_files, table_records

Key = tuple[str, str]


def told_by_areas(folder: Path, protected: pd.DataFrame | None) -> Iterator[tuple[str, str]]:
    """Find numbers of small areas that a release may not tell.

    Parameters
    ----------
    folder : Path
        The release.
    protected : DataFrame or None
        The table that may be published: its figures are rounded until no hidden case can be solved for. None where the
        study has none; then no file may have one.

    Yields
    ------
    file : str
        Name of the file.
    area : str
        Model and area, with the column; never a number. Told are numbers of hidden areas, numbers of areas that the
        protected table does not have, numbers that differ from the protected ones in the digits that are published, and
        any number in a column that is not for publication, such as a direct figure or its cases.
    """
    allowed = {} if protected is None or protected.empty else _allowed(protected)
    for path in table_files(folder, NAME):
        for line in table_records(path):
            key = (line.get("model", ""), line.get("area", ""))
            known = allowed.get(key, {})
            for column, text in line.items():
                if column in (*KEYS, *TEXTS, "data") or not _is_number(text):
                    continue
                if column not in PUBLISHED or known.get(column) != f"{float(text):.{DIGITS}g}":
                    yield path.name, f"{key[0]} {key[1]} {column}"


def _allowed(protected: pd.DataFrame) -> dict[Key, dict[str, str]]:
    shown = protected[~protected["status"].isin(HIDDEN)]
    return {
        (str(row["model"]), str(row["area"])): {
            column: f"{float(row[column]):.{DIGITS}g}" for column in PUBLISHED if pd.notna(row[column])
        }
        for row in shown.to_dict("records")
    }


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False
