"""The office's weights, taken as they are."""

from __future__ import annotations

import numpy as np
import pytest

from surveys.problems import DataError
from weights.given import WEIGHT_SUM, given
from weights.weight_set import WeightSet

PLACE = {"variable": "weight", "level": "household", "where": "study.yaml:9  weighting.0"}


def test_the_final_weight_is_the_office_s_to_the_bit() -> None:
    office = np.array([0.1, 1e6 / 3, 0.0])
    weights = WeightSet.unweighted(3).then(given(office, contains=["base"], **PLACE))
    assert np.array_equal(weights.final, office)
    assert weights.steps[0].diagnostics["zeros"] == 1


def test_households_are_counted_in_persons() -> None:
    step = given(
        np.array([10.0, 20.0]), expected_total=50.0, counts="person", counted_rows=np.array([0, 1, 1]), **PLACE
    )
    assert step.diagnostics["counted_sum"] == 50.0
    assert step.diagnostics["difference"] == 0.0


def test_the_tolerance_is_a_share_of_the_expected_total() -> None:
    office = np.array([50.0, 52.0])
    assert given(office, expected_total=100.0, tolerance=0.021, **PLACE).diagnostics["counted_sum"] == 102.0
    with pytest.raises(DataError) as raised:
        given(office, expected_total=100.0, tolerance=0.019, **PLACE)
    assert [problem.message for problem in raised.value.problems] == [WEIGHT_SUM]
