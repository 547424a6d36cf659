"""Which further rows to hide so that no hidden victim count can be worked out from those that are shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack
from scipy.sparse.csgraph import connected_components

from estimates.disclosure.audit import Audit, ProtectionRule, audit, public_knowledge
from estimates.disclosure.cells import LinkedCells
from estimates.disclosure.linear_program import least

MOVED = 1e-7
TRIES = 400
AUDITED = 4000
FloatVector = NDArray[np.float64]
BoolVector = NDArray[np.bool_]


@dataclass(frozen=True)
class Suppression:
    """Rows hidden to protect others.

    Parameters
    ----------
    rows : (R,) bool
        Hidden by complementary suppression.
    last : Audit
        What an attacker learns after it; nothing exposed unless protection is impossible.
    """

    rows: BoolVector
    last: Audit


def suppress(
    cells: LinkedCells, shown: BoolVector, reasons: list[str], price: FloatVector, rule: ProtectionRule
) -> Suppression:
    """Hide rows until every primary cell keeps an interval as wide as the rule.

    Parameters
    ----------
    cells : LinkedCells
        Cells of all tables of the release and their sums.
    shown : (R,) bool
        Rows that are published before this step.
    reasons : list of str
        Published reason of every row.
    price : (R,) float
        What hiding each row costs, positive: see `row_prices`.
    rule : ProtectionRule
        Width that must remain.

    Returns
    -------
    Suppression
        The same for the same input: nothing in it is random.

    Notes
    -----
    For one exposed cell p with room d to gain, the cheapest pattern solves ``min sum_i price_i |y_i|`` subject
    to ``A y = 0``, ``y_p = d`` and ``x + y`` inside what the attacker believes possible. Cells that move
    (``y_i != 0``) are hidden: then both x and x + y explain what is published. Cells are treated in order of
    their number, and the release is audited again in between, because one pattern often protects several. A
    last pass shows rows again whose hiding proved unnecessary.

    References
    ----------
    Kelly, J. P., Golden, B. L. and Assad, A. A. (1992). Cell suppression: disclosure protection for sensitive
    tabular data. Networks 22(4). Fischetti and Salazar (2001), see `audit`.
    """
    now = shown.copy()
    _hide_rows_that_tell(cells, now, cells.primary)
    matrix = cells.relations()
    linked = _linked(matrix, cells.count.size)
    tried: set[int] = set()
    result = _audited(cells, now, reasons, rule)
    exposed = result.cell[result.exposed]
    for _ in range(TRIES):
        left = [int(cell) for cell in exposed if int(cell) not in tried]
        if not left:
            break
        # Many at a time while many are left; the last ones singly, because one pattern often protects several.
        for cell in left[: 1 + len(left) // 8]:
            tried.add(cell)
            moved, beyond = _pattern(cells, matrix, linked, cell, now, reasons, price, rule)
            _hide_rows_that_tell(cells, now, moved, beyond)
        # Hiding more never narrows a bound: cells found safe stay safe.
        result = _audited(cells, now, reasons, rule, exposed)
        exposed = result.cell[result.exposed]
    if exposed.size:
        result = _audited(cells, now, reasons, rule)
    else:
        result = _show_again(cells, now, shown, reasons, price, rule)
    return Suppression(shown & ~now, result)


def row_prices(dimensions: NDArray[np.int64], counts: NDArray[np.int64]) -> FloatVector:
    """Price of hiding each row: national rows are kept before rows of a cross, large before small.

    Parameters
    ----------
    dimensions : (R,) int
        Number of breakdowns of the row.
    counts : (R,) int
        Its base.

    Returns
    -------
    (R,) float
        ``(1 + ln(1 + n)) * 50 ** (2 - dimensions)``, at least the first factor.
    """
    size = 1.0 + np.log1p(np.maximum(counts, 0).astype(np.float64))
    return np.asarray(size * np.maximum(50.0 ** (2.0 - dimensions), 1.0), dtype=np.float64)


def _audited(
    cells: LinkedCells, shown: BoolVector, reasons: list[str], rule: ProtectionRule,
    only: NDArray[np.int64] | None = None,
) -> Audit:  # fmt: skip
    low, high = public_knowledge(cells, shown, reasons, rule)
    return audit(cells, low, high, rule, only=only)


def _hide_rows_that_tell(
    cells: LinkedCells, shown: BoolVector, secret: BoolVector, beyond: BoolVector | None = None
) -> None:
    """Hide rows of secret cells; a row printed rounded only when a cell must move beyond its rounding, if given."""
    for of_row in (cells.cases_of_row, cells.base_of_row, cells.rest_of_row):
        told = (of_row >= 0) & secret[np.maximum(of_row, 0)]
        if cells.rounded is not None and beyond is not None:
            told = np.where(cells.rounded.rows, (of_row >= 0) & beyond[np.maximum(of_row, 0)], told)
        shown &= ~told


def _linked(matrix: csr_array, count: int) -> NDArray[np.int64]:
    bipartite = matrix.tocoo()
    sums = matrix.shape[0]
    graph = csr_array(
        (np.ones(bipartite.nnz), (bipartite.coords[0] + count, bipartite.coords[1])), shape=(count + sums,) * 2
    )
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _pattern(
    cells: LinkedCells,
    matrix: csr_array,
    linked: NDArray[np.int64],
    target: int,
    shown: BoolVector,
    reasons: list[str],
    price: FloatVector,
    rule: ProtectionRule,
) -> tuple[BoolVector, BoolVector]:
    """Cells that must move for the target to be able to move by the width of the rule, at all and beyond rounding."""
    inside = np.flatnonzero(linked[: cells.count.size] == linked[target])
    rows = np.unique(matrix[:, inside].nonzero()[0])
    moved, beyond = np.zeros(cells.count.size, dtype=bool), np.zeros(cells.count.size, dtype=bool)
    if rows.size == 0:
        return moved, beyond
    low, high = public_knowledge(cells, np.zeros_like(shown), reasons, rule)
    count = cells.count.astype(np.float64)
    cost, cost_beyond = np.zeros(count.size), np.zeros(count.size)
    for of_row in (cells.cases_of_row, cells.base_of_row, cells.rest_of_row):
        for charged, exact in ((cost, True), (cost_beyond, False)):
            telling = shown & (of_row >= 0)
            if cells.rounded is not None:
                telling &= cells.rounded.rows != exact
            elif not exact:
                continue
            np.add.at(charged, of_row[telling], price[telling])
    # Inside its rounding a cell moves without any rounded row having to be hidden for it.
    room_low, room_high = cells.rounded_bounds(shown)
    room_fall, room_rise = count - room_low, room_high - count
    needed = int(rule.room(count.size)[target])
    up = float(min(high[target] - count[target], needed))
    down = min(needed - up, count[target] - low[target])
    equations = csr_array(matrix[rows][:, inside])
    here = int(np.flatnonzero(inside == target)[0])
    for distance in (up, -down):
        if abs(distance) < MOVED:
            continue
        # A cell already hidden to protect this one is free to use in the other direction.
        free_of_cost = np.where(moved[inside], 0.0, cost[inside])
        further = free_of_cost + np.where(beyond[inside], 0.0, cost_beyond[inside])
        rise = np.column_stack([np.zeros(inside.size), high[inside] - count[inside]])
        fall = np.column_stack([np.zeros(inside.size), count[inside] - low[inside]])
        rise[here] = max(distance, 0.0)
        fall[here] = max(-distance, 0.0)
        near = [np.column_stack([np.zeros(inside.size), np.minimum(move[:, 1], room[inside])])
                for move, room in ((rise, room_rise), (fall, room_fall))]  # fmt: skip
        near[0][here], near[1][here] = 0.0, 0.0
        beside = [np.where(np.isfinite(close), move - np.nan_to_num(close, posinf=0.0), 0.0)
                  for close, move in zip(near, (rise, fall), strict=True)]  # fmt: skip
        steps = [rise, fall] if cells.rounded is None else [*near, *beside]
        prices = [free_of_cost] * (len(steps) - 2) + [further, further]
        found = least(
            np.concatenate(prices) + 1e-6, csr_array(hstack([equations, -equations] * (len(steps) // 2))),
            np.zeros(rows.size), np.concatenate([step[:, 0] for step in steps]),
            np.concatenate([step[:, 1] for step in steps]),
        )  # fmt: skip
        if found is not None:
            up_down = found.reshape(len(steps), inside.size)
            change = up_down[0::2].sum(axis=0) - up_down[1::2].sum(axis=0)
            moved[inside[np.abs(change) > MOVED]] = True
            outside = (change > room_rise[inside] + MOVED) | (change < -room_fall[inside] - MOVED)
            beyond[inside[outside]] = True
    return moved & (cost > 0), beyond & (cost_beyond > 0)


def _show_again(
    cells: LinkedCells, now: BoolVector, shown: BoolVector, reasons: list[str], price: FloatVector,
    rule: ProtectionRule,
) -> Audit:  # fmt: skip
    hidden = np.flatnonzero(shown & ~now)
    tells_primary = np.zeros(now.size, dtype=bool)
    for of_row in (cells.cases_of_row, cells.base_of_row, cells.rest_of_row):
        tells_primary |= (of_row >= 0) & cells.primary[np.maximum(of_row, 0)]
    candidates = hidden[~tells_primary[hidden]]
    # Each needs an audit of its own, so large releases try only the rows most worth showing.
    tries = AUDITED // (1 + int(cells.primary.sum()))
    for row in candidates[np.argsort(-price[candidates], kind="stable")][:tries]:
        now[row] = True
        if _audited(cells, now, reasons, rule).exposed.any():
            now[row] = False
    return _audited(cells, now, reasons, rule)
