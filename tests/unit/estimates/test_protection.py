"""Few contributors make a cell confidential, and hidden rows have no number left."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from estimates.protection import NUMBER_COLUMNS, DisclosureRule, domain_positions, protect, published_view, small_cells

RULE = DisclosureRule(minimum_cases=10, minimum_households=3, minimum_psus=2)


def cells(cases: int, households: int, psus: int) -> bool:
    """Whether one cell with so many contributors is too small."""
    rows = np.arange(cases)
    (small,) = small_cells(
        np.ones(cases, dtype=bool),
        np.zeros(cases, dtype=np.int64),
        1,
        rows % max(households, 1),
        rows % max(psus, 1),
        RULE,
    )
    return bool(small)


@pytest.mark.parametrize(
    ("cases", "households", "psus", "small"),
    [
        (10, 10, 2, False),
        (9, 9, 2, True),
        (30, 2, 2, True),
        (30, 3, 2, False),
        (30, 10, 1, True),
        (0, 0, 0, True),
    ],
)
def test_each_limit(cases: int, households: int, psus: int, small: bool) -> None:
    assert cells(cases, households, psus) is small


def test_domains_are_counted_apart_and_rows_outside_ignored() -> None:
    domain = np.array([0] * 12 + [1] * 3 + [-1] * 50)
    unit = np.arange(domain.size)
    small = small_cells(np.ones(domain.size, dtype=bool), domain, 3, unit, unit, RULE)
    assert small.tolist() == [False, True, True]


def test_domains_of_table_and_microdata_get_the_same_number() -> None:
    frame = pd.DataFrame({"sex": ["1", "1", "2", "2"], "area": ["1", "2", "1", "2"]})
    of_table, of_rows, domains = domain_positions(
        frame, ["sex", "area"], [np.array([0, 1, -1, 1]), np.array([1, 0, 0, 1])], [("1", "2"), ("1", "2")]
    )
    assert of_table.tolist() == [0, 1, 2, 3] and of_rows.tolist() == [1, 2, -1, 3] and domains == 4


def table(statuses: list[str]) -> pd.DataFrame:
    """Rows with numbers in every column."""
    size = len(statuses)
    return pd.DataFrame(
        {
            "study": "s",
            "indicator": "i",
            **{name: np.arange(size) + 1.0 for name in NUMBER_COLUMNS},
            "unit": "percent",
            "status": statuses,
            "reason": "",
        }
    )


def test_the_published_view_hides_every_number_of_a_hidden_row() -> None:
    frame = table(["reliable", "withheld", "confidential", "weak"])
    view = published_view(frame)
    assert view[list(NUMBER_COLUMNS)].isna().all(axis=1).tolist() == [False, True, True, False]
    assert frame[list(NUMBER_COLUMNS)].notna().all().all(), "the store itself must not change"
    pd.testing.assert_frame_equal(published_view(view), view)


def test_one_reason_for_all_small_cells_and_empty_rows_stay() -> None:
    marked = protect(table(["reliable", "withheld", "empty"]), np.array([True, True, True]))
    assert marked["status"].tolist() == ["confidential", "confidential", "empty"]
    assert marked["reason"].tolist() == ["disclosure:small_cell", "disclosure:small_cell", ""]
