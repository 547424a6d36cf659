"""Known totals for the calibration tasks, the same for every engine, and what their weights are compared by."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

AGES = 8
CALIBRATIONS = ("rake", "linear", "logit", "truncated")
BOUNDS = (0.8, 1.3)


def control_cells(columns: Mapping[str, np.ndarray] | pd.DataFrame) -> dict[str, np.ndarray]:
    """Cell of every row in the three margins: 14 departments, sex by 8 ages, urban and rural."""
    crossed = np.asarray(columns["sex"]).astype(np.int64) * AGES + np.asarray(columns["age"])
    return {
        "department": np.asarray(columns["department"]).astype(np.int64),
        "sex_age": crossed,
        "area": np.asarray(columns["area"]).astype(np.int64),
    }


def known_totals(columns: Mapping[str, np.ndarray] | pd.DataFrame) -> dict[str, np.ndarray]:
    """Totals near the sample's own, off by a few percent and equal in sum."""
    weight = np.asarray(columns["weight"])
    totals = {}
    for name, cell in control_cells(columns).items():
        own = np.bincount(cell, weights=weight)
        moved = own * (1 + 0.05 * (np.arange(own.size) % 3 - 1))
        totals[name] = moved * weight.sum() / moved.sum()
    return totals


def by_department(weight: np.ndarray, columns: Mapping[str, np.ndarray] | pd.DataFrame) -> pd.DataFrame:
    """Calibrated income by department, indexed as the other results are."""
    total = np.bincount(np.asarray(columns["department"]).astype(np.int64), weights=weight * columns["income"])
    keys = [f"income|{code}" for code in range(total.size)]
    return pd.DataFrame({"key": keys, "estimate": total, "se": np.zeros(total.size)}).set_index("key")
