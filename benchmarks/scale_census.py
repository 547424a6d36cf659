"""A census of 6.5 million persons through the full tabulation plan: 60 indicators by 6 breakdowns, file to verdicts."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from benchmarks.measuring import greatest_memory
from benchmarks.survey import survey
from benchmarks.tasks import LEVELS, TASKS
from estimates.block_table import estimate_table
from estimates.carried.estimated import estimated, strata_of_counts
from estimates.carried.task import Summed, Task
from pipeline.carriers.scan_table import ScanTableWriter, open_scan_table
from pipeline.carriers.streamed import gather_streamed

PERSONS = 6_500_000
ROOT = Path(__file__).resolve().parent.parent


def census_timings(folder: Path, persons: int = PERSONS) -> list[dict[str, Any]]:
    """Time the plan twice in a fresh process: the first time with all that is done once, the second without.

    Parameters
    ----------
    folder : Path
        Where the census is kept.
    persons : int
        Its size.
    """
    path = _census(folder, persons)
    command = [sys.executable, "-m", "benchmarks.scale_census", str(path)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [json.loads(line) | {"persons": persons} for line in answer.stdout.strip().splitlines()]


def _census(folder: Path, persons: int) -> Path:
    path = folder / f"census_{persons}.parquet"
    if path.exists():
        return path
    given = TASKS["T4"]
    source = survey(persons, folder)
    with ScanTableWriter(path.with_suffix(".part")) as writer:
        for batch in pq.ParquetFile(source).iter_batches(1 << 19, columns=list(given.columns)):
            columns = {name: batch.column(name).to_numpy() for name in given.columns}
            writer.write(
                {
                    "stratum": columns["stratum"].astype(np.int32), "psu": columns["psu"], "weight": columns["weight"],
                    **{f"code_{name}": columns[name] for name in _codings()},
                    **{name: columns[name] == 1 if columns[name].dtype == np.int8 else columns[name]
                       for name in given.indicators},
                }
            )  # fmt: skip
    path.with_suffix(".part").rename(path)
    source.unlink()
    return path


def _codings() -> list[str]:
    return list(dict.fromkeys(name for by in TASKS["T4"].by for name in by))


def _task() -> Task:
    given = TASKS["T4"]
    measures = tuple(
        Summed(name, "", "prop", "share", name, "binary")
        if name.startswith("b")
        else Summed(name, "", "mean", "any", name, "number", centre=10.0 * (int(name[1:]) + 1) + 2.0)
        for name in given.indicators
    )
    labels = {name: tuple(map(str, range(LEVELS[name]))) for name in _codings()}
    return Task(
        measures, labels, dict.fromkeys(given.by, given.indicators), frozenset(), frozenset(("area", "department"))
    )


def main() -> None:
    """Scan the file named on the command line twice and tell the time of each."""
    table = open_scan_table([Path(sys.argv[1])])
    for name in ("first", "again"):
        start, worked = time.perf_counter(), time.process_time()
        task, gathered = gather_streamed(_task(), table)
        strata, position = strata_of_counts(gathered[0].psus, "centred")
        blocks, _ = estimated(task, gathered, strata, position, "without_replacement")
        rows = estimate_table("census", blocks, task.labels, strata, ("cepal_2023",), (), 0.95, "korn_graubard")
        told = {
            "run": name, "seconds": time.perf_counter() - start, "processor": time.process_time() - worked,
            "mib": greatest_memory(), "estimates": len(rows.frame),
        }  # fmt: skip
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
