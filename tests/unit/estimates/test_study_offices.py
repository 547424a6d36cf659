"""Tables of a choice of offices: only published figures count, and hidden areas leave no number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from estimates.office_choice import office_value
from estimates.study_offices import LISTS, PLACES, choose_for_study
from surveys.offices import office_plans

CODES = ("1", "2", "3", "4")
LINE = np.abs(np.subtract.outer(np.arange(4.0), np.arange(4.0)))
ENTRY = {"model": "m", "size": "families", "places": "zone", "number": 2, "reach": 1, "tiles": "t.csv", "draws": 50}


def areas(rates: list[float], errors: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"estimate": rates, "rmse": errors, "unit": "percent"})


def choose(table: pd.DataFrame, **entry: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    plan = office_plans({"offices": {"local": {**ENTRY, **entry}}})[0]
    size = np.array([100.0, 200.0, 300.0, 400.0, 500.0, 600.0])
    return choose_for_study("s", plan, table, size, np.array([0, 0, 1, 2, 3, 3]), LINE, CODES)


def test_tables_say_what_is_chosen_and_what_it_reaches() -> None:
    table = areas([0.01, 0.02, 0.01, 0.03, 0.05, 0.01], [0.001] * 6)
    places, lists = choose(table, given={"label": {"es": "a", "en": "a"}, "codes": ["4", "1"]})
    assert tuple(places.columns) == PLACES
    assert tuple(lists.columns) == LISTS
    need = np.array([1 + 4, 3, 12, 25 + 6.0])
    chosen = np.flatnonzero(places["chosen"])
    assert lists["list"].tolist() == ["chosen", "given", "best", "best"]
    assert lists["value"].iloc[0] == pytest.approx(float(office_value(need, LINE, chosen, reach=1)))
    assert lists["value"].iloc[1] == pytest.approx(1.0)
    assert lists["value"].iloc[2] == pytest.approx((12 + 31 + 3) / 51)
    assert places["given"].tolist() == [1, 0, 0, 1]
    assert places["frequency"].sum() == pytest.approx(2.0)


def test_without_a_list_the_places_with_most_people_are_compared() -> None:
    places, lists = choose(areas([0.01, 0.02, 0.01, 0.03, 0.05, 0.01], [0.001] * 6), reach=0)
    assert places["given"].tolist() == places["chosen"].tolist() == [0, 0, 1, 1]
    assert lists["regret"].iloc[0] == lists["regret"].iloc[1]


def test_hidden_areas_take_the_mean_of_the_published_ones() -> None:
    hidden = areas([0.02, np.nan, 0.02, 0.02, np.nan, 0.02], [0.001, np.nan, 0.001, 0.001, np.nan, 0.001])
    _, lists = choose(hidden)
    assert lists["areas_unknown"].unique().tolist() == [2]
    _, full = choose(areas([0.02] * 6, [0.001] * 6))
    assert lists["value"].iloc[0] == pytest.approx(full["value"].iloc[0])
    assert lists["ci_high"].iloc[0] - lists["ci_low"].iloc[0] >= full["ci_high"].iloc[0] - full["ci_low"].iloc[0]


def test_nothing_published_gives_no_choice() -> None:
    with pytest.raises(ValueError, match="no area"):
        choose(areas([np.nan] * 6, [np.nan] * 6))
