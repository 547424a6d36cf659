"""The source rows of one level: joined, filtered, and split out of a wide file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveys.findings import Finding
from surveys.mapping import Join, LevelMapping
from surveys.problems import Message
from surveys.source_filter import filter_columns, matching_rows
from surveys.source_table import Column, SourceTable

JOIN_DUPLICATES = Message(
    "join_duplicates",
    "{count} {count|row|rows} of source '{source}' {count|repeats|repeat} the key of another of its rows "
    "({columns}), so {count|it|they} cannot be "
    "joined "
    "to '{to}'; on that key, '{to}' has {left} {left|repeated row|repeated rows} of its own.\n"
    "  Add to `on:` the column that tells the rows apart, or join the other way round.",
    "{count} {count|fila|filas} de la fuente '{source}' {count|repite|repiten} la llave de otra de sus filas "
    "({columns}) y no se {count|puede|pueden} "
    "unir a "
    "'{to}'; con esa llave, '{to}' tiene {left} {left|fila repetida|filas repetidas}.\n"
    "  Agregue a `on:` la columna que distingue las filas, o una en el otro sentido.",
)
JOIN_UNMATCHED = Message(
    "join_unmatched",
    "{count} {count|row|rows} of source '{to}' {count|has|have} no row in source '{source}' ({columns}); with "
    "`required: true` all "
    "must.\n"
    "  Check that both files are of the same edition, or write `required: false`.",
    "{count} {count|fila|filas} de la fuente '{to}' no {count|tiene|tienen} fila en la fuente '{source}' "
    "({columns}); con `required: "
    "true` todas "
    "deben tenerla.\n  Revise que ambos archivos sean de la misma edición, o escriba `required: false`.",
)
JOIN_UNUSED = Message(
    "join_unused",
    "{count} {count|row|rows} of source '{source}' {count|matches|match} no row of source '{to}' and "
    "{count|is|are} not used ({columns}).",
    "{count} {count|fila|filas} de la fuente '{source}' no {count|corresponde|corresponden} a ninguna fila de "
    "'{to}' y no se {count|usa|usan} "
    "({columns}).",
)


@dataclass(frozen=True)
class SourceRows:
    """Rows of one level before mapping, with each row's number in its source file, from 1."""

    table: SourceTable
    row_number: NDArray[np.int64]
    findings: tuple[Finding, ...]


