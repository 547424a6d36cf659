"""How closely an attacker who knows the rules can bound every hidden count, by linear programming."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from estimates.disclosure.cells import LinkedCells
from estimates.disclosure.linear_program import least

SLACK = 1e-6
FloatVector = NDArray[np.float64]


@dataclass(frozen=True)
class ProtectionRule:
    """What an attacker may at most learn of a hidden victim count.

    Parameters
    ----------
    minimum_cases : int
        Counts below it are hidden; attackers know that.
    width : int
        Least distance between the smallest and the largest count that remain possible. Never more than
        the rule itself leaves: ``minimum_cases - 1``.
    cases_of_cell, width_of_cell : (C,) int, optional
        Both where an edition asks more of some cells, see `estimates.disclosure.edition_rules`.
    """

    minimum_cases: int = 10
    width: int = 5
    cases_of_cell: NDArray[np.int64] | None = None
    width_of_cell: NDArray[np.int64] | None = None

    @property
    def needed(self) -> int:
        """Width asked of every hidden victim count."""
        return max(1, min(self.width, self.minimum_cases - 1))

    def cases(self, cells: int) -> NDArray[np.int64]:
        """Return the least number of cases of each of so many cells: (cells,)."""
        return np.full(cells, self.minimum_cases) if self.cases_of_cell is None else self.cases_of_cell

    def room(self, cells: int) -> NDArray[np.int64]:
        """Return the width asked of each of so many cells: (cells,)."""
        width = np.full(cells, self.width) if self.width_of_cell is None else self.width_of_cell
        return np.maximum(1, np.minimum(width, self.cases(cells) - 1))


@dataclass(frozen=True)
class Audit:
    """Result of an attack on one release.

    Parameters
    ----------
    cell : (p,) int
        The primary cells.
    low, high : (p,) float
        Bounds that the attacker reaches.
    needed : (p,) int
        Width that the rule asks of each.
    """

    cell: NDArray[np.int64]
    low: FloatVector
    high: FloatVector
    needed: NDArray[np.int64]

    @property
    def exposed(self) -> NDArray[np.bool_]:
        """Cells bounded tighter than the rule: (p,) bool."""
        return np.asarray(self.high - self.low < self.needed - SLACK, dtype=bool)

    @property
    def exact(self) -> NDArray[np.bool_]:
        """Cells of which the attacker knows the count: (p,) bool."""
        return np.asarray(np.floor(self.high + SLACK) - np.ceil(self.low - SLACK) < 1, dtype=bool)


def audit(
    cells: LinkedCells, low: FloatVector, high: FloatVector, rule: ProtectionRule, *, full: bool = False,
    only: NDArray[np.int64] | None = None,
) -> Audit:  # fmt: skip
    """Bound every primary cell by what a release tells.

    Parameters
    ----------
    cells : LinkedCells
        The cells and their sums.
    low, high : (C,) float
        What the attacker knows of each cell before using the sums, see `public_knowledge`; equal where the
        count is printed, apart where it is printed rounded.
    rule : ProtectionRule
        Width that must remain.
    full : bool
        Solve for the bounds of every cell. Otherwise a cell is left as soon as solutions for others have shown
        it wide enough: then its bounds are inside the true ones, and which cells are exposed is the same.
    only : (p,) int, optional
        Primary cells to bound, in order; all by default.

    Returns
    -------
    Audit
        Bounds of every primary cell.

    Notes
    -----
    For each hidden cell p the attacker solves ``min x_p`` and ``max x_p`` subject to ``A x = 0`` and
    ``low <= x <= high``. Sums fall apart into pieces once printed counts are put in; each piece is a problem
    of its own. Counts are whole numbers, so an interval holds ``floor(max) - ceil(min) + 1`` of them; the
    linear bounds are never tighter than those of whole numbers, and in tables of two dimensions equal.

    References
    ----------
    Fischetti, M. and Salazar, J. J. (2001). Solving the cell suppression problem on tabular data with linear
    constraints. Management Science 47(7).
    """
    cell = np.flatnonzero(cells.primary) if only is None else only
    bound_low, bound_high = low[cell].copy(), high[cell].copy()
    room = rule.room(cells.count.size)
    matrix = cells.relations()
    free = high - low > SLACK
    piece = _pieces(matrix, free)
    for number in np.unique(piece[cell[free[cell]]]):
        inside = np.flatnonzero(free & (piece == number))
        rows = np.unique(matrix[:, inside].nonzero()[0])
        if rows.size == 0:
            continue
        part = matrix[rows]
        fixed = np.where(free, 0.0, low)
        target = -(part @ fixed)
        equations = csr_array(part[:, inside])
        solved = _Solved(equations, target, low[inside], high[inside], cells.count[inside].astype(np.float64))
        hidden = np.flatnonzero(np.isin(inside, cell))
        if not full:
            solved.widen(hidden, room[inside])
        for here in hidden:
            place = int(np.searchsorted(cell, inside[here]))
            direction = np.zeros(inside.size)
            direction[here] = 1.0
            for sign in (1.0, -1.0):
                if full or solved.high[here] - solved.low[here] < room[inside[here]]:
                    solved.towards(sign * direction)
            bound_low[place], bound_high[place] = solved.low[here], solved.high[here]
    return Audit(cell, bound_low, bound_high, room[cell])


def public_knowledge(
    cells: LinkedCells, shown: NDArray[np.bool_], reasons: list[str], rule: ProtectionRule
) -> tuple[FloatVector, FloatVector]:
    """Say what everybody knows of each cell before adding anything up.

    Parameters
    ----------
    cells : LinkedCells
        The cells.
    shown : (R,) bool
        Rows whose numbers are published.
    reasons : list of str
        Published reason of every row: "fewer than 30 cases" is a bound too.
    rule : ProtectionRule
        Its threshold is public: a hidden primary count is between 0 and the threshold minus 1, and a victim
        count hidden for another reason is not below the threshold.

    Returns
    -------
    low, high : (C,) float
        Equal where the count is told exactly; apart where it is told rounded.
    """
    count = cells.count.astype(np.float64)
    low = np.zeros(count.size)
    high = np.full(count.size, np.inf)
    least = rule.cases(count.size).astype(np.float64)
    small = cells.primary & (count < least)
    high[small] = least[small] - 1
    # Said of hidden rows only: of cells of no row nothing is said.
    of_rows = np.concatenate([cells.cases_of_row, cells.rest_of_row])
    said = np.zeros(count.size, dtype=bool)
    said[of_rows[of_rows >= 0]] = True
    larger = cells.victim & ~cells.primary & said
    low[larger] = np.minimum(count[larger], least[larger])
    for row in np.flatnonzero(~shown):
        limit = _stated_limit(reasons[row])
        cell = cells.cases_of_row[row]
        if limit is not None and cell >= 0 and count[cell] < limit:
            high[cell] = min(high[cell], limit - 1)
    rounded_low, rounded_high = cells.rounded_bounds(shown)
    low, high = np.maximum(low, rounded_low), np.minimum(high, rounded_high)
    told = cells.told_by(shown)
    low[told] = high[told] = count[told]
    return low, high


def _stated_limit(reason: str) -> int | None:
    for word in reason.split(";"):
        _, found, after = word.partition("cases_under_")
        if found and after.isdigit():
            return int(after)
    return None


def _pieces(matrix: csr_array, free: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give numbers to the groups of unknown cells that share sums: (C,) int."""
    sums, count = matrix.shape
    links = matrix.tocoo()
    kept = free[links.coords[1]]
    graph = csr_array(
        (np.ones(int(kept.sum())), (links.coords[0][kept] + count, links.coords[1][kept])),
        shape=(count + sums, count + sums),
    )
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels[:count], dtype=np.int64)


class _Solved:
    """Releases that would look the same, and the range of every cell over all of them found so far."""

    def __init__(
        self, equations: csr_array, target: FloatVector, lowest: FloatVector, highest: FloatVector, truth: FloatVector
    ) -> None:
        self.problem = (equations, target, lowest, highest)
        self.low, self.high = truth.copy(), truth.copy()

    def towards(self, cost: FloatVector) -> None:
        """Find the release that lies farthest against a cost."""
        found = least(cost, *self.problem)
        if found is None:
            raise ValueError("what is published cannot hold together: a hidden cell has no possible count")
        self.low, self.high = np.minimum(self.low, found), np.maximum(self.high, found)

    def widen(self, cells: NDArray[np.int64], needed: NDArray[np.int64]) -> None:
        """Move many cells at once, in directions that are always the same, as long as that settles some."""
        signs = np.random.default_rng(5)
        narrow = cells
        while narrow.size > 4:
            cost = np.zeros(self.low.size)
            cost[narrow] = signs.choice([-1.0, 1.0], size=narrow.size)
            self.towards(cost)
            self.towards(-cost)
            still = narrow[self.high[narrow] - self.low[narrow] < needed[narrow]]
            if still.size > 0.95 * narrow.size:
                return
            narrow = still
