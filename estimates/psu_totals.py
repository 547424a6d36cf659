"""The one scan of the rows: weighted sums of every measure in every cell of every PSU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from estimates.measure import Coding, FloatVector, IntVector, Measure
from surveys.design import Design

FloatMatrix = npt.NDArray[np.float64]
MEASURES_AT_A_TIME = 16


@dataclass(frozen=True)
class CellIndex:
    """The (PSU, cell) pairs that hold rows; cells without rows in a PSU are never stored.

    Parameters
    ----------
    cells : int
        Cells of the breakdown, with or without rows.
    cell : (K,) int
        Cell of each pair.
    psu : (K,) int
        PSU of each pair; pairs are sorted by PSU, then by cell.
    membership : (K, n) sparse 0/1
        Which rows belong to each pair.
    row : (m,) int
        Rows inside the breakdown.
    cell_of_row : (m,) int
        Cell of each of those rows.
    """

    cells: int
    cell: IntVector
    psu: IntVector
    membership: sparse.csr_array
    row: IntVector
    cell_of_row: IntVector


@dataclass(frozen=True)
class PsuTotals:
    """Sums of one measure over the pairs of a breakdown.

    Parameters
    ----------
    numerator, denominator : (K,) float
        Weighted sums; the numerator is shifted by ``centre`` times the denominator so that digits are kept.
    weight : (K,) float
        Sum of weights of the base.
    n, cases : (K,) float
        Rows of the base, and those of them whose value is not 0.
    centre : float
        Provisional ratio that was taken out of the numerator.
    """

    numerator: FloatVector
    denominator: FloatVector
    weight: FloatVector
    n: FloatVector
    cases: FloatVector
    centre: float


def index_cells(codings: Sequence[Coding], design: Design) -> CellIndex:
    """Find the (PSU, cell) pairs of the cross of some codings.

    Parameters
    ----------
    codings : sequence of Coding
        Crossed in this order, the last varying fastest; none for the whole.
    design : Design
        PSU of every row.

    Returns
    -------
    CellIndex
        Pairs with rows only, so a million cells cost what their rows cost.
    """
    rows = design.rows
    cell_of_row = np.zeros(rows, dtype=np.int64)
    cells = 1
    outside = np.zeros(rows, dtype=bool)
    for coding in codings:
        cell_of_row *= len(coding.labels)
        cell_of_row += coding.codes
        outside |= coding.codes < 0
        cells *= len(coding.labels)
    inside = np.flatnonzero(~outside) if outside.any() else np.arange(rows)
    cell_of_row = cell_of_row[inside]
    key = design.psu[inside] * cells + cell_of_row
    span = design.psus * cells
    if span <= 4 * rows + 1024:
        # A counting sort of the keys: cheaper than sorting while the table of possible pairs is small.
        present = np.flatnonzero(np.bincount(key, minlength=span))
        position = np.empty(span, dtype=np.int64)
        position[present] = np.arange(present.size)
        pair_of_row = position[key]
        pairs = present
    else:
        pairs, pair_of_row = np.unique(key, return_inverse=True)
    ones = np.ones(inside.size)
    membership = sparse.csr_array((ones, (pair_of_row, inside)), shape=(pairs.size, rows))
    return CellIndex(
        cells=cells,
        cell=pairs % cells,
        psu=pairs // cells,
        membership=membership,
        row=inside,
        cell_of_row=cell_of_row,
    )


def scan(measures: Sequence[Measure], index: CellIndex, weight: FloatVector) -> list[PsuTotals]:
    """Sum measures over the pairs of a breakdown, each over its own base.

    Parameters
    ----------
    measures : sequence of Measure
        Any number; they are summed some at a time to bound memory.
    index : CellIndex
        Pairs of the breakdown.
    weight : (n,) float
        Final weights. A row of weight 0 stays in the design and is in no base.

    Returns
    -------
    list of PsuTotals
        In the order of the measures.
    """
    found: list[PsuTotals] = []
    for start in range(0, len(measures), MEASURES_AT_A_TIME):
        some = measures[start : start + MEASURES_AT_A_TIME]
        columns = np.empty((weight.size, 5 * len(some)))
        centres = []
        for position, measure in enumerate(some):
            centres.append(_fill(columns[:, 5 * position : 5 * position + 5], measure, weight))
        sums: FloatMatrix = index.membership @ columns
        for position, centre in enumerate(centres):
            block = np.ascontiguousarray(sums[:, 5 * position : 5 * position + 5].T)
            found.append(PsuTotals(block[0], block[1], block[2], block[3], block[4], centre))
    return found


def sum_by(group: IntVector, values: FloatVector, groups: int) -> FloatVector:
    """Sum values by group, (groups,)."""
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64, copy=False)


def steady_sum_by(group: IntVector, values: FloatVector, groups: int, held: FloatVector) -> FloatVector:
    r"""Sum values by group as `sum_by`, (groups,), without the rounding of a long sum of like terms.

    Parameters
    ----------
    group, values : (K,)
        Groups and what is summed.
    groups : int
        Number of groups.
    held : (groups,) float
        Values in each group.

    Notes
    -----
    A second pass adds what the values depart from their mean: :math:`n \bar q + \sum (q_i - \bar q)`, whose second
    term is small and rounds to little.
    """
    mean = sum_by(group, values, groups) / np.maximum(held, 1.0)
    return held * mean + sum_by(group, values - mean[group], groups)


def provisional_centre(measure: Measure, weight: FloatVector) -> float:
    """Find a ratio near the measure's own, to be taken out before summing; 0 for totals and shares."""
    return 0.0 if measure.kind == "total" or measure.is_share else ratio_of_some_rows(measure, weight)


def ratio_of_some_rows(measure: Measure, weight: FloatVector) -> float:
    """Estimate a measure's ratio or mean from some thousand rows spread over the file."""
    # Any value near the ratio will do: some thousand rows are enough.
    step = max(1, weight.size // 4096)
    numerator = measure.numerator[::step]
    base = np.ones(numerator.size, dtype=bool) if measure.complete else ~np.isnan(numerator)
    if measure.universe is not None:
        base &= measure.universe[::step]
    x = None
    if measure.denominator is not None:
        base &= ~np.isnan(measure.denominator[::step])
        x = measure.denominator[::step][base]
    weight, numerator = weight[::step], numerator[base]
    denominator = weight[base] if x is None else weight[base] * x
    size = float(denominator.sum())
    return float(weight[base] @ numerator) / size if size else 0.0


def _fill(columns: FloatMatrix, measure: Measure, weight: FloatVector) -> float:
    base = measure.base() & (weight > 0)
    value = np.where(base, measure.numerator, 0.0)
    size = base.astype(np.float64) if measure.denominator is None else np.where(base, measure.denominator, 0.0)
    centre = provisional_centre(measure, weight)
    columns[:, 0] = weight * (value - centre * size)
    columns[:, 1] = weight * size
    columns[:, 2] = weight * base
    columns[:, 3] = base
    columns[:, 4] = value != 0
    return centre
