"""Digits kept by the engine on the institute's certified data."""

from __future__ import annotations

import math

import pytest

from estimates.simulation.floor_results import FloorResult, floor_results
from estimates.simulation.numerical_floor import CERTIFIED_SETS, correct_digits


@pytest.mark.parametrize("result", floor_results(), ids=lambda result: result.name)
def test_enough_digits_survive(result: FloorResult) -> None:
    assert result.passed, f"{result.digits:.1f} correct digits, {result.required} needed"


def test_the_certified_sets_are_those_of_the_institute() -> None:
    assert {name: one.values.size for name, one in CERTIFIED_SETS.items()} == {
        "NumAcc1": 3, "NumAcc2": 1001, "NumAcc3": 1001, "NumAcc4": 1001,
    }  # fmt: skip


def test_one_pass_sums_of_squares_would_fail() -> None:
    data = CERTIFIED_SETS["NumAcc3"]
    x = data.values
    one_pass = (float(x @ x) - x.sum() ** 2 / x.size) / (x.size - 1)
    assert correct_digits(math.sqrt(max(one_pass, 0.0)), data.deviation) < data.deviation_digits


def test_correct_digits() -> None:
    assert correct_digits(1.0, 1.0) == 15
    assert correct_digits(1.01, 1.0) == pytest.approx(2.0)
    assert correct_digits(float("nan"), 1.0) == 0
