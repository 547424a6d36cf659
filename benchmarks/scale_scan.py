"""One scan of a census in a process of its own: seconds, processor seconds and the greatest memory, as JSON lines."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from benchmarks.measuring import greatest_memory
from benchmarks.scale_rows import task
from estimates.block_table import estimate_table
from estimates.carried.estimated import estimated, strata_of_counts
from estimates.carried.gathering import Gathering
from estimates.carried.task import Task
from pipeline.carriers.carry import gather
from pipeline.carriers.row_batches import BATCH, pieces_of
from pipeline.carriers.scan_table import ScanTable, columns_read, open_scan_table
from pipeline.carriers.settings import ScanSettings
from pipeline.carriers.streamed import empty


def main() -> None:
    """Scan what is named on the standard input, a line of JSON with files at a time, and answer each line.

    The first line says what to do: ``{"carrier": "streamed", "memory": "1GB", "scratch": "folder"}``; an empty line
    asks for the estimates of all that was scanned.
    """
    asked = json.loads(sys.stdin.readline())
    wanted = task()
    whole: list[Gathering] = []
    for line in sys.stdin:
        start, worked = time.perf_counter(), time.process_time()
        answer: dict[str, object] = {}
        if line.strip():
            table = open_scan_table([Path(name) for name in json.loads(line)])
            if asked["carrier"] == "reading":
                answer["read"] = _read(table, wanted)
            else:
                settings = ScanSettings(asked["carrier"], memory=asked["memory"])
                wanted, some = gather(wanted, table, settings, Path(asked["scratch"]))
                whole = whole or empty(wanted)
                for mine, theirs in zip(whole, some, strict=True):
                    mine.add(theirs)
        elif whole:
            answer |= _estimates(wanted, whole)
        answer |= {"seconds": time.perf_counter() - start, "processor": time.process_time() - worked}
        answer["mib"] = greatest_memory()
        print(json.dumps(answer), flush=True)


def _read(table: ScanTable, wanted: Task) -> int:
    """Decode the columns of the plan and do nothing with them, by as many threads as the carrier has."""
    from concurrent.futures import ThreadPoolExecutor

    columns = columns_read(wanted)

    def rows(piece: object) -> int:
        file = pq.ParquetFile(table.paths[piece.file], pre_buffer=False, buffer_size=1 << 20)
        batches = file.iter_batches(BATCH, row_groups=list(piece.groups), columns=columns, use_threads=False)
        return sum(batch.num_rows for batch in batches)

    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(rows, pieces_of(table)))


def _estimates(wanted: Task, whole: Sequence[Gathering]) -> dict[str, object]:
    strata, position = strata_of_counts(whole[0].psus, "fail")
    blocks, doubtful = estimated(wanted, whole, strata, position, "without_replacement")
    table = estimate_table(
        "census", blocks, wanted.labels, strata, ("cepal_2023",), (), 0.95, "korn_graubard"
    ).frame  # fmt: skip
    told = table["estimate"].to_numpy(), table["se"].to_numpy()
    return {
        "rows": whole[0].rows, "psus": strata.psus, "estimates": len(table), "doubtful": len(doubtful),
        "sum": [float(np.nansum(values)) for values in told],
    }  # fmt: skip


if __name__ == "__main__":
    os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "ARROW_IO_THREADS"), "2"))
    main()
