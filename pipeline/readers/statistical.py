"""Read named columns of SPSS, Stata and SAS files with their reasons of missing and labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyreadstat
from numpy.typing import NDArray

from pipeline.readers.content import Content, Request, check_cells, check_rows, chosen, texts
from pipeline.readers.damaged_letters import damaged_places
from pipeline.readers.dates import iso_text
from pipeline.readers.limits import Limits
from pipeline.readers.refusals import Refused
from surveys.source_table import number_as_text, numbers_as_text

_READERS: dict[str, tuple[Callable[..., Any], str]] = {
    "sav": (pyreadstat.read_sav, "spss"), "zsav": (pyreadstat.read_sav, "spss"),
    "por": (pyreadstat.read_por, "spss"), "dta": (pyreadstat.read_dta, "stata"),
    "sas7bdat": (pyreadstat.read_sas7bdat, "sas"), "xpt": (pyreadstat.read_xport, "sas"),
}
_USER_MISSING = ("sav", "zsav", "dta", "sas7bdat")


def read_statistical(path: Path, request: Request, limits: Limits) -> Content:
    """Read a file of a statistical program.

    User-missing values (SPSS) and tagged missings (Stata ``.a`` to ``.z``, SAS ``.A`` to ``.Z`` and ``._``)
    become reasons; the column itself is then missing there.

    Raises
    ------
    Refused
        The file cannot be parsed, lacks a column, is above the limit or has other rows than its header says.
    """
    reader, program = _READERS[request.format]
    options: dict[str, Any] = {} if request.encoding is None else {"encoding": request.encoding}
    meta = _call(reader, path, metadataonly=True, **options)[1]
    if not all(isinstance(name, str) for name in meta.column_names):
        raise Refused("source_unreadable", why="nameless_column")
    names = list(meta.column_names)
    columns = chosen(names, request)
    stated = meta.number_rows if meta.number_rows is not None and meta.number_rows >= 0 else None
    check_cells(stated, len(columns), limits.cells)
    # One column more than asked costs little and keeps the count of rows when none is asked.
    options.update(usecols=columns or names[:1], disable_datetime_conversion=True,
                   output_format="dict")
    if request.format in _USER_MISSING:
        options["user_missing"] = True
    if stated is None:
        # The file does not say how many rows it has: read no more than allowed, and one to notice.
        options["row_limit"] = limits.cells // max(len(columns), 1) + 1
    data, meta = _call(reader, path, **options)
    rows = max((len(values) for values in data.values()), default=stated or 0)
    check_cells(rows, len(columns), limits.cells)
    check_rows(rows, stated)
    check_rows(rows, request.rows)
    content = Content(rows=rows, columns={}, info={"encoding": meta.file_encoding, "table": meta.table_name,
                                                   "columns_in_file": len(names)})
    for name in columns:
        _add(content, name, data[name], meta, program)
    labels = meta.variable_value_labels or {}
    content.labels = {name: {_code(code): str(label) for code, label in labels[name].items()}
                      for name in columns if name in labels}
    content.column_labels = {name: str(label) for name, label in meta.column_names_to_labels.items()
                             if name in content.columns and label}
    content.sets = {name: [str(item) for item in item["variable_list"]]
                    for name, item in (getattr(meta, "mr_sets", None) or {}).items()}
    _check_letters(content, request.encoding or meta.file_encoding)
    return content


def _call(reader: Callable[..., Any], path: Path, **options: Any) -> tuple[Any, Any]:
    try:
        return reader(str(path), **options)  # type: ignore[no-any-return]  # pyreadstat has no types
    except (MemoryError, KeyboardInterrupt):
        raise
    except UnicodeError as error:
        raise Refused("source_encoding", encoding=options.get("encoding", "?"), count=1,
                      suggestion="latin-1, utf-8") from error
    except Exception as error:
        # The text of the error may hold a cell; only its kind is told.
        raise Refused("source_unreadable", why=type(error).__name__) from error


def _add(content: Content, name: str, values: Any, meta: Any, program: str) -> None:
    stored = meta.readstat_variable_types.get(name)
    if stored == "string":
        cells = texts(list(values))
        reasons = _range_reasons_of_text(cells, meta.missing_ranges.get(name, ()))
        content.columns[name] = cells
    else:
        numbers, reasons = _numbers_and_tags(values, set(meta.missing_user_values.get(name, ())))
        for item in meta.missing_ranges.get(name, ()):
            inside = (numbers >= item["lo"]) & (numbers <= item["hi"])
            reasons[inside] = numbers_as_text(numbers[inside])
        dates = iso_text(np.where(_present(reasons), np.nan, numbers), program,
                         meta.original_variable_types.get(name))
        numbers[_present(reasons)] = np.nan
        content.columns[name] = numbers if dates is None else dates
    if _present(reasons).any():
        content.reasons[name] = reasons


def _numbers_and_tags(values: Any, tags: set[str]) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    reasons = np.full(len(values), None, dtype=object)
    array = np.asarray(values)
    if array.dtype.kind in "fiub":
        return array.astype(np.float64), reasons
    numbers = np.full(len(values), np.nan)
    for row, value in enumerate(values):
        if isinstance(value, str):
            if value not in tags:
                raise Refused("source_unreadable", why="text_in_number")
            reasons[row] = value
        elif value is not None:
            numbers[row] = float(value)
    return numbers, reasons


def _range_reasons_of_text(cells: NDArray[np.object_], ranges: Any) -> NDArray[np.object_]:
    reasons = np.full(cells.shape, None, dtype=object)
    wanted = {str(item["lo"]).rstrip() for item in ranges}
    for row, cell in enumerate(cells):
        if cell is not None and cell.rstrip() in wanted:
            reasons[row], cells[row] = cell, None
    return reasons


def _present(reasons: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.array([reason is not None for reason in reasons], dtype=bool)


def _code(code: object) -> str:
    return number_as_text(float(code)) if isinstance(code, (int, float)) else str(code)


def _check_letters(content: Content, encoding: str | None) -> None:
    labels: list[Mapping[str, str]] = list(content.labels.values())
    damaged = damaged_places(content.column_labels.values())
    damaged += sum(damaged_places(items.values()) for items in labels)
    for values in content.columns.values():
        if values.dtype == np.object_:
            damaged += damaged_places(cell for cell in set(values) if cell is not None)
    if damaged:
        raise Refused(
            "source_mojibake", count=damaged, encoding=encoding or "?", suggestion="utf-8, latin-1"
        )
