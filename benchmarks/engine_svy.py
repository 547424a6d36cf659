"""svy, timed on one task in a process of its own, called in the way its documentation calls fastest."""

from __future__ import annotations

import pandas as pd
import polars as pl
import svy

from benchmarks.measuring import measured
from benchmarks.tasks import LEVELS, Task


def prepare(data: pd.DataFrame, task: Task) -> svy.Sample:
    """Make a sample with its design; this is not timed."""
    frame = pl.from_pandas(data).with_columns(pl.col("psu").cast(pl.Utf8), pl.col("stratum").cast(pl.Utf8))
    return svy.Sample(frame, svy.Design(stratum="stratum", psu="psu", wgt="weight"))


def run(sample: svy.Sample, task: Task) -> list[tuple[tuple[str, ...], list[object]]]:
    """Each breakdown in one call for all indicators."""
    if task.replicates:
        sample = sample.weighting.create_bs_wgts(task.replicates, rstate=1)
    found = []
    for by in task.by:
        answer = sample.estimation.mean(
            list(task.indicators) if len(task.indicators) > 1 else task.indicators[0],
            by=list(by) or None, deff="wr" if task.deff else None,
            method="replication" if task.replicates else None,
        )  # fmt: skip
        found.append((by, answer if isinstance(answer, list) else [answer]))
    return found


def keyed(found: list[tuple[tuple[str, ...], list[object]]], task: Task, _: object) -> pd.DataFrame:
    """Index standard errors by indicator and domain."""
    names = [name for name in LEVELS if any(name in by for by in task.by)]
    rows = []
    for by, answers in found:
        for indicator, answer in zip(task.indicators, answers, strict=True):
            for item in answer.estimates:
                levels = dict(zip(by, item.by_level or (), strict=True))
                key = "|".join([indicator, *(str(levels.get(name, "_T")) for name in names)])
                rows.append((key, item.est, item.se))
    return pd.DataFrame(rows, columns=["key", "estimate", "se"]).set_index("key")


if __name__ == "__main__":
    measured(prepare, run, keyed)
