"""The choice of places for offices, against every possible choice."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from estimates.office_choice import Method, great_circle, positive_draws, study_offices
from estimates.office_solver import choose_offices, office_value


def country(seed: int, areas: int = 12, places: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    here = generator.uniform(0, 10, (areas, 2))
    there = here if places is None else generator.uniform(0, 10, (places, 2))
    demand = generator.lognormal(3, 1, areas)
    return demand, np.sqrt(((here[:, None] - there[None]) ** 2).sum(axis=2))


@pytest.mark.parametrize("method", ["coverage", "p_median"])
@pytest.mark.parametrize("seed", range(12))
def test_the_choice_is_the_best_of_all(method: Method, seed: int) -> None:
    demand, distance = country(seed, places=None if seed % 2 else 9)
    number, reach = 1 + seed % 4, 1.0 + 0.25 * seed
    sign = 1.0 if method == "coverage" else -1.0
    every = list(combinations(range(distance.shape[1]), number))
    values = [sign * float(office_value(demand, distance, some, reach=reach, method=method)) for some in every]
    best = max(values)
    first = next(some for some, value in zip(every, values, strict=True) if value >= best - 1e-12)
    chosen = choose_offices(demand, distance, number=number, reach=reach, method=method)
    assert tuple(chosen.tolist()) == first
    loose = choose_offices(demand, distance, number=number, reach=reach, method=method, exact_ties=False)
    value = sign * float(office_value(demand, distance, loose, reach=reach, method=method))
    assert value == pytest.approx(best, abs=1e-9)


def test_equal_choices_go_to_the_first_places() -> None:
    demand, distance = np.ones(6), np.abs(np.subtract.outer(np.arange(6.0), np.arange(6.0)))
    assert choose_offices(demand, distance, number=2, reach=0).tolist() == [0, 1]
    assert choose_offices(demand, distance, number=2, reach=1).tolist() == [1, 4]
    assert choose_offices(demand, distance, number=4, reach=9).tolist() == [0, 1, 2, 3]
    assert choose_offices(np.zeros(6), distance, number=3, reach=0).tolist() == [0, 1, 2]


def test_value_by_hand() -> None:
    demand = np.array([10.0, 20.0, 70.0])
    distance = np.array([[0.0, 5.0], [4.0, 1.0], [9.0, 2.0]])
    assert float(office_value(demand, distance, [0], reach=4)) == pytest.approx(0.30)
    assert float(office_value(demand, distance, [1], reach=4)) == pytest.approx(0.90)
    assert float(office_value(demand, distance, [0, 1], reach=4, method="p_median")) == pytest.approx(1.6)
    both = office_value(np.stack([demand, np.zeros(3)]), distance, [1], reach=4)
    assert both.tolist() == [0.9, 0.0]


@pytest.mark.parametrize("method", ["coverage", "p_median"])
def test_nobody_does_better_than_the_best_of_every_draw(method: Method) -> None:
    demand, distance = country(3)
    draws = positive_draws(demand, 0.3 * demand, draws=40, seed=5)
    found = study_offices(demand, draws, distance, number=3, reach=2.5, method=method, given=[0, 1, 2])
    assert found.frequency.sum() == pytest.approx(3.0)
    assert found.regret >= 0
    assert found.given_regret >= found.regret
    assert found.given_regret_interval[0] >= -1e-12
    sign = 1.0 if method == "coverage" else -1.0
    assert np.all(sign * np.diff(found.curve) >= -1e-12)
    assert found.curve[-1] == found.value
    assert found.value_interval[0] <= found.value_interval[1]


def test_certain_estimates_give_a_certain_choice() -> None:
    demand, distance = country(8)
    found = study_offices(demand, np.tile(demand, (5, 1)), distance, number=4, reach=2.0)
    assert set(found.frequency.tolist()) == {0.0, 1.0}
    assert np.flatnonzero(found.frequency).tolist() == found.chosen.tolist()
    assert (found.regret, np.isnan(found.given_value)) == (0.0, True)


def test_draws_have_the_mean_and_the_error_asked_for() -> None:
    mean, error = np.array([100.0, 5.0, 0.0]), np.array([20.0, 5.0, 0.0])
    drawn = positive_draws(mean, error, draws=200_000, seed=1)
    assert (drawn >= 0).all()
    np.testing.assert_allclose(drawn.mean(axis=0), mean, rtol=0.01)
    np.testing.assert_allclose(drawn.std(axis=0), error, rtol=0.02)
    assert (positive_draws(mean, error, draws=3, seed=1) == positive_draws(mean, error, draws=3, seed=1)).all()


def test_distances_over_the_globe() -> None:
    # A quarter of the equator, from the equator to the pole, and one degree of latitude.
    found = great_circle([0.0, 90.0, 0.0, 0.0], [0.0, 0.0, 90.0, 1.0])
    quarter = 6371.0088 * np.pi / 2
    np.testing.assert_allclose(found[0], [0.0, quarter, quarter, quarter / 90], rtol=1e-12)
    np.testing.assert_allclose(found, found.T)


@pytest.mark.parametrize(
    ("demand", "distance", "number", "words"),
    [
        ([1.0, 2.0], [[0.0, 1.0]], 1, "do not fit"),
        ([1.0, -2.0], [[0.0], [1.0]], 1, "finite numbers"),
        ([1.0, np.nan], [[0.0], [1.0]], 1, "finite numbers"),
        ([1.0, 2.0], [[0.0], [-1.0]], 1, "distances"),
        ([1.0, 2.0], [[0.0], [1.0]], 2, "number of offices"),
        ([1.0, 2.0], [[0.0], [1.0]], 0, "number of offices"),
    ],
)
def test_what_cannot_be_chosen_from(demand: list[float], distance: list[list[float]], number: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        choose_offices(demand, distance, number=number, reach=1.0)


def test_a_mean_distance_needs_every_distance() -> None:
    distance = np.array([[0.0, np.inf], [np.inf, 0.0]])
    assert choose_offices([1.0, 2.0], distance, number=1, reach=1.0).tolist() == [1]
    with pytest.raises(ValueError, match="finite distance"):
        choose_offices([1.0, 2.0], distance, number=1, reach=1.0, method="p_median")
