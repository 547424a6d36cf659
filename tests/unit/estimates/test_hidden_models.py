"""Models and tests of independence tell nothing of a group that tables hide."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from estimates.study_design import study_design
from estimates.study_models import model_study
from surveys.analyses import Analyses, IndependenceSpec, ModelSpec
from surveys.dictionary import Breakdown, Code, CodeList, Dictionary, Label, LevelSpec, Variable
from surveys.microdata import LevelData, Microdata
from surveys.study import DesignRoles, Publication, ReportPlan, Role, Study

L = Label("x", "x")
CODES = {code: Code(code, L) for code in ("1", "2", "3")}
ROWS = 900


def dictionary(disclosure: str = "sensitive") -> Dictionary:
    kinds = {"p": "text", "stratum": "text", "psu": "text", "age": "number", "region": "code", "victim": "code"}
    return Dictionary(
        levels={"person": LevelSpec("person", ("p",), None, L)},
        code_lists={"three": CodeList("three", L, CODES)},
        variables={
            name: Variable(
                name, "person", kind, L, codes="three" if kind == "code" else None,  # type: ignore[arg-type]  # kinds are literals
                disclosure=disclosure if name == "victim" else "open",  # type: ignore[arg-type]  # words are literals
            )
            for name, kind in kinds.items()
        },
        breakdowns={name: Breakdown(name, name, L) for name in ("region", "victim")},
        indicators={},
    )  # fmt: skip


def microdata(victims_of_region_3: int) -> Microdata:
    rng = np.random.default_rng(4)
    region = np.repeat(["1", "2", "3"], ROWS // 3)
    victim = np.where(rng.uniform(size=ROWS) < 0.3, "2", "1")
    third = np.flatnonzero(region == "3")
    victim[third] = "1"
    victim[third[:victims_of_region_3]] = "2"
    order = rng.permutation(ROWS)
    frame = pd.DataFrame({
        "p": [str(row) for row in range(ROWS)], "stratum": "a", "psu": (np.arange(ROWS) // 20).astype(str),
        "age": rng.uniform(15, 80, ROWS),
        "region": pd.Categorical(region[order], categories=list(CODES)),
        "victim": pd.Categorical(victim[order], categories=list(CODES))})  # fmt: skip
    return Microdata({"person": LevelData("person", ("p",), None, frame)})


def found(victims: int, disclosure: str = "sensitive") -> tuple[pd.DataFrame, pd.DataFrame]:
    roles = DesignRoles("person", Role("stratum"), Role("psu"), Role(unavailable=L))
    analyses = Analyses(
        models=(ModelSpec("m", "logistic", "victim == '2'", ("region", "age"), "person"),),
        independence=(IndependenceSpec("region", "victim", "person"),),
    )
    study = Study("s", L, "ZZZ", 2016, {}, roles, (), (), Publication(("cepal_2023",), minimum_cases=10), ReportPlan(),
                  analyses=analyses)  # fmt: skip
    data = microdata(victims)
    weights = {"person": np.linspace(1, 3, ROWS)}
    return model_study(study, dictionary(disclosure), data, study_design(study, data), weights)


def test_a_region_with_few_victims_hides_its_term_and_the_constant() -> None:
    models, tests = found(4)
    rows = models.set_index("term")
    assert set(rows.loc[["region", "constant"], "reason"]) == {"category_too_small"}
    numbers = ["coefficient", "se", "t", "p_value", "ci_low", "ci_high", "effect", "effect_se"]
    assert rows.loc[["region", "constant"], numbers].isna().all(axis=None)
    assert rows.loc["age", "status"] == "reliable"
    (test,) = tests.to_dict("records")
    assert (test["status"], test["reason"]) == ("withheld", "category_too_small")
    assert np.isnan(test["f"]) and np.isnan(test["chi_square"])


def test_enough_victims_hide_nothing() -> None:
    models, tests = found(60)
    assert set(models["status"]) == {"reliable"}
    assert set(tests["status"]) == {"reliable"}


@pytest.mark.parametrize("victims", [4, 0])
def test_an_open_table_with_a_small_cell_is_tested(victims: int) -> None:
    _, tests = found(victims, disclosure="open")
    assert tests["status"].tolist() == ["reliable"]
