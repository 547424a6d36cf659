"""Tables of a choice of offices: only published figures count, and hidden areas leave no number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from estimates.office_solver import office_value
from estimates.small_areas.joint_errors import JointErrors
from estimates.study_offices import LISTS, PLACES, choose_for_study
from surveys.offices import office_plans

CODES = ("1", "2", "3", "4")
LINE = np.abs(np.subtract.outer(np.arange(4.0), np.arange(4.0)))
ENTRY = {"model": "m", "size": "families", "places": "zone", "number": 2, "reach": 1, "tiles": "t.csv", "draws": 50}


SIZE = np.array([100.0, 200.0, 300.0, 400.0, 500.0, 600.0])


def areas(rates: list[float], errors: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"estimate": rates, "rmse": errors, "unit": "percent"})


def choose(table: pd.DataFrame, **entry: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    plan = office_plans({"offices": {"local": {**ENTRY, **entry}}})[0]
    return choose_for_study("s", plan, table, SIZE, np.array([0, 0, 1, 2, 3, 3]), LINE, CODES, joint=joint(table))


def joint(table: pd.DataFrame) -> JointErrors:
    """Each area on its own, hidden ones with a figure that must not come out."""
    centre, error = table["estimate"].fillna(0.9).to_numpy(), table["rmse"].fillna(1e-6).to_numpy()
    return JointErrors("linear", centre, np.zeros((6, 1)), np.zeros((1, 1)), error**2)


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


def test_hidden_areas_take_the_mean_of_the_published_ones_and_the_whole_then_has_no_interval() -> None:
    hidden = areas([0.02, np.nan, 0.02, 0.02, np.nan, 0.02], [0.001, np.nan, 0.001, 0.001, np.nan, 0.001])
    places, lists = choose(hidden)
    assert lists["areas_unknown"].unique().tolist() == [2]
    _, full = choose(areas([0.02] * 6, [0.001] * 6))
    assert lists["value"].iloc[0] == pytest.approx(full["value"].iloc[0])
    assert lists[["ci_low", "ci_high"]].isna().all(axis=None)
    assert full[["ci_low", "ci_high"]].iloc[:2].notna().all(axis=None)
    need = np.array([2.0, 6.0, 8.0, 12.0])  # of areas with a figure: 100, 300, 400 and 600 families
    chosen = np.flatnonzero(places["chosen"])
    reached = float(office_value(need, LINE, chosen, reach=1))
    assert lists["known_value"].iloc[0] == pytest.approx(reached)
    assert lists["known_low"].iloc[0] <= reached <= lists["known_high"].iloc[0]
    np.testing.assert_allclose(full["known_value"].iloc[:2], full["value"].iloc[:2])
    np.testing.assert_allclose(full["known_low"].iloc[:2], full["ci_low"].iloc[:2])
    # What is assumed of the first place shakes a choice that was sure.
    assert choose(areas([0.02] * 6, [0.001] * 6), reach=0)[0]["frequency"].tolist() == [0, 0, 1, 1]
    assert 0 < choose(hidden, reach=0)[0]["frequency"].iloc[0] < 0.5


def test_a_hidden_figure_changes_nothing() -> None:
    hidden = areas([0.02, np.nan, 0.02, 0.02, 0.01, 0.02], [0.001, np.nan, 0.001, 0.001, 0.001, 0.001])
    plan = office_plans({"offices": {"local": ENTRY}})[0]
    told = [choose_for_study("s", plan, hidden, SIZE, np.array([0, 0, 1, 2, 3, 3]), LINE, CODES, joint=replace(
        joint(hidden), centre=np.where(hidden["estimate"].isna(), secret, 0.02))) for secret in (0.001, 0.5)]
    for one, other in zip(*told, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_errors_that_areas_share_are_drawn_together() -> None:
    """A common error scales all areas alike: on the logarithmic scale shares do not move at all."""
    table = areas([0.02, 0.03, 0.02, 0.01, 0.05, 0.02], [0.01] * 6)
    shared = JointErrors("log", np.log(table["estimate"].to_numpy()), np.ones((6, 1)), np.array([[0.25]]), np.zeros(6))
    plan = office_plans({"offices": {"local": {**ENTRY, "reach": 0}}})[0]
    places, lists = choose_for_study("s", plan, table, SIZE, np.array([0, 0, 1, 2, 3, 3]), LINE, CODES, joint=shared)
    assert lists["ci_high"].iloc[0] - lists["ci_low"].iloc[0] < 1e-12
    assert set(places["frequency"]) == {0.0, 1.0}


def test_nothing_published_gives_no_choice() -> None:
    with pytest.raises(ValueError, match="no area"):
        choose(areas([np.nan] * 6, [np.nan] * 6))
