"""Which carrier takes a scan: what was asked for, or the one that measurements say for a table of that size."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from estimates.carried.gathering import Gathering
from estimates.carried.task import Task
from pipeline.carriers.by_engine import gather_by_engine, gathered_exactly, totals_by_engine, with_constant_areas
from pipeline.carriers.embedded import duckdb_engine
from pipeline.carriers.engines import Engine
from pipeline.carriers.in_memory import exact_totals, exact_totals_streamed
from pipeline.carriers.refusals import NoEngine, NotExact, NotSorted
from pipeline.carriers.scan_table import ScanTable, columns_read
from pipeline.carriers.settings import ScanSettings
from pipeline.carriers.streamed import gather_streamed


def gather(task: Task, table: ScanTable, settings: ScanSettings, scratch: Path) -> tuple[Task, list[Gathering]]:
    """Sum a plan by the carrier that was asked for.

    Parameters
    ----------
    task : Task
        The plan.
    table : ScanTable
        The rows; whole numbers of a smallest unit where ``settings.exact``.
    settings : ScanSettings
        Carrier and sums.
    scratch : Path
        Private folder for what does not fit in memory.

    Returns
    -------
    task, gathered
        As `pipeline.carriers.streamed.gather_streamed`.

    Raises
    ------
    NotExact
        Exact sums of a table that was not written for them.
    NoEngine
        ``engine`` without a way to connect.
    NotSorted
        Rows out of order, and no other carrier allowed.
    """
    if settings.exact:
        if table.scale is None:
            raise NotExact
        task, totals = exact_totals_of(task, table, settings, scratch)
        return task, gathered_exactly(task, totals, table.scale)
    if settings.carrier in ("automatic", "streamed", "memory"):
        try:
            return gather_streamed(task, table, 1 if settings.carrier == "memory" else 2)
        except NotSorted:
            if settings.carrier != "automatic":
                raise
    with _engine(table, settings, scratch) as engine:
        return gather_by_engine(task, engine)


def exact_totals_of(
    task: Task, table: ScanTable, settings: ScanSettings, scratch: Path
) -> tuple[Task, list[pa.Table]]:
    """Sum every pass exactly; every carrier hands over the same tables."""
    if settings.carrier in ("automatic", "streamed"):
        try:
            return task, exact_totals_streamed(task, table)
        except NotSorted:
            if settings.carrier == "streamed":
                raise
    if settings.carrier == "memory":
        rows: Any = pa.concat_tables([pq.read_table(path, columns=columns_read(task)) for path in table.paths])
        return task, [exact_totals(rows, one) for one in task.passes()]
    with _engine(table, settings, scratch) as engine:
        task = with_constant_areas(task, engine)
        return task, [totals_by_engine(engine, one, exact=True) for one in task.passes()]


def _engine(table: ScanTable, settings: ScanSettings, scratch: Path) -> AbstractContextManager[Engine]:
    if settings.carrier == "engine":
        if settings.connect is None:
            raise NoEngine
        return settings.connect(table)
    return duckdb_engine(table, scratch, memory=settings.memory)