def needed_columns(level: LevelMapping) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Columns a level needs: source to (required, to be taken from the first source that has them).

    Returns
    -------
    dict
        Without joins everything is required of the one source.
    """
    wanted: list[str] = []
    if level.where is not None:
        wanted += filter_columns(level.where)
    split = {*level.wide.columns, level.wide.key} if level.wide is not None else set()
    for variable in level.variables.values():
        wanted += [column for column in variable.columns if column not in split]
    if level.wide is not None:
        for position in range(1, level.wide.positions + 1):
            wanted += [level.wide.column(name, position) for name in level.wide.columns]
            wanted.append(level.wide.present_if.replace("{i}", str(position)))
    keys = [column for join in level.joins for column in join.on]
    if not level.joins:
        return {level.source: (tuple(dict.fromkeys(wanted)), ())}
    optional = tuple(dict.fromkeys(column for column in wanted if column not in keys))
    needed = {level.source: (tuple(dict.fromkeys(keys)), optional)}
    for join in level.joins:
        needed[join.source] = (join.on, optional)
    return needed


def source_rows(level: LevelMapping, tables: Mapping[str, SourceTable]) -> SourceRows:
    """Assemble the rows of a level.

    Parameters
    ----------
    level : LevelMapping
        Source, joins, filter and split.
    tables : mapping of str to SourceTable
        Every source read.

    Returns
    -------
    SourceRows
        The columns of the level's source, then those of joined sources that it lacks. With duplicate keys on
        the joined side nothing of that source is joined and a finding of severity error says so.
    """
    table = tables[level.source]
    findings: list[Finding] = []
    for join in level.joins:
        table = _joined(level, join, table, tables[join.source], findings)
    number = np.arange(1, table.rows + 1, dtype=np.int64)
    if level.where is not None:
        kept = np.flatnonzero(matching_rows(level.where, table)).astype(np.int64)
        table, number = table.take(kept), number[kept]
    if level.wide is not None:
        table, number = _split(level, table, number)
    return SourceRows(table, number, tuple(findings))


def _keys(table: SourceTable, on: tuple[str, ...]) -> tuple[pd.MultiIndex, NDArray[np.bool_]]:
    frame = pd.DataFrame({place: table.text(column) for place, column in enumerate(on)}, dtype=object)
    return pd.MultiIndex.from_frame(frame), frame.notna().all(axis=1).to_numpy(dtype=bool)


def _joined(level: LevelMapping, join: Join, left: SourceTable, right: SourceTable, findings: list[Finding],
            ) -> SourceTable:
    left_keys, left_known = _keys(left, join.on)
    right_keys, right_known = _keys(right, join.on)
    details = {"source": join.source, "to": level.source, "columns": " + ".join(join.on)}
    place = ("mapping", "levels", level.name, "join")
    repeated = int((right_keys.duplicated() & right_known).sum())
    if repeated:
        both = {**details, "left": int((left_keys.duplicated() & left_known).sum())}
        findings.append(
            Finding(
                "join_duplicates", level.name, "error", repeated, JOIN_DUPLICATES, details=both, place=place
            )
        )
        rows = np.full(left.rows, -1, dtype=np.int64)
    else:
        usable = np.flatnonzero(right_known)
        found = right_keys[usable].get_indexer(left_keys)
        found[~left_known] = -1
        rows = np.where(found >= 0, usable[np.maximum(found, 0)] if usable.size else -1, -1).astype(np.int64)
        unmatched = int((rows < 0).sum())
        if unmatched:
            findings.append(
                Finding(
                    "join_unmatched",
                    level.name,
                    "error" if join.required else "note",
                    unmatched,
                    JOIN_UNMATCHED,
                    details=details,
                    place=place,
                )
            )
        unused = right.rows - int(np.unique(rows[rows >= 0]).size)
        if unused:
            findings.append(Finding("join_unused", level.name, "note", unused, JOIN_UNUSED, details=details,
                                    place=place))
    return _side_by_side(left, right.take(rows))


def _side_by_side(left: SourceTable, right: SourceTable) -> SourceTable:
    def merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
        return {**{name: item for name, item in second.items() if name not in left.columns}, **first}

    return SourceTable(left.name, left.rows, merged(left.columns, right.columns),
                       merged(left.reasons, right.reasons), merged(left.labels, right.labels),
                       merged(left.column_labels, right.column_labels), merged(left.sets, right.sets),
                       left.decimal, left.info)


def _split(level: LevelMapping, table: SourceTable, number: NDArray[np.int64],
           ) -> tuple[SourceTable, NDArray[np.int64]]:
    """Stack the positions of a wide file, rows in the order of the file and positions within rows."""
    wide = level.wide
    assert wide is not None
    pieces: list[tuple[NDArray[np.int64], int]] = []
    for position in range(1, wide.positions + 1):
        shown = table.text(wide.present_if.replace("{i}", str(position)))
        reasons = table.reason(wide.present_if.replace("{i}", str(position)))
        there = np.array([cell is not None or reason is not None
                          for cell, reason in zip(shown, reasons, strict=True)], dtype=bool)
        pieces.append((np.flatnonzero(there).astype(np.int64), position))
    rows = np.concatenate([piece for piece, _ in pieces])
    positions = np.concatenate([np.full(piece.size, position) for piece, position in pieces])
    order = np.lexsort((positions, rows))
    rows, positions = rows[order], positions[order]
    base = table.take(rows)
    columns: dict[str, Column] = dict(base.columns)
    reasons_out = dict(base.reasons)
    labels = dict(table.labels)
    for name in wide.columns:
        parts = [table.columns[wide.column(name, position)] for position in range(1, wide.positions + 1)]
        if any(part.dtype == np.object_ for part in parts):
            parts = [table.text(wide.column(name, position)) for position in range(1, wide.positions + 1)]
        columns[name] = np.stack(parts)[positions - 1, rows]
        why = np.stack(
            [table.reason(wide.column(name, position)) for position in range(1, wide.positions + 1)]
        )
        if any(wide.column(name, position) in table.reasons for position in range(1, wide.positions + 1)):
            reasons_out[name] = why[positions - 1, rows]
        first = wide.column(name, 1)
        if first in table.labels:
            labels[name] = table.labels[first]
    columns[wide.key] = positions.astype(str).astype(object)
    split = SourceTable(table.name, rows.size, columns, reasons_out, labels, table.column_labels, table.sets,
                        table.decimal, table.info)
    return split, number[rows]
