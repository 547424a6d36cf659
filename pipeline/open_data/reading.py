"""Rows of a published table read back as text, from CSV or Parquet alike."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

ENDINGS = (".csv", ".parquet")


def table_records(path: Path) -> Iterator[dict[str, str]]:
    """Read the rows of a table.

    Parameters
    ----------
    path : Path
        A ``.csv`` in UTF-8 or a ``.parquet``.

    Yields
    ------
    dict of str to str
        Cells by column: numbers as the shortest text that reads back to them, nothing where no number is told. The
        quote that a CSV sets before a text that would run is taken away.
    """
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                yield {name: (cell or "").removeprefix("'") for name, cell in line.items()}
        return
    for row in pq.read_table(path).to_pylist():
        yield {name: _text(cell) for name, cell in row.items()}


def table_files(folder: Path, name: str) -> list[Path]:
    """Find the files of a table that are there, in any form."""
    return [path for ending in ENDINGS if (path := folder / f"{name}{ending}").is_file()]


def parquet_texts(path: Path) -> list[str]:
    """Read all texts of a Parquet file: names and notes of its columns, and the cells that are no numbers."""
    table = pq.read_table(path)
    metadata = [table.schema.metadata or {}, *(field.metadata or {} for field in table.schema)]
    told = [part.decode("utf-8", errors="replace") for held in metadata for pair in held.items() for part in pair]
    for field in table.schema:
        told.append(field.name)
        told += [cell for cell in table.column(field.name).to_pylist() if isinstance(cell, str)]
    return told


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else repr(cell)
