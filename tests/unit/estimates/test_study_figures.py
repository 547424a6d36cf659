"""Every statistic of the dictionary through the one table of estimates, with models, tests and standards beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from estimates.study_analyses import analyse_study
from estimates.study_design import study_design
from estimates.study_estimates import estimate_study, unknown_standards
from estimates.table import NUMBERS
from surveys.analyses import Analyses, DenominatorSpec, IndependenceSpec, ModelSpec
from surveys.dictionary import Breakdown, Code, CodeList, Dictionary, Indicator, Label, LevelSpec, Variable
from surveys.microdata import LevelData, Microdata
from surveys.problems import DataError
from surveys.statistic_options import RelativeLineOptions, StatisticOptions
from surveys.study import DesignRoles, Publication, ReportPlan, Role, Study, Tabulation

L = Label("x", "x")
ROWS = 800
CODES = {code: Code(code, L) for code in ("1", "2", "3")}
WEIGHTS = {"person": np.linspace(1, 5, ROWS)}


def indicator(name: str, statistic: str, of: str = "income", unit: str = "number", **options: object) -> Indicator:
    return Indicator(name, "person", statistic, of, unit, L, options=StatisticOptions(**options))  # type: ignore[arg-type]  # options by name


INDICATORS = [
    indicator("median", "quantile", p=0.5),
    indicator("gini", "gini"),
    indicator("quintiles", "quintile_share_ratio"),
    indicator("poor", "poverty", unit="percent", line="300"),
    indicator("severity", "poverty", line="300", power=2),
    indicator("relative", "poverty", unit="percent", relative_line=RelativeLineOptions(0.6)),
    indicator("formula", "function", "women / (women + men)", totals={"women": "sex == '2'", "men": "sex == '1'"}),
    indicator("standard", "standardized", "income < 300", "percent", by="sex", weights={"1": 1.0, "2": 1.0, "3": 0.0}),
    indicator("still", "survival", "ended == '1'", "percent", time="time", event="ended == '1'", at=(1.0, 3.5)),
    indicator("per_thousand", "rate", "sex == '2'", denominator="people", per=1000.0),
    indicator("mean", "mean"),
]


def dictionary() -> Dictionary:
    kinds = {"p": "text", "stratum": "text", "psu": "text", "income": "number", "time": "number",
             "sex": "code", "group": "code", "ended": "code"}  # fmt: skip
    return Dictionary(
        levels={"person": LevelSpec("person", ("p",), None, L)},
        code_lists={"three": CodeList("three", L, CODES)},
        variables={
            name: Variable(name, "person", kind, L, codes="three" if kind == "code" else None)  # type: ignore[arg-type]  # kinds are literals
            for name, kind in kinds.items()
        },
        breakdowns={name: Breakdown(name, name, L) for name in ("sex", "group")},
        indicators={item.name: item for item in INDICATORS},
    )


def microdata(**changed: object) -> Microdata:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({
        "p": [str(row) for row in range(ROWS)], "stratum": np.repeat(["a", "b"], ROWS // 2),
        "psu": (np.arange(ROWS) // 20).astype(str), "income": np.round(rng.lognormal(6, 0.7, ROWS)),
        "time": rng.uniform(0, 6, ROWS), "sex": pd.Categorical(rng.choice(["1", "2"], ROWS), categories=list(CODES)),
        "group": pd.Categorical(rng.choice(["1", "2"], ROWS), categories=list(CODES)),
        "ended": pd.Categorical(rng.choice(["1", "2"], ROWS), categories=list(CODES))})  # fmt: skip
    return Microdata({"person": LevelData("person", ("p",), None, frame.assign(**changed))})  # type: ignore[arg-type]  # columns by name


def study(*names: str, analyses: Analyses | None = None, standards: tuple[str, ...] = ("cepal_2023",)) -> Study:
    roles = DesignRoles("person", Role("stratum"), Role("psu"), Role(unavailable=L))
    plan = (Tabulation(names, ((), ("group",), ("sex", "group"))),)
    made = Study("s", L, "ZZZ", 2016, {}, roles, (), plan, Publication(standards, beside=("inegi_2018",)), ReportPlan())
    return replace(made, analyses=analyses or Analyses(denominators={"people": DenominatorSpec("people", "x.csv", L)}))


def estimated(asked: Study, data: Microdata, known: Mapping[str, pd.DataFrame] | None = None) -> pd.DataFrame:
    people = pd.DataFrame({"group": ["_T", "1"], "value": [5000.0, 2000.0]})
    return estimate_study(asked, dictionary(), data, study_design(asked, data), WEIGHTS, known or {"people": people})


def test_every_statistic_has_its_numbers_interval_and_status_in_every_cell() -> None:
    frame = estimated(study(*(item.name for item in INDICATORS)), microdata())
    assert set(frame["indicator"]) == {*(item.name for item in INDICATORS), "still.1", "still.3.5"} - {"still"}
    some = frame[(frame["group"].isin(["_T", "1", "2"])) & (frame["sex"].isin(["_T", "1", "2"]))]
    some = some[~some["reason"].isin(["denominator_unknown", "not_defined"])]
    # The share of women among women is 1 by definition: no error, and no interval that the sample could vouch for.
    sure = (some["indicator"] == "formula") & (some["sex"] != "_T")
    assert (some.loc[sure, "reason"].str.contains("interval_not_certified")).all()
    some = some[~sure]
    for column in ("estimate", "se", "ci_low", "ci_high", "deff", "df"):
        assert some[column].notna().all(), column
    assert ((some["ci_low"] <= some["estimate"]) & (some["estimate"] <= some["ci_high"])).all()
    empty = frame[(frame["group"] == "3") | (frame["sex"] == "3")]
    assert set(empty["status"]) == {"empty"}
    assert not frame.duplicated(["indicator", "group", "sex"]).any()


def test_a_rate_is_its_total_over_the_known_number() -> None:
    data = microdata()
    frame = estimated(study("per_thousand"), data).set_index(["group", "sex"])
    women = (data.levels["person"].frame["sex"] == "2").to_numpy()
    first = (data.levels["person"].frame["group"] == "1").to_numpy()
    weight = WEIGHTS["person"]
    assert frame.loc[("_T", "_T"), "estimate"] == pytest.approx(1000 * weight[women].sum() / 5000)
    assert frame.loc[("1", "_T"), "estimate"] == pytest.approx(1000 * weight[women & first].sum() / 2000)
    whole = frame.loc[("_T", "_T")]
    assert whole["ci_low"] < whole["estimate"] < whole["ci_high"]
    assert whole["cv"] == pytest.approx(whole["se"] / whole["estimate"])
    unknown = frame.loc[("2", "_T")]
    assert (unknown["status"], unknown["reason"]) == ("withheld", "denominator_unknown")
    assert np.isnan(unknown["estimate"])


def test_a_model_has_a_row_for_each_code_but_the_reference() -> None:
    analyses = Analyses(
        models=(ModelSpec("m", "logistic", "income < 300", ("sex", "time"), "person"),
                ModelSpec("broken", "logistic", "income", ("time",), "person")),
        independence=(IndependenceSpec("sex", "group", "person"),),
    )  # fmt: skip
    asked, data = study("mean", analyses=analyses), microdata()
    design = study_design(asked, data)
    tables = analyse_study(asked, dictionary(), data, design, WEIGHTS, estimated(asked, data))
    model = tables["models"].set_index("model")
    assert model.loc["m", "term"].tolist() == ["constant", "sex", "time"]
    assert (model.loc["m", "code"].tolist(), model.loc["m", "reference"].tolist()) == (["", "2", ""], ["", "1", ""])
    assert model.loc["m", ["coefficient", "se", "p_value", "ci_low", "ci_high"]].notna().all(axis=None)
    assert (model.loc["broken", "status"], model.loc["broken", "reason"]) == ("withheld", "outcome_not_binary")
    (test,) = tables["tests"].to_dict("records")
    assert 0 < test["p_value"] < 1
    assert test["n"] == ROWS


def test_every_standard_judges_every_row_beside_the_others() -> None:
    asked, data = study("mean", "poor"), microdata()
    frame = estimated(asked, data)
    tables = analyse_study(asked, dictionary(), data, study_design(asked, data), WEIGHTS, frame)
    verdicts, whole = tables["verdicts"], tables["table_verdicts"]
    assert set(verdicts["standard"]) == {"cepal_2023", "inegi_2018"}
    assert len(verdicts) == 2 * int(frame["estimate"].notna().sum())
    assert set(verdicts["level"]) <= {"reliable", "weak", "withheld", "not_applicable"}
    assert set(whole["by"]) == {"_T", "group", "group x sex"}
    assert (whole["reliable"] <= whole["cells"]).all()


def test_a_table_that_a_standard_refuses_as_a_whole_is_said() -> None:
    asked = study("severity", standards=("ine_chile_2020",))
    data = microdata(income=np.r_[1.0, np.full(ROWS - 1, 999.0)])
    tables = analyse_study(
        asked, dictionary(), data, study_design(asked, data), WEIGHTS, estimated(asked, data)
    )
    chile = tables["table_verdicts"].query("standard == 'ine_chile_2020'")
    assert chile["minimum"].eq(0.5).all()
    assert not chile["publishable"].all()


def test_infinite_amounts_stop_with_a_reason_in_both_languages() -> None:
    with pytest.raises(DataError) as raised:
        estimated(study("gini"), microdata(income=np.r_[np.inf, np.ones(ROWS - 1)]))
    assert "infinite number, or one beyond 1e100, in 1 row." in raised.value.text("en")
    assert "número infinito, o mayor que 1e100, en 1 fila." in raised.value.text("es")


def test_a_proportion_of_amounts_stops_with_the_way_out_in_both_languages() -> None:
    asked = replace(dictionary(), indicators={"wrong": indicator("wrong", "proportion", "income", "percent")})
    plan = replace(study("mean"), tabulation=(Tabulation(("wrong",), ((),)),))
    data = microdata(income=np.r_[np.full(ROWS - 3, 1.0), 0.0, np.nan, 7.0])
    with pytest.raises(DataError) as raised:
        estimate_study(plan, asked, data, study_design(plan, data), WEIGHTS)
    assert raised.value.text("en").endswith(
        "a proportion takes 0, 1 and missing, and `of: income` gives other numbers in 1 row. Write a condition "
        "such as `age >= 15`, or make the indicator a `mean` or a `ratio`."
    )
    assert raised.value.text("es").endswith(
        "una proporción admite 0, 1 y faltante, y `of: income` da otros números en 1 fila. Escriba una condición "
        "como `age >= 15`, o haga del indicador un `mean` o un `ratio`."
    )
    assert "indicators.wrong" in raised.value.text("en")


@pytest.mark.parametrize("name", ["gini", "quintiles", "formula", "median", "relative", "poor"])
def test_amounts_that_a_statistic_cannot_take_give_a_row_that_says_so(name: str) -> None:
    for income in (np.zeros(ROWS), np.full(ROWS, -5.0), np.full(ROWS, 7.0), np.full(ROWS, np.nan)):
        frame = estimated(study(name), microdata(income=income))
        hidden = frame["estimate"].isna()
        assert frame.loc[hidden, "status"].isin(["empty", "withheld"]).all()
        assert not np.isinf(frame[list(NUMBERS)].to_numpy(dtype=float)).any()


def test_a_standard_that_nobody_knows_is_named() -> None:
    (problem,) = unknown_standards(study("mean", standards=("cepal_2033",)), lambda place: "  ".join(map(str, place)))
    assert problem.where == "publication  standards  0"
    assert "there is no publication standard 'cepal_2033'" in problem.text("en")
    assert "no existe la norma de publicación 'cepal_2033'" in problem.text("es")


@pytest.mark.parametrize(
    ("family", "outcome", "terms", "universe", "reason"),
    [
        ("logistic", "income", ("time",), None, "outcome_not_binary"),
        ("poisson", "0 - income", ("time",), None, "outcome_negative"),
        ("linear", "income", ("time", "time + 1"), None, "columns_dependent"),
        ("linear", "income", ("time",), "income < -1", "too_few_rows"),
        ("logistic", "sex == '1'", ("sex",), None, "not_converged"),
    ],
)
def test_a_model_without_an_answer_says_why(
    family: str, outcome: str, terms: tuple[str, ...], universe: str | None, reason: str
) -> None:
    analyses = Analyses(models=(ModelSpec("m", family, outcome, terms, "person", universe),))
    asked, data = study("mean", analyses=analyses), microdata()
    tables = analyse_study(asked, dictionary(), data, study_design(asked, data), WEIGHTS, estimated(asked, data))
    (row,) = tables["models"].to_dict("records")
    assert (row["status"], row["reason"]) == ("withheld", reason)
    assert np.isnan(row["coefficient"])
