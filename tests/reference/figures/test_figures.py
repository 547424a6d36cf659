"""Figures in many domains against R's survey, and against the one-domain formulas that R already vouches for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.comparison import contrast
from estimates.domain_cells import DomainCells, domain_cells
from estimates.external_rate import divide_rates
from estimates.group_linearized import linearized_measure
from estimates.linearized.gini import gini
from estimates.linearized.linearization import linearized_variance
from estimates.linearized.poverty import RelativeLine, poverty
from estimates.linearized.quintile_share import quintile_share_ratio
from estimates.measure import Coding, Measure
from estimates.rowwise import gini_cells, poverty_cells, quantile_cells, quintile_cells, survival_cells
from estimates.survival import kaplan_meier
from estimates.tabulate import tabulate
from estimates.totals_cells import function_cells, standardized_cells
from surveys.design import Design, design_from_columns
from surveys.dictionary import Indicator, Label
from surveys.statistic_options import StatisticOptions

HERE = Path(__file__).parent
GROUPS = ("a", "b", "c")
WEIGHTS = "with_replacement"


@pytest.fixture(scope="module")
def survey() -> pd.DataFrame:
    return pd.read_csv(HERE.parent / "models" / "survey.csv")


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    table = pd.read_csv(HERE / "expected.csv", comment="#")
    return table.pivot(index=["what", "group"], columns="item", values="value")


@pytest.fixture(scope="module")
def design(survey: pd.DataFrame) -> Design:
    return design_from_columns(survey["stratum"], survey["psu"])


def cells(survey: pd.DataFrame, design: Design, whole: bool = False) -> DomainCells:
    codes = survey["group"].map(GROUPS.index).to_numpy(np.int64)
    codings = [] if whole else [Coding("group", codes, GROUPS)]
    return domain_cells(codings, np.ones(len(survey), bool), survey["weight"].to_numpy(float), design)


@pytest.mark.parametrize("p", [0.25, 0.5, 0.9])
def test_quantiles_and_woodruff_intervals(
    p: float, survey: pd.DataFrame, design: Design, expected: pd.DataFrame
) -> None:
    for whole, names in ((True, ("all",)), (False, GROUPS)):
        rows = cells(survey, design, whole)
        found = quantile_cells(survey["income"].to_numpy(float)[rows.row], p, rows, WEIGHTS)
        want = expected.loc[[(f"quantile_{p:g}", name) for name in names]]
        np.testing.assert_allclose(found.cells.estimate, want["quantile"], rtol=1e-12)
        np.testing.assert_allclose(found.low, want["ci.2.5"], rtol=1e-12)
        np.testing.assert_allclose(found.high, want["ci.97.5"], rtol=1e-12)
        np.testing.assert_allclose(np.sqrt(found.cells.variance), want["se"], rtol=1e-9)


@pytest.mark.parametrize(("what", "power"), [("headcount", 0), ("gap", 1)])
def test_poverty_below_a_fixed_line(
    what: str, power: int, survey: pd.DataFrame, design: Design, expected: pd.DataFrame
) -> None:
    for whole, names in ((True, ("all",)), (False, GROUPS)):
        rows = cells(survey, design, whole)
        y = survey["income"].to_numpy(float)[rows.row]
        nobody = (np.zeros(0), np.zeros(0))
        found = poverty_cells(y, np.full(y.size, 300.0), rows, nobody, power, WEIGHTS).cells
        want = expected.loc[[(what, name) for name in names]]
        np.testing.assert_allclose(found.estimate, want["estimate"], rtol=1e-9)
        np.testing.assert_allclose(np.sqrt(found.variance), want["se"], rtol=1e-9)


def test_any_formula_of_totals(survey: pd.DataFrame, design: Design, expected: pd.DataFrame) -> None:
    for whole, names in ((True, ("all",)), (False, GROUPS)):
        rows = cells(survey, design, whole)
        values = {name: survey[column].to_numpy(float)[rows.row] for name, column in
                  (("h", "hit"), ("k", "count"), ("y", "income"))}  # fmt: skip
        found = function_cells("sqrt(h) * k / (y + 3 * h) - log(k)", values, rows, WEIGHTS).cells
        want = expected.loc[[("function", name) for name in names]]
        np.testing.assert_allclose(found.estimate, want["estimate"], rtol=1e-9)
        np.testing.assert_allclose(np.sqrt(found.variance), want["se"], rtol=1e-9)


def test_standardized_shares(survey: pd.DataFrame, design: Design, expected: pd.DataFrame) -> None:
    rows = cells(survey, design)
    by = Coding("old", (survey["age"].to_numpy() >= 40).astype(np.int64), ("1", "2"))
    found = standardized_cells(survey["hit"].to_numpy(float)[rows.row], by, [70.0, 30.0], rows, WEIGHTS).cells
    want = expected.loc[[("standardized", name) for name in GROUPS]]
    np.testing.assert_allclose(found.estimate, want["estimate"], rtol=1e-9)
    np.testing.assert_allclose(np.sqrt(found.variance), want["se"], rtol=1e-9)


def test_rate_over_a_known_number(survey: pd.DataFrame, design: Design, expected: pd.DataFrame) -> None:
    codings = {"group": Coding("group", survey["group"].map(GROUPS.index).to_numpy(np.int64), GROUPS)}
    rate = Indicator("rate", "person", "rate", "hit", "per_thousand", Label("", ""),
                     options=StatisticOptions(denominator="people", per=1000.0))  # fmt: skip
    count = Measure("rate", "rate", survey["hit"].to_numpy(float), kind="total")
    frame = tabulate("s", [count], codings, [(["rate"], [("group",)])], design, survey["weight"].to_numpy(float)).frame
    known = pd.DataFrame({"group": GROUPS, "value": 2500.0})
    found = divide_rates(frame, [rate], {"people": known}, ["group"]).set_index("group").loc[list(GROUPS)]
    want = expected.loc[[("rate", name) for name in GROUPS]]
    np.testing.assert_allclose(found["estimate"].to_numpy(float), want["estimate"], rtol=1e-9)
    np.testing.assert_allclose(found["se"].to_numpy(float), want["se"], rtol=1e-9)


def test_inequality_by_domain_is_that_of_one_domain(survey: pd.DataFrame, design: Design) -> None:
    rows = cells(survey, design)
    y, weight = survey["income"].to_numpy(float), survey["weight"].to_numpy(float)
    everyone = (y, weight)
    found = {
        "gini": gini_cells(y[rows.row], rows, WEIGHTS).cells,
        "quintiles": quintile_cells(y[rows.row], rows, WEIGHTS).cells,
        "relative": poverty_cells(y[rows.row], RelativeLine(), rows, everyone, 0, WEIGHTS).cells,
        "relative_gap": poverty_cells(y[rows.row], RelativeLine(), rows, everyone, 1, WEIGHTS).cells,
    }
    for place, group in enumerate(GROUPS):
        domain = (survey["group"] == group).to_numpy()
        one = {
            "gini": gini(y, weight, domain),
            "quintiles": quintile_share_ratio(y, weight, domain),
            "relative": poverty(y, weight, RelativeLine(), domain),
            "relative_gap": poverty(y, weight, RelativeLine(), domain, power=1),
        }
        for name, linearized in one.items():
            assert found[name].estimate[place] == pytest.approx(linearized.estimate, rel=1e-12)
            variance = linearized_variance(linearized, weight, design)
            assert found[name].variance[place] == pytest.approx(variance, rel=1e-9)


def test_survival_by_domain_is_kaplan_and_meiers(survey: pd.DataFrame, design: Design) -> None:
    rows = cells(survey, design)
    time, event = survey["time"].to_numpy(float), survey["event"].to_numpy() == 1
    found = survival_cells(time[rows.row], event[rows.row], (1.0, 5.0, 10.0), rows, WEIGHTS)
    for place, group in enumerate(GROUPS):
        domain = (survey["group"] == group).to_numpy()
        curve = kaplan_meier(time, event, survey["weight"].to_numpy(float), design, domain)
        for at, one in zip((1.0, 5.0, 10.0), found, strict=True):
            last = int(np.flatnonzero(curve.time <= at)[-1])
            assert one.cells.estimate[place] == pytest.approx(curve.survival[last], rel=1e-12)
            assert np.sqrt(one.cells.variance[place]) == pytest.approx(curve.se[last], rel=1e-9)
            assert one.low is not None
            assert one.low[place] == pytest.approx(curve.ci_low[last], rel=1e-9)


def test_contrasts_of_groups_carry_their_covariance(
    survey: pd.DataFrame, design: Design, expected: pd.DataFrame
) -> None:
    weight, income = survey["weight"].to_numpy(float), survey["income"].to_numpy(float)
    group = survey["group"].to_numpy()
    measure = Measure("income", "mean", income, kind="mean")
    every = np.ones(len(survey), bool)
    parts = {name: linearized_measure(measure, rows, weight) for name, rows in
             (("b", group == "b"), ("c", group == "c"), ("rest", group != "b"), ("total", every))}  # fmt: skip
    pairs = (("difference", "b-c", "c"), ("against_total", "b", "total"), ("against_rest", "b", "rest"))
    for what, item, second in pairs:
        found, want = contrast(parts["b"], parts[second], every, weight, design), expected.loc[(what, item)]
        assert found.estimate == pytest.approx(want["estimate"], rel=1e-9)
        assert found.se == pytest.approx(want["se"], rel=1e-9)
    ratio = contrast(parts["b"], parts["c"], every, weight, design, kind="ratio")
    want = expected.loc[("log_ratio", "b-c")]
    assert np.log(ratio.estimate) == pytest.approx(want["estimate"], rel=1e-9)
    assert ratio.se / ratio.estimate == pytest.approx(want["se"], rel=1e-9)
