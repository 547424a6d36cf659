"""PSU totals of a whole plan, dense in groups of PSUs that share stratum and area and hold the same cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimates.aligned import aligned_zeros
from estimates.measure import BoolVector, Coding, FloatVector, IntVector, Measure, Values
from estimates.psu_totals import provisional_centre
from estimates.replication.plan_kernel import ALL, EMPTY, add_column
from surveys.design import Design

FloatArray = npt.NDArray[np.float64]
By = tuple[str, ...]
# Values, second variable, base and centre of one summed column.
_Column = tuple[Values, FloatVector, BoolVector, float]
# More than this is refused: breakdowns so fine are estimated one at a time.
ROOM = 100_000_000


@dataclass(frozen=True)
class PsuGroup:
    """PSUs of one stratum and area, and the cells that occur among them.

    Parameters
    ----------
    stratum : int
        Their stratum.
    psu : (u,) int
        Positions of the PSUs, ascending.
    totals : (u, C * K) float
        Weighted totals of every cell that occurs and every column.
    target : (breakdowns, C) int
        Place of each cell in each breakdown; -1 in none.
    """

    stratum: int
    psu: IntVector
    totals: FloatArray
    target: IntVector


@dataclass(frozen=True)
class PlanTotals:
    """All that replicates need of the rows.

    Parameters
    ----------
    groups : tuple of PsuGroup
        Every PSU with rows is in one.
    cells : mapping of breakdown to (first, count)
        Where the cells of a breakdown lie on the axis of all cells.
    size, columns : int
        Length of that axis, and number of columns K: measures first, then the denominators, then zeros up to a
        multiple of eight.
    below : (measures,) int
        Denominator of each measure, counted from the first one; -1 for a total.
    centre : (measures,) float
        Taken out of the numerators.
    """

    groups: tuple[PsuGroup, ...]
    cells: Mapping[By, tuple[int, int]]
    size: int
    columns: int
    below: IntVector
    centre: FloatVector


def plan_totals(
    measures: Sequence[Measure],
    codings: Mapping[str, Coding],
    breakdowns: Sequence[By],
    design: Design,
    weight: FloatVector,
) -> PlanTotals:
    """Sum every measure by PSU and cell, once for all breakdowns.

    Parameters
    ----------
    measures : sequence of Measure
        M vectors of n rows.
    codings : mapping of str to Coding
        Breakdown variables.
    breakdowns : sequence of tuple of str
        Names of the codings that are crossed.
    design : Design
        Of the n rows.
    weight : (n,) float
        Final weights.

    Returns
    -------
    PlanTotals
        Breakdowns that are constant in PSUs cost no room; of the others, only crosses that occur in the group do.

    Raises
    ------
    ValueError
        Breakdowns that cut across PSUs are so fine that their totals would not fit.
    """
    names = list(dict.fromkeys(name for by in breakdowns for name in by))
    of_psu = {name: by_psu for name in names if (by_psu := _constant(codings[name], design)) is not None}
    within = [name for name in names if name not in of_psu]
    held, group_of_psu = np.unique(np.stack([design.stratum_of_psu, *of_psu.values()]), axis=1, return_inverse=True)
    local = np.zeros(design.rows, dtype=np.int64)
    wide = 1
    for name in within:
        local = local * (len(codings[name].labels) + 1) + codings[name].codes + 1
        wide *= len(codings[name].labels) + 1
    pair = group_of_psu[design.psu] * wide + local
    present, position = _numbered(pair, held.shape[1] * wide)
    pair_group, pair_local = present // wide, present % wide
    psus = np.bincount(group_of_psu, minlength=held.shape[1])
    width = np.bincount(pair_group, minlength=held.shape[1])
    first_pair = np.cumsum(width) - width
    offset = np.cumsum(psus * width) - psus * width
    members = np.argsort(group_of_psu, kind="stable")
    place = np.empty(design.psus, dtype=np.int64)
    place[members] = np.arange(design.psus) - np.repeat(np.cumsum(psus) - psus, psus)
    start_of_psu = offset[group_of_psu] + place * width[group_of_psu] - first_pair[group_of_psu]
    slot = start_of_psu[design.psu] + position

    codes: dict[str, IntVector] = {name: held[1 + k][pair_group] for k, name in enumerate(of_psu)}
    for name in reversed(within):
        many = len(codings[name].labels) + 1
        codes[name] = pair_local % many - 1
        pair_local = pair_local // many
    cells: dict[By, tuple[int, int]] = {}
    targets, size = [], 0
    for by in breakdowns:
        at, count, outside = np.zeros(present.size, dtype=np.int64), 1, np.zeros(present.size, dtype=bool)
        for name in by:
            at = at * len(codings[name].labels) + codes[name]
            count *= len(codings[name].labels)
            outside |= codes[name] < 0
        cells[by] = (size, count)
        targets.append(np.where(outside, -1, at + size))
        size += count
    target = np.stack(targets)

    sums, below, centre = _sums(measures, weight, slot, int((psus * width).sum()))
    many = sums.shape[0]
    groups = []
    starts = np.cumsum(psus) - psus
    for g in range(held.shape[1]):
        u, c = int(psus[g]), int(width[g])
        if c == 0:
            continue
        here = aligned_zeros((u, c * many))
        here.reshape(u * c, many)[:] = sums[:, offset[g] : offset[g] + u * c].T
        mine = np.ascontiguousarray(target[:, first_pair[g] : first_pair[g] + c])
        groups.append(PsuGroup(int(held[0, g]), members[starts[g] : starts[g] + u], here, mine))
    return PlanTotals(tuple(groups), cells, size, many, below, centre)


def _constant(coding: Coding, design: Design) -> IntVector | None:
    """Code of each PSU, (P,), where all rows of every PSU have one; else None."""
    of_psu = np.full(design.psus, -1, dtype=np.int64)
    of_psu[design.psu] = coding.codes
    return of_psu if np.array_equal(of_psu[design.psu], coding.codes) else None


def _numbered(key: IntVector, span: int) -> tuple[IntVector, IntVector]:
    """Find the keys that occur, ascending, and the position of every row's among them."""
    if span > 4 * key.size + 1024:
        present, position = np.unique(key, return_inverse=True)
        return present, position
    present = np.flatnonzero(np.bincount(key, minlength=span))
    number = np.zeros(span, dtype=np.int64)
    number[present] = np.arange(present.size)
    return present, number[key]


