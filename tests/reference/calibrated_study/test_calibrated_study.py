"""A study calibrated in its own recipe has the standard errors of R's calibrate, level by level; others none of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.study_comparisons import compare_study
from estimates.study_design import study_design
from pipeline.calibration_files import study_calibrations
from pipeline.estimate_files import read_estimates
from pipeline.microdata_files import read_microdata
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.report_labels import Labels
from pipeline.report_methods import methods_sections
from pipeline.report_words import load_words
from pipeline.runner import Request, run_stages
from pipeline.study_files import load_study
from pipeline.weight_files import read_calibrations, read_weights
from weights.calibration.calibrate import calibrate
from weights.calibration.margins import Amount

HERE = Path(__file__).parent
COUNTRY = HERE.parent.parent / "data" / "weighting_country"

RECIPE = """weighting:
  - {step: base, probability: [wc_psu_probability, wc_dwelling_probability]}
  - {step: nonresponse, responded: "wc_interviewed == '1'", classes: [wc_region]}
  - step: calibrate
    distance: linear
    margins:
      region: {by: wc_region}
      sex_age: {of: person, by: [sex, age_group]}

tabulation:
  - {indicators: [wc_families, wc_displaced_families, wc_displaced_share, wc_mean_rooms], by: [[], [wc_region]]}
  - {indicators: [wc_persons, wc_mean_age, wc_age_by_room, wc_elderly], by: [[], [wc_region], [sex]]}
  - {indicators: [wc_dependency], by: [[]]}

comparisons:
  - {indicator: wc_mean_rooms, between: wc_region, codes: ["1", "2"]}
  - {indicator: wc_families, between: wc_region, codes: ["1", "2"]}
models:
  - {name: moved, family: logistic, outcome: "wc_displaced == '1'", terms: [wc_rooms], level: household}

publication:"""
INDICATORS = """
  wc_mean_rooms: {level: household, statistic: mean, of: "wc_rooms", unit: number, label: {es: Cuartos, en: Rooms}}
  wc_mean_age: {level: person, statistic: mean, of: "age", unit: years, label: {es: Edad, en: Age}}
  wc_age_by_room:
    {level: person, statistic: ratio, of: "age", over: "wc_rooms", unit: years, label: {es: Edad, en: Age by room}}
  wc_elderly:
    {level: person, statistic: proportion, of: "age >= 60", unit: percent, label: {es: Mayores, en: Elderly}}
  wc_dependency:
    {level: person, statistic: function, of: "young / adults", totals: {young: "age < 15", adults: "age >= 15"},
     unit: number, label: {es: Dependencia, en: Dependency}}
