"""Probabilities, pairs, power and size against the stored answers of R's `sampling` and `stats`."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from surveys.sampling.brewer import brewer_joint
from surveys.sampling.change import power_of_rounds, size_for_change
from surveys.sampling.draws import systematic_joint
from surveys.sampling.probabilities import inclusion_probabilities

DRAWS = 200_000


def stored(name: str) -> np.ndarray:
    with (Path(__file__).parent / "sampling.expected.csv").open(encoding="utf-8", newline="") as file:
        return np.array([float(row["value"]) for row in csv.DictReader(file) if row["quantity"] == name])


def test_probabilities_in_proportion_to_size() -> None:
    assert inclusion_probabilities([2, 3, 5, 8, 13, 21, 34], 3) == pytest.approx(
        stored("probabilities_mild"), rel=1e-13
    )
    found = inclusion_probabilities([1, 2, 3, 4, 5, 50], 3)
    assert found == pytest.approx(stored("probabilities_certainty"), rel=1e-13)


def test_pairs_of_a_systematic_draw() -> None:
    found = systematic_joint(inclusion_probabilities([2, 3, 5, 8, 13, 21, 34], 3))
    assert found.ravel() == pytest.approx(stored("systematic_pairs"), abs=1e-11)


@pytest.mark.parametrize(
    ("name", "probability"), [("two", [0.2, 0.35, 0.4, 0.45, 0.6]), ("three", [0.25, 0.5, 0.6, 0.75, 0.9])]
)
def test_exact_pairs_of_brewer_are_what_r_draws(name: str, probability: list[float]) -> None:
    exact = brewer_joint(probability)
    assert exact is not None
    error = np.sqrt(exact * (1 - exact) / DRAWS).ravel()
    assert np.all(np.abs(stored(f"brewer_frequency_{name}") - exact.ravel()) < 4 * error)


def test_power_and_size_of_two_rounds() -> None:
    # R pools the two proportions under the null; the difference is in the fourth digit.
    power = float(power_of_rounds(0.011, 0.015, n_first=12_000, n_second=12_000))
    assert power == pytest.approx(float(stored("power_two_rounds")[0]), abs=2e-4)
    assert size_for_change(0.011, 0.015) == pytest.approx(float(stored("size_two_rounds")[0]), rel=3e-4)
