"""The reference study on the synthetic country, against published figures and the truth."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, run_stages
from pipeline.yaml_files import read_yaml
from surveys.synthetic import population
from surveys.synthetic.truth import studied, truth

pytestmark = pytest.mark.slow
STUDY = Path("surveys") / "studies" / "slv_2018"


@pytest.fixture(scope="module")
def build(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slv_2018")
    run_stages(Request(Project(root), root / STUDY, folder, folder, "en"), "estimate", Progress(quiet=True))
    return folder / "slv_2018"


@pytest.fixture(scope="module")
def estimates(build: Path) -> pd.DataFrame:
    return pd.read_csv(build / "estimate" / "estimates.csv", dtype=str)


def _whole(table: pd.DataFrame, indicator: str, **domain: str) -> dict[str, str]:
    rows = table[table["indicator"] == indicator]
    start, end = table.columns.get_loc("indicator"), table.columns.get_loc("estimate")
    assert isinstance(start, int) and isinstance(end, int)
    for column in table.columns[start + 1:end]:
        rows = rows[rows[column] == domain.get(column, "_T")]
    assert len(rows) == 1
    return {str(name): str(value) for name, value in rows.iloc[0].items()}


def test_every_published_figure_lies_within_its_stated_tolerance(root: Path, estimates: pd.DataFrame) -> None:
    with (root / STUDY / "published.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            domain = dict(part.split("=") for part in line["domain"].split(";") if part)
            found = float(_whole(estimates, line["indicator"], **domain)["estimate"]) * float(line["scale"])
            assert found == pytest.approx(float(line["value"]), abs=float(line["tolerance"])), line["indicator"]


def test_estimates_cover_what_families_would_tell_in_the_municipalities_studied(
        root: Path, estimates: pd.DataFrame) -> None:
    parameters = read_yaml(root / STUDY / "country.yaml").data
    country = population(parameters, seed=parameters["country_seed"])
    inside = studied(country)
    extension = country.families / inside.sum()
    table = truth(country, within=inside)
    far, compared = [], 0
    known = set(estimates["indicator"]) - {"households", "persons"}
    totals = {"displaced_households", "displaced_persons", "persons_in_displaced_families"}
    for indicator, domain, _, said in table.to_numpy().tolist():
        if domain or indicator not in known:
            continue
        estimate = _whole(estimates, str(indicator))
        aim = float(said) * (extension if indicator in totals else 1.0)
        compared += 1
        if abs(float(estimate["estimate"]) - aim) > 3.5 * float(estimate["se"]):
            far.append(indicator)
    assert compared > 30
    assert far == []


def test_nothing_in_the_draw_stops_the_study(build: Path) -> None:
    record = json.loads((build / "ingest" / "record.json").read_text(encoding="utf-8"))
    assert record["findings"].get("error", 0) == 0


def test_readme_prints_every_assumption(root: Path) -> None:
    parameters = read_yaml(root / STUDY / "country.yaml").data
    text = (root / STUDY / "README.md").read_text(encoding="utf-8")
    missing = [name for name in parameters["assumptions"] if f"`{name}`" not in text]
    assert not missing