"""


def brought(root: Path, to: Path, recipe: str, target: str = "estimate") -> Path:
    """Run the country with another recipe and more indicators; return its build."""
    folder = to / "weighting_country"
    shutil.copytree(COUNTRY, folder)
    text = (folder / "study.yaml").read_text(encoding="utf-8")
    before, rest = text.split("weighting:\n", 1)
    (folder / "study.yaml").write_text(before + recipe + rest.split("publication:", 1)[1], encoding="utf-8")
    with (folder / "dictionary.yaml").open("a", encoding="utf-8") as stream:
        stream.write(INDICATORS.lstrip("\n"))
    run_stages(Request(Project(root), folder, folder, to / "build", "en"), target, Progress(quiet=True))
    return to / "build" / "weighting_country"


def table(build: Path) -> pd.DataFrame:
    frame = pd.read_csv(build / "estimate" / "estimates.csv", dtype={"wc_region": str, "sex": str})
    return frame.set_index(["indicator", "wc_region", "sex"])


def calibration_texts(root: Path, build: Path, language: str) -> str:
    """Return what the methods annex says of calibration; empty where it is silent."""
    study = load_study(build.parent.parent / "weighting_country", Project(root))
    words = load_words(root / "report_templates", language)
    records = {stage: json.loads((build / stage / "record.json").read_text()) for stage in ("weight", "estimate")}
    sections = methods_sections(study.study, records, Labels(study.dictionary, words), ())
    return " ".join(row[1] for part in sections for row in part.rows if row[0] == words["method_calibration"])


@pytest.fixture(scope="module")
def build(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return brought(root, tmp_path_factory.mktemp("calibrated"), RECIPE, "validate")


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    assert (HERE / "expected.csv").read_text().startswith("# R version"), "expected values without provenance"
    frame = pd.read_csv(HERE / "expected.csv", comment="#", dtype={"wc_region": str, "sex": str})
    return frame.set_index(["indicator", "wc_region", "sex"])


def test_every_row_has_the_error_of_r(build: Path, expected: pd.DataFrame) -> None:
    found = table(build).loc[expected.index]
    assert found["estimate"].to_numpy() == pytest.approx(expected["estimate"].to_numpy(), rel=1e-9)
    known = expected["se"] < 1e-9 * expected["estimate"]
    assert known.sum() == 7
    assert (found.loc[known, "se"] == 0).all()
    # no rule about degrees of freedom or cases weighs what is not estimated
    assert set(found.loc[known, "reason"]) == {"known_total"}
    assert set(found.loc[known, "status"]) == {"reliable"}
    dependency = table(build).loc[("wc_dependency", "_T", "_T")]
    assert (dependency["se"], dependency["reason"]) == (0, "known_total")
    judged = pd.read_csv(build / "estimate" / "verdicts.csv", dtype=str)
    assert "wc_dependency" not in set(judged["indicator"])
    assert (found.loc[known, "ci_low"] == found.loc[known, "estimate"]).all()
    rest = ~known
    assert found.loc[rest, "se"].to_numpy() == pytest.approx(expected.loc[rest, "se"].to_numpy(), rel=1e-8)
    assert not found.loc[rest, "reason"].fillna("").str.contains("known_total").any()
    # calibration matters here: the errors that ignore it are others
    assert (abs(found.loc[rest, "se"] / expected.loc[rest, "se_without_calibration"] - 1) > 3e-4).all()


def test_comparisons_and_models_have_the_error_of_r(build: Path, root: Path) -> None:
    expected = pd.read_csv(HERE / "analyses.expected.csv", comment="#", index_col="what")
    loaded = load_study(build.parent.parent / "weighting_country", Project(root))
    microdata = read_microdata(build / "ingest", loaded.dictionary)
    # Its few families show too little to be published; the arithmetic is that of any study.
    shown = read_estimates(build / "estimate" / "estimates.csv").assign(status="reliable")
    compared = compare_study(
        loaded.study, loaded.dictionary, microdata, study_design(loaded.study, microdata),
        read_weights(build / "weight", microdata), shown,
        study_calibrations(build / "weight", loaded.study, loaded.dictionary, microdata),
    ).set_index("indicator")  # fmt: skip
    models = pd.read_csv(build / "estimate" / "models.csv").set_index("term")
    for name, row, number in (
        ("difference", compared.loc["wc_mean_rooms"], "estimate"),
        ("logistic", models.loc["wc_rooms"], "coefficient"),
    ):
        calibrated, given = expected.loc[f"calibrated_{name}"], expected.loc[f"given_{name}"]
        assert row[number] == pytest.approx(calibrated["estimate"], rel=1e-7)
        assert row["se"] == pytest.approx(calibrated["se"], rel=1e-7)
        assert abs(given["se"] / calibrated["se"] - 1) > 1e-3
    # Both sides are known totals: there is no error that a test could weigh the difference against.
    assert compared.loc["wc_families", "reason"] == "no_error"


def test_the_second_engine_agrees(build: Path) -> None:
    figures = json.loads((build / "validate" / "validation.json").read_text())["headlines"]
    assert len(figures) == 9
    assert {(figure["outcome"], figure["engine"]) for figure in figures} == {("equal", "textbook")}


def test_a_jackknife_that_calibrates_again_agrees_in_the_limit(build: Path, root: Path) -> None:
    """PSUs leave by ever smaller parts, and every replicate is calibrated again: the error becomes the linearized."""
    loaded = load_study(build.parent.parent / "weighting_country", Project(root))
    microdata = read_microdata(build / "ingest", loaded.dictionary)
    group, x, before = read_calibrations(build / "weight", microdata)["household"]
    weight = read_weights(build / "weight", microdata)["household"]
    design = study_design(loaded.study, microdata)
    moved = (microdata.levels["household"].frame["wc_displaced"].astype(str) == "1").to_numpy(float)
    controls = [Amount(str(j), x[group, j], float(weight @ x[group, j])) for j in range(x.shape[1])]
    said = table(build).loc[("wc_displaced_share", "_T", "_T")]

    def share(start: np.ndarray) -> float:
        used = start > 0
        again = [Amount(c.name, c.value[used], c.total) for c in controls]
        made = start[used] * calibrate(start[used], again, tolerance=1e-13).g_weight
        return float(made @ moved[used] / made.sum())

    differences = []
    for part in (1.0, 0.1, 0.001):
        variance = 0.0
        for psu, stratum in enumerate(design.stratum_of_psu):
            size = int(design.psus_per_stratum[stratum])
            factors = np.where(design.stratum_of_psu == stratum, 1 + part / (size - 1), 1.0)
            factors[psu] = 1 - part
            variance += (size - 1) / size * ((share(before * factors[design.psu]) - said["estimate"]) / part) ** 2
        differences.append(abs(np.sqrt(variance) / said["se"] - 1))
    assert differences[0] < 0.25
    assert differences[1] < 0.03
    assert differences[2] < 3e-4


def test_what_the_variance_needs_is_private_and_the_record_says_so(build: Path, root: Path) -> None:
    for path in (build / "weight").glob("calibration_*.parquet"):
        assert path.stat().st_mode & 0o777 == 0o600
    record = json.loads((build / "estimate" / "record.json").read_text())["methods"]["calibration"]
    assert record == {"taken": {"household": 13}, "ignored": [], "as_known": ["nonresponse"]}
    assert "13 known totals" in calibration_texts(root, build, "en")
    assert "Nonresponse adjustment" in calibration_texts(root, build, "en")
    assert "13 totales conocidos" in calibration_texts(root, build, "es")


def test_weights_that_are_given_stay_as_they_were(root: Path, build: Path, tmp_path: Path) -> None:
    """The same figures, but the office gives the weight: no calibration is guessed, and the annex says so."""
    recipe = RECIPE.split("  - {step: base")[0] + (
        "  - {step: given, variable: wc_rooms, contains: [base, calibration]}\n\n"
        + RECIPE[RECIPE.index("tabulation:"):]
    )  # fmt: skip
    given = brought(root, tmp_path, recipe)
    assert not list((given / "weight").glob("calibration_*"))
    record = json.loads((given / "estimate" / "record.json").read_text())["methods"]["calibration"]
    assert record == {"taken": {}, "ignored": ["household"], "as_known": []}
    assert "does not take calibration into account" in calibration_texts(root, given, "en")
    assert "no toma en cuenta la calibración" in calibration_texts(root, given, "es")
    dictionary = load_study(tmp_path / "weighting_country", Project(root)).dictionary
    microdata = read_microdata(given / "ingest", dictionary)
    study = load_study(tmp_path / "weighting_country", Project(root)).study
    assert not study_calibrations(given / "weight", study, dictionary, microdata).known
    assert not table(given)["reason"].fillna("").str.contains("known_total").any()
    assert (table(given).xs("wc_families")["se"] > 0).all()