def _sums(
    measures: Sequence[Measure], weight: FloatVector, slot: IntVector, slots: int
) -> tuple[FloatArray, IntVector, FloatVector]:
    """Columns by slot, (K, slots): measures, then the denominators, each only once."""
    shared: dict[object, int] = {}
    jobs: list[_Column] = []
    below, centre = [], []
    one = np.ones(weight.size, dtype=np.int8)
    denominators: list[_Column] = []
    for measure in measures:
        c = provisional_centre(measure, weight)
        base = ALL if measure.complete and measure.universe is None else measure.base()
        second = EMPTY if measure.denominator is None else np.asarray(measure.denominator, dtype=np.float64)
        jobs.append((measure.numerator, second, base, c))
        centre.append(c)
        if measure.kind == "total":
            below.append(-1)
            continue
        whole = base.size == 0 and second.size == 0
        key = "all" if whole else (id(measure.universe) if measure.complete and second.size == 0 else id(measure))
        if key not in shared:
            shared[key] = len(denominators)
            denominators.append((one if second.size == 0 else second, EMPTY, base, 0.0))
        below.append(shared[key])
    jobs += denominators
    if len(jobs) * slots > ROOM:
        raise ValueError(
            f"the crossed breakdowns need {len(jobs) * slots:,} PSU totals, more than {ROOM:,}; "
            "ask for fewer breakdowns or measures at a time"
        )
    # Whole vectors of eight: columns beyond the last stay 0.
    sums = np.zeros((-(-len(jobs) // 8) * 8, slots))

    def add(k: int) -> None:
        values, second, base, c = jobs[k]
        add_column(values, second, base, weight, slot, c, sums[k])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, range(len(jobs))))
    return sums, np.array(below, dtype=np.int64), np.array(centre)
