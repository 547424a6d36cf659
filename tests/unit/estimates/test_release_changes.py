"""What differs between two releases, number by number."""

from __future__ import annotations

import numpy as np
import pandas as pd

from estimates.protection import NUMBER_COLUMNS
from estimates.release_changes import changes_between


def table(rows: list[tuple[str, str, float, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["indicator", "sex", "estimate", "status"])
    for column in NUMBER_COLUMNS:
        if column not in frame:
            frame.insert(len(frame.columns) - 1, column, frame["estimate"] / 10)
    return frame


BEFORE = table([("poverty", "_T", 0.3, "reliable"), ("poverty", "1", 0.2, "weak"), ("movers", "_T", 900.0, "reliable"),
                ("poverty", "2", np.nan, "withheld")])  # fmt: skip


def test_the_same_release_has_no_change() -> None:
    assert changes_between(BEFORE, BEFORE, ["sex"]).empty
    assert changes_between(BEFORE, BEFORE.assign(estimate=BEFORE["estimate"] * (1 + 1e-13)), ["sex"]).empty


def test_each_kind_of_change_is_one_row() -> None:
    after = table([("poverty", "_T", 0.31, "reliable"), ("poverty", "1", 0.2, "reliable"),
                   ("poverty", "2", np.nan, "withheld"), ("homes", "_T", 5.0, "weak")])  # fmt: skip
    found = changes_between(BEFORE, after, ["sex"])
    assert found[["indicator", "sex", "kind"]].to_numpy().tolist() == [
        ["poverty", "_T", "number"], ["poverty", "1", "status"], ["homes", "_T", "new"], ["movers", "_T", "dropped"],
    ]  # fmt: skip
    assert found.loc[0, "estimate_before"] == 0.3
    assert found.loc[0, "estimate_after"] == 0.31


def test_a_number_that_is_hidden_now_is_a_change() -> None:
    after = BEFORE.copy()
    after.loc[1, list(NUMBER_COLUMNS)] = np.nan
    assert changes_between(BEFORE, after, ["sex"])["kind"].tolist() == ["number"]


def test_a_breakdown_that_one_release_lacks_is_the_whole_there() -> None:
    wider = BEFORE.assign(area="_T")[["indicator", "area", "sex", *BEFORE.columns[2:]]]
    assert changes_between(BEFORE, wider, ["area", "sex"]).empty
    narrower = BEFORE[BEFORE["sex"] == "_T"].drop(columns="sex")
    assert changes_between(BEFORE, narrower, [])["kind"].tolist() == ["dropped", "dropped"]
