"""Diagnostics of weights against hand results."""

from __future__ import annotations

import numpy as np
import pytest

from weights.diagnostics import diagnose


def test_hand_result() -> None:
    said = diagnose(np.array([1.0, 3.0, 0.0]))
    assert said["n"] == 3 and said["zeros"] == 1 and said["sum"] == 4.0 and said["ratio"] == 3.0
    assert said["kish_deff"] == pytest.approx(2 * (1 + 9) / 16)
    assert said["effective_n"] == pytest.approx(16 / 10)


def test_equal_weights_cost_nothing() -> None:
    said = diagnose(np.full(50, 7.5))
    assert said["kish_deff"] == pytest.approx(1.0) and said["effective_n"] == pytest.approx(50)


def test_very_large_weights_do_not_overflow() -> None:
    assert diagnose(np.array([1e200, 3e200]))["kish_deff"] == pytest.approx(1.25)


def test_no_positive_weight_gives_no_invented_number() -> None:
    assert diagnose(np.zeros(4))["kish_deff"] is None
