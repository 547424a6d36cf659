"""Answers of the interview take the rows and the weight of the interview."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from estimates.measures import variables_read
from estimates.study_plan import whole_plan
from pipeline.project import Project
from pipeline.study_files import LoadedStudy, load_study
from surveys.dictionary import Dictionary
from surveys.estimation_levels import estimated_at
from surveys.expressions import parse
from surveys.problems import StudyError

STUDIES = ("slv_2018", "slv_update")


def _loaded(root: Path, name: str) -> LoadedStudy:
    return load_study(root / "surveys" / "studies" / name, Project(root))


def _read(dictionary: Dictionary, names: list[str]) -> Iterator[str]:
    queue, seen = list(names), set()
    while queue:
        name = queue.pop()
        if name in seen or name not in dictionary.variables:
            continue
        seen.add(name)
        yield name
        formula = dictionary.variables[name].derive
        queue += parse(formula).names if formula is not None else ()


@pytest.mark.parametrize("study", STUDIES)
def test_no_answer_of_the_interview_is_averaged_over_families_that_were_only_listed(root: Path, study: str) -> None:
    """Only what the listing asked may be estimated with the weight of the listing."""
    loaded = _loaded(root, study)
    asked = {"household_id", "listing_id", "stratum", "psu", "department", "area", "district", "municipality",
             "municipality_2024", "family_size", "moved_last_ten_years", "move_causes", "moved_recently"}  # fmt: skip
    wrong = []
    for item in whole_plan(loaded.study):
        for name in item.indicators:
            indicator = loaded.dictionary.indicators[name]
            read = set(_read(loaded.dictionary, list(variables_read(indicator, loaded.dictionary))))
            given = {one for one in read if loaded.dictionary.variables[one].derive is None}
            if indicator.level == "listing" and given - asked:
                wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize("study", STUDIES)
def test_what_the_listing_asked_has_the_weight_of_the_listing(root: Path, study: str) -> None:
    loaded = _loaded(root, study)
    steps = [(step.level or loaded.study.design.level, step.step) for step in loaded.study.weighting]
    assert ("household", "two_phase") in steps
    assert [step for level, step in steps if level == "listing"] == ["base", "nonresponse", "calibrate"]
    assert loaded.dictionary.indicators["displacement_prevalence"].level == "listing"
    assert loaded.dictionary.indicators["female_headship"].level == "household"


def test_every_name_that_does_not_fit_is_told(root: Path) -> None:
    dictionary = _loaded(root, "slv_2018").dictionary
    lists = {"village": ["internal_mobility"], "interview": ["no_such_indicator", "mean_age"]}
    with pytest.raises(StudyError) as caught:
        estimated_at(dictionary, lists, lambda path: ".".join(map(str, path)))
    codes = [problem.message.code for problem in caught.value.problems]
    assert codes == ["estimated_at_level", "estimated_at_indicator", "estimated_at_not_below"]
    assert caught.value.problems[2].where == "estimated_at.interview.1"
