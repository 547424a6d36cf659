"""Trends: slope by least squares, forgetting undone, and what may be told of years that are not shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from estimates.change.round_totals import RoundTotals
from estimates.change.study_trend import TESTED, trend_of_study
from estimates.change.trend import linear_test, recall_factor, slope_coefficients
from pipeline.dictionary_file import load_dictionary
from pipeline.project import Project
from surveys.dictionary import Breakdown, Dictionary, Label
from surveys.rounds import RecallSpec, TrendSpec
from surveys.study import DesignRoles, Publication, ReportPlan, Role, Study

YEARS = [str(year) for year in range(2006, 2017)]


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    found = load_dictionary(Project.here().dictionary)
    year = Breakdown("year", "year_of_displacement", Label("Año", "Year"))
    return replace(found, breakdowns={**found.breakdowns, "year": year})


def a_round(status: dict[str, str] | None = None, slope: float = 20.0) -> RoundTotals:
    rng, psus, cells = np.random.default_rng(5), 30, len(YEARS)
    z = rng.normal(0, 8, (psus, cells)) + rng.normal(0, 4, (psus, 1))
    known = np.repeat([0, 1, 2], 10)
    centred = z - np.array([z[known == h].mean(axis=0) for h in range(3)])[known]
    se = np.sqrt(10 / 9 * (centred**2).sum(axis=0))
    return RoundTotals(
        "r", tuple(("displaced_households", (("year", year),)) for year in YEARS),
        1000 + slope * np.arange(cells), se, np.full(cells, 27),
        tuple((status or {}).get(year, "reliable") for year in YEARS), np.tile(np.arange(psus), cells),
        np.repeat(np.arange(cells), psus), z.T.ravel(), np.ones(psus * cells, dtype=bool),
        tuple(f"p{number}" for number in range(psus)), known, np.full(3, np.inf), {},
    )  # fmt: skip


def study_with(spec: TrendSpec) -> Study:
    label, role = Label("x", "x"), Role(variable="psu")
    study = Study(
        "r", label, "SLV", 2020, {}, DesignRoles("household", role, role, Role(unavailable=label)), (), (),
        Publication(), ReportPlan(),
    )  # fmt: skip
    return replace(study, rounds=replace(study.rounds, trend=(spec,)))


def made(dictionary: Dictionary, own: RoundTotals, **options: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    spec = replace(TrendSpec("displaced_households", "year", {}, (), {}), **options)  # type: ignore[arg-type]
    limits = {key: (0.0, 2000.0) for key in own.keys}
    return trend_of_study(study_with(spec), dictionary, own, limits)


def test_the_slope_is_that_of_least_squares_with_the_covariance_of_years(dictionary: Dictionary) -> None:
    own = a_round()
    _, tests = made(dictionary, own)
    row = tests[tests["test"] == "linear"].iloc[0]
    year = np.arange(2006.0, 2017.0)
    assert row["estimate"] == pytest.approx(np.polyfit(year, own.estimate, 1)[0])
    a = slope_coefficients(year)
    z = own.table(range(11)) @ a
    centred = z - np.array([z[own.stratum == h].mean() for h in range(3)])[own.stratum]
    assert row["se"] == pytest.approx(np.sqrt(10 / 9 * (centred**2).sum()))
    assert row["df"] == 27 and row["conclusion"] == "rising"


def test_the_contrast_is_of_means_of_first_and_last_years(dictionary: Dictionary) -> None:
    _, tests = made(dictionary, a_round(), contrast=(("2006", "2007"), ("2015", "2016")))
    assert tests[tests["test"] == "contrast"]["estimate"].iloc[0] == pytest.approx(180.0)


def test_forgetting_is_undone_and_may_turn_the_conclusion(dictionary: Dictionary) -> None:
    recall = RecallSpec((0.0, 0.05), Label("x", "x"))
    yearly, tests = made(dictionary, a_round(slope=10.0), recall=recall, interview=2016.0)
    assert yearly["band_high"].iloc[0] == pytest.approx(1000 / 0.95**10)
    assert (yearly["band_low"] == yearly["estimate"]).all()
    linear = tests[tests["test"] == "linear"].set_index("yearly_loss")["conclusion"]
    assert linear.loc[0.0] == "rising" and linear.loc[0.05] == "falling"
    assert recall_factor(np.array([2014.0]), 2016.0, 0.5)[0] == pytest.approx(4.0)


def test_years_withheld_for_quality_give_direction_but_no_slope(dictionary: Dictionary) -> None:
    yearly, tests = made(dictionary, a_round({"2008": "withheld"}))
    row = tests[tests["test"] == "linear"].iloc[0]
    assert row[["estimate", "se", "ci_low", "ci_high", "relative"]].isna().all()
    assert row["conclusion"] == "rising" and row["reason"] == "withheld_years" and np.isfinite(row["p_value"])
    assert yearly[yearly["code"] == "2008"][["estimate", "band_low"]].isna().all().all()


def test_confidential_and_truncated_years_take_no_part(dictionary: Dictionary) -> None:
    _, tests = made(dictionary, a_round({"2008": "confidential"}), truncated={"2016": 0.5})
    row = tests[tests["test"] == "linear"].iloc[0]
    assert "2008" not in row["years"] and "2016" not in row["years"] and len(row["years"].split()) == 9
    _, tests = made(dictionary, a_round(dict.fromkeys(YEARS[2:], "confidential")))
    assert tests[list(TESTED)].isna().all().all() and set(tests["conclusion"]) == {"withheld"}


def test_a_truncated_year_is_divided_by_the_share_that_had_passed(dictionary: Dictionary) -> None:
    yearly, _ = made(dictionary, a_round(), truncated={"2016": 0.5})
    last = yearly[yearly["code"] == "2016"].iloc[0]
    assert last["estimate"] == pytest.approx(1200.0) and last["band_high"] == pytest.approx(2400.0)


def test_nothing_that_varies_is_no_test() -> None:
    found = linear_test(np.array([1.0, 2.0]), np.zeros((2, 2)), np.array([-1.0, 1.0]), 10)
    assert np.isnan(found.p_value) and found.estimate == 1.0
