"""The embedded carrier: DuckDB on files larger than memory, with a limit of memory and nothing else in its reach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipeline.carriers.engines import EmbeddedEngine
from pipeline.carriers.expression import NAME, rows_table
from pipeline.carriers.scan_table import ScanTable, private_folder
from pipeline.carriers.settings import MEMORY

THREADS = 2


@contextmanager
def duckdb_engine(
    table: ScanTable, scratch: Path, *, memory: str = MEMORY, threads: int = THREADS
) -> Iterator[EmbeddedEngine]:
    """Open a database that sees the files of a scan table and its own scratch folder, and no more.

    Parameters
    ----------
    table : ScanTable
        What it may read.
    scratch : Path
        Where it puts what does not fit in memory; made private, emptied at the end.
    memory : str
        As DuckDB writes it, such as ``1GB``.
    threads : int
        Of the engine.

    Yields
    ------
    EmbeddedEngine
        No network, no other file, no extension, and no setting may be changed any more.
    """
    folder = private_folder(scratch)
    connection = duckdb.connect(":memory:")
    try:
        paths = [str(path.resolve()) for path in table.paths]
        settings = {
            "memory_limit": memory, "threads": threads, "temp_directory": str(folder.resolve()),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False, "allow_community_extensions": False,
        }  # fmt: skip
        for name, value in settings.items():
            connection.execute(f"SET {name} = {_literal(value)}")
        connection.execute(f"SET allowed_paths = [{', '.join(map(_literal, paths))}]")
        connection.execute(f"SET allowed_directories = [{_literal(str(folder.resolve()) + '/')}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        connection.read_parquet(paths).create_view(NAME)
        yield EmbeddedEngine(connection, rows_table(table.schema))
    finally:
        connection.close()
        for left in folder.glob("duckdb_temp_*"):
            left.unlink(missing_ok=True)


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"
