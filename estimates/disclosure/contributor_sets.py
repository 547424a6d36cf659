"""Which sets of contributors are one cell: those that an attacker knows to be the same persons."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from estimates.disclosure.cells import CellBook

IntVector = NDArray[np.int64]
BoolVector = NDArray[np.bool_]


class ContributorSets:
    """The cells of one measure, domain by domain.

    Parameters
    ----------
    book : CellBook
        Cells of all measures.
    level : str
        Level of the rows.
    mark : (n,) int
        A random number for every row; a set is known by the sum of the marks of its members.

    Notes
    -----
    Sets of the same members are one cell, whatever tables they appear in: the movers of 2016 are a code of one
    table and a domain of another. Two exceptions, because there equality is chance and no knowledge: a base and
    its part when the other part is empty, and a domain and a finer one when its other finer ones are empty.
    Empty sets are one cell only when they are defined alike: same rows counted, same domain.
    """

    def __init__(self, book: CellBook, level: str, mark: IntVector) -> None:
        self.book, self.level, self.mark = book, level, mark
        self.domain_of_cell: dict[int, int] = {}

    def cells(
        self, counted: BoolVector, domain: IntVector, present: IntVector, *, apart_from: IntVector | None = None
    ) -> IntVector:
        """Enter the sets of the counted rows in every domain.

        Parameters
        ----------
        counted : (n,) bool
            Rows counted, in any domain.
        domain : (n,) int
            Domain of every row, -1 outside.
        present : (D,) int
            Domains wanted, ascending.
        apart_from : (D,) int, optional
            Cells that these must not be taken for.

        Returns
        -------
        (D,) int
            Their cells.
        """
        place = np.searchsorted(present, domain.clip(min=0)).clip(max=max(present.size - 1, 0))
        inside = (domain >= 0) & (present[place] == domain) if present.size else np.zeros(domain.size, dtype=bool)
        chosen = counted & inside
        counts = np.bincount(place[chosen], minlength=present.size)
        members = self._marks(chosen, place, present.size)
        of_domain = self._marks(inside, place, present.size)
        what = int(self.mark[counted].sum())
        found = np.empty(present.size, dtype=np.int64)
        for at, (count, member, where) in enumerate(
            zip(counts.tolist(), members.tolist(), of_domain.tolist(), strict=True)
        ):
            forbidden = self._forbidden(where, None if apart_from is None else int(apart_from[at]))
            definition = (what, where) if what and where else None
            found[at] = self.book.cell(self.level, count, member, definition, forbidden)
            self.domain_of_cell.setdefault(int(found[at]), where)
        return found

    def _forbidden(self, where: int, other: int | None) -> Callable[[int], bool]:
        return lambda cell: cell == other or self.domain_of_cell.get(cell, where) != where

    def _marks(self, chosen: BoolVector, place: IntVector, size: int) -> IntVector:
        marks = np.zeros(size, dtype=np.int64)
        np.add.at(marks, place[chosen], self.mark[chosen])
        return marks
