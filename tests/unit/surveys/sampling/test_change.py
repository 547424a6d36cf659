"""Power for a change: the same answer as the detectable change of the estimates, and as formulas by hand."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.detectable import power_of_change
from surveys.problems import DesignError
from surveys.sampling.change import power_of_rounds, size_for_change, variance_of_change
from surveys.sampling.sizes import variance_of_proportion


def test_agrees_with_the_detectable_change_of_the_estimates() -> None:
    one = float(np.sqrt(variance_of_proportion(0.011, 40_000, deff=1.6)))
    two = float(np.sqrt(variance_of_proportion(0.014, 30_000, deff=1.6)))
    # Common elements 0.5 x 30,000; correlation of the estimates 0.4 x 15,000 / sqrt(40,000 x 30,000).
    rho = 0.4 * 15_000 / np.sqrt(40_000 * 30_000)
    found = power_of_rounds(0.011, 0.014, n_first=40_000, n_second=30_000, deff=1.6, overlap=0.5, correlation=0.4)
    assert float(found) == pytest.approx(float(power_of_change(0.003, one, two, correlation=rho)), rel=1e-12)


def test_no_change_is_found_at_the_significance() -> None:
    assert float(power_of_rounds(0.2, 0.2, n_first=100, n_second=100)) == pytest.approx(0.05)


def test_size_reaches_the_power_and_one_less_does_not() -> None:
    n = size_for_change(0.011, 0.015, deff=1.6, overlap=0.5, correlation=0.3)
    powers = [
        float(power_of_rounds(0.011, 0.015, n_first=size, n_second=size, deff=1.6, overlap=0.5, correlation=0.3))
        for size in (n, n - 1)
    ]
    assert powers[0] >= 0.8 > powers[1]


def test_size_by_hand() -> None:
    # (1.959964 + 0.841621)² (0.011 x 0.989 + 0.015 x 0.985) / 0.004² = 12584.3
    assert size_for_change(0.011, 0.015) == 12585


def test_overlap_helps_when_rounds_agree() -> None:
    apart = variance_of_change(0.011, 0.011, n_first=100, n_second=100)
    panel = variance_of_change(0.011, 0.011, n_first=100, n_second=100, overlap=1.0, correlation=1.0)
    assert float(panel) == pytest.approx(0.0, abs=1e-18) and float(apart) > 0


def test_refuses_no_change_and_impossible_overlap() -> None:
    with pytest.raises(DesignError):
        size_for_change(0.1, 0.1)
    with pytest.raises(DesignError):
        power_of_rounds(0.1, 0.2, n_first=10, n_second=10, overlap=1.2)
