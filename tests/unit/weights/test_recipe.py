"""Recipes prepared on microdata: levels, partitions, rounds, estimated totals, and what is wrong with a recipe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.dictionary_file import load_dictionary
from surveys.dictionary import Label
from surveys.microdata import LevelData, Microdata
from surveys.problems import DataError, StudyError
from surveys.study import DesignRoles, Publication, ReportPlan, Role, Study, WeightingStep
from weights.population_totals import KnownTotal, PopulationTotals, scaled_totals
from weights.recipe import prepare
from weights.recipe_parameters import margin_shapes, recipe_problems

HOUSEHOLDS = 120


@pytest.fixture(scope="module")
def dictionary(root: Path):
    return load_dictionary(root / "data_dictionary.yaml", None)


@pytest.fixture(scope="module")
def microdata() -> Microdata:
    """Households in two areas and two departments, three persons in each."""
    rng = np.random.default_rng(5)
    departments = tuple(f"{n:02d}" for n in range(1, 15))
    codes = {"area": ("1", "2"), "department": departments, "interview_result": tuple("123456")}
    area, department = rng.integers(0, 2, HOUSEHOLDS), rng.integers(0, 2, HOUSEHOLDS)
    house = pd.DataFrame({
        "household_id": [f"h{n}" for n in range(HOUSEHOLDS)],
        "area": pd.Categorical.from_codes(area, categories=list(codes["area"])),
        "department": pd.Categorical.from_codes(department, categories=list(codes["department"])),
        "interview_result": pd.Categorical.from_codes(np.where(rng.random(HOUSEHOLDS) < 0.8, 0, 2),
                                                      categories=list(codes["interview_result"])),
        "weight": rng.uniform(5, 15, HOUSEHOLDS),
        "municipality": np.array([f"m{n % 3}" for n in range(HOUSEHOLDS)], dtype=object),
    })  # fmt: skip
    persons = pd.DataFrame({
        "household_id": np.repeat(house["household_id"].to_numpy(), 3),
        "person_id": [str(n % 3 + 1) for n in range(3 * HOUSEHOLDS)],
        "sex": pd.Categorical.from_codes(rng.integers(0, 2, 3 * HOUSEHOLDS), categories=["1", "2"]),
        "age": rng.integers(0, 90, 3 * HOUSEHOLDS).astype(float),
    })  # fmt: skip
    return Microdata({
        "household": LevelData("household", ("household_id",), None, house),
        "person": LevelData("person", ("household_id", "person_id"), "household", persons,
                            parent_row=np.repeat(np.arange(HOUSEHOLDS), 3)),
    })  # fmt: skip


def study(*steps: WeightingStep) -> Study:
    role = Role(unavailable=Label("no", "not"), fallback="none")
    return Study("x", Label("x", "x"), "ZZZ", 2018, {}, DesignRoles("household", role, role, role), steps, (),
                 Publication(), ReportPlan())  # fmt: skip


def step(name: str, *, level: str | None = None, variable: str | None = None, **parameters) -> WeightingStep:
    return WeightingStep(name, variable=variable, level=level, parameters=parameters)


GIVEN = step("given", variable="weight")


def where(position: int) -> str:
    return f"weighting.{position}"


def run(recipe: Study, dictionary, microdata, totals=None):
    return prepare(recipe, dictionary, microdata, totals or {}, where).weigh()


def sums(microdata, weights, *names: str) -> dict[tuple[str, ...], float]:
    frame = microdata.levels["person"].frame.assign(w=weights[np.repeat(np.arange(HOUSEHOLDS), 3)])
    for name in ("area", "department"):
        frame[name] = microdata.levels["household"].frame[name].to_numpy()[np.repeat(np.arange(HOUSEHOLDS), 3)]
    keys = frame[list(names)].astype(str)
    return {key if isinstance(key, tuple) else (key,): float(total)
            for key, total in frame.groupby([keys[name] for name in names])["w"].sum().items()}  # fmt: skip


def known(shapes, **totals) -> PopulationTotals:
    return PopulationTotals(shapes, {name: {cell: KnownTotal(x, se=3.0) for cell, x in cells.items()}
                                     for name, cells in totals.items()})  # fmt: skip


def test_persons_inherit_the_household_and_go_on(dictionary, microdata) -> None:
    made = run(study(GIVEN, step("inherit", level="person"),
                     step("nonresponse", level="person", responded="age >= 18", classes="sex")),
               dictionary, microdata)  # fmt: skip
    person = made["person"]
    assert [one.name for one in person.steps] == ["inherit", "nonresponse"]
    assert person.final.sum() == pytest.approx(3 * made["household"].final.sum())
    with pytest.raises(StudyError, match="finds no weights"):
        run(study(step("inherit", level="person")), dictionary, microdata)


def test_a_model_for_each_department_meets_its_own_totals(dictionary, microdata) -> None:
    calibrate = step("calibrate", margins={"sex": {"of": "person", "by": "sex"}}, partition="department",
                     distance="raking")  # fmt: skip
    recipe = study(GIVEN, calibrate)
    weight = microdata.levels["household"].frame["weight"].to_numpy()
    target = {cell: total * (1.1 if cell[1] == "1" else 0.95)
              for cell, total in sums(microdata, weight, "department", "sex").items()}  # fmt: skip
    shapes = margin_shapes(calibrate, recipe, dictionary)
    assert shapes["sex"].variables == ("department", "sex")
    made = run(recipe, dictionary, microdata, {1: known(shapes, sex=target)})["household"]
    assert sums(microdata, made.final, "department", "sex") == pytest.approx(target, rel=1e-9)
    rows = made.steps[1].diagnostics["tables"]
    assert {row["cell"] for row in rows} == {"|".join(cell) for cell in target}
    assert all(row["target_se"] == 3.0 for row in rows)


def test_amounts_and_conditions_make_margins_too(dictionary, microdata) -> None:
    calibrate = step("calibrate", margins={"adults": {"of": "person", "where": "age >= 18"},
                                           "years": {"of": "person", "amount": "age"}})  # fmt: skip
    recipe = study(GIVEN, calibrate)
    age = microdata.levels["person"].frame["age"].to_numpy()
    weight = microdata.levels["household"].frame["weight"].to_numpy()
    of_person = np.repeat(weight, 3)
    target = {"adults": {(): of_person[age >= 18].sum() * 1.02}, "years": {(): float(of_person @ age) * 1.01}}
    made = run(recipe, dictionary, microdata, {1: known(margin_shapes(calibrate, recipe, dictionary), **target)})
    after = np.repeat(made["household"].final, 3)
    assert after[age >= 18].sum() == pytest.approx(target["adults"][()])
    assert after @ age == pytest.approx(target["years"][()])


def test_trimming_by_class_after_pooling_keeps_sums_only(dictionary, microdata) -> None:
    made = run(study(GIVEN, step("pool", round="municipality", shares={"m0": 0.5, "m1": 0.3, "m2": 0.2}),
                     step("trim", quantile=0.9, classes=["area"])), dictionary, microdata)["household"]  # fmt: skip
    area = microdata.levels["household"].frame["area"].cat.codes.to_numpy()
    pooled = made.base * made.steps[0].factor * made.steps[1].factor
    assert np.bincount(area, weights=made.final) == pytest.approx(np.bincount(area, weights=pooled))
    assert made.contains == ("pool", "trimming")


def test_the_mean_of_a_replicate_chain_is_near_the_whole(dictionary, microdata) -> None:
    recipe = prepare(study(GIVEN, step("nonresponse", result="interview_result", classes="area")), dictionary,
                     microdata, {}, where)  # fmt: skip
    whole = recipe.weigh()["household"].final.sum()
    totals = []
    for left_out in range(10):
        factors = np.where(np.arange(HOUSEHOLDS) % 10 == left_out, 0.0, 10 / 9)
        totals.append(recipe.weigh({"household": factors})["household"].final.sum())
    assert np.mean(totals) == pytest.approx(whole, rel=0.01)


def test_margins_scaled_to_a_reference(dictionary, microdata) -> None:
    calibrate = step("calibrate", margins=["area", "department"], distance="raking", scale_to="area")
    shapes = margin_shapes(calibrate, study(GIVEN, calibrate), dictionary)
    totals = {"area": {("1",): KnownTotal(700.0), ("2",): KnownTotal(500.0)},
              "department": {("01",): KnownTotal(600.5), ("02",): KnownTotal(600.5)}}  # fmt: skip
    agreed = scaled_totals(shapes, totals, "area", tolerance=0.02, where="t.csv")
    made = run(study(GIVEN, calibrate), dictionary, microdata, {1: agreed})["household"]
    assert made.final.sum() == pytest.approx(1200)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((), "no `weighting:` steps"),
        ((step("base"),), "needs `probability`"),
        ((step("nonresponse", classes="area"),), "needs `result` / `responded`"),
        ((step("nonresponse", result="interview_result", responded="weight > 0"),), "both `result` and `responded`"),
        ((step("trim", maximum=3, quantile=0.9),), "both `maximum` and `quantile`"),
        ((step("pool", rounds="area", round="area"),), "no entry 'rounds'. 'round'?"),
        ((step("calibrate", margins=["municipality"]),), "which is not a code variable"),
        ((step("calibrate", margins={"a": {"by": "area"}}, level="person"),), None),
        ((step("calibrate", margins={"a": {"of": "household", "by": "area"}}, level="person"),),
         "counts level 'household'"),
        ((step("calibrate", margins=["area"], scale_to="sex"),), "which is not a margin of the step"),
        ((step("two_phase", selected="nothing == 1"),), "nothing"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_recipe(dictionary, steps, said) -> None:
    found = recipe_problems(study(*steps), dictionary, where)
    if said is None:
        assert found == []
    else:
        assert said in "\n".join(problem.text("en") for problem in found)
        assert all(problem.text("es") for problem in found)


def test_variables_that_the_microdata_lack_are_named(dictionary, microdata) -> None:
    with pytest.raises(StudyError, match="reads rooms at level 'household'"):
        run(study(GIVEN, step("nonresponse", responded="weight > 0", classes=["rooms"])), dictionary, microdata)
    with pytest.raises(DataError, match="inclusion probability 'weight' is above 1"):
        run(study(step("base", probability="weight")), dictionary, microdata)


def test_replicates_through_the_whole_chain_agree_with_linearization_in_the_limit(dictionary, microdata) -> None:
    """PSUs lose ever smaller parts of their weight; nonresponse and calibration are done again for each of them."""
    house = microdata.levels["household"]
    psu = np.arange(HOUSEHOLDS) % 20
    frame = house.frame.assign(municipality=np.array([f"m{n}" for n in psu], dtype=object))
    own = Microdata({"household": replace(house, frame=frame), "person": microdata.levels["person"]})
    area = frame["area"].cat.codes.to_numpy()
    weight, responded = frame["weight"].to_numpy(), (frame["interview_result"] == "1").to_numpy()
    recipe = study(GIVEN, step("nonresponse", result="interview_result", classes=["municipality"]),
                   step("calibrate", margins=["area"]))  # fmt: skip
    shapes = margin_shapes(recipe.weighting[2], recipe, dictionary)
    totals = known(shapes, area={("1",): 1.1 * weight[area == 0].sum(), ("2",): 0.95 * weight[area == 1].sum()})
    made = prepare(recipe, dictionary, own, {2: totals}, where)
    before = weight * made.weigh()["household"].steps[1].factor
    final = made.weigh()["household"].final
    assert (final[~responded] == 0).all()
    y = np.random.default_rng(8).gamma(2.0, 10.0, HOUSEHOLDS) + 15 * area
    # By hand: residuals around the means of the areas, with the weights before the calibration, in PSU totals.
    mean = np.array([before[area == one] @ y[area == one] / before[area == one].sum() for one in (0, 1)])
    residual = np.bincount(psu, weights=final * (y - mean[area]), minlength=20)
    linearized = np.sqrt(20 / 19 * ((residual - residual.mean()) ** 2).sum())
    differences = []
    for part in (1.0, 0.1, 0.001):
        moved = []
        for out in range(20):
            factors = np.where(psu == out, 1 - part, 1 + part / 19)
            again = made.weigh({"household": factors})["household"].final
            moved.append((again @ y - final @ y) / part)
        differences.append(abs(np.sqrt(19 / 20 * np.square(moved).sum()) / linearized - 1))
    assert differences[1] < 0.02
    assert differences[2] < 2e-4
