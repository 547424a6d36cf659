"""A published table: its rows, and what each of its columns holds, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from surveys.dictionary import Label

Kind = Literal["text", "integer", "number"]
WHOLE_NUMBERS = frozenset({
    "n", "n_psu", "cases", "year", "first_year", "last_year", "rank", "rank_low", "rank_high", "shared_psus",
})  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column.

    Parameters
    ----------
    name : str
        As in the header.
    kind : {"text", "integer", "number"}
        What its cells are. A code is a text: ``06`` is not 6.
    label : Label
        What it holds, in both languages.
    codes : tuple of str
        All it may hold, where it has a list.
    pattern : str
        Regular expression of its codes, where they have a shape; empty otherwise.
    required : bool
        Whether no cell may be empty.
    """

    name: str
    kind: Kind
    label: Label
    codes: tuple[str, ...] = ()
    pattern: str = ""
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One table of a release.

    Parameters
    ----------
    name : str
        Of its files, without ending.
    title : Label
        Title in both languages.
    frame : DataFrame
        Its rows: float64 or Int64 where the column is a number, text elsewhere; NaN where nothing is told.
    columns : tuple of Column
        In the order of the frame.
    key : tuple of str
        Columns that name a row.
    digits : int
        Significant digits of its numbers.
    """

    name: str
    title: Label
    frame: pd.DataFrame
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    digits: int = 17


def published_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Give every column of a table its type: whole numbers, numbers, and all else as text.

    Parameters
    ----------
    frame : DataFrame
        Rows that may be published.

    Returns
    -------
    DataFrame
        A copy; a number that is not finite is missing, because open formats have no sign for it that all read.
    """
    typed: dict[str, pd.Series] = {}
    for name in frame.columns:
        values = frame[name]
        if not pd.api.types.is_numeric_dtype(values):
            typed[str(name)] = pd.Series([_text(value) for value in values], index=values.index, dtype=object)
            continue
        numbers = values.astype(np.float64)
        numbers = numbers.where(np.isfinite(numbers))
        whole = str(name) in WHOLE_NUMBERS and bool((numbers.dropna() % 1 == 0).all())
        typed[str(name)] = numbers.astype("Int64") if whole else numbers
    return pd.DataFrame(typed, index=frame.index)


def describe(
    frame: pd.DataFrame,
    labels: Mapping[str, Label],
    *,
    codes: Mapping[str, Sequence[str]] | None = None,
    key: Sequence[str] = (),
) -> tuple[Column, ...]:
    """Describe the columns of a typed frame.

    Parameters
    ----------
    frame : DataFrame
        Result of `published_frame`.
    labels : mapping of str to Label
        What each column holds.
    codes : mapping of str to sequence of str, optional
        Lists of the columns that have one.
    key : sequence of str
        Columns that may not be empty.
    """
    lists = codes or {}
    return tuple(
        Column(str(name), kind_of(frame[name]), labels[str(name)], tuple(lists.get(str(name), ())),
               required=str(name) in lists or str(name) in key)
        for name in frame.columns
    )  # fmt: skip


def kind_of(values: pd.Series) -> Kind:
    """Tell what the cells of a typed column are."""
    if pd.api.types.is_integer_dtype(values):
        return "integer"
    return "number" if pd.api.types.is_numeric_dtype(values) else "text"


def _text(value: object) -> str:
    return "" if value is None or (isinstance(value, float) and np.isnan(value)) else str(value)
