"""Time and memory of one task in the running process, told as one line of JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.tasks import TASKS, Task


def measured(
    prepare: Callable[[pd.DataFrame, Task], Any],
    run: Callable[[Any, Task], Any],
    keyed: Callable[[Any, Task, Any], pd.DataFrame],
) -> None:
    """Load, run the task cold and then warm, and write what came out.

    Parameters
    ----------
    prepare, run, keyed : functions
        Of an engine: data to its own form, the task, and its results by indicator and domain.

    Notes
    -----
    Arguments of the process: task, Parquet file, folder for the results, repetitions. Memory is the greatest
    resident size after the run less that before it, with the data loaded. Processor seconds are those of all threads:
    on a machine that others use they say more than the clock.
    """
    name, path, folder, repetitions = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    task = TASKS[name]
    data = prepare(pd.read_parquet(path, columns=list(task.columns)), task)
    before = _peak()
    seconds, processor = [], []
    for _ in range(repetitions):
        start, worked = time.perf_counter(), time.process_time()
        result = run(data, task)
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - worked)
    memory = _peak() - before
    keyed(result, task, data).to_parquet(folder / "result.parquet")
    print(json.dumps({"seconds": seconds, "processor": processor, "mib": round(memory, 1)}))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def greatest_memory() -> float:
    """Greatest resident memory of this process in MiB; what its parent held before it began does not count."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return _peak()
