"""Editions of one study: protected apart they give hidden counts away together, protected as one they do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from estimates.disclosure.audit import Audit, ProtectionRule, audit, public_knowledge
from estimates.disclosure.cells import LinkedCells
from estimates.disclosure.edition_rules import edition_rows, hide_small, in_public, with_edition_rules
from estimates.disclosure.release import protect_release, shown_rows
from estimates.disclosure.suppression import row_prices, suppress
from estimates.protection import NUMBER_COLUMNS
from surveys.dictionary import Label
from surveys.editions import Disclosure, Edition, Editions

Crossed = Callable[[NDArray[np.int64]], LinkedCells]
Draw = Callable[..., NDArray[np.int64]]
RULE = ProtectionRule(10, 5)
NAME = Label("x", "x")
SHAPE = (6, 4)


def frame_of(table: NDArray[np.int64]) -> pd.DataFrame:
    """Estimate rows in the order of the cells that `crossed` makes."""
    places = [range(size) for size in table.shape]
    keys = [(a, b) for a in (*places[0], None) for b in (*places[1], None)]
    frame = pd.DataFrame({
        "study": "x", "indicator": "victims",
        **{name: ["_T" if key[axis] is None else str(key[axis]) for key in keys] for axis, name in enumerate("ab")},
        **dict.fromkeys(NUMBER_COLUMNS, 1.0), "unit": "families", "status": "reliable", "reason": "",
    })  # fmt: skip
    return frame


def editions(public_cases: int = 10, width: int = 5) -> Editions:
    """Totals and one margin for everybody, everything for institutions."""
    return Editions((
        Edition("open", "public", NAME, breakdowns=("a",), disclosure=Disclosure(public_cases, width)),
        Edition("office", "institutions", NAME, disclosure=Disclosure(10, 5)),
    ))  # fmt: skip


def open_to_all(cells: LinkedCells) -> LinkedCells:
    """The same cells before any rule."""
    return replace(cells, primary=np.zeros_like(cells.primary))


def attacked(cells: LinkedCells, told: NDArray[np.bool_], rule: ProtectionRule, reasons: list[str]) -> Audit:
    low, high = public_knowledge(cells, told, reasons, rule)
    return audit(cells, low, high, rule, full=True)


def alone(cells: LinkedCells, rows: NDArray[np.bool_], margins_first: bool) -> NDArray[np.bool_]:
    """Rows that one edition would show if nobody thought of the other."""
    shown = rows & ~cells.primary[cells.cases_of_row]
    count = cells.count[cells.cases_of_row]
    price = row_prices(np.zeros(count.size, dtype=np.int64), count)
    return shown & ~suppress(cells, shown, [""] * shown.size, price if margins_first else 1 / price, RULE).rows


def test_editions_protected_apart_leak_and_protected_together_do_not(crossed: Crossed, draw: Draw) -> None:
    leaking = 0
    for seed in range(8):
        table = draw(SHAPE, 700, seed)
        cells, frame = crossed(table), frame_of(table)
        marked = hide_small(frame, open_to_all(cells), cells)
        reasons = marked["reason"].astype(str).tolist()
        parts = edition_rows(marked, editions().declared)
        apart = [alone(cells, rows, first) for rows, first in zip(parts, (True, False), strict=True)]
        for told in apart:
            assert not attacked(cells, told, RULE, reasons).exposed.any()
        leaking += bool(attacked(cells, apart[0] | apart[1], RULE, reasons).exposed.any())
        together = protect_release(marked, cells, RULE)
        shown = shown_rows(together.frame)
        found = attacked(cells, shown, RULE, together.frame["reason"].astype(str).tolist())
        assert found.cell.size > 0
        assert not found.exposed.any()
        for rows in parts:
            assert not attacked(cells, shown & rows, RULE, reasons).exposed.any()
    assert leaking >= 4


@pytest.mark.parametrize("seed", range(4))
def test_what_a_stricter_edition_hides_no_other_shows(seed: int, crossed: Crossed, draw: Draw) -> None:
    table = draw(SHAPE, 900, seed)
    cells, frame = crossed(table), frame_of(table)
    declared = editions(public_cases=120, width=12)
    joint, rule = with_edition_rules(frame, cells, RULE, declared)
    of_public = in_public(frame, declared)
    count = cells.count[cells.cases_of_row]
    marked = hide_small(hide_small(frame, open_to_all(cells), cells), cells, joint)
    small = ~shown_rows(marked)
    np.testing.assert_array_equal(small, np.where(of_public, count < 120, count < 10))
    together = protect_release(marked, joint, rule)
    found = attacked(joint, shown_rows(together.frame), rule, together.frame["reason"].astype(str).tolist())
    assert not found.exposed.any()
    strict = np.isin(found.cell, cells.cases_of_row[of_public])
    assert strict.any()
    assert (found.high - found.low)[strict].min() >= 12 - 1e-6
    # a margin of 10 to 119 cases is told by neither edition, although the rule of the office alone would show it
    between = of_public & (count >= 10) & (count < 120)
    assert not shown_rows(together.frame)[between].any()


def test_editions_that_ask_no_more_change_nothing(crossed: Crossed, draw: Draw) -> None:
    table = draw(SHAPE, 700, 1)
    cells, frame = crossed(table), frame_of(table)
    joint, rule = with_edition_rules(frame, cells, RULE, editions())
    assert joint is cells
    assert rule is RULE
    assert hide_small(frame, cells, joint) is frame
    assert with_edition_rules(frame, cells, RULE, Editions())[0] is cells


def test_rows_belong_to_editions_by_indicator_and_breakdown() -> None:
    frame = frame_of(np.ones((1, 1), dtype=np.int64))
    part = frame.assign(indicator="other.1")
    both = pd.concat([frame, part], ignore_index=True)
    few = Edition("few", "institutions", NAME, indicators=("other",), breakdowns=("b",))
    rows = edition_rows(both, [few])[0]
    assert both[rows][["indicator", "a", "b"]].to_numpy().tolist() == [["other.1", "_T", "0"], ["other.1", "_T", "_T"]]
