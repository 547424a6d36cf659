"""Editions that cannot be made or would tell too much: the exact words in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.project import Project
from pipeline.release_files import FORMATS
from pipeline.study_files import load_study
from surveys.problems import StudyError

HERE = Path(__file__).parent
GOOD = HERE.parent / "data" / "good"


def made(folder: Path, extra: str) -> Path:
    """Write a study that loads, with entries of its own."""
    study = folder / "good"
    study.mkdir()
    text = (GOOD / "study.yaml").read_text(encoding="utf-8")
    for name in ("households", "persons", "areas"):
        text = text.replace(f"HASH-{name}.csv", "0" * 64)
    (study / "study.yaml").write_text(text + extra, encoding="utf-8")
    (study / "mapping.yaml").write_text((GOOD / "mapping.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return study


@pytest.mark.parametrize("case", ["declared", "beyond", "rounded"])
def test_editions_that_a_study_cannot_have(case: str, tmp_path: Path) -> None:
    study = made(tmp_path, (HERE / "editions" / f"{case}.yaml").read_text(encoding="utf-8"))
    with pytest.raises(StudyError) as raised:
        load_study(study, Project.here())
    told = f"{raised.value.text('en')}\n----\n{raised.value.text('es')}\n"
    # the formats there are grow; the message names them all
    told = told.replace(", ".join(FORMATS), "FORMATS")
    assert told == (HERE / "editions" / f"{case}.expected.txt").read_text(encoding="utf-8")


def test_an_edition_without_rules_is_refused_alone(tmp_path: Path) -> None:
    extra = (
        "tabulation:\n  - {indicators: [displacement_prevalence], by: [[]]}\n"
        "editions:\n  - {name: public, audience: public, title: {es: a, en: a}}\n"
    )
    with pytest.raises(StudyError) as raised:
        load_study(made(tmp_path, extra), Project.here())
    assert [problem.message.code for problem in raised.value.problems] == ["edition_without_rules"]
    assert "desde cuántos casos" in raised.value.text("es")


def test_a_study_without_editions_loads(tmp_path: Path) -> None:
    loaded = load_study(made(tmp_path, ""), Project.here())
    assert loaded.study.editions.declared == ()
    assert loaded.study.editions.in_public("anything", ["department"])
