"""svy, timed on one task in a process of its own, called in the way its documentation calls fastest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import svy

from benchmarks.controls import CALIBRATIONS, by_department, control_cells, known_totals
from benchmarks.measuring import measured
from benchmarks.tasks import LEVELS, PROBABILITIES, Task


def prepare(data: pd.DataFrame, task: Task) -> dict[str, Any]:
    """Make a sample with its design, and the known totals in its form; this is not timed."""
    totals: dict[str, dict[int, float]] = {}
    if task.what in CALIBRATIONS:
        data = data.assign(**control_cells(data))
        totals = {name: dict(enumerate(values.tolist())) for name, values in known_totals(data).items()}
    frame = pl.from_pandas(data).with_columns(pl.col("psu").cast(pl.Utf8), pl.col("stratum").cast(pl.Utf8))
    sample = svy.Sample(frame, svy.Design(stratum="stratum", psu="psu", wgt="weight"))
    return {"sample": sample, "totals": totals, "data": data}


def run(given: dict[str, Any], task: Task) -> Any:
    """Each breakdown in one call for all indicators."""
    sample, totals = given["sample"], given["totals"]
    if task.what == "rake":
        return sample.weighting.rake(controls=totals, tol=1e-12, max_iter=1000, wgt_name="new").data["new"].to_numpy()
    if task.what == "linear":
        controls = {svy.Cat(name): values for name, values in totals.items()}
        return sample.weighting.calibrate(controls=controls, wgt_name="new").data["new"].to_numpy()
    if task.what == "quantiles":
        return sample.estimation.quantile("income", p=list(PROBABILITIES), by="department")
    if task.what == "logistic":
        return sample.glm.fit(task.indicators[0], x=list(task.extra), family="binomial", tol=1e-14)
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


def keyed(found: Any, task: Task, given: dict[str, Any]) -> pd.DataFrame:
    """Index standard errors by indicator and domain."""
    if isinstance(found, np.ndarray):
        return by_department(found, given["data"])
    if task.what == "quantiles":
        rows = [
            (f"{p}|{item.by_level[0]}", item.est, item.se)
            for p, answer in zip(PROBABILITIES, found, strict=True)
            for item in answer.estimates
        ]
        return _indexed(rows)
    if task.what == "logistic":
        names = ("const", *task.extra)
        return _indexed([(name, c.est, c.se) for name, c in zip(names, found.coefs, strict=True)])
    names = [name for name in LEVELS if any(name in by for by in task.by)]
    rows = []
    for by, answers in found:
        for indicator, answer in zip(task.indicators, answers, strict=True):
            for item in answer.estimates:
                levels = dict(zip(by, item.by_level or (), strict=True))
                key = "|".join([indicator, *(str(levels.get(name, "_T")) for name in names)])
                rows.append((key, item.est, item.se))
    if task.replicates:
        # Replicates are random: their standard errors are not compared.
        rows = []
    return _indexed(rows)


def _indexed(rows: list[tuple[str, float, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["key", "estimate", "se"]).set_index("key").astype(float)


if __name__ == "__main__":
    measured(prepare, run, keyed)
