"""Rates of the attack on unprotected tables of the 2018 size, and none after protection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from estimates.disclosure.audit import Audit, ProtectionRule, audit, public_knowledge
from estimates.disclosure.cells import CellBook, LinkedCells
from estimates.disclosure.differencing import counts_from_shares, telling_changes
from estimates.disclosure.rounding import round_to, rounded_shares, rounding_interval
from estimates.disclosure.suppression import row_prices, suppress

Crossed = Callable[[NDArray[np.int64]], LinkedCells]
Draw = Callable[..., NDArray[np.int64]]
RULE = ProtectionRule(10, 5)


def primary_only(cells: LinkedCells, interior: int) -> tuple[float, Audit, NDArray[np.int64]]:
    """The attack of reliability.md: counts 1 to 9 hidden, zeros and margins shown, the rule known."""
    count = cells.count
    hidden = (count > 0) & (count < 10) & cells.primary
    low, high = count.astype(np.float64), count.astype(np.float64)
    low[hidden], high[hidden] = 1.0, 9.0
    found = audit(replace(cells, primary=hidden), low, high, RULE, full=True)
    return float(hidden.sum()) / interior, found, count


def inner(cells: LinkedCells, table: NDArray[np.int64]) -> LinkedCells:
    """Margins of 1 to 9 are shown, as in the measured attack."""
    margin = np.zeros(cells.count.size, dtype=bool)
    margin[np.unique(cells.total)] = True
    return replace(cells, primary=cells.primary & ~margin)


# hidden share, exact with the rule known: measured in reliability.md, section 4.2
MEASURED = {(14, 14, 466): (0.44, 0.061), (20, 14, 466): (0.44, 0.084), (14, 6, 466): (0.52, 0.069),
            (14, 6, 2000): (0.38, 0.133)}  # fmt: skip


@pytest.mark.parametrize("size", MEASURED, ids=str)
def test_unprotected_tables_give_back_what_was_measured(
    size: tuple[int, int, int], crossed: Crossed, draw: Draw
) -> None:
    hidden, exact = MEASURED[size]
    shares, rates = [], []
    for seed in range(4):
        table = draw(size[:2], size[2], seed)
        share, found, _ = primary_only(inner(crossed(table), table), table.size)
        shares.append(share)
        rates.append(float(found.exact.mean()))
    assert np.mean(shares) == pytest.approx(hidden, abs=0.12)
    assert 0.01 < float(np.mean(rates)) < 3 * exact


@pytest.mark.parametrize("size", MEASURED, ids=str)
def test_protection_leaves_nothing_to_recover(size: tuple[int, int, int], crossed: Crossed, draw: Draw) -> None:
    table = draw(size[:2], size[2], 1)
    cells = crossed(table)
    shown = ~cells.primary[cells.cases_of_row]
    reasons = [""] * shown.size
    price = row_prices(np.zeros(shown.size, dtype=np.int64), cells.count[cells.cases_of_row])
    done = suppress(cells, shown, reasons, price, RULE)
    low, high = public_knowledge(cells, shown & ~done.rows, reasons, RULE)
    full = audit(cells, low, high, RULE, full=True)
    assert full.cell.size > 0
    assert not full.exact.any()
    assert not full.exposed.any()
    again = suppress(cells, shown, reasons, price, RULE)
    np.testing.assert_array_equal(again.rows, done.rows)


def test_a_primary_only_release_fails_the_audit(crossed: Crossed) -> None:
    cells = crossed(np.array([[4, 30, 40], [50, 60, 70], [80, 90, 20]]))
    shown = ~cells.primary[cells.cases_of_row]
    reasons = [""] * shown.size
    low, high = public_knowledge(cells, shown, reasons, RULE)
    before = audit(cells, low, high, RULE)
    assert before.exact.tolist() == [True]
    price = row_prices(np.zeros(shown.size, dtype=np.int64), cells.count[cells.cases_of_row])
    done = suppress(cells, shown, reasons, price, RULE)
    assert done.rows.sum() == 3
    assert not done.last.exposed.any()


def test_a_quick_audit_exposes_the_same_cells_as_a_full_one(crossed: Crossed, draw: Draw) -> None:
    for seed in range(6):
        table = draw((9, 7), 400, seed)
        cells = inner(crossed(table), table)
        shown = ~cells.primary[cells.cases_of_row]
        low, high = public_knowledge(cells, shown, [""] * shown.size, RULE)
        quick, full = (audit(cells, low, high, RULE, full=full) for full in (False, True))
        np.testing.assert_array_equal(quick.exposed, full.exposed)


def test_bounds_are_those_of_trying_every_table() -> None:
    book = CellBook()
    a, b, c, d, top, left, bottom, right, whole = (book.cell("x", n, i) for i, n in
                                                   enumerate((3, 12, 11, 40, 15, 14, 51, 52, 66)))  # fmt: skip
    for total, parts in ((top, (a, b)), (bottom, (c, d)), (left, (a, c)), (right, (b, d)), (whole, (top, bottom))):
        book.add_sum(total, parts)
    book.primary[a] = True
    book.victim[:] = [True] * 9
    rows = np.arange(9)
    none = np.full(9, -1)
    cells = book.close(rows, none, none)
    shown = np.array([False] * 4 + [True] * 5)
    low, high = public_knowledge(cells, shown, [""] * 9, RULE)
    found = audit(cells, low, high, RULE, full=True)
    possible = [x for x in range(10) if 15 - x >= 10 and 14 - x >= 10 and 40 + x - 3 >= 10]
    assert (found.low[0], found.high[0]) == (min(possible), max(possible)) == (0, 4)


def test_a_margin_of_another_table_gives_a_hidden_cell_away() -> None:
    # sex is one table, sex by age another: the only hidden age of the men is men minus the other ages.
    book = CellBook()
    men, young, middle, old = (book.cell("x", n, i) for i, n in enumerate((60, 4, 26, 30)))
    book.add_sum(men, (young, middle, old))
    book.primary[young] = True
    rows, none = np.array([men, young, middle, old]), np.full(4, -1)
    cells = book.close(rows, none, none)
    shown = np.array([True, False, True, True])
    low, high = public_knowledge(cells, shown, [""] * 4, RULE)
    assert audit(cells, low, high, RULE).exact.all()
    done = suppress(cells, shown, [""] * 4, np.array([100.0, 1, 1, 1]), RULE)
    assert not done.last.exposed.any()
    assert not done.rows[0]


def test_percentages_of_a_known_base_are_counts() -> None:
    generator = np.random.default_rng(4)
    base = generator.integers(20, 2000, size=4000).astype(np.float64)
    small = generator.integers(1, 10, size=4000).astype(np.float64)
    low, high = counts_from_shares(np.round(100 * small / base, 1), base, 1)
    assert ((low <= small) & (small <= high)).all()
    assert (low == high).mean() > 0.4
    of_small = base < 1000
    assert (low == high)[of_small].mean() > 0.9
    rounded = 100 * rounded_shares(small, base)
    low, high = counts_from_shares(np.round(rounded, 1), base, 1)
    assert ((low == high) & (low == small)).mean() < 0.25


def test_rounding_hides_and_says_what_it_hides() -> None:
    counts = np.arange(0, 60, dtype=np.float64)
    shown = round_to(counts, 5)
    low, high = rounding_interval(shown, 5)
    assert ((low <= counts) & (counts <= high)).all()
    assert (high - low)[counts > 2].min() == 4
    assert round_to(np.array([12_349.0, 50.0]), 100).tolist() == [12_300.0, 100.0]


def test_small_changes_between_releases_tell() -> None:
    before, after = np.array([40.0, 40, 40, np.nan]), np.array([40.0, 41, 55, 12])
    assert telling_changes(before, after, 10).tolist() == [False, True, False, False]
