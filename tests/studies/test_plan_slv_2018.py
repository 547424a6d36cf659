"""What `make plan STUDY=slv_2018` leaves: group, forecast, sizes, picture and questionnaire."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from lxml import etree

from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, run_stages


@pytest.fixture(scope="module")
def plan(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slv_2018")
    study = root / "surveys" / "studies" / "slv_2018"
    run_stages(Request(Project(root), study, folder, folder, "es"), "plan", Progress(quiet=True))
    return folder / "slv_2018" / "plan"


@pytest.fixture(scope="module")
def forecast(plan: Path) -> pd.DataFrame:
    return pd.read_csv(plan / "forecast.csv", dtype={"code": str}, keep_default_na=False)


def test_the_sample_is_that_of_the_study(forecast: pd.DataFrame) -> None:
    whole = forecast[(forecast["indicator"] == "displacement_prevalence") & (forecast["code"] == "_T")].iloc[0]
    # 20 municipalities, about 42,000 families listed, 466 of them displaced.
    assert whole["strata"] == 20 and abs(whole["n"] - 41_650) < 500 and abs(whole["cases"] - 466) < 10
    listed = forecast[(forecast["indicator"] == "displacement_prevalence") & (forecast["group"] == "stratum")]
    assert len(listed) == 20 and listed["n"].sum() == pytest.approx(whole["n"])


def test_the_nation_can_be_published_and_most_municipalities_cannot(forecast: pd.DataFrame) -> None:
    rare = forecast[forecast["indicator"] == "displacement_prevalence"]
    assert rare[rare["code"] == "_T"]["status"].tolist() == ["reliable"]
    towns = rare[rare["group"] == "stratum"]
    assert (towns["status"] == "withheld").sum() == 16
    assert ((towns["chance"] >= 0) & (towns["chance"] <= 1)).all()
    common = forecast[(forecast["indicator"] == "internal_mobility") & (forecast["group"] == "stratum")]
    assert set(common["status"]) == {"reliable"}


def test_pages_tables_and_picture_in_both_languages(plan: Path) -> None:
    for language, heading in (
        ("es", "# Lo que la muestra permitirá publicar"),
        ("en", "# What the sample will be able"),
    ):
        text = (plan / f"forecast_{language}.md").read_text(encoding="utf-8")
        assert text.startswith(heading)
        assert "sintétic" in text or "synthetic" in text
        widths = [line.count(" | ") for line in text.splitlines() if line.startswith("| ")]
        assert min(widths) >= 4
        svg = etree.fromstring((plan / f"forecast_{language}.svg").read_bytes())
        assert svg.get("role") == "img" and svg.get("aria-label")
    assert "Decisiones" in (plan / "plan_es.md").read_text(encoding="utf-8")
    sizes = pd.read_csv(plan / "sizes.csv")
    assert (sizes["reached"] == (sizes["drawn"] >= sizes["needed"])).all()
    allocation = pd.read_csv(plan / "allocation.csv")
    for method in ("planned", "proportional", "square_root", "equal"):
        assert allocation[method].sum() == 385


def test_the_record_says_what_was_planned(plan: Path) -> None:
    record = json.loads((plan / "record.json").read_text(encoding="utf-8"))
    assert record["sample"]["segments"] == 385 and record["working_group"] == 6 and record["decisions"] == 2
    assert record["questionnaire"]["untranslated"] == []


def test_the_same_bytes_again(root: Path, plan: Path, tmp_path: Path) -> None:
    study = root / "surveys" / "studies" / "slv_2018"
    run_stages(Request(Project(root), study, tmp_path, tmp_path, "en"), "plan", Progress(quiet=True))
    for path in plan.iterdir():
        if path.name != "manifest.json":
            assert path.read_bytes() == (tmp_path / "slv_2018" / "plan" / path.name).read_bytes(), path.name
