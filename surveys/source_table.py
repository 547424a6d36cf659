"""A source file as read: named columns as text or numbers, reasons, labels and what the reader noticed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]


@dataclass(frozen=True)
class SourceTable:
    """Columns of one source file.

    Parameters
    ----------
    name : str
        Name of the source in ``study.yaml``.
    rows : int
        Number of rows.
    columns : mapping of str to (rows,) float64 or object
        Numbers with NaN, or text with None; an empty or blank cell is missing.
    reasons : mapping of str to (rows,) object
        Only for columns with user-missing values or tags: the code or tag of the missing value, else None.
        The value itself is then missing in ``columns``.
    labels : mapping of str to mapping of str to str
        Value labels found in the file: column to code to label.
    column_labels : mapping of str to str
        Labels of columns found in the file.
    sets : mapping of str to tuple of str
        Multiple-response sets declared in the file.
    decimal : str
        Decimal sign of numbers written as text.
    info : mapping
        What the reader noticed: format, encoding, columns of the file, counts. No data.
    """

    name: str
    rows: int
    columns: Mapping[str, Column]
    reasons: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    column_labels: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decimal: str = "."
    info: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind in (self.columns, self.reasons):
            for name, values in kind.items():
                if values.shape != (self.rows,):
                    raise ValueError(f"source {self.name}: column {name} does not have {self.rows} rows")
        for name, values in self.columns.items():
            if values.dtype != np.float64 and values.dtype != np.object_:
                raise ValueError(f"source {self.name}: column {name} is neither float64 nor text")

    def text(self, column: str) -> NDArray[np.object_]:
        """Column as text: whole numbers without decimals, missing as None."""
        values = self.columns[column]
        return values if values.dtype == np.object_ else numbers_as_text(values)

    def reason(self, column: str) -> NDArray[np.object_]:
        """Reason code per row, None where there is none."""
        found = self.reasons.get(column)
        return np.full(self.rows, None, dtype=object) if found is None else found

    def take(self, rows: NDArray[np.int64]) -> SourceTable:
        """Rows by position, in that order; -1 gives an empty row."""
        empty = rows < 0
        place = np.where(empty, 0, rows)
        columns: dict[str, Column] = {}
        for name, values in self.columns.items():
            if self.rows == 0:
                taken = np.full(rows.size, np.nan if values.dtype == np.float64 else None, dtype=values.dtype)
            else:
                taken = values[place]
                taken[empty] = np.nan if values.dtype == np.float64 else None
            columns[name] = taken
        reasons: dict[str, NDArray[np.object_]] = {}
        for name, values in self.reasons.items():
            taken = values[place] if self.rows else np.full(rows.size, None, dtype=object)
            taken[empty] = None
            reasons[name] = taken
        return SourceTable(self.name, rows.size, columns, reasons, self.labels, self.column_labels, self.sets,
                           self.decimal, self.info)


def number_as_text(value: float) -> str:
    """Write one number: ``3.0`` as ``3``, ``2.5`` as ``2.5``."""
    if value == int(value) if np.isfinite(value) else False:
        return str(int(value))
    return repr(float(value))


def numbers_as_text(values: NDArray[np.float64]) -> NDArray[np.object_]:
    """Write numbers as text, NaN as None; each different number is written once."""
    out = np.full(values.shape, None, dtype=object)
    present = ~np.isnan(values)
    different, inverse = np.unique(values[present], return_inverse=True)
    texts = np.array([number_as_text(float(value)) for value in different], dtype=object)
    out[present] = texts[inverse] if texts.size else None
    return out
