"""Amounts that one or two contributors make."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.dominance import dominated_cells, is_amount
from estimates.measure import Measure


@pytest.mark.parametrize(
    ("amounts", "dominated"),
    [
        ([60.0, 20.0, 20.0], False),
        ([70.0, 20.0, 10.0], True),
        ([-90.0, 5.0, 5.0], True),
        ([10.0] * 20, False),
        ([0.0, 0.0], False),
        ([np.nan, 7.0], True),
    ],
)
def test_two_largest_above_85_percent(amounts: list[float], dominated: bool) -> None:
    domain = np.zeros(len(amounts), dtype=np.int64)
    assert dominated_cells(np.array(amounts), domain, 1).tolist() == [dominated]


def test_domains_stand_apart_and_rows_outside_count_nowhere() -> None:
    amounts = np.array([1.0, 2.0, 3.0, 1.0, 1.0, 1.0, 900.0])
    domain = np.array([0, 0, 0, 2, 2, 2, -1])
    assert dominated_cells(amounts, domain, 4).tolist() == [False, False, False, False]
    assert dominated_cells(amounts, np.array([0, 0, 0, 2, 2, 2, 2]), 4).tolist() == [False, False, True, False]


def test_only_other_numbers_than_zero_and_one_are_amounts() -> None:
    assert not is_amount(Measure("a", "mean", np.array([0.0, 1.0, np.nan])))
    assert not is_amount(Measure("a", "count", np.array([0, 1], dtype=np.int8)))
    assert is_amount(Measure("a", "mean", np.array([0.0, 1.0, 31.0]), kind="mean"))
