"""The bound no engine can pass: reading the columns of a task once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.tasks import Task


@dataclass(frozen=True)
class Limit:
    """Seconds of several readings of the columns in memory, and their size."""

    seconds: tuple[float, ...]
    mib: float


def read_once(path: Path, task: Task) -> Limit:
    """Sum every column a task needs, in memory, one thread.

    Parameters
    ----------
    path : Path
        The survey.
    task : Task
        Its columns.

    Returns
    -------
    Limit
        Five readings; the size is that of the columns in MiB.
    """
    data = pd.read_parquet(path, columns=list(task.columns))
    columns = [data[name].to_numpy() for name in task.columns]
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        for column in columns:
            column.sum()
        seconds.append(time.perf_counter() - start)
    return Limit(tuple(seconds), sum(column.nbytes for column in columns) / 2**20)
