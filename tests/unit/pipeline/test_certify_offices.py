"""The certification of office choices: a survey that knows everything attains the best, one that errs does not."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.small_areas.joint_errors import JointErrors
from pipeline.certify_area_draws import SHOWN, DrawnAreas
from pipeline.certify_offices import synthetic_offices
from pipeline.project import Project
from pipeline.study_files import load_study
from pipeline.verbs import find_study


def drawn(wrong: bool) -> DrawnAreas:
    loaded = load_study(find_study(Project.here(), "slv_2018"), Project.here())
    areas = len(loaded.dictionary.codes_of("district"))
    truth = np.where(np.arange(areas) < 60, 0.05, 0.0005)
    seen = truth[::-1] if wrong else truth
    figures = {"estimate": np.stack([seen, seen]), SHOWN: np.ones((2, areas))}
    joint = JointErrors("linear", seen, np.ones((areas, 1)), np.zeros((1, 1)), np.full(areas, 1e-12))
    everywhere, constant = np.ones(areas, dtype=bool), np.ones((areas, 1))
    return DrawnAreas("residence_district", figures, truth, everywhere, constant, [joint] * 2)


def test_a_survey_that_knows_the_truth_attains_the_best() -> None:
    lines, tables = synthetic_offices([drawn(wrong=False)])
    assert [(line.outcome, line.value) for line in lines] == [("passed", pytest.approx(1.0))] * 2
    assert tables[0].rows[0][5] == "1.000"


def test_a_survey_that_is_wrong_fails_the_gate() -> None:
    lines, _ = synthetic_offices([drawn(wrong=True)])
    assert [line.outcome for line in lines] == ["failed", "failed"]
