"""Models of small areas that a study declares, from microdata to rows: direct figures, reach, refusals, record."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from estimates.study_design import study_design
from estimates.study_estimates import estimate_study
from estimates.study_small_areas import COLUMNS, direct_areas, model_small_areas, published_areas
from surveys.analyses import Analyses, DenominatorSpec
from surveys.dictionary import Breakdown, Code, CodeList, Dictionary, Indicator, Label, LevelSpec, Variable
from surveys.microdata import LevelData, Microdata
from surveys.problems import DataError
from surveys.small_areas import small_areas_from
from surveys.statistic_options import StatisticOptions
from surveys.study import DesignRoles, Publication, ReportPlan, Role, Study, Tabulation

L = Label("x", "x")
TOWNS = [f"{number:02d}" for number in range(1, 17)]
SAMPLED, ROWS = 14, 1680
SOURCE = {"es": "Censo", "en": "Census"}
KNOWN = pd.DataFrame(
    {"urban": np.linspace(0.1, 0.9, 16), "people": np.linspace(500, 3000, 16)}, index=pd.Index(TOWNS, name="area")
)
SHARE = {"indicator": "poor", "areas": "town", "bootstrap": 50, "ranking": {"draws": 500, "worst": 3},
         "known": {"file": "k.csv", "covariates": {"urban": {"source": SOURCE}}}}  # fmt: skip
RATE = {**SHARE, "indicator": "left", "areas": "origin", "reach": "all"}


def dictionary() -> Dictionary:
    kinds = {"p": "text", "stratum": "text", "psu": "text", "poor": "code", "town": "code", "origin": "code"}
    lists = {"town": CodeList("town", L, {code: Code(code, L) for code in TOWNS}),
             "yes_no": CodeList("yes_no", L, {"1": Code("1", L), "2": Code("2", L)})}  # fmt: skip
    lists["origin"] = lists["town"]
    rate = StatisticOptions(denominator="people", per=1000.0)
    return Dictionary(
        levels={"person": LevelSpec("person", ("p",), None, L)},
        code_lists=lists,
        variables={name: Variable(name, "person", kind, L, codes=(  # type: ignore[arg-type]  # kinds are literals
            {"town": "town", "origin": "town", "poor": "yes_no"}.get(name))) for name, kind in kinds.items()},
        breakdowns={name: Breakdown(name, name, L) for name in ("town", "origin")},
        indicators={
            "poor": Indicator("poor", "person", "proportion", "poor == '1'", "percent", L),
            "left": Indicator("left", "person", "rate", "poor == '1'", "number", L, options=rate, sensitive=True),
        },
    )  # fmt: skip


def microdata() -> Microdata:
    random = np.random.default_rng(11)
    town = np.repeat(np.arange(SAMPLED), ROWS // SAMPLED)
    poor = random.random(ROWS) < np.linspace(0.15, 0.35, SAMPLED)[town] + 0.05 * np.sin(5 * town)
    origin = np.where(poor & (random.random(ROWS) < 0.9), random.integers(0, 13, ROWS), -1)
    frame = pd.DataFrame({
        "p": [str(row) for row in range(ROWS)], "stratum": [TOWNS[at] for at in town],
        "psu": [f"{at}-{row % 6}" for row, at in enumerate(town)],
        "poor": pd.Categorical.from_codes(np.where(poor, 0, 1), categories=["1", "2"]),
        "town": pd.Categorical.from_codes(town, categories=TOWNS),
        "origin": pd.Categorical.from_codes(origin, categories=TOWNS),
    })  # fmt: skip
    return Microdata({"person": LevelData("person", ("p",), None, frame)})


def study(**models: Any) -> Study:
    roles = DesignRoles("person", Role("stratum"), Role("psu"), Role(unavailable=L))
    analyses = Analyses(denominators={"people": DenominatorSpec("people", "people.csv", L)})
    plan = (Tabulation(("poor",), ((),)),)
    return Study("s", L, "ZZZ", 2016, {}, roles, (), plan, Publication(), ReportPlan(), analyses=analyses,
                 settings={"small_areas": models})  # fmt: skip


DATA, WEIGHTS = microdata(), {"person": np.linspace(1, 3, ROWS)}
PEOPLE = {"people": pd.DataFrame({"origin": ["_T", *TOWNS], "value": [KNOWN["people"].sum(), *KNOWN["people"]]})}


def modelled(**models: Any) -> tuple[pd.DataFrame, dict[str, Any]]:
    asked = study(**models)
    known = dict.fromkeys(models, KNOWN)
    return model_small_areas(asked, dictionary(), DATA, study_design(asked, DATA), WEIGHTS, known, PEOPLE)[:2]


def test_every_area_of_the_list_has_a_row_and_direct_figures_are_those_of_the_tables() -> None:
    table, record = modelled(share=SHARE)
    assert list(table.columns) == list(COLUMNS) and table["area"].tolist() == TOWNS
    asked = replace(study(), tabulation=(Tabulation(("poor",), (("town",),)),))
    frame = estimate_study(asked, dictionary(), DATA, study_design(asked, DATA), WEIGHTS, PEOPLE)
    direct = frame.set_index("town")["estimate"].astype(float)
    np.testing.assert_allclose(table["direct"][:SAMPLED], direct.reindex(TOWNS)[:SAMPLED], rtol=1e-12)
    assert (table["basis"][SAMPLED:] == "model_only").all() and (table["gamma"][SAMPLED:] == 0).all()
    weight = frame.set_index("town")["population"].reindex(TOWNS[:SAMPLED]).astype(float).to_numpy()
    together = float(table["exact"][:SAMPLED].to_numpy() @ weight / weight.sum())
    whole = float(np.average(np.asarray(DATA.levels["person"].frame["poor"] == "1"), weights=WEIGHTS["person"]))
    assert together == pytest.approx(whole, rel=1e-9)
    json.dumps(record, allow_nan=False)
    assert record["share"]["diagnostics"]["sampled"] == SAMPLED


def test_nobody_found_is_an_answer_where_any_place_could_be_named() -> None:
    asked = study(left=RATE)
    (model,) = small_areas_from(asked.settings)
    _, areas = direct_areas(model, asked, dictionary(), DATA, study_design(asked, DATA), WEIGHTS, KNOWN, PEOPLE)
    assert np.all(areas.direct[13:] == 0) and np.all(np.isfinite(areas.direct))
    found = np.asarray(DATA.levels["person"].frame["origin"].cat.codes) >= 0
    np.testing.assert_allclose(areas.direct @ KNOWN["people"], 1000 * WEIGHTS["person"][found].sum(), rtol=1e-9)
    np.testing.assert_allclose(areas.share, KNOWN["people"])
    assert areas.width == 5
    table, _ = modelled(left=RATE)
    assert (table.loc[13:, "gamma"] > 0).all() and (table.loc[13:, "n"].fillna(0) == 0).all()


def test_figures_about_victims_are_rounded_and_others_are_not() -> None:
    table, record = modelled(left=RATE, share=SHARE)
    victims, others = (table[table["model"] == name] for name in ("left", "share"))
    assert (others["step"] == 0).all() and record["share"]["rule"]["width"] == 0
    rounded = victims[victims["step"] > 0]
    ratio = rounded["estimate"] / rounded["step"]
    np.testing.assert_allclose(ratio, ratio.round(), atol=1e-9)
    alone = victims[(victims["step"] == 0) & (victims["gamma"] > 0)]
    assert (alone["basis"] == "model_only").all()
    view = published_areas(table)
    assert not {"direct", "n", "cases", "gamma", "synthetic", "exact"} & set(view.columns)


def test_the_same_seed_gives_the_same_rows() -> None:
    first, second = modelled(share=SHARE)[0], modelled(share=SHARE)[0]
    pd.testing.assert_frame_equal(first, second)
    other = modelled(share={**SHARE, "seed": 2})[0]
    assert not np.array_equal(first["rmse"], other["rmse"])


def test_a_study_without_models_has_no_rows() -> None:
    table, record = modelled()
    assert table.empty and list(table.columns) == list(COLUMNS) and record == {}


def test_what_cannot_be_fitted_is_said() -> None:
    known = {"file": "k.csv", "covariates": {"urban": {"source": SOURCE}, "people": {"source": SOURCE}}}
    with pytest.raises(DataError) as raised:
        # Both columns grow by equal steps: one of them says nothing of its own.
        modelled(share={**SHARE, "known": known})
    assert [problem.message.code for problem in raised.value.problems] == ["small_areas_dependent"]
