"""Read named columns of one sheet of an Excel workbook."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl

from pipeline.readers.content import Content, Request, check_cells, check_rows, chosen, texts
from pipeline.readers.limits import Limits
from pipeline.readers.refusals import Refused
from pipeline.readers.unpacking import check_zip_sizes
from surveys.source_table import number_as_text

# The format has no row beyond it; a file that names one would be searched for hours.
_LAST_ROW = 1_048_576


def read_workbook(path: Path, request: Request, limits: Limits) -> Content:
    """Read a sheet whose first row is the header; the first sheet unless ``sheet`` names another.

    A column with only numbers is numeric; dates become ISO text; formulas give their stored result.
    """
    check_zip_sizes(path, limits)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except MemoryError:
        raise
    except Exception as error:
        raise Refused("source_unreadable", why=type(error).__name__) from error
    try:
        if request.sheet is not None and request.sheet not in book.sheetnames:
            raise Refused("source_sheet", sheet=request.sheet)
        sheet = book[request.sheet or book.sheetnames[0]]
        stated = sheet.max_row
        # Some programs write a false size, and rows beyond it would be left out without a word.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True)
        header = ["" if cell is None else str(cell) for cell in next(rows, ())]
        if not header:
            raise Refused("source_empty")
        columns = chosen(header, request)
        check_cells(max((stated or 1) - 1, 0), len(columns), limits.cells)
        places = [header.index(name) for name in columns]
        cells: list[list[Any]] = [[] for _ in places]
        read = 0
        for seen, row in enumerate(rows, start=2):
            if seen > _LAST_ROW:
                raise Refused("source_unreadable", why="not_a_container")
            if all(cell is None for cell in row):
                continue
            read += 1
            check_cells(read, len(columns), limits.cells)
            for into, place in zip(cells, places, strict=True):
                into.append(row[place] if place < len(row) else None)
    finally:
        book.close()
    check_rows(read, request.rows)
    return Content(rows=read, columns={name: _column(values, request.blank)
                                       for name, values in zip(columns, cells, strict=True)},
                   info={"columns_in_file": len(header)})


def _column(cells: list[Any], blank: tuple[str, ...]) -> np.ndarray[Any, Any]:
    empty = {"", *blank}
    present = [cell for cell in cells if cell is not None and not (isinstance(cell, str) and cell in empty)]
    if present and all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in present):
        return np.array([float(cell) if isinstance(cell, (int, float)) else np.nan for cell in cells])
    return texts([_text(cell) for cell in cells], blank)


def _text(cell: object) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, (int, float)):
        return number_as_text(float(cell))
    if isinstance(cell, datetime.datetime):
        text = cell.isoformat()
        return text.removesuffix("T00:00:00")
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    return str(cell)
