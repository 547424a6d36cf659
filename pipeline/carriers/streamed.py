"""The streaming carrier: batches of whole PSUs from Parquet into the compiled walk, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pyarrow.parquet as pq

from estimates.carried.gathering import Gathering, NotConstant
from estimates.carried.task import Task
from pipeline.carriers.row_batches import Piece, batches_of, pieces_of, rows_of
from pipeline.carriers.scan_table import ScanTable, columns_read

WORKERS = 2
Saved = Callable[[int, Piece], list[Gathering] | None]
Keep = Callable[[int, Piece, list[Gathering]], None]


def gather_streamed(task: Task, table: ScanTable, workers: int = WORKERS) -> tuple[Task, list[Gathering]]:
    """Sum a plan in one reading of the files.

    Parameters
    ----------
    task : Task
        The plan; its areas are believed and checked.
    table : ScanTable
        Sorted files.
    workers : int
        Threads; the numbers do not depend on how many.

    Returns
    -------
    task : Task
        The same, without the areas that were found to change within a PSU.
    gathered : list of Gathering
        Of each pass.

    Raises
    ------
    NotSorted
        Rows that are not in the order of stratum and PSU: another carrier can sort them.
    """
    while True:
        try:
            return task, _gathered(task, table, workers)
        except NotConstant as found:
            task = replace(task, areas=task.areas - {found.name})


def empty(task: Task) -> list[Gathering]:
    """Gather nothing yet, for each pass."""
    return [Gathering(one, task.labels, task.outside) for one in task.passes()]


def gather_piece(task: Task, table: ScanTable, piece: Piece) -> list[Gathering]:
    """Sum the PSUs that begin in one piece."""
    mine = empty(task)
    for batch in batches_of(table, piece, columns_read(task)):
        rows = rows_of(batch)
        for one in mine:
            one.add_rows(rows)
    return mine


def _gathered(task: Task, table: ScanTable, workers: int) -> list[Gathering]:
    whole = empty(task)
    for some in in_order(pieces_of(table), lambda piece: gather_piece(task, table, piece), workers):
        for mine, theirs in zip(whole, some, strict=True):
            mine.add(theirs)
    return whole


def in_order(
    pieces: list[Piece], work: Callable[[Piece], list[Gathering]], workers: int
) -> Iterator[list[Gathering]]:
    """Do pieces side by side and hand them over in their order, a few at a time."""
    with ThreadPoolExecutor(workers) as pool:
        waiting: list[Future[list[Gathering]]] = []
        try:
            for piece in pieces:
                waiting.append(pool.submit(work, piece))
                if len(waiting) > 2 * workers:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            for future in waiting:
                future.cancel()


def sample(table: ScanTable, columns: list[str], rows: int = 1 << 16) -> dict[str, object]:
    """Read some rows of the first row group, to find near which value a measure lies."""
    file = pq.ParquetFile(table.paths[0])
    batch = next(file.iter_batches(rows, columns=columns, use_threads=False))
    return {name: batch.column(name) for name in columns}
