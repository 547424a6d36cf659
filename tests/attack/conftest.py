"""Tables of the size of the 2018 study, as linked cells, with and without protection."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from estimates.disclosure.cells import CellBook, LinkedCells

Crossed = Callable[[NDArray[np.int64]], LinkedCells]


def crossed_cells(counts: NDArray[np.int64], minimum: int = 10) -> LinkedCells:
    """One row for every cell of a cross and of all its margins; every cell is a victim count."""
    book = CellBook()
    marks = iter(range(10**9))
    place: dict[tuple[int | None, ...], int] = {}
    for key in product(*([*range(size), None] for size in counts.shape)):
        chosen = counts[tuple(slice(None) if code is None else code for code in key)]
        cell = book.cell("household", int(chosen.sum()), next(marks))
        book.victim[cell] = True
        book.primary[cell] = int(chosen.sum()) < minimum
        place[key] = cell
    for key, cell in place.items():
        for axis, code in enumerate(key):
            if code is None:
                parts = [place[(*key[:axis], part, *key[axis + 1 :])] for part in range(counts.shape[axis])]
                book.add_sum(cell, parts)
    rows = np.array(list(place.values()), dtype=np.int64)
    none = np.full(rows.size, -1, dtype=np.int64)
    return book.close(rows, none, none)


@pytest.fixture
def crossed() -> Crossed:
    return crossed_cells


def families(shape: tuple[int, ...], total: int, seed: int, skew: float = 1.0) -> NDArray[np.int64]:
    """Counts of a cross whose margins are unequal like those of departments and municipalities."""
    generator = np.random.default_rng(seed)
    share = np.ones(shape)
    for axis, size in enumerate(shape):
        margin = np.arange(1, size + 1.0) ** -skew
        share = share * generator.permutation(margin).reshape([-1 if a == axis else 1 for a in range(len(shape))])
    share = share * generator.gamma(1.0, size=shape)
    return generator.multinomial(total, (share / share.sum()).ravel()).reshape(shape).astype(np.int64)


@pytest.fixture
def draw() -> Callable[..., NDArray[np.int64]]:
    return families
