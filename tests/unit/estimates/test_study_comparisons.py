"""Comparisons of a study: covariance from the sample, sides that may not be shown, families adjusted together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from estimates.comparison import contrast
from estimates.covariance import total_covariance
from estimates.group_linearized import linearized_measure
from estimates.linearized.linearization import Linearized
from estimates.measure import Measure
from estimates.study_comparisons import compare_study
from estimates.study_design import study_design
from estimates.study_estimates import estimate_study
from surveys.analyses import Analyses, Comparison
from surveys.design import Design, design_from_columns
from surveys.dictionary import Breakdown, Code, CodeList, Dictionary, Indicator, Label, LevelSpec, Variable
from surveys.microdata import LevelData, Microdata
from surveys.statistic_options import StatisticOptions
from surveys.study import DesignRoles, Publication, ReportPlan, Role, Study, Tabulation

L = Label("x", "x")
YES = {"1": Code("1", L), "2": Code("2", L), "3": Code("3", L)}
ROWS = 1200


def dictionary() -> Dictionary:
    variable = {name: Variable(name, "person", kind, L, codes=codes) for name, kind, codes in (
        ("p", "text", None), ("stratum", "text", None), ("psu", "text", None), ("age", "number", None),
        ("group", "code", "group"), ("sex", "code", "group"))}  # fmt: skip
    return Dictionary(
        levels={"person": LevelSpec("person", ("p",), None, L)},
        code_lists={"group": CodeList("group", L, YES)},
        variables=variable,  # type: ignore[arg-type]  # kinds are literals
        breakdowns={name: Breakdown(name, name, L) for name in ("group", "sex")},
        indicators={
            "old": Indicator("old", "person", "proportion", "age > 50", "percent", L),
            "mean_age": Indicator("mean_age", "person", "mean", "age", "years", L),
            "median_age": Indicator(
                "median_age", "person", "quantile", "age", "years", L, options=StatisticOptions(p=0.5)
            ),
            "victims": Indicator("victims", "person", "proportion", "age > 89", "percent", L, sensitive=True),
        },
    )


def microdata(rows: int = ROWS) -> Microdata:
    rng = np.random.default_rng(20)
    place = np.repeat(rng.uniform(0, 20, rows // 20), 20)
    group = rng.choice(["1", "2", "3"], rows, p=[0.5, 0.49, 0.01])
    frame = pd.DataFrame({
        "p": [str(row) for row in range(rows)], "stratum": np.repeat(["a", "b"], rows // 2),
        "psu": (np.arange(rows) // 20).astype(str),
        "age": np.round(rng.uniform(0, 70, rows) + 10 * (group == "2") + place),
        "group": pd.Categorical(group, categories=list(YES)),
        "sex": pd.Categorical(rng.choice(["1", "2"], rows), categories=list(YES))})  # fmt: skip
    return Microdata({"person": LevelData("person", ("p",), None, frame)})


def compared(*comparisons: Comparison) -> pd.DataFrame:
    roles = DesignRoles("person", Role("stratum"), Role("psu"), Role(unavailable=L))
    study = Study("s", L, "ZZZ", 2016, {}, roles, (), (Tabulation(("old",), ((),)),), Publication(), ReportPlan())
    study = replace(study, analyses=Analyses(comparisons))
    data, names = microdata(), dictionary()
    design, weights = study_design(study, data), {"person": np.linspace(1, 5, ROWS)}
    frame = estimate_study(study, names, data, design, weights)
    return compare_study(study, names, data, design, weights, frame)


def test_a_difference_is_tested_with_the_covariance_of_both_groups() -> None:
    (row,) = compared(Comparison("mean_age", "group", ("1", "2"))).to_dict("records")
    assert row["estimate"] == pytest.approx(row["estimate_a"] - row["estimate_b"])
    assert (row["conclusion"], row["status"], row["p_adjusted"]) == ("lower", "reliable", row["p_value"])
    assert row["ci_low"] < row["estimate"] < row["ci_high"]
    assert row["minimum_detectable"] == pytest.approx(row["se"] * (2.0017 + 0.8481), rel=0.01)


def test_a_group_and_the_total_that_holds_it_are_not_taken_for_independent() -> None:
    survey = microdata()
    design = design_from_columns(survey.levels["person"].frame["stratum"], survey.levels["person"].frame["psu"])
    age, weight = survey.levels["person"].frame["age"].to_numpy(), np.linspace(1, 5, ROWS)
    group = (survey.levels["person"].frame["group"] == "1").to_numpy()
    measure = Measure("age", "mean", age, kind="mean")
    a, b = linearized_measure(measure, group, weight), linearized_measure(measure, np.ones(ROWS, bool), weight)
    found = contrast(a, b, np.ones(ROWS, bool), weight, design)
    totals = np.column_stack([np.bincount(design.psu, weights=weight * part.z) for part in (a, b)])
    c = total_covariance(totals, design)
    assert found.se**2 == pytest.approx(c[0, 0] + c[1, 1] - 2 * c[0, 1])
    assert abs(found.se**2 / (c[0, 0] + c[1, 1]) - 1) > 0.1
    same = contrast(b, b, np.ones(ROWS, bool), weight, design)
    assert (same.estimate, same.se) == (0.0, 0.0)
    assert np.isnan(same.p_value)


def test_a_side_that_may_not_be_shown_hides_the_comparison() -> None:
    table = compared(Comparison("victims", "group", ("1", "2")), Comparison("old", "group", ("1", "3")))
    assert table["status"].tolist() == ["withheld", "withheld"]
    assert table["conclusion"].tolist() == ["withheld", "withheld"]
    assert table["reason"].tolist() == ["confidential_side", "withheld_side"]
    assert table[["estimate_a", "estimate_b", "estimate", "se", "p_value", "minimum_detectable"]].isna().all(axis=None)


def test_a_rest_that_is_one_hidden_group_is_hidden_too() -> None:
    rest = compared(Comparison("old", "group", ("1",), against="rest"))
    assert rest.loc[0, "status"] == "reliable", "a rest of several groups is not any of them"
    one = compared(Comparison("victims", "sex", ("1",), against="rest"))
    assert one.loc[0, "reason"] == "confidential_side"


def test_families_are_adjusted_together_and_domains_are_walked() -> None:
    table = compared(Comparison("mean_age", "group", ("1", "2"), by=("sex",)))
    assert table["sex"].tolist() == ["1", "2", "3"]
    shown = table[table["status"] != "withheld"]
    smallest = shown["p_value"].idxmin()
    assert table.loc[smallest, "p_adjusted"] == pytest.approx(min(1.0, len(shown) * table.loc[smallest, "p_value"]))
    against = compared(Comparison("median_age", "group", ("1",), against="rest", kind="ratio"))
    assert against.loc[0, "group_b"] == "rest"
    assert against.loc[0, "ci_low"] < against.loc[0, "estimate"] < against.loc[0, "ci_high"] < 1


def test_without_degrees_of_freedom_nothing_is_concluded() -> None:
    design = design_from_columns(None, ["1", "1", "1"], lonely_psu="certainty")
    assert isinstance(design, Design)
    one = Linearized(1.0, np.ones(3))
    found = contrast(one, Linearized(2.0, np.zeros(3)), np.ones(3, bool), np.ones(3), design)
    assert (found.df, np.isnan(found.p_value)) == (0, True)
