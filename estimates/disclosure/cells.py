"""The unweighted counts of a release as linked additive cells: what adds up to what, in all its tables at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

NONE = -1


@dataclass(frozen=True)
class RoundedRows:
    """Rows of a release whose numbers are printed rounded, and the counts that these may stand for.

    Parameters
    ----------
    rows : (R,) bool
        Rows about victims, printed rounded when they are printed.
    low, high : mapping of str to (R,) float
        By ``cases``, ``base`` and ``rest``: smallest and largest count that prints the same; -inf and inf where
        nothing is told, and in rows printed exact.
    base : int
        Multiple to which their weighted totals are rounded.
    """

    rows: NDArray[np.bool_]
    low: Mapping[str, NDArray[np.float64]]
    high: Mapping[str, NDArray[np.float64]]
    base: int


@dataclass(frozen=True)
class LinkedCells:
    """Counts of one release and the sums that hold between them.

    Parameters
    ----------
    count : (C,) int
        Unweighted contributors of every cell.
    victim : (C,) bool
        Cells of figures about victims: with the attribute, or without it.
    primary : (C,) bool
        Victim cells that break the rule of least contributors.
    total, part : (L,) int
        One link each: cell ``part`` is inside cell ``total`` in sum number ``sum_of``.
    sum_of : (L,) int
        Number of the sum; every sum has one total.
    cases_of_row, base_of_row, rest_of_row : (R,) int
        Cells that a row of the table tells when it is shown: those with the attribute, the base, and those
        without it; -1 for none.
    rounded : RoundedRows, optional
        Rows printed rounded; none where all that is shown is exact.
    """

    count: NDArray[np.int64]
    victim: NDArray[np.bool_]
    primary: NDArray[np.bool_]
    total: NDArray[np.int64]
    part: NDArray[np.int64]
    sum_of: NDArray[np.int64]
    cases_of_row: NDArray[np.int64]
    base_of_row: NDArray[np.int64]
    rest_of_row: NDArray[np.int64]
    rounded: RoundedRows | None = None

    def __post_init__(self) -> None:
        gap = self.relations() @ self.count
        if gap.size and np.abs(gap).max() > 0:
            raise ValueError(f"{int(np.count_nonzero(gap))} sums of the release do not hold")

    def relations(self) -> csr_array:
        """Matrix of sums A, (sums, C): A @ count = 0, with 1 for the parts and -1 for the total."""
        sums = int(self.sum_of.max()) + 1 if self.sum_of.size else 0
        first = np.unique(self.sum_of, return_index=True)[1]
        rows = np.concatenate([self.sum_of, self.sum_of[first]])
        columns = np.concatenate([self.part, self.total[first]])
        values = np.concatenate([np.ones(self.part.size), -np.ones(first.size)])
        return csr_array((values, (rows, columns)), shape=(sums, self.count.size))

    def told_by(self, shown: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Cells whose exact count the shown rows print or give by percentage times base: (C,) bool."""
        told = np.zeros(self.count.size, dtype=bool)
        exact = shown if self.rounded is None else shown & ~self.rounded.rows
        for cells in (self.cases_of_row, self.base_of_row, self.rest_of_row):
            at = cells[exact]
            told[at[at >= 0]] = True
        return told

    def rounded_bounds(self, shown: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Bound the counts by the shown rounded rows: (C,) and (C,) float, infinite where they tell nothing."""
        low, high = np.full(self.count.size, -np.inf), np.full(self.count.size, np.inf)
        if self.rounded is not None:
            chosen = shown & self.rounded.rows
            for name in ("cases", "base", "rest"):
                cells = getattr(self, f"{name}_of_row")
                at = chosen & (cells >= 0)
                np.maximum.at(low, cells[at], self.rounded.low[name][at])
                np.minimum.at(high, cells[at], self.rounded.high[name][at])
        return low, high


@dataclass
class CellBook:
    """Cells and sums while a release is read; sets known to be the same are one cell."""

    count: list[int] = field(default_factory=list)
    victim: list[bool] = field(default_factory=list)
    primary: list[bool] = field(default_factory=list)
    sums: dict[tuple[int, tuple[int, ...]], None] = field(default_factory=dict)
    defined: dict[tuple[str, Hashable], int] = field(default_factory=dict)
    alike: dict[tuple[str, int], list[int]] = field(default_factory=dict)

    def cell(
        self,
        level: str,
        count: int,
        members: int,
        definition: Hashable | None = None,
        forbidden: Callable[[int], bool] = lambda cell: False,
    ) -> int:
        """Return the cell of a set of contributors.

        Parameters
        ----------
        level : str
            Level of the contributors.
        count : int
            How many they are.
        members : int
            Tells sets of other members apart; empty sets are all alike and it tells nothing of them.
        definition : hashable, optional
            Sets of one level with the same definition are one cell, also when empty.
        forbidden : callable
            Cells that this set must not be taken for.
        """
        found = self.defined.get((level, definition)) if definition is not None else None
        if found is not None and not forbidden(found):
            return found
        others = self.alike.setdefault((level, members), []) if count else []
        same = next((cell for cell in others if not forbidden(cell)), None)
        if same is None:
            self.count.append(count)
            self.victim.append(False)
            self.primary.append(False)
            same = len(self.count) - 1
            others.append(same)
        if definition is not None:
            self.defined.setdefault((level, definition), same)
        return same

    def add_sum(self, total: int, parts: Sequence[int]) -> None:
        """State that parts add up to a total; a sum with itself says nothing."""
        if list(parts) != [total] and parts:
            self.sums.setdefault((total, tuple(sorted(parts))))

    def close(
        self, cases: NDArray[np.int64], base: NDArray[np.int64], rest: NDArray[np.int64]
    ) -> LinkedCells:
        """Make the linked cells."""
        total = [whole for whole, parts in self.sums for _ in parts]
        part = [cell for _, parts in self.sums for cell in parts]
        number = [place for place, (_, parts) in enumerate(self.sums) for _ in parts]
        return LinkedCells(
            np.array(self.count, dtype=np.int64), np.array(self.victim, dtype=bool),
            np.array(self.primary, dtype=bool), np.array(total, dtype=np.int64),
            np.array(part, dtype=np.int64), np.array(number, dtype=np.int64), cases, base, rest,
        )  # fmt: skip
