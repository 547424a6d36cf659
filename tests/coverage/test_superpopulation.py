"""Coverage at 1.1 per cent: the default interval holds its gates and Wald's does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.simulation.coverage import METHODS, coverages, variance_quality
from estimates.simulation.gates import gates, monte_carlo_error
from estimates.simulation.samples import Samples, joined
from estimates.simulation.superpopulation import SCENARIOS, draw

EXPECTED = pd.read_csv(Path(__file__).with_name("superpopulation.expected.csv"), comment="#", index_col="scenario")
SEED = 20240611
SHORT = {"A": 10_000, "B": 10_000, "C": 10_000, "D": 10_000, "E": 10_000, "F": 10_000, "G": 1_000, "H": 2_000,
         "I": 4_000, "J": 4_000}  # fmt: skip
_DRAWN: dict[tuple[str, int], Samples] = {}


def drawn(name: str, replicates: int) -> Samples:
    if (name, replicates) not in _DRAWN:
        rng = np.random.default_rng([SEED, ord(name)])
        _DRAWN[name, replicates] = joined(list(draw(SCENARIOS[name], replicates, rng)))
    return _DRAWN[name, replicates]


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_gates_hold(name: str) -> None:
    samples = drawn(name, SHORT[name])
    for gate in gates(name, coverages(samples), variance_quality(samples), SHORT[name], errors_allowed=3.0):
        measured = f"{gate.value:.4f} (Monte Carlo error {gate.error:.4f})"
        assert gate.passed, f"{name}: {gate.name} is {measured}, not {gate.limit}"


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_an_independent_program_measured_the_same_coverage(name: str) -> None:
    samples = drawn(name, SHORT[name])
    for coverage in coverages(samples):
        expected = EXPECTED.loc[name, coverage.method] / 100
        # Both runs have a Monte Carlo error; theirs had 20,000 replicates and printed one decimal.
        error = np.hypot(monte_carlo_error(expected, SHORT[name]), monte_carlo_error(expected, 20_000))
        assert abs(coverage.coverage - expected) <= 4 * error + 0.0005, f"{name} {coverage.method}"


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_the_population_is_the_one_described(name: str) -> None:
    quality = variance_quality(drawn(name, SHORT[name]))
    assert abs(quality.bias_of_estimate) < 4
    assert quality.cases == pytest.approx(EXPECTED.loc[name, "cases"], rel=0.02)
    assert quality.deff == pytest.approx(EXPECTED.loc[name, "deff"], rel=0.12)
    assert quality.relative_error == pytest.approx(EXPECTED.loc[name, "rse"] / 100, rel=0.10)


def test_the_same_seed_gives_the_same_samples() -> None:
    one, other = (next(draw(SCENARIOS["A"], 50, np.random.default_rng(1))) for _ in range(2))
    np.testing.assert_array_equal(one.estimate, other.estimate)
    np.testing.assert_array_equal(one.variance, other.variance)


def test_an_interval_that_is_too_short_fails_its_gates() -> None:
    samples = drawn("D", SHORT["D"])
    short = replace(samples, variance=samples.variance / 2)
    results = gates("D", coverages(short, METHODS), variance_quality(short), SHORT["D"], errors_allowed=3.0)
    failed = {gate.name for gate in results if not gate.passed}
    assert "coverage of the default interval" in failed
    assert "relative bias of the variance" in failed
