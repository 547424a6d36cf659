"""Caracteriza, timed on one task in a process of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.controls import BOUNDS, CALIBRATIONS, by_department, control_cells, known_totals
from benchmarks.measuring import measured
from benchmarks.tasks import LEVELS, PROBABILITIES, Task
from estimates.measure import Coding, Measure
from estimates.quantile import quantiles
from estimates.replication.plan_bootstrap import Replicated, rao_wu_draws, replicated_plan
from estimates.tabulate import tabulate
from surveys.design import Design, design_from_columns
from weights.calibration.calibrate import calibrate
from weights.calibration.margins import Margin


@dataclass(frozen=True)
class Prepared:
    """Vectors in memory, checked and described, as an estimation stage holds them; peers hold theirs so too."""

    columns: dict[str, np.ndarray]
    design: Design
    measures: list[Measure]
    codings: dict[str, Coding]
    margins: list[Margin]


def prepare(data: pd.DataFrame, task: Task) -> Prepared:
    """Describe the columns of a task; this is not timed, as the making of the peers' designs is not."""
    columns = {name: data[name].to_numpy() for name in task.columns}
    measures = [
        Measure(name, "mean", columns[name], kind="prop" if columns[name].dtype == np.int8 else "mean")
        for name in task.indicators
    ]
    codings = {
        name: Coding(name, columns[name], tuple(str(code) for code in range(LEVELS[name])))
        for name in dict.fromkeys(name for by in task.by for name in by)
    }
    margins = _margins(columns) if task.what in CALIBRATIONS else []
    return Prepared(columns, design_from_columns(columns["stratum"], columns["psu"]), measures, codings, margins)


def run(given: Prepared, task: Task) -> Any:
    """Go from vectors to publishable rows."""
    columns, weight = given.columns, given.columns["weight"]
    if task.what in CALIBRATIONS:
        bounds = BOUNDS if task.what in ("logit", "truncated") else None
        distance = "raking" if task.what == "rake" else task.what
        return calibrate(weight, given.margins, distance=distance, bounds=bounds).weight
    if task.what == "quantiles":
        return quantiles(
            columns["income"], weight, given.design, PROBABILITIES,
            domain=columns["department"].astype(np.int64), domains=LEVELS["department"],
        )  # fmt: skip
    if task.what == "logistic":
        # statsmodels takes a second to be imported: only this task pays.
        from estimates.models.regression import regress

        x = np.column_stack([np.ones(weight.size), *(columns[name] for name in task.extra)]).astype(float)
        y = columns[task.indicators[0]].astype(float)
        return regress(y, x, ("const", *task.extra), weight, given.design, family="logistic")
    if task.replicates:
        return _bootstrap(given, task)
    return tabulate("bench", given.measures, given.codings, [(task.indicators, task.by)], given.design, weight).frame


def _bootstrap(given: Prepared, task: Task) -> dict[tuple[str, ...], Replicated]:
    """Replicates drawn and used for every mean of the task: each ratio computed again in each."""
    draws = rao_wu_draws(given.design, task.replicates, np.random.default_rng(1), task.draws or None)
    replicates = draws if task.draws else draws.factors(given.design)
    weight = given.columns["weight"]
    return replicated_plan(given.measures, given.codings, task.by, given.design, weight, replicates)


def keyed(result: Any, task: Task, given: Prepared) -> pd.DataFrame:
    """Index estimates and standard errors by indicator and domain, for the comparison with other engines."""
    if task.what in CALIBRATIONS:
        return by_department(result, given.columns)
    if task.what == "quantiles":
        keys = [f"{p}|{code}" for code in range(result.estimate.shape[0]) for p in PROBABILITIES]
        return _indexed(keys, result.estimate.ravel(), result.se.ravel())
    if task.what == "logistic":
        return _indexed(list(result.names), result.coefficient, result.se)
    if task.replicates:
        # Replicates are random: their standard errors are not compared.
        return _indexed([], np.empty(0), np.empty(0))
    names = [name for name in LEVELS if name in result]
    key = result["indicator"].astype(str)
    if names:
        key = key.str.cat([result[name].astype(str) for name in names], sep="|")
    return _indexed(key.tolist(), result["estimate"].to_numpy(), result["se"].to_numpy())


def _indexed(keys: list[str], estimate: np.ndarray, se: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"key": keys, "estimate": estimate, "se": se}).set_index("key")


def _margins(columns: dict[str, np.ndarray]) -> list[Margin]:
    totals = known_totals(columns)
    return [
        Margin(name, cell, tuple(map(str, range(totals[name].size))), totals[name])
        for name, cell in control_cells(columns).items()
    ]


if __name__ == "__main__":
    measured(prepare, run, keyed)
