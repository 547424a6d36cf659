"""Risk of classes, families and files against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom

from estimates.public_use.risk import global_risk, household_risk, individual_risk


def mean_of_inverse(f: int, population: float) -> float:
    """E(1/F) summed over a negative binomial population count, term by term."""
    share = f / population
    more = np.arange(0, 2_000_000 if share < 1e-3 else 200_000)
    return float((nbinom.pmf(more, f, share) / (f + more)).sum())


@pytest.mark.parametrize(("f", "population"), [(1, 20), (2, 20), (3, 300), (5, 100), (40, 4000), (49, 70), (50, 75),
                                               (51, 5000), (400, 9000)])  # fmt: skip
def test_the_risk_is_the_mean_of_one_over_the_population_count(f: int, population: float) -> None:
    assert individual_risk([f], [population])[0] == pytest.approx(mean_of_inverse(f, population), rel=1e-9)


def test_a_single_row_has_the_closed_form_of_the_paper() -> None:
    """Benedetti and Franconi: p / (1 - p) log(1 / p) for a row that is alone."""
    share = np.array([0.5, 0.05, 0.001])
    wanted = share / (1 - share) * np.log(1 / share)
    assert individual_risk(np.ones(3), 1 / share) == pytest.approx(wanted, rel=1e-12)


def test_a_whole_population_is_found_one_in_as_many_as_look_alike() -> None:
    assert individual_risk([1, 4, 100], [1, 4, 100]) == pytest.approx([1, 1 / 4, 1 / 100])


def test_weights_below_one_row_each_and_empty_classes() -> None:
    assert individual_risk([3], [1.5])[0] == pytest.approx(1 / 3)
    assert individual_risk([0], [0.0])[0] == 0.0


def test_risk_falls_with_rows_and_with_the_population() -> None:
    counts = np.arange(1, 200)
    assert (np.diff(individual_risk(counts, 1000.0)) < 0).all()
    assert (np.diff(individual_risk(counts, 20.0 * counts)) < 0).all()
    assert (np.diff(individual_risk(np.full(9, 5), np.linspace(10, 1000, 9))) < 0).all()


def test_a_family_is_found_when_a_member_is() -> None:
    risk = household_risk([0.1, 0.2, 0.5, 1.0], [0, 0, 1, 2], 4)
    assert risk == pytest.approx([1 - 0.9 * 0.8, 0.5, 1.0, 0.0])


def test_global_risk_is_the_mean() -> None:
    assert global_risk([0.0, 0.02, 0.04]) == pytest.approx(0.02)
    assert global_risk([]) == 0.0
