"""Estimates of many measures in every cell from moments of PSU totals, taken in one compiled walk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from estimates.aligned import aligned_zeros
from estimates.design_effects import Reference
from estimates.measure import Coding, FloatVector, IntVector, Measure
from estimates.moment_estimates import Finish, Moments
from estimates.scan_columns import ScanColumns, scan_columns
from estimates.scan_plan import By, ScanPlan, Walk
from estimates.statistics.cell_estimates import CellEstimates
from surveys.design import Design

FloatArray = npt.NDArray[np.float64]
# Ranges of PSUs summed apart, one after another or at once: the same numbers on any number of processors.
RANGES = 2
# Numbers that the moments of one range may hold, and measures walked side by side at most.
MOMENT_NUMBERS = 6_000_000
SIDE_BY_SIDE = 64
# Cells, roll-ups included, for each row of a PSU up to which all of them are added whether it holds them or not; and
# numbers of one PSU that the cache should hold then.
DENSE = 2
DENSE_NUMBERS = 16_384


@dataclass(frozen=True)
class Estimated:
    """Measures of one breakdown.

    Parameters
    ----------
    by : tuple of str
        Breakdown.
    measures : tuple of Measure
        In the order of the estimates.
    cells : CellEstimates
        Arrays of shape (measures, D).
    ill : (measures, D) bool
        Where digits cancelled, so that variances are to be taken again by the plain road.
    """

    by: By
    measures: tuple[Measure, ...]
    cells: CellEstimates
    ill: npt.NDArray[np.bool_]


def psu_order(design: Design) -> tuple[IntVector, IntVector]:
    """Rows in PSU order, (n,), or none when the file is already so; and where each PSU begins, (P + 1,)."""
    # Compiling costs a second: only large scans come here.
    from estimates.psu_bounds import psu_bounds

    start = np.zeros(design.psus + 1, dtype=np.int64)
    psu = np.ascontiguousarray(design.psu, dtype=np.int64)
    if psu_bounds(psu, start):
        return np.empty(0, dtype=np.int64), start
    start[0] = 0
    np.cumsum(np.bincount(psu, minlength=design.psus), out=start[1:])
    return np.argsort(psu, kind="stable").astype(np.int64), start


def estimate_by_moments(
    measures: Sequence[Measure],
    plan: ScanPlan,
    codings: Mapping[str, Coding],
    design: Design,
    weight: FloatVector,
    reference: Reference = "without_replacement",
    threads: int = RANGES,
) -> Iterator[Estimated]:
    r"""Estimate every measure in every breakdown of a plan in one pass over the rows.

    Parameters
    ----------
    measures : sequence of Measure
        Walked side by side, some tens at a time.
    plan : ScanPlan
        Breakdowns.
    codings : mapping of str to Coding
        Codes of the n rows.
    design : Design
        Of the n rows.
    weight : (n,) float
        Final weights.
    reference : {"without_replacement", "with_replacement", "dhs"}
        Simple random sample of the design effect.
    threads : int
        Workers; the numbers do not depend on how many.

    Yields
    ------
    Estimated
        The numbers of `ratio` and `total`, from other arithmetic.

    Notes
    -----
    Of each (stratum, cell) group the pass keeps the sums over PSUs of the totals :math:`x_i` and
    :math:`y'_i = y_i - c x_i`, of their squares and of their product. With :math:`r = \hat R_d - c`

    .. math:: \sum_i (u_i - \bar u)^2 = \frac{1}{\hat X_d^2}\Big[\sum_i (y'_i - r x_i)^2
              - \frac{1}{n_h}\Big(\sum_i (y'_i - r x_i)\Big)^2\Big],

    the first sum from its three moments. Where the result is less than a millionth of its terms, digits have
    cancelled, and the row is marked.

    References
    ----------
    Särndal, Swensson and Wretman (1992), result 5.6.2 and section 10.3.
    """
    everyone = float(weight.sum()), float(np.count_nonzero(weight > 0))
    for walk in plan.walks:
        positions = walk.segments * sum(partition.cells for partition in walk.partitions)
        at_a_time = int(np.clip(MOMENT_NUMBERS // (5 * max(positions, 1)), 1, SIDE_BY_SIDE))
        codes = _Codes(walk, codings)
        for start in range(0, len(measures), at_a_time):
            some = tuple(measures[start : start + at_a_time])
            columns = scan_columns(some, weight)
            moments = _walked(plan, walk, codes, columns, weight, threads)
            finish = Finish(walk, columns, moments, some, design, everyone, reference)
            for table in walk.tables:
                cells, ill = finish.table(table)
                yield Estimated(table.by, some, cells, ill)


class _Codes:
    """Codes of a walk in the forms that the compiled code reads."""

    def __init__(self, walk: Walk, codings: Mapping[str, Coding]) -> None:
        self.arrays = []
        for name in walk.names:
            codes = codings[name].codes
            narrow = codes.dtype == np.int8
            self.arrays.append(np.ascontiguousarray(codes, dtype=np.int8 if narrow else np.int64))
        sizes = [len(codings[name].labels) + more for name, more in zip(walk.names, walk.outside, strict=True)]
        self.address = np.array([array.ctypes.data for array in self.arrays], dtype=np.int64)
        self.width = np.array([array.itemsize for array in self.arrays], dtype=np.int64)
        self.size = np.array(sizes, dtype=np.int64)
        self.shift = np.array(walk.outside, dtype=np.int64)


def _walked(
    plan: ScanPlan, walk: Walk, codes: _Codes, columns: ScanColumns, weight: FloatVector, threads: int
) -> Moments:
    from estimates.scan_dense import walk_dense
    from estimates.scan_kernel import walk_rows

    finest = walk.partitions[0].cells
    skipped = 0 if walk.finest_used else finest
    cells = walk.partitions[-1].first + walk.partitions[-1].cells
    many = columns.wide + columns.summed
    starts = np.cumsum([0, *(partition.cell_of_parent.size for partition in walk.partitions)])
    partitions = np.array(
        [
            (part.parent, walk.partitions[part.parent].first, part.first, part.cells, starts[number])
            for number, part in enumerate(walk.partitions)
        ],
        dtype=np.int64,
    )
    cell_of_parent = np.concatenate([partition.cell_of_parent for partition in walk.partitions])
    psus = plan.psu_start.size - 1
    cuts = np.searchsorted(plan.psu_start, np.linspace(0, plan.psu_start[-1], RANGES + 1)[1:-1])
    bounds = [0, *np.minimum(cuts, psus).tolist(), psus]
    filled = max(int(np.count_nonzero(np.diff(plan.psu_start))), 1)
    dense = cells * filled <= DENSE * plan.psu_start[-1] and (cells + skipped) * many <= DENSE_NUMBERS
    walk_range: Any = walk_dense if dense else walk_rows

    def walked(number: int) -> Moments:
        shape = (walk.segments, cells - skipped)
        moments = Moments(
            aligned_zeros((*shape, many)), aligned_zeros((*shape, many)), aligned_zeros((*shape, many)),
            np.zeros((*shape, columns.bases.size)),
            aligned_zeros((walk.segments, finest, columns.wide + columns.cross.shape[0])),
            np.zeros((walk.segments, finest, columns.small), dtype=np.int32),
        )  # fmt: skip
        if bounds[number] < bounds[number + 1]:
            walk_range(
                bounds[number], bounds[number + 1], plan.psu_start, walk.segment_of_psu, plan.order, weight,
                codes.address, codes.width, codes.size, codes.shift, columns.table, columns.centre,
                columns.wide, columns.summed, columns.reference, columns.bases, columns.cross,
                partitions, cell_of_parent, skipped, moments.first, moments.second, moments.product,
                moments.present, moments.squares, moments.counts,
            )  # fmt: skip
        return moments

    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(walked, range(RANGES)))
    else:
        found = [walked(number) for number in range(RANGES)]
    total = found[0]
    for other in found[1:]:
        total.add(other)
    return total
