"""Variables of a public file as columns: values coarsened as declared, and why each missing value is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from estimates.public_use.classes import SUPPRESSED
from surveys.columns import Columns
from surveys.dictionary import Dictionary, Label, Variable
from surveys.public_use import Joined, PublicVariable

# Why a value is missing is kept as a number below zero; what was hidden to protect somebody is the last of all.
HIDDEN = -9


@dataclass(frozen=True)
class PublicColumn:
    """One column of a public file.

    Parameters
    ----------
    name : str
        Name in the file.
    label : Label
        Name for people.
    variable : str
        Name under which the study declares it; several columns for a question with several answers.
    source : Variable or None
        Variable of the dictionary; None for numbers made here (identifier, weights).
    codes : tuple of (int, code, Label)
        Number written in the file, code of the list and its name; empty for numbers.
    values : (n,) float
        Number of the code, or the number; below zero the reason why it is missing (``HIDDEN`` where hidden).
    coarser : tuple of Joined
        How codes were joined; empty where they are those of the dictionary.
    """

    name: str
    label: Label
    variable: str
    source: Variable | None
    codes: tuple[tuple[int, str, Label], ...]
    values: NDArray[np.float64]
    coarser: tuple[Joined, ...] = ()

    @property
    def known(self) -> NDArray[np.bool_]:
        """Where there is a value, (n,) bool."""
        return np.asarray(self.values >= 0)

    def take(self, rows: NDArray[np.int64]) -> PublicColumn:
        """Return the column of the given rows."""
        return replace(self, values=self.values[rows])

    def hide(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> PublicColumn:
        """Return the column with the values of some rows hidden."""
        values = self.values.copy()
        values[rows] = HIDDEN
        return replace(self, values=values)


def public_columns(
    item: PublicVariable, columns: Columns, rows: NDArray[np.int64], dictionary: Dictionary
) -> list[PublicColumn]:
    """Read one variable of a public file from the microdata.

    Parameters
    ----------
    item : PublicVariable
        What the study declares.
    columns : Columns
        Variables of the level of the file and of those above.
    rows : (n,) int
        Rows that are in the file.
    dictionary : Dictionary
        Types, codes and names.

    Returns
    -------
    list of PublicColumn
        One; for a question with several answers one for each answer.

    Raises
    ------
    ValueError
        A number below zero, which would be taken for a reason of missing.
    """
    source = dictionary.variables[item.source]
    label = item.label or source.label
    if source.type == "multiple":
        return _answers(item, source, label, columns, rows, dictionary)
    value = columns.get(item.source)
    why = _reasons(value.why, value.missing, dictionary)[rows]
    if source.type == "code":
        held = dictionary.code_lists[str(source.codes)].codes
        parts = item.codes or tuple(Joined(code, held[code].label, (code,)) for code in held)
        place = {code: number for number, part in enumerate(parts) for code in part.of}
        table = np.array([*(place[code] for code in value.codes), -1], dtype=np.int64)
        return [_coded(item, source, label, parts, table[value.data][rows], why)]
    numbers = np.asarray(value.numbers(), dtype=np.float64)[rows]
    if item.bands:
        parts = _bands(item.bands)
        at = np.maximum(np.searchsorted(np.array(item.bands), np.nan_to_num(numbers), side="right") - 1, 0)
        return [_coded(item, source, label, parts, np.where(np.isnan(numbers), -1, at), why)]
    low = -np.inf if item.bottom is None else item.bottom
    high = np.inf if item.top is None else item.top
    numbers = np.where(np.isnan(numbers), why, np.clip(numbers, low, high))
    if (numbers[why == 0] < 0).any():
        raise ValueError(f"'{item.source}' has numbers below zero, which a public file keeps for reasons of missing")
    return [PublicColumn(item.name, label, item.name, source, (), numbers)]


def several(columns: Sequence[PublicColumn]) -> NDArray[np.int64]:
    """Give each combination of the columns of one variable a number, (n,) int; -1 missing, -2 hidden.

    The number of a single column is its own code, so that it is the same before and after hiding.
    """
    table = np.column_stack([column.values for column in columns])
    if len(columns) == 1:
        codes = np.where(table[:, 0] < 0, -1, table[:, 0])
        return np.where(table[:, 0] == HIDDEN, SUPPRESSED, codes).astype(np.int64)
    number = np.unique(table, axis=0, return_inverse=True)[1].reshape(-1)
    number = np.where((table < 0).any(axis=1), -1, number)
    return np.where((table == HIDDEN).any(axis=1), SUPPRESSED, number).astype(np.int64)


def _answers(
    item: PublicVariable, source: Variable, label: Label, columns: Columns, rows: NDArray[np.int64],
    dictionary: Dictionary,
) -> list[PublicColumn]:  # fmt: skip
    held = dictionary.code_lists[str(source.codes)].codes
    parts = item.codes or tuple(Joined(code, held[code].label, (code,)) for code in held)
    numbers = ((1, "1", Label("Sí", "Yes")), (0, "0", Label("No", "No")))
    found = []
    for part in parts:
        answers = [columns.answered(item.source, code) for code in part.of]
        given = np.column_stack([answer.numbers() for answer in answers])
        missing = np.asarray(np.isnan(given).all(axis=1))
        why = _reasons(answers[0].why, missing, dictionary)
        said = np.where(missing, why, np.nanmax(np.where(np.isnan(given), 0.0, given), axis=1))
        name = Label(f"{label.es}: {part.label.es}", f"{label.en}: {part.label.en}")
        coarser = (part,) if item.codes else ()
        found.append(PublicColumn(f"{item.name}_{part.code}", name, item.name, source, numbers, said[rows], coarser))
    return found


def _coded(
    item: PublicVariable, source: Variable, label: Label, parts: Sequence[Joined], at: NDArray[np.int64],
    why: NDArray[np.float64],
) -> PublicColumn:  # fmt: skip
    plain = all(part.code.isdigit() for part in parts) and len({int(part.code) for part in parts}) == len(parts)
    numbers = [int(part.code) if plain else place for place, part in enumerate(parts, start=1)]
    codes = tuple((number, part.code, part.label) for number, part in zip(numbers, parts, strict=True))
    values = np.where(at < 0, why, np.array([*numbers, -1], dtype=np.float64)[at])
    return PublicColumn(item.name, label, item.name, source, codes, values, item.codes)


def _bands(bands: Sequence[float]) -> tuple[Joined, ...]:
    parts = []
    for place, low in enumerate(bands):
        if place + 1 < len(bands):
            high = bands[place + 1] - 1
            text = Label(*(f"{low:g} {word} {high:g}" if high > low else f"{low:g}" for word in ("a", "to")))
        else:
            text = Label(f"{low:g} y más", f"{low:g} and over")
        parts.append(Joined(str(place + 1), text, ()))
    return tuple(parts)


def _reasons(
    why: NDArray[np.int8] | None, missing: NDArray[np.bool_], dictionary: Dictionary
) -> NDArray[np.float64]:
    """Minus the number of the reason where missing, 0 elsewhere; ``blank`` where none is known."""
    reasons = np.zeros(missing.shape) if why is None else why.astype(np.float64)
    return np.where(missing, -np.where(reasons == 0, dictionary.reason("blank"), reasons), 0.0)
