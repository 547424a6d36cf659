"""A country weighted from the draw to the trimmed calibration, from its files to its estimates."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.calibration_adjustment import CalibrationAdjustment, calibrated_ratios
from pipeline.command import main
from pipeline.control_totals import totals_of_recipe
from pipeline.microdata_files import read_microdata
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, run_stages
from pipeline.study_files import load_study
from pipeline.weight_files import read_calibrations, read_weights
from surveys.design import design_from_columns
from surveys.problems import ProblemsFound
from weights.recipe import prepare

HERE = Path(__file__).resolve().parent.parent / "data" / "weighting_country"
STEPS = ["base", "unknown_eligibility", "nonresponse", "weight_sharing", "two_phase", "calibrate", "trim"]


def copy(to: Path) -> Path:
    folder = to / "weighting_country"
    shutil.copytree(HERE, folder)
    return folder


def bring(root: Path, folder: Path, target: str) -> Path:
    build = folder.parent / "build"
    run_stages(Request(Project(root), folder, folder, build, "en"), target, Progress(quiet=True))
    return build / folder.name


def edited(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def results(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bring(root, copy(tmp_path_factory.mktemp("weighting")), "estimate")


@pytest.fixture(scope="module")
def record(results: Path) -> list[dict]:
    return json.loads((results / "weight" / "record.json").read_text())["steps"]


def test_every_step_is_kept_in_order(record) -> None:
    assert [step["step"] for step in record] == STEPS
    assert record[2]["propensity"] == ["wc_region", "wc_rooms"]
    assert all(step["kish_deff"] >= 1 for step in record)


def test_known_totals_are_met_after_calibration_and_after_trimming(results: Path, record) -> None:
    calibrated, trimmed = record[5], record[6]
    assert calibrated["totals"] == 13 and calibrated["totals_missed"] == 0
    assert trimmed["largest_miss"] < 1e-9 and trimmed["above_limit"] > 0
    weights = pd.read_parquet(results / "weight" / "weights_household.parquet")
    assert weights["weight"].max() <= trimmed["limit"] * (1 + 1e-12)
    microdata = pd.read_parquet(results / "ingest" / "person.parquet", columns=["household_id", "sex"])
    of_person = microdata.merge(weights, on="household_id")
    with (HERE / "population_totals.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    for sex in "12":
        known = sum(float(row["total"]) for row in rows if row["cell"].startswith(f"{sex}|"))
        assert of_person.loc[of_person["sex"] == sex, "weight"].sum() == pytest.approx(known, rel=1e-9)


def test_an_auditor_can_multiply_the_factors_again(results: Path) -> None:
    frame = pd.read_parquet(results / "weight" / "weights_household.parquet")
    weight = frame["base"].to_numpy()
    for column in [name for name in frame.columns if name.startswith("factor_")]:
        weight = weight * frame[column].to_numpy()
    assert (weight == frame["weight"].to_numpy()).all()


def test_the_recipe_run_again_gives_the_same_bits(results: Path, root: Path) -> None:
    loaded = load_study(HERE, Project(root))
    microdata = read_microdata(results / "ingest", loaded.dictionary)
    recipe = prepare(loaded.study, loaded.dictionary, microdata, totals_of_recipe(loaded), lambda n: f"weighting.{n}")
    frame = pd.read_parquet(results / "weight" / "weights_household.parquet")
    again = recipe.weigh()["household"]
    assert (again.final == frame["weight"].to_numpy()).all()
    assert (again.replay() == again.final).all()
    assert again.contains == ("base", "unknown_eligibility", "nonresponse", "weight_sharing", "two_phase",
                              "calibration", "trimming")  # fmt: skip
    # a replicate without one PSU goes through the whole chain and still meets the totals
    frame_psu = microdata.levels["household"].frame
    factors = np.where((frame_psu["stratum"] == "1") & (frame_psu["psu"] == frame_psu["psu"].iloc[0]), 0.0, 1.0)
    replicate = recipe.weigh({"household": factors})["household"]
    region = frame_psu["wc_region"].cat.codes.to_numpy()
    assert np.bincount(region, weights=replicate.final) == pytest.approx([3498, 3982, 3839], rel=1e-9)


def test_what_calibration_knew_is_left_for_the_variance(results: Path, root: Path) -> None:
    dictionary = load_study(HERE, Project(root)).dictionary
    microdata = read_microdata(results / "ingest", dictionary)
    group, x, before = read_calibrations(results / "weight", microdata)["household"]
    weight = read_weights(results / "weight", microdata)["household"]
    adjustment = CalibrationAdjustment(group, x, before, weight)
    assert weight @ x[group] == pytest.approx(
        [float(row["total"]) for row in csv.DictReader((HERE / "population_totals.csv").open())], rel=1e-9
    )
    frame = microdata.levels["household"].frame
    design = design_from_columns(frame["stratum"], frame["psu"], nested=True)
    ones, whole = np.ones(len(frame)), np.zeros(len(frame), np.int64)
    total, variance = calibrated_ratios(ones, None, whole, 1, adjustment, design)
    # the number of families is known: once calibrated it does not vary, and the plain variance does not see it
    assert total[0] == pytest.approx(11319) and np.sqrt(variance[0]) < 1e-6 * total[0]


def test_estimates_are_near_the_truth(results: Path) -> None:
    with (HERE / "truth.csv").open() as stream:
        truth = {row["quantity"]: float(row["value"]) for row in csv.DictReader(stream)}
    frame = pd.read_csv(results / "estimate" / "estimates.csv")
    whole = frame[(frame["wc_region"] == "_T") & (frame["sex"] == "_T")].set_index("indicator")
    assert whole.loc["wc_families", "estimate"] == pytest.approx(truth["families"], rel=1e-9)
    assert whole.loc["wc_persons", "estimate"] == pytest.approx(truth["persons"], rel=1e-9)
    share = whole.loc["wc_displaced_share"]
    assert abs(share["estimate"] - truth["displaced_share"]) < 3 * share["se"]
    assert share["n"] == 396


def test_history_has_rates_factors_and_totals(results: Path) -> None:
    history = pd.read_csv(results / "weight" / "weights_history.csv")
    measures = set(history["measure"])
    assert {"rr1", "rr6", "kish_deff", "effective_n", "r_indicator", "g_min", "total:region",
            "standardized_difference", "class_factor", "totals_missed"} <= measures  # fmt: skip
    rr = history.set_index("measure")["value"]
    assert rr["rr1"] == pytest.approx(803 / (990 + 42))


def test_the_folder_holds_no_key_outside_the_weights(results: Path) -> None:
    for name in ("record.json", "weights_history.csv"):
        assert not re.search(r"\b10\d{3}\b(?!\.)", re.sub(r"\d+\.\d+", "", (results / "weight" / name).read_text()))


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("study.yaml", "propensity: [wc_region, wc_rooms], quantiles: 4", "classes: [wc_region, wc_rooms, psu]",
         "none of them responded"),
        ("study.yaml", "{step: base,", "{step: bace,", "There is no weighting step 'bace'"),
        ("study.yaml", "links: wc_links", "links: wc_link", "reads wc_link at level 'household'"),
        ("study.yaml", "selected: \"wc_selected == '1'\"", "selected: \"wc_selected in ['1', '2']\"",
         "units of the second phase are not in the first"),
        ("study.yaml", "bounds: [0.4, 2.5]", "bounds: [0.99, 1.01]", "Bounds ["),
        ("study.yaml", "{step: trim, median_times: 1.9}", "{step: trim, maximum: 30}", "times as high would do"),
        ("study.yaml", "region: {by: wc_region}", "region: {by: wc_family}", "not a code variable"),
        ("study.yaml", "median_times: 1.9", "median_time: 1.9", "median_times"),
        ("population_totals.csv", "region,1,3498", "region,1,-3498", "a count is zero or more"),
        ("population_totals.csv", "region,1,3498", "region,1,", "is empty"),
        ("population_totals.csv", "region,1,3498", "region,9,3498", "is not a cell of margin 'region'"),
        ("population_totals.csv", "region,2,3982", "region,1,3982", "has cell '1' twice"),
        ("population_totals.csv", "region,1,3498", "region,1,3 498", "is not a number"),
        ("population_totals.csv", "margin,cell", "margen,cell", "were expected"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(root: Path, tmp_path: Path, file, old, new, said) -> None:
    folder = copy(tmp_path)
    edited(folder, file, old, new)
    with pytest.raises(ProblemsFound) as raised:
        bring(root, folder, "weight")
    assert said in raised.value.text("en")
    assert not re.search(r"\b10\d{3}\b", raised.value.text("en"))


def test_three_verbs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copy(tmp_path)
    filled = (folder / "population_totals.csv").read_text()
    options = ["--study", str(folder), "--language", "en"]
    assert main(["totals-check", *options]) == 0
    assert "The margins agree." in capsys.readouterr().out
    (folder / "population_totals.csv").unlink()
    assert main(["totals-template", *options]) == 0
    lines = (folder / "population_totals.csv").read_text().splitlines()
    assert lines[0] == "margin,cell,total,source,date"
    assert lines[1] == "region,1,,," and len(lines) == 14
    assert main(["totals-check", *options]) == 1  # empty: nobody has filled it in
    # nothing is written over; only what lacks goes beside
    (folder / "population_totals.csv").write_text(filled.replace("region,3,3839", "other,3,3839"))
    assert main(["totals-template", *options]) == 0
    assert (folder / "population_totals.missing.csv").read_text().splitlines()[1:] == ["region,3,,,"]
