"""Allocations: the optimum is an optimum, compromises lie between, and whole numbers add up."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.problems import DesignError
from surveys.sampling.allocation import kish_allocation, neyman, power_allocation, whole_allocation
from surveys.sampling.stages import best_two_stage, two_stage_choices

SIZE, SPREAD = np.array([50.0, 30.0, 12.0]), np.array([1.0, 4.0, 2.0])


def variance(n: np.ndarray) -> float:
    return float(np.sum(SIZE**2 * SPREAD**2 * (1 / n - 1 / SIZE)))


def test_neyman_is_the_best_of_all_allocations() -> None:
    found = neyman(20, SIZE, SPREAD)
    every = [
        np.array([a, b, 20 - a - b], dtype=float)
        for a, b in itertools.product(range(2, 18), repeat=2)
        if 2 <= 20 - a - b <= 12
    ]
    assert variance(found) <= min(variance(one) for one in every) * 1.01


def test_neyman_by_hand_with_cost() -> None:
    # N S / sqrt(c): 1000 x 2 / 1, 500 x 4 / 2: two to one.
    assert neyman(90, [1000, 500], [2, 4], cost=[1, 4]).tolist() == [60, 30]


def test_power_zero_is_equal_and_one_is_proportional() -> None:
    assert power_allocation(30, [1000, 500, 500], power=0.0).tolist() == [10, 10, 10]
    assert power_allocation(40, [1000, 500, 500], power=1.0).tolist() == [20, 10, 10]
    assert power_allocation(60, [1600, 400, 400], power=0.5).tolist() == [30, 15, 15]


def test_kish_lies_between() -> None:
    assert kish_allocation(30, [1000, 500, 500], importance=0.0).tolist() == [10, 10, 10]
    assert kish_allocation(400, [1000, 500, 500], importance=1e6).tolist() == [200, 100, 100]
    # sqrt(.25 + 1/9) : sqrt(.0625 + 1/9) = 0.6009 : 0.4167
    assert kish_allocation(1000, [10_000, 5_000, 5_000]).tolist() == [419, 291, 290]


@given(
    st.integers(1, 12).flatmap(
        lambda h: st.tuples(
            st.lists(st.integers(1, 400), min_size=h, max_size=h),
            st.lists(st.floats(0, 100), min_size=h, max_size=h),
            st.floats(0, 1),
        )
    )
)
def test_whole_numbers_between_the_bounds(drawn: tuple[list[int], list[float], float]) -> None:
    population, measure, share = drawn
    least = sum(min(2, one) for one in population)
    n = least + int(share * (sum(population) - least))
    if n < 1:
        return
    found = whole_allocation(n, measure, population)
    assert found.sum() == n
    assert np.all(found == np.floor(found))
    assert np.all((found >= np.minimum(2, population)) & (found <= population))


def test_refuses_more_and_less_than_possible() -> None:
    for n, code in ((93, "allocation_too_many"), (5, "allocation_too_few")):
        with pytest.raises(DesignError) as caught:
            neyman(n, SIZE, SPREAD)
        assert caught.value.problems[0].message.code == code


def test_two_stage_optimum_is_one() -> None:
    money = {"budget": 100_000.0, "segment_cost": 250.0, "unit_cost": 3.0, "rho": 0.005}
    best = best_two_stage(**money)
    # sqrt(250 / 3 x 0.995 / 0.005) = 128.8
    assert best.per_segment == pytest.approx(128.776, abs=1e-3)
    assert best.cost == pytest.approx(100_000)
    table = two_stage_choices(range(1, 400), **money)
    assert table["efficiency"].max() <= 1 + 1e-12
    assert (table["cost"] <= 100_000).all()
    assert abs(int(table["per_segment"][table["efficiency"].argmax()]) - 129) < 25
