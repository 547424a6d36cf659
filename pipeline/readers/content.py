"""What a reader hands to the parent: columns, reasons, labels and what it noticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.readers.refusals import Refused


@dataclass(frozen=True)
class Request:
    """What is asked of a reader; ``columns`` None asks for every column, ``optional`` may be absent."""

    format: str
    columns: tuple[str, ...] | None
    optional: tuple[str, ...] = ()
    encoding: str | None = None
    separator: str = ","
    quote: str | None = '"'
    blank: tuple[str, ...] = ()
    rows: int | None = None
    sheet: str | None = None

    def plain(self) -> dict[str, Any]:
        """Return the request as plain data for the child."""
        return asdict(self)


@dataclass
class Content:
    """Columns read, in the order of the file."""

    rows: int
    columns: dict[str, NDArray[Any]]
    reasons: dict[str, NDArray[np.object_]] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    column_labels: dict[str, str] = field(default_factory=dict)
    sets: dict[str, list[str]] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)


def chosen(names: Sequence[str], request: Request) -> list[str]:
    """Columns to read among those of the file, in the order of the file.

    Raises
    ------
    Refused
        A column asked for is absent or there is more than one of its name.
    """
    there = set(names)
    if request.columns is None:
        wanted = tuple(dict.fromkeys(names))
    else:
        wanted = request.columns + tuple(name for name in request.optional if name in there)
    absent = [name for name in wanted if name not in there]
    if absent:
        raise Refused("source_columns", columns=absent, names=list(names), count=len(names))
    repeated = (
        [name for name in wanted if list(names).count(name) > 1] if len(set(names)) < len(names) else []
    )
    if repeated:
        raise Refused("source_column_twice", columns=", ".join(f"'{name}'" for name in repeated))
    asked = set(wanted)
    return [name for name in names if name in asked]


def texts(values: Sequence[object], blank: Sequence[str] = ()) -> NDArray[np.object_]:
    """Cells as text, with empty and blank cells as None."""
    empty = {"", *blank}
    out = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        text = None if value is None else str(value)
        out[row] = None if text is None or text in empty else text
    return out


def check_cells(rows: int | None, columns: int, limit: int) -> None:
    """Refuse more cells than allowed, before reading them."""
    if rows is not None and rows * max(columns, 1) > limit:
        raise Refused("source_too_large", rows=rows, columns=columns, limit=limit)


def check_rows(found: int, declared: int | None) -> None:
    """Refuse a number of rows other than the declared one."""
    if declared is not None and found != declared:
        raise Refused("source_rows", found=found, declared=declared)
