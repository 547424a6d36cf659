"""A new study folder is sound from the start and never written over anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.new_study import new_study
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, run_stages
from pipeline.study_files import load_study
from surveys.problems import StudyError


def test_the_folder_loads_as_it_is(tmp_path: Path) -> None:
    said = new_study("survey_1", tmp_path / "mine", "es")
    assert str(tmp_path / "mine" / "survey_1") in said
    loaded = load_study(tmp_path / "mine" / "survey_1", Project.here())
    assert loaded.study.name == "survey_1"
    assert "survey_1_under_15" in loaded.dictionary.indicators


def test_nothing_is_written_over(tmp_path: Path) -> None:
    new_study("survey_1", tmp_path, "en")
    with pytest.raises(StudyError) as caught:
        new_study("survey_1", tmp_path, "en")
    assert "nothing is ever written over" in caught.value.text("en")
    assert "nunca se escribe encima" in caught.value.text("es")


@pytest.mark.parametrize("name", ["", "../x", "Survey", "1x", "a b", "x/y"])
def test_names_that_cannot_be_folders(tmp_path: Path, name: str) -> None:
    with pytest.raises(StudyError):
        new_study(name, tmp_path, "en")
    assert list(tmp_path.iterdir()) == []


def test_the_folder_can_be_planned_as_it_is(tmp_path: Path) -> None:
    """Also what only the plan judges, such as indicators that somebody validates."""
    new_study("survey_1", tmp_path, "en")
    request = Request(Project.here(), tmp_path / "survey_1", tmp_path, tmp_path / "build", "en")
    assert run_stages(request, "plan", Progress(quiet=True)) == ["plan"]
