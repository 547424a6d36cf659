"""balance, timed on raking in a process of its own: it has no other distance that meets totals."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
from balance.weighting_methods.rake import rake

from benchmarks.controls import by_department, control_cells, known_totals
from benchmarks.measuring import measured
from benchmarks.tasks import Task

logging.disable(logging.CRITICAL)


def prepare(data: pd.DataFrame, task: Task) -> dict[str, pd.DataFrame | pd.Series]:
    """Give the sample its cells, and the totals the form of a population: a weighted frame with the margins."""
    totals = known_totals(data)
    sample = pd.DataFrame({name: cell.astype(str) for name, cell in control_cells(data).items()})
    names = list(totals)
    # A population with these margins: independent margins, one row for each combination.
    crossed = pd.MultiIndex.from_product([[str(c) for c in range(totals[n].size)] for n in names], names=names)
    whole = next(iter(totals.values())).sum()
    size = np.ones(1)
    for name in names:
        size = np.outer(size, totals[name] / whole).ravel()
    target = crossed.to_frame(index=False)
    return {"data": data, "sample": sample, "target": target, "size": pd.Series(size * whole)}


def run(given: dict[str, pd.DataFrame | pd.Series], task: Task) -> np.ndarray:
    """Rake once."""
    answer = rake(
        given["sample"], given["data"]["weight"], given["target"], given["size"],
        variables=list(given["sample"].columns), transformations=None, max_iteration=1000,
        convergence_rate=1e-12, rate_tolerance=0.0,
    )  # fmt: skip
    return answer["weight"].to_numpy()


def keyed(weight: np.ndarray, task: Task, given: dict[str, pd.DataFrame | pd.Series]) -> pd.DataFrame:
    """Income by department."""
    return by_department(weight, given["data"])


if __name__ == "__main__":
    measured(prepare, run, keyed)
