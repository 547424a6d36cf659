"""samplics, timed on one task in a process of its own."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.controls import by_department, control_cells, known_totals
from benchmarks.measuring import measured
from benchmarks.tasks import LEVELS, Task

with warnings.catch_warnings():
    # It announces at import that it is archived; what it computes here is compared all the same.
    warnings.simplefilter("ignore", FutureWarning)
    from samplics.estimation import TaylorEstimator
    from samplics.utils.types import PopParam
    from samplics.weighting import SampleWeight


def prepare(data: pd.DataFrame, task: Task) -> pd.DataFrame:
    """Give the data one text column per breakdown."""
    if task.what == "rake":
        return data.assign(**control_cells(data))
    for by in task.by:
        if by:
            data["|".join(by)] = data[list(by)].astype(str).agg("|".join, axis=1)
    return data


def run(data: pd.DataFrame, task: Task) -> Any:
    """One call for each indicator and breakdown; it has no other way."""
    if task.what == "rake":
        totals = known_totals(data)
        return SampleWeight().rake(
            samp_weight=data["weight"].to_numpy(), margins={name: data[name].to_numpy() for name in totals},
            control={name: dict(enumerate(values.tolist())) for name, values in totals.items()},
            tol=1e-12, ctrl_tol=1e-12, max_iter=1000,
        )  # fmt: skip
    found = []
    for indicator in task.indicators:
        for by in task.by:
            estimator = TaylorEstimator(PopParam.mean)
            estimator.estimate(
                y=data[indicator].to_numpy(float), samp_weight=data["weight"].to_numpy(),
                stratum=data["stratum"].to_numpy(), psu=data["psu"].to_numpy(),
                domain=data["|".join(by)].to_numpy() if by else None,
            )  # fmt: skip
            found.append((indicator, by, estimator))
    return found


def keyed(found: Any, task: Task, data: pd.DataFrame) -> pd.DataFrame:
    """Index standard errors by indicator and domain."""
    if task.what == "rake":
        return by_department(np.asarray(found), data)
    names = [name for name in LEVELS if any(name in by for by in task.by)]
    rows = []
    for indicator, by, estimator in found:
        points = estimator.point_est if by else {"": estimator.point_est}
        errors = estimator.stderror if by else {"": estimator.stderror}
        for cell, estimate in points.items():
            levels = dict(zip(by, str(cell).split("|"), strict=True)) if by else {}
            key = "|".join([indicator, *(levels.get(name, "_T") for name in names)])
            rows.append((key, estimate, errors[cell]))
    return pd.DataFrame(rows, columns=["key", "estimate", "se"]).set_index("key")


if __name__ == "__main__":
    measured(prepare, run, keyed)
