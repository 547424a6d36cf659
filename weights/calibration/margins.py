"""Known totals as margins, and the cells in which rows are alike for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatVector = NDArray[np.float64]
FloatMatrix = NDArray[np.float64]
IntVector = NDArray[np.int64]


@dataclass(frozen=True)
class Margin:
    """One known distribution: each row lies in one of its cells.

    Parameters
    ----------
    name : str
        Such as ``sex_by_age``.
    cell : (n,) int
        Cell of each row; -1 where the row is in none (it then counts for none).
    labels : tuple of str, length C
        Cells, for messages.
    totals : (C,) float
        Known number of population units in each.
    """

    name: str
    cell: IntVector
    labels: tuple[str, ...]
    totals: FloatVector

    def __post_init__(self) -> None:
        if self.totals.size != len(self.labels) or self.totals.ndim != 1:
            raise ValueError(f"margin {self.name}: {len(self.labels)} cells and {self.totals.size} totals")
        if not (np.isfinite(self.totals).all() and (self.totals >= 0).all()):
            raise ValueError(f"margin {self.name}: totals must be finite and 0 or more")
        if self.cell.size and not (int(self.cell.min()) >= -1 and int(self.cell.max()) < len(self.labels)):
            raise ValueError(f"margin {self.name}: a row points outside the cells")


@dataclass(frozen=True)
class Amount:
    """One known total of a number, such as last year's income or persons in the household.

    Parameters
    ----------
    name : str
        For messages.
    value : (n,) float
        Value of each row.
    total : float
        Known total over the population.
    cell : str
        For messages, where the number counts the members of one cell of a margin, such as women in the household.
    """

    name: str
    value: FloatVector
    total: float
    cell: str = ""


Control = Margin | Amount


@dataclass(frozen=True)
class ControlCells:
    """Rows grouped by what the controls see of them: the problem is solved on groups, not on rows.

    Parameters
    ----------
    group : (n,) int
        Group of each row.
    x : (G, k) float
        Auxiliary vector of each group.
    totals : (k,) float
        Known totals.
    names : tuple of (control, cell), length k
        What each column is.
    """

    group: IntVector
    x: FloatMatrix
    totals: FloatVector
    names: tuple[tuple[str, str], ...]


def control_cells(controls: Sequence[Control]) -> ControlCells:
    """Group rows that are alike for every control.

    Parameters
    ----------
    controls : sequence of Margin or Amount
        At least one, all of n rows.

    Returns
    -------
    ControlCells
        Margins alone give at most the product of their cells; an amount can make every row a group.
    """
    if not controls:
        raise ValueError("calibration needs at least one known total")
    rows = {c.cell.size if isinstance(c, Margin) else c.value.size for c in controls}
    if len(rows) != 1:
        raise ValueError("the controls do not describe the same rows")
    keys: list[NDArray[np.int64]] = []
    for control in controls:
        if isinstance(control, Margin):
            keys.append(control.cell)
        else:
            keys.append(np.unique(control.value, return_inverse=True)[1].astype(np.int64))
    combined, first = _grouped(keys)
    columns: list[FloatVector] = []
    names: list[tuple[str, str]] = []
    totals: list[float] = []
    for control in controls:
        if isinstance(control, Margin):
            here = control.cell[first]
            for cell, label in enumerate(control.labels):
                columns.append((here == cell).astype(np.float64))
                names.append((control.name, label))
            totals.extend(control.totals.tolist())
        else:
            columns.append(control.value[first].astype(np.float64))
            names.append((control.name, control.cell))
            totals.append(control.total)
    return ControlCells(combined, np.column_stack(columns), np.array(totals), tuple(names))


def _grouped(keys: Sequence[NDArray[np.int64]]) -> tuple[IntVector, IntVector]:
    """Give the combinations of keys that occur numbers, in order, and find one row of each."""
    rows = keys[0].size
    combined, cells = np.zeros(rows, dtype=np.int64), 1
    for key in keys:
        span = int(key.max(initial=-1)) + 2
        if cells * span > max(4 * rows, 1024):
            # Renumber, so that products of many cells neither overflow nor outgrow the rows.
            combined, cells = _renumbered(combined, cells)
        combined = combined * span
        combined += key
        combined += 1
        cells *= span
    combined, cells = _renumbered(combined, cells)
    first = np.empty(cells, dtype=np.int64)
    first[combined[::-1]] = np.arange(rows - 1, -1, -1)
    return combined, first


def _renumbered(key: IntVector, cells: int) -> tuple[IntVector, int]:
    if cells > 8 * key.size + 1024:
        found, group = np.unique(key, return_inverse=True)
        return group.astype(np.int64), found.size
    # A table of all cells is smaller than the rows: no sorting.
    there = np.zeros(cells, dtype=bool)
    there[key] = True
    return (np.cumsum(there) - 1)[key], int(np.count_nonzero(there))
