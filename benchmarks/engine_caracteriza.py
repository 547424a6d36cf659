"""Caracteriza, timed on one task in a process of its own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.measuring import measured
from benchmarks.tasks import LEVELS, Task
from estimates.measure import Coding, Measure
from estimates.tabulate import tabulate
from surveys.design import design_from_columns


def prepare(data: pd.DataFrame, task: Task) -> dict[str, np.ndarray]:
    """Columns as an estimation stage holds them: vectors in memory."""
    return {name: data[name].to_numpy() for name in task.columns}


def run(columns: dict[str, np.ndarray], task: Task) -> pd.DataFrame:
    """Go from vectors to publishable rows."""
    design = design_from_columns(columns["stratum"], columns["psu"])
    measures = [
        Measure(name, "mean", columns[name], kind="prop" if columns[name].dtype == np.int8 else "mean")
        for name in task.indicators
    ]
    codings = {
        name: Coding(name, columns[name], tuple(str(code) for code in range(LEVELS[name])))
        for name in dict.fromkeys(name for by in task.by for name in by)
    }
    table = tabulate("bench", measures, codings, [(task.indicators, task.by)], design, columns["weight"])
    return table.frame


def keyed(rows: pd.DataFrame, task: Task) -> pd.Series:
    """Index standard errors by indicator and domain, for the comparison with other engines."""
    names = [name for name in LEVELS if name in rows]
    key = rows["indicator"].str.cat([rows[name].astype(str) for name in names], sep="|") if names else rows["indicator"]
    return pd.DataFrame({"key": key, "estimate": rows["estimate"], "se": rows["se"]}).set_index("key")


if __name__ == "__main__":
    measured(prepare, run, keyed)
