"""Weights that tell nothing of their place: means of rows alike in weight and different in stratum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatVector = NDArray[np.float64]
IntVector = NDArray[np.int64]


def masked_weights(
    weight: FloatVector, cell: IntVector, stratum: IntVector, *, rows: int, strata: int, step: float = 0.0
) -> FloatVector:
    r"""Replace weights by the mean of a group of like weights.

    Parameters
    ----------
    weight : (n,) float
        Weights.
    cell : (n,) int
        Cells that keep their sum of weights: those of variables that are in the file.
    stratum : (n,) int
        Sampling stratum of each row, which a weight must not tell.
    rows, strata : int
        Least number of rows, and of strata, that share one weight.
    step : float
        Multiple to which the means are rounded; 0 for none. Rounded up or down so that the sum of the cell drifts by
        less than one step for each row of a group.

    Returns
    -------
    (n,) float

    Raises
    ------
    ValueError
        The whole file has fewer rows or strata than asked.

    Notes
    -----
    Within a cell rows are put in order of weight and cut into groups as soon as one has ``rows`` rows of ``strata``
    strata; what is left over at the end joins the last group. Cells that cannot make a single group are put together.
    The sum of a cell stays (Univariate microaggregation).

    References
    ----------
    Domingo-Ferrer and Mateo-Sanz (2002), Practical data-oriented microaggregation, IEEE TKDE 14(1); Hundepool et al.
    (2012), section 3.7.2.
    """
    groups = _groups(weight, cell, stratum, rows, strata)
    result = np.empty_like(weight)
    carried: dict[int, float] = {}
    for group in groups:
        mean = float(weight[group].mean())
        if step > 0:
            # What rounding took or gave before in this cell is made up for in the next group.
            place = int(cell[group[0]])
            wanted = mean + carried.get(place, 0.0) / group.size
            rounded = max(step, np.floor(wanted / step + 0.5) * step)
            carried[place] = (wanted - rounded) * group.size
            mean = rounded
        result[group] = mean
    return result


def _groups(weight: FloatVector, cell: IntVector, stratum: IntVector, rows: int, strata: int) -> list[IntVector]:
    found: list[IntVector] = []
    left: list[IntVector] = []
    for code in np.unique(cell):
        inside = np.flatnonzero(cell == code)
        made = _cut(inside[np.lexsort((inside, weight[inside]))], stratum, rows, strata)
        if made:
            found += made
        else:
            left.append(inside)
    if left:
        together = np.concatenate(left)
        made = _cut(together[np.lexsort((together, weight[together]))], stratum, rows, strata)
        while not made and found:
            together = np.concatenate([together, found.pop()])
            made = _cut(together[np.lexsort((together, weight[together]))], stratum, rows, strata)
        if not made:
            raise ValueError(f"{weight.size} rows cannot make a group of {rows} rows of {strata} strata")
        found += made
    return found


def _cut(order: IntVector, stratum: IntVector, rows: int, strata: int) -> list[IntVector]:
    made: list[IntVector] = []
    start = 0
    seen: set[int] = set()
    for place, row in enumerate(order):
        seen.add(int(stratum[row]))
        if place + 1 - start >= rows and len(seen) >= strata:
            made.append(order[start : place + 1])
            start, seen = place + 1, set()
    if made and start < order.size:
        made[-1] = np.concatenate([made[-1], order[start:]])
    return made


def fewest_strata(told: IntVector, stratum: IntVector) -> int:
    """Fewest strata that share one value of what is told (a weight, a variance unit); 0 without rows."""
    if told.size == 0:
        return 0
    pairs = np.unique(np.column_stack([told, stratum]), axis=0)
    return int(np.unique(pairs[:, 0], return_counts=True)[1].min())
