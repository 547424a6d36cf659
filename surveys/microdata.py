"""Harmonized microdata: levels with unique keys and parents, and why each missing value is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveys.problems import DataError, Message, Problem

KEY_MISSING = Message(
    "key_missing",
    "{count} {count|row|rows} of level '{level}' {count|has|have} a blank key ({columns}); every row needs a "
    "key of its own.\n"
    "  Map the key to other columns, or build it from several columns with `build:`.",
    "{count} {count|fila|filas} del nivel '{level}' {count|tiene|tienen} la llave en blanco ({columns}); cada "
    "fila necesita una llave "
    "propia.\n"
    "  Tome la llave de otras columnas, o constrúyala de varias columnas con `build:`.",
)
KEY_REPEATED = Message(
    "key_repeated",
    "{count} {count|row|rows} of level '{level}' {count|repeats|repeat} the key of another row ({columns}); a "
    "key names exactly one "
    "row.\n"
    "  Remove the repeated rows at the source, or add to the key the column that tells them apart.",
    "{count} {count|fila|filas} del nivel '{level}' {count|repite|repiten} la llave de otra fila ({columns}); "
    "una llave nombra "
    "exactamente una "
    "fila.\n  Elimine las filas repetidas en el origen, o agregue a la llave la columna que las distingue.",
)
ORPHAN = Message(
    "orphan",
    "{count} {count|row|rows} of level '{level}' {count|has|have} no row in level '{parent}'; every one must "
    "belong to one.\n"
    "  Check that both levels come from the same edition of the survey and that their keys are written "
    "alike.",
    "{count} {count|fila|filas} del nivel '{level}' no {count|tiene|tienen} fila en el nivel '{parent}'; cada "
    "una debe pertenecer a "
    "una.\n"
    "  Revise que ambos niveles vengan de la misma edición de la encuesta y que sus llaves se escriban "
    "igual.",
)


@dataclass(frozen=True)
class LevelData:
    """Rows of one level.

    Parameters
    ----------
    name : str
        Level of the dictionary.
    key : tuple of str
        Columns of ``frame`` that name a row; text.
    parent : str or None
        Level above.
    frame : DataFrame, (n, columns)
        Code variables are categoricals whose categories are the codes of the list in its order, numbers
        float64, text object, a multiple-response set one float64 column ``variable__code`` per answer.
    why : mapping of str to (n,) int8
        Variable to 0 where present, else the 1-based position of the reason in the dictionary.
    parent_row : (n,) int64 or None
        Row of the parent level.

    Raises
    ------
    DataError
        A blank or repeated key.
    """

    name: str
    key: tuple[str, ...]
    parent: str | None
    frame: pd.DataFrame
    why: Mapping[str, NDArray[np.int8]] = field(default_factory=dict)
    parent_row: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        rows = len(self.frame)
        if not isinstance(self.frame.index, pd.RangeIndex) or self.frame.index.start != 0:
            raise ValueError(f"level {self.name}: the frame must have a fresh RangeIndex")
        absent = [column for column in self.key if column not in self.frame.columns]
        if absent:
            raise ValueError(f"level {self.name}: key columns absent: {absent}")
        for variable, reasons in self.why.items():
            if reasons.shape != (rows,) or reasons.dtype != np.int8:
                raise ValueError(f"level {self.name}: reasons of {variable} are not ({rows},) int8")
        if self.parent_row is not None and self.parent_row.shape != (rows,):
            raise ValueError(f"level {self.name}: parent_row is not ({rows},)")
        problems = [Problem(message, self.name, {"count": f"{count:,}", "level": self.name,
                                                 "columns": " + ".join(self.key)})
                    for message, count in ((KEY_MISSING, int(blank_keys(self.frame, self.key).sum())),
                                           (KEY_REPEATED, int(repeated_keys(self.frame, self.key).sum())))
                    if count]
        if problems:
            raise DataError(problems)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.frame)


@dataclass(frozen=True)
class Microdata:
    """All levels of one study.

    Parameters
    ----------
    levels : mapping of str to LevelData
        Parents before or after their children, in any order.

    Raises
    ------
    DataError
        A row whose parent does not exist.
    """

    levels: Mapping[str, LevelData]

    def __post_init__(self) -> None:
        problems = []
        for name, level in self.levels.items():
            if name != level.name:
                raise ValueError(f"level {level.name} is filed under {name}")
            if level.parent is None or level.parent not in self.levels:
                continue
            if level.parent_row is None:
                raise ValueError(f"level {name}: rows of the parent level are not given")
            above = self.levels[level.parent].rows
            orphans = int(((level.parent_row < 0) | (level.parent_row >= above)).sum())
            if orphans:
                problems.append(Problem(ORPHAN, name, {"count": f"{orphans:,}", "level": name,
                                                       "parent": level.parent}))
        if problems:
            raise DataError(problems)

    def level(self, name: str) -> LevelData:
        """Return one level by name."""
        return self.levels[name]

    def ancestors(self, name: str) -> tuple[str, ...]:
        """Levels above ``name``, nearest first."""
        found: list[str] = []
        parent = self.levels[name].parent
        while parent is not None and parent in self.levels:
            found.append(parent)
            parent = self.levels[parent].parent
        return tuple(found)

    def rows_of(self, ancestor: str, name: str) -> NDArray[np.int64]:
        """Row of the level ``ancestor`` for every row of level ``name``.

        Returns
        -------
        (n,) int64
            ``arange(n)`` when both are the same level.
        """
        rows = np.arange(self.levels[name].rows, dtype=np.int64)
        current = name
        while current != ancestor:
            level = self.levels[current]
            if level.parent is None or level.parent_row is None:
                raise KeyError(f"level {ancestor} is not above level {name}")
            rows, current = level.parent_row[rows], level.parent
        return rows


def blank_keys(frame: pd.DataFrame, key: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell which rows have a blank in a key column, (n,) bool."""
    blank = np.zeros(len(frame), dtype=bool)
    for column in key:
        values = frame[column]
        blank |= (values.isna() | (values == "")).to_numpy(dtype=bool)
    return blank


def repeated_keys(frame: pd.DataFrame, key: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell which rows repeat the key of an earlier row, (n,) bool; blank keys are not compared."""
    return np.asarray(
        frame.duplicated(list(key), keep="first").to_numpy(dtype=bool) & ~blank_keys(frame, key)
    )


def locate_parents(
    child: pd.DataFrame, parent: pd.DataFrame, parent_key: tuple[str, ...]
) -> NDArray[np.int64]:
    """Row of the parent frame for every row of the child frame.

    Returns
    -------
    (n,) int64
        -1 where no parent has the key. Of parents with the same key the first counts.
    """
    index = pd.MultiIndex.from_frame(parent[list(parent_key)].astype(object))
    first = ~index.duplicated(keep="first")
    wanted = pd.MultiIndex.from_frame(child[list(parent_key)].astype(object))
    found = index[first].get_indexer(wanted)
    rows = np.flatnonzero(first)
    return np.asarray(
        np.where(found >= 0, rows[np.maximum(found, 0)] if rows.size else -1, -1), dtype=np.int64
    )
