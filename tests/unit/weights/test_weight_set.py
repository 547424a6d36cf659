"""A weight set can always be made again from its steps."""

from __future__ import annotations

import numpy as np
import pytest

from weights.weight_set import WeightSet, WeightStep


def test_final_weight_is_the_base_times_every_factor() -> None:
    first = WeightStep("given", np.array([2.0, 3.0, 0.0]), ("base",))
    second = WeightStep("nonresponse", np.array([1.5, 1.0, 7.0]), ("nonresponse", "base"))
    weights = WeightSet.unweighted(3).then(first).then(second)
    assert weights.final.tolist() == [3.0, 3.0, 0.0]
    assert np.array_equal(weights.replay(), weights.final)
    assert weights.contains == ("base", "nonresponse")


def test_a_final_weight_that_the_steps_do_not_explain_is_refused() -> None:
    step = WeightStep("given", np.array([2.0, 3.0]))
    with pytest.raises(ValueError, match="not the base weights times the factors"):
        WeightSet(np.ones(2), (step,), np.array([2.0, 3.0000001]))


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        ([1.0, np.nan], "not finite"),
        ([1.0, np.inf], "not finite"),
        ([1.0, -1.0], "negative"),
        ([1.0], "one number for each of 2 units"),
    ],
)
def test_impossible_factors_are_refused(factor: list[float], said: str) -> None:
    step = WeightStep("given", np.array(factor))
    with pytest.raises(ValueError, match=said):
        WeightSet(np.ones(2), (step,), np.ones(2))


def test_weights_cannot_be_changed_afterwards() -> None:
    weights = WeightSet.unweighted(2)
    with pytest.raises(ValueError, match="read-only"):
        weights.final[0] = 9.0
