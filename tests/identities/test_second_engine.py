"""Plain loops give every statistic of the dictionary again, with known totals and without, at later stages too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from estimates.calibrations import Calibrations
from estimates.linearized_covariance import linearized_covariance, row_sums
from estimates.study_design import study_design
from estimates.study_estimates import estimate_study
from pipeline.textbook_statistics import plain_function, plain_gini, plain_quantile
from pipeline.textbook_variance import plain_error
from pipeline.validation_figures import recompute_headlines
from surveys.analyses import Analyses, DenominatorSpec
from surveys.design import design_from_columns
from surveys.design_stages import with_stage
from surveys.dictionary import Breakdown, Code, CodeList, Dictionary, Indicator, Label, LevelSpec, Variable
from surveys.microdata import LevelData, Microdata
from surveys.statistic_options import STATISTICS, RelativeLineOptions, StatisticOptions
from surveys.study import DesignRoles, KeyFigure, Publication, ReportPlan, Role, Study, Tabulation

L = Label("x", "x")
ROWS = 600
CODES = {code: Code(code, L) for code in ("1", "2", "3")}
WEIGHT = np.linspace(1, 5, ROWS)


def indicator(name: str, statistic: str, of: str = "income", **options: object) -> Indicator:
    return Indicator(name, "person", statistic, of, "number", L, options=StatisticOptions(**options))  # type: ignore[arg-type]  # options by name


INDICATORS = [
    indicator("total", "total"), indicator("count", "count", "income < 300"), indicator("mean", "mean"),
    indicator("share", "proportion", "income < 300"),
    replace(indicator("ratio", "ratio"), over="time"), indicator("parts", "distribution", "group"),
    indicator("median", "quantile", p=0.5), indicator("tenth", "quantile", p=0.1), indicator("gini", "gini"),
    indicator("quintiles", "quintile_share_ratio"), indicator("poor", "poverty", line="300"),
    indicator("gap", "poverty", line="300 + time", power=1), indicator("severity", "poverty", line="300", power=2),
    indicator("relative", "poverty", relative_line=RelativeLineOptions(0.6)),
    indicator("relative_gap", "poverty", relative_line=RelativeLineOptions(0.6), power=1),
    indicator("formula", "function", "log(women / men) - sqrt(men) / women ** 2",
              totals={"women": "sex == '2'", "men": "sex == '1'"}),
    indicator("standard", "standardized", "income < 300", by="sex", weights={"1": 1.0, "2": 3.0, "3": 0.0}),
    indicator("still", "survival", "ended == '1'", time="time", event="ended == '1'", at=(1.0, 3.5)),
    indicator("per_thousand", "rate", "sex == '2'", denominator="people", per=1000.0),
]  # fmt: skip
DOMAINS: tuple[dict[str, str], ...] = ({}, {"group": "1"}, {"group": "2"})


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def microdata() -> Microdata:
    rng = np.random.default_rng(9)
    frame = pd.DataFrame({
        "p": [str(row) for row in range(ROWS)], "stratum": np.repeat(["a", "b"], ROWS // 2),
        "psu": (np.arange(ROWS) // 20).astype(str), "income": np.round(rng.lognormal(6, 0.7, ROWS)),
        "time": np.round(rng.uniform(0, 6, ROWS), 1),
        "sex": pd.Categorical(rng.choice(["1", "2"], ROWS), categories=list(CODES)),
        "group": pd.Categorical(rng.choice(["1", "2"], ROWS), categories=list(CODES)),
        "ended": pd.Categorical(rng.choice(["1", "2"], ROWS), categories=list(CODES))})  # fmt: skip
    return Microdata({"person": LevelData("person", ("p",), None, frame)})


@pytest.fixture(scope="module")
def study() -> Study:
    roles = DesignRoles("person", Role("stratum"), Role("psu"), Role(unavailable=L))
    names = tuple(item.name for item in INDICATORS)
    shown = [*(name for name in names if name not in ("parts", "still")), "parts.1", "still.1", "still.3.5"]
    keys = tuple(KeyFigure(name, domain) for name in shown for domain in DOMAINS)
    return Study(
        "s", L, "ZZZ", 2016, {}, roles, (), (Tabulation(names, ((), ("group",))),), Publication(("cepal_2023",)),
        ReportPlan(key_figures=keys), analyses=Analyses(denominators={"people": DenominatorSpec("people", "x.csv", L)}),
    )  # fmt: skip


# The number of group 2 was itself estimated.
PEOPLE = {"people": pd.DataFrame({
    "group": ["_T", "1", "2"], "value": [5000.0, 2000.0, 3000.0], "standard_error": [np.nan, np.nan, 150.0]
})}  # fmt: skip


def sexes(microdata: Microdata) -> Calibrations:
    sex = microdata.levels["person"].frame["sex"].cat.codes.to_numpy().astype(np.int64)
    return Calibrations({"person": (sex, np.eye(3)[:2], WEIGHT / (1 + 0.3 * sex))})


@pytest.mark.parametrize("calibrated", [False, True])
def test_every_statistic_is_computed_again(
    dictionary: Dictionary, microdata: Microdata, study: Study, calibrated: bool
) -> None:
    known = sexes(microdata) if calibrated else None
    design, weights = study_design(study, microdata), {"person": WEIGHT}
    frame = estimate_study(study, dictionary, microdata, design, weights, PEOPLE, known)
    found = recompute_headlines(
        study, dictionary, microdata, design, weights, frame, ["group"], (), known, PEOPLE
    )
    assert {item.statistic for item in INDICATORS} == set(STATISTICS)
    wrong = [(item.name, item.difference) for item, _ in found if item.outcome != "equal"]
    assert wrong == []
    assert len(found) == len(DOMAINS) * len(INDICATORS) + 3 + 2


def test_a_wrong_error_of_any_statistic_is_seen(dictionary: Dictionary, microdata: Microdata, study: Study) -> None:
    design, weights = study_design(study, microdata), {"person": WEIGHT}
    frame = estimate_study(study, dictionary, microdata, design, weights, PEOPLE)
    frame["se"] *= 1 + 1e-7
    found = recompute_headlines(study, dictionary, microdata, design, weights, frame, ["group"], (), None, PEOPLE)
    # a share that is 1 by definition has no error that could be wrong
    assert {item.outcome for item, _ in found if item.se} == {"different"}


@pytest.mark.parametrize("policy", ["certainty", "centred"])
def test_later_stages(policy: str) -> None:
    rng = np.random.default_rng(3)
    psu, unit = np.repeat(np.arange(9), 12), np.arange(108) // 3
    stratum = np.where(psu == 8, 2, psu // 4)
    design = design_from_columns(stratum, psu, psu_population=10 + stratum, lonely_psu=policy)  # type: ignore[arg-type]  # each policy
    design = with_stage(design, unit, np.full(108, 7.0))
    z, weight = rng.normal(size=108), rng.uniform(1, 3, 108)
    first_only = replace(design, further_stages=())
    for one in (design, first_only):
        engine = linearized_covariance(row_sums(z), weight, one)[0, 0] ** 0.5
        assert plain_error(z.tolist(), 1.0, weight, one) == pytest.approx(engine, rel=1e-12)
    assert plain_error(z.tolist(), 1.0, weight, design) > plain_error(z.tolist(), 1.0, weight, first_only)


def test_the_error_of_an_estimated_denominator_is_in_the_rate(
    dictionary: Dictionary, microdata: Microdata, study: Study
) -> None:
    design, weights = study_design(study, microdata), {"person": WEIGHT}
    both = [
        estimate_study(study, dictionary, microdata, design, weights, {"people": table})
        .set_index(["indicator", "group"]).loc[("per_thousand", "2")]
        for table in (PEOPLE["people"], PEOPLE["people"].drop(columns="standard_error"))
    ]  # fmt: skip
    wide, narrow = both
    total, total_variance, people, people_variance = narrow["estimate"] * 3, (narrow["se"] * 3) ** 2, 3000.0, 150.0**2
    variance = (1000 / people) ** 2 * (total_variance + (total / people) ** 2 * people_variance)
    assert wide["estimate"] == narrow["estimate"] == pytest.approx(1000 * total / people)
    assert wide["se"] == pytest.approx(variance**0.5, rel=1e-12)
    assert wide["cv"] == pytest.approx((narrow["cv"] ** 2 + 0.05**2) ** 0.5, rel=1e-12)
    assert wide["ci_low"] < narrow["ci_low"] < narrow["ci_high"] < wide["ci_high"]


def derivative(statistic: Callable[[list[float]], float], w: list[float], at: int) -> float:
    step = 1e-5
    up, down = ([one + sign * step * (k == at) for k, one in enumerate(w)] for sign in (1, -1))
    return (statistic(up) - statistic(down)) / (2 * step)


def test_plain_slopes_are_slopes() -> None:
    y, w = [3.0, 1.0, 4.0, 1.0, 5.0], [1.0, 2.0, 1.5, 0.5, 2.5]
    _, z = plain_gini(y, w)
    for k in range(5):
        assert z[k] == pytest.approx(derivative(lambda u: plain_gini(y, u)[0], w, k), rel=1e-6)
    columns = {"a": y, "b": [1.0, 0.0, 1.0, 1.0, 0.0]}
    _, z = plain_function("a / b + log(b) * -2", columns, w)
    for k in range(5):
        slope = derivative(lambda u: plain_function("a / b + log(b) * -2", columns, u)[0], w, k)
        assert z[k] == pytest.approx(slope, rel=1e-6)
    assert plain_quantile([1.0, 2.0, 3.0, 4.0], [1.0] * 4, 0.5) == 2.5
