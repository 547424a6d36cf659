"""The plan says who takes part and which design roles are not available, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.new_study import new_study
from pipeline.plan_words import WORDS, plan_text
from pipeline.planning import plan_of
from pipeline.project import Project
from pipeline.study_files import load_study


@pytest.fixture
def plan(tmp_path: Path) -> dict[str, object]:
    new_study("survey_1", tmp_path, "en")
    return plan_of(load_study(tmp_path / "survey_1", Project.here()).study)


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["es"].keys() == WORDS["en"].keys()


def test_what_is_not_available_is_said_with_its_reason(plan: dict[str, object]) -> None:
    assert "no disponible: el archivo no trae las UPM del marco. En su lugar: nada." in plan_text(plan, "es")
    assert "unavailable: the file has no PSU counts of the frame. In its place: nothing." in plan_text(plan, "en")


def test_texts_of_the_study_stay_text(plan: dict[str, object]) -> None:
    hostile = {**plan, "title": {"es": "<script>x</script>", "en": "# [a](b)"}}
    assert "<script>" not in plan_text(hostile, "es").replace("\\<", "")
    assert "# \\# \\[a\\](b)" in plan_text(hostile, "en")
