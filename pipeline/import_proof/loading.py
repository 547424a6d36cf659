"""Tables of an import made in a database from their description: texts first, then typed, with keys and references."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from pipeline.import_proof.described import CodeTable, Column, Described, quoted, text
from pipeline.import_proof.engines import Engine

_TYPES = {"text": "TEXT", "integer": "BIGINT", "number": "DOUBLE PRECISION"}


def staged(table: Described) -> str:
    """Name the table of texts that a file is copied into before it is believed."""
    return f"{table.name}.as_text"


def load_lists(engine: Engine, lists: Sequence[CodeTable]) -> None:
    """Make a table of each code list: ``code``, ``name_es``, ``name_en``, ``statistic``."""
    for one in lists:
        columns = "code TEXT PRIMARY KEY, name_es TEXT NOT NULL, name_en TEXT NOT NULL, statistic TEXT"
        engine.run(f"CREATE TABLE {quoted(one.name)} ({columns})")
        rows = ", ".join("(" + ", ".join(text(value) for value in row) + ")" for row in one.rows)
        if rows:
            engine.run(f"INSERT INTO {quoted(one.name)} VALUES {rows}")


def header_of(table: Described) -> list[str]:
    """Read the header of a file."""
    with table.file.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def lines_of(table: Described) -> int:
    """Count the rows of a file below its header."""
    with table.file.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def load_texts(engine: Engine, table: Described) -> None:
    """Copy a file into a table of texts."""
    header = header_of(table)
    name = quoted(staged(table))
    engine.run(f"CREATE TABLE {name} (" + ", ".join(f"{quoted(column)} TEXT" for column in header) + ")")
    engine.load(staged(table), header, table.file)


def make_table(engine: Engine, table: Described) -> None:
    """Make the table that the metadata describe and fill it; the database judges types, keys and references."""
    parts = [_definition(column, table.key) for column in table.columns]
    if table.key:
        parts.append(f"PRIMARY KEY ({', '.join(quoted(name) for name in table.key)})")
    for column in table.columns:
        if column.codes is not None:
            parts.append(f"FOREIGN KEY ({quoted(column.name)}) REFERENCES {quoted(column.codes)} (code)")
    engine.run(f"CREATE TABLE {quoted(table.name)} ({', '.join(parts)})")
    values = ", ".join(_value(column, table.key) for column in table.columns)
    engine.run(f"INSERT INTO {quoted(table.name)} SELECT {values} FROM {quoted(staged(table))}")


def key_value(column: str) -> str:
    """Write a column of a key; an empty code is a value of its own there."""
    return f"COALESCE({quoted(column)}, '')"


def _definition(column: Column, key: Sequence[str]) -> str:
    needed = " NOT NULL" if column.required or column.name in key else ""
    return f"{quoted(column.name)} {_TYPES[column.kind]}{needed}"


def _value(column: Column, key: Sequence[str]) -> str:
    name = key_value(column.name) if column.name in key and column.kind == "text" else quoted(column.name)
    return name if column.kind == "text" else f"CAST({name} AS {_TYPES[column.kind]})"
