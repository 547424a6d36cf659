"""Rows read back from the PC-Axis cubes of a release, each as the attacker's key and the numbers it tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from pipeline.px.reading import read_px
from pipeline.px.view_cubes import INDICATOR, MEASURE, places_of
from pipeline.table_labels import TOTAL

Line = tuple[tuple[str, ...], Mapping[str, str]]


def px_lines(path: Path, units: Mapping[str, str], names: Sequence[str]) -> Iterator[Line]:
    """Read one cube of estimates.

    Parameters
    ----------
    path : Path
        The file.
    units : mapping of str to str
        Unit of every indicator, which the release publishes too: percentages are fractions in the other files.
    names : sequence of str
        Breakdown columns.

    Yields
    ------
    (key, numbers)
        Indicator and codes; texts of the numbers by our column. A cube without indicators and measures tells nothing
        of the estimates.
    """
    table = read_px(path)
    order = list(table.codes)
    if INDICATOR not in order or MEASURE not in order:
        return
    lines: dict[tuple[str, ...], dict[str, str]] = {}
    for place, text in table.cells.items():
        held = dict(zip(order, place, strict=True))
        key = (held[INDICATOR], *(held.get(name, TOTAL) for name in names))
        unit = units.get(held[INDICATOR], "")
        lines.setdefault(key, {})[held[MEASURE]] = _back(text, places_of(held[MEASURE], unit))
    yield from lines.items()


def _back(text: str, places: int) -> str:
    try:
        return f"{Decimal(text).scaleb(-places):f}"
    except InvalidOperation:
        return ""
