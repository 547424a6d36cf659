"""Counts of cells, such as those of a census table: added up by breakdown, and held against published totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveys.dictionary import Label
from surveys.problems import Message, Problem

CODE_UNKNOWN = Message(
    "cells_code_unknown",
    "column '{column}' of the cells holds {count} {count|code|codes} that `codes:` does not name ({named}).\n"
    "  Add the codes with their labels.",
    "la columna '{column}' de las celdas tiene {count} {count|código|códigos} que `codes:` no nombra ({named}).\n"
    "  Agregue los códigos con su nombre.",
)
COUNT_BAD = Message(
    "cells_count_bad",
    "{count} {count|cell has|cells have} a count in column '{column}' that is empty, negative or not a whole "
    "number; whole "
    "numbers of 0 or more were expected.\n  Check `count:`, and the file's `separator:`.",
    "{count} {count|celda tiene|celdas tienen} en la columna '{column}' un recuento vacío, negativo o no entero; "
    "se esperaban "
    "enteros de 0 o más.\n  Revise `count:` y el separador (`separator:`) del archivo.",
)
TOTAL_DIFFERS = Message(
    "cells_total_differs",
    "the cells add up to {found}, and {source} publishes {value}.\n"
    "  Check `where:` and the file's edition; figures that do not add up to what was published are not shown.",
    "las celdas suman {found}, y {source} publica {value}.\n"
    "  Revise `where:` y la edición del archivo; no se muestran cifras que no suman lo publicado.",
)
BREAKDOWN_UNKNOWN = Message(
    "cells_breakdown_unknown",
    "there is no breakdown '{name}' of these cells; `by:` has: {known}.\n  Correct the name, or add it under `by:`.",
    "no hay un desglose '{name}' de estas celdas; `by:` tiene: {known}.\n  Corrija el nombre, o agréguelo en `by:`.",
)


@dataclass(frozen=True)
class CellBreakdown:
    """One breakdown of the cells: its column, its label and, where they need names, its codes."""

    name: str
    column: str
    label: Label
    codes: Mapping[str, Label]


@dataclass(frozen=True)
class PublishedTotal:
    """A total that the cells must add up to."""

    where: tuple[tuple[str, str], ...]
    value: float
    source: str


@dataclass(frozen=True)
class CellFile:
    """A file of counts as a study declares it."""

    name: str
    label: Label
    unit: str
    count: str
    breakdowns: Mapping[str, CellBreakdown]
    tables: tuple[tuple[str, ...], ...]
    totals: tuple[PublishedTotal, ...]


def cell_file(name: str, data: Mapping[str, Any]) -> CellFile:
    """Build the declaration of a file of counts from plain data whose shape was checked."""
    breakdowns = {
        key: CellBreakdown(
            key,
            item["column"],
            _label(item["label"]),
            {str(code): _label(label) for code, label in (item.get("codes") or {}).items()},
        )
        for key, item in data["by"].items()
    }
    totals = tuple(
        PublishedTotal(
            tuple(sorted((key, str(code)) for key, code in (item.get("where") or {}).items())),
            float(item["value"]),
            item["source"],
        )
        for item in data["totals"]
    )
    tables = tuple(tuple(table) for table in data["tables"])
    return CellFile(name, _label(data["label"]), data["unit"], data["count"], breakdowns, tables, totals)


def name_problems(cells: CellFile, where: str) -> list[Problem]:
    """Breakdowns that tables and totals name and ``by:`` does not have."""
    asked = [name for table in cells.tables for name in table]
    asked += [name for total in cells.totals for name, _ in total.where]
    return [
        Problem(BREAKDOWN_UNKNOWN, where, {"name": name, "known": ", ".join(cells.breakdowns)})
        for name in dict.fromkeys(asked)
        if name not in cells.breakdowns
    ]


def count_cells(
    cells: CellFile, columns: Mapping[str, Sequence[object]], where: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Read counts and codes of cells and hold their sums against the published totals.

    Parameters
    ----------
    cells : CellFile
        Declaration.
    columns : mapping of str to sequence
        Column of the file by name: text or numbers.
    where : str
        Place shown in problems.

    Returns
    -------
    DataFrame, list of Problem
        A column for each breakdown (codes as text) and ``count``; problems where the frame may not be used.
    """
    counts = pd.to_numeric(pd.Series(list(columns[cells.count]), dtype=object), errors="coerce").to_numpy(np.float64)
    bad = ~np.isfinite(counts) | (counts < 0) | (counts != np.floor(counts))
    problems = []
    if bad.any():
        problems.append(Problem(COUNT_BAD, where, {"count": int(bad.sum()), "column": cells.count}))
    frame = pd.DataFrame({name: _codes(columns[spec.column]) for name, spec in cells.breakdowns.items()})
    for name, spec in cells.breakdowns.items():
        unknown = sorted(set(frame[name]) - set(spec.codes)) if spec.codes else []
        if unknown:
            shown = ", ".join(unknown[:5])
            problems.append(
                Problem(CODE_UNKNOWN, where, {"column": spec.column, "count": len(unknown), "named": shown})
            )
    frame["count"] = counts
    if not problems:
        problems += _total_problems(cells, frame, where)
    return frame, problems


def tabulate_cells(cells: CellFile, frame: pd.DataFrame, table: Sequence[str]) -> pd.DataFrame:
    """Add the cells up by one or two breakdowns.

    Parameters
    ----------
    cells : CellFile
        Declaration; its codes give the order.
    frame : DataFrame
        From `count_cells`.
    table : sequence of str
        Breakdowns.

    Returns
    -------
    DataFrame
        One row for each combination that occurs, sums in ``count``, in the order of the codes.
    """
    sums = frame.groupby(list(table), sort=True, observed=True)["count"].sum().reset_index()
    ranks = pd.DataFrame({name: _rank(cells.breakdowns[name], sums[name]) for name in table})
    return sums.loc[ranks.sort_values(list(table), kind="stable").index].reset_index(drop=True)


def _rank(spec: CellBreakdown, codes: pd.Series) -> pd.Series:
    order = {code: place for place, code in enumerate(spec.codes or sorted(set(codes)))}
    return codes.map(order)


def _total_problems(cells: CellFile, frame: pd.DataFrame, where: str) -> list[Problem]:
    found = []
    for total in cells.totals:
        rows = np.ones(len(frame), dtype=bool)
        for name, code in total.where:
            rows &= (frame[name] == code).to_numpy()
        added = float(frame["count"].to_numpy()[rows].sum())
        if added != total.value:
            found.append(
                Problem(
                    TOTAL_DIFFERS,
                    where,
                    {"found": f"{added:,.0f}", "value": f"{total.value:,.0f}", "source": total.source},
                )
            )
    return found


def _codes(values: Sequence[object]) -> NDArray[np.object_]:
    """Write codes as text; a whole number read as a float loses its decimals."""
    return np.array(
        [str(int(value)) if isinstance(value, float) and value.is_integer() else str(value) for value in values],
        dtype=object,
    )


def _label(data: Mapping[str, Any]) -> Label:
    return Label(es=data["es"], en=data["en"])
