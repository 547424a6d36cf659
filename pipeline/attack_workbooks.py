"""Sheets of a workbook as rows of plain values, read once however often the attacker looks at them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl

Rows = tuple[tuple[Any, ...], ...]


def workbook_rows(path: Path) -> tuple[Rows, ...]:
    """Read every sheet of a workbook: a tuple of rows for each, in order; formulas as they are written."""
    told = path.stat()
    return _read(path.resolve(), told.st_mtime_ns, told.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, changed: int, size: int) -> tuple[Rows, ...]:
    book = openpyxl.load_workbook(path, data_only=False, read_only=True)
    try:
        return tuple(tuple(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
    finally:
        book.close()
