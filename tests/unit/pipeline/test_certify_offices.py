"""The certification of office choices: a survey that knows everything attains the best, one that errs does not."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.certify_areas import DrawnAreas
from pipeline.certify_offices import synthetic_offices
from pipeline.command import find_study
from pipeline.project import Project
from pipeline.study_files import load_study


def drawn(wrong: bool) -> DrawnAreas:
    loaded = load_study(find_study(Project.here(), "slv_2018"), Project.here())
    areas = len(loaded.dictionary.codes_of("district"))
    truth = np.where(np.arange(areas) < 60, 0.05, 0.0005)
    seen = truth[::-1] if wrong else truth
    figures = {"estimate": np.stack([seen, seen]), "rmse": np.full((2, areas), 1e-6)}
    return DrawnAreas("residence_district", figures, truth, np.ones(areas, dtype=bool))


def test_a_survey_that_knows_the_truth_attains_the_best() -> None:
    lines, tables = synthetic_offices([drawn(wrong=False)])
    assert [(line.outcome, line.value) for line in lines] == [("passed", pytest.approx(1.0))]
    assert tables[0].rows[0][5] == "1.000"


def test_a_survey_that_is_wrong_fails_the_gate() -> None:
    lines, _ = synthetic_offices([drawn(wrong=True)])
    assert [line.outcome for line in lines] == ["failed"]
