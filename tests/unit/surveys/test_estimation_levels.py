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
    loaded = _loaded(root, study)
    household = loaded.mapping.levels["household"].variables
    asked = {name for name, variable in household.items() if "not_asked" in dict(variable.missing).values()}
    # Members are known for interviewed families only.
    asked |= {name for name, variable in loaded.dictionary.variables.items() if variable.level in ("person", "move")}
    wrong = []
    for item in whole_plan(loaded.study):
        for name in item.indicators:
            indicator = loaded.dictionary.indicators[name]
            read = set(_read(loaded.dictionary, list(variables_read(indicator, loaded.dictionary))))
            if indicator.level == "household" and read & asked and "interview_weight" not in read:
                wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize("study", STUDIES)
def test_the_level_of_the_interview_has_its_own_weight(root: Path, study: str) -> None:
    loaded = _loaded(root, study)
    assert ("interview", "phase_weight") in loaded.study.weight_variables
    assert loaded.dictionary.indicators["female_headship"].level == "interview"
    assert loaded.dictionary.indicators["displacement_prevalence"].level == "household"


def test_every_name_that_does_not_fit_is_told(root: Path) -> None:
    dictionary = _loaded(root, "slv_2018").dictionary
    lists = {"village": ["internal_mobility"], "interview": ["no_such_indicator", "mean_age"]}
    with pytest.raises(StudyError) as caught:
        estimated_at(dictionary, lists, lambda path: ".".join(map(str, path)))
    codes = [problem.message.code for problem in caught.value.problems]
    assert codes == ["estimated_at_level", "estimated_at_indicator", "estimated_at_not_below"]
    assert caught.value.problems[2].where == "estimated_at.interview.1"
