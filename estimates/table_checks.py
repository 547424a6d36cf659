"""Checks that an estimate table holds together in itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

WHOLE = "_T"
ADDS_UP = 1e-9


@dataclass(frozen=True)
class TableCheck:
    """How often a check was made, and how often it failed.

    Parameters
    ----------
    name : str
        ``key_unique``, ``missing_has_status``, ``interval_holds_estimate``, ``se_not_negative`` or
        ``domains_add_up``.
    checked, failed : int
        Number of rows, or of sums.
    """

    name: str
    checked: int
    failed: int


def check_table(frame: pd.DataFrame, breakdowns: Sequence[str], totals: Sequence[str]) -> list[TableCheck]:
    """Check an estimate table.

    Parameters
    ----------
    frame : DataFrame
        Rows of an `EstimateTable`, internal.
    breakdowns : sequence of str
        Its breakdown columns.
    totals : sequence of str
        Indicators that are totals, whose domains add up.

    Returns
    -------
    list of TableCheck
        One for each check, in a fixed order.

    Notes
    -----
    The domains of a breakdown must add up to the whole only when every row of the base has a code; that is so
    when the unweighted bases add up. Else the sum may not exceed the whole.
    """
    estimate = frame["estimate"].to_numpy(dtype=np.float64)
    known = np.isfinite(estimate)
    # A missing number needs a status that says why; a status that allows numbers must have one.
    unexplained = ~known & ~frame["status"].isin(["empty", "withheld", "confidential"]).to_numpy()
    low, high = frame["ci_low"].to_numpy(dtype=np.float64), frame["ci_high"].to_numpy(dtype=np.float64)
    limited = known & np.isfinite(low) & np.isfinite(high)
    slack = 1e-9 * np.maximum(1.0, np.abs(estimate))
    outside = limited & ((low > estimate + slack) | (high < estimate - slack))
    se = frame["se"].to_numpy(dtype=np.float64)
    sums, wrong = _additivity(frame, breakdowns, totals)
    return [
        TableCheck(
            "key_unique", len(frame), int(frame.duplicated(["study", "indicator", *breakdowns]).sum())
        ),
        TableCheck("missing_has_status", len(frame), int(unexplained.sum())),
        TableCheck("interval_holds_estimate", int(limited.sum()), int(outside.sum())),
        TableCheck("se_not_negative", int(np.isfinite(se).sum()), int((se < 0).sum())),
        TableCheck("domains_add_up", sums, wrong),
    ]


def _additivity(frame: pd.DataFrame, breakdowns: Sequence[str], totals: Sequence[str]) -> tuple[int, int]:
    rows = frame[frame["indicator"].isin(list(totals))]
    if rows.empty or not breakdowns:
        return 0, 0
    shown = (rows[list(breakdowns)] != WHOLE).to_numpy()
    pattern = pd.Series(["".join("1" if used else "0" for used in row) for row in shown], index=rows.index)
    undivided = rows.iloc[np.flatnonzero(~shown.any(axis=1))]
    wholes = {str(row["indicator"]): row for row in undivided.to_dict("records")}
    checked = wrong = 0
    for (indicator, used), part in rows.groupby([rows["indicator"].astype(str), pattern], sort=False):
        if "1" not in str(used) or indicator not in wholes:
            continue
        whole = wholes[str(indicator)]
        total = part["estimate"].fillna(0.0).sum()
        gap = total - whole["estimate"]
        scale = max(abs(float(whole["estimate"])), part["estimate"].abs().sum(), 1e-300)
        complete = int(part["n"].sum()) == int(whole["n"])
        positive = bool((part["estimate"].fillna(0.0) >= 0).all())
        checked += 1
        wrong += bool(abs(gap) > ADDS_UP * scale) if complete else bool(positive and gap > ADDS_UP * scale)
    return checked, wrong
