"""Replicates of a whole tabulation plan: every measure in every cell, computed again in every replicate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimates.aligned import aligned_zeros
from estimates.measure import Coding, FloatVector, Measure
from estimates.replication.factors import ReplicateFactors
from estimates.replication.plan_kernel import add_deviations, count_draws, roll_on, roll_up, sum_drawn
from estimates.replication.plan_totals import By, PlanTotals, PsuGroup, plan_totals
from surveys.design import Design

FloatArray = npt.NDArray[np.float64]
Product = Callable[[PsuGroup, slice, FloatArray], None]
# Numbers that the replicates in work at one time may hold, and replicates at a time: few where units are added and
# the totals should stay in the cache, more where matrices are multiplied.
NUMBERS = 4_000_000
FEW, MANY = 100, 250


@dataclass(frozen=True)
class Replicated:
    """Measures of one breakdown.

    Parameters
    ----------
    estimate, variance : (M, D) float
        NaN where not defined: a cell without rows, or (variance) without rows in some replicate.
    """

    estimate: FloatArray
    variance: FloatArray


@dataclass(frozen=True)
class RaoWuDraws:
    """Rao-Wu replicates as the units that were drawn.

    Parameters
    ----------
    drawn : tuple of (R, m_h) int
        Of each stratum, positions inside the stratum; of no columns where one PSU is alone.
    rescale : (H,) float
        Weight of the drawn part.
    replicates : int
        How many, R.
    """

    drawn: tuple[npt.NDArray[np.int32], ...]
    rescale: FloatVector
    replicates: int

    def factors(self, design: Design) -> ReplicateFactors:
        """Give the same replicates as factors of PSUs, (R, P)."""
        factors = np.repeat(1.0 - self.rescale[design.stratum_of_psu][None, :], self.replicates, axis=0)
        first = 0
        for h, n_h in enumerate(design.psus_per_stratum.tolist()):
            if self.drawn[h].shape[1]:
                count_draws(self.drawn[h], first, self.rescale[h] * n_h / self.drawn[h].shape[1], factors)
            first += n_h
        return ReplicateFactors("rao_wu", factors, np.full(self.replicates, 1 / self.replicates))


def rao_wu_draws(design: Design, replicates: int, random: np.random.Generator, draws: int | None = None) -> RaoWuDraws:
    r"""Draw PSUs with replacement in every stratum.

    Parameters
    ----------
    design : Design
        Strata, sizes and finite populations.
    replicates : int
        How many, R.
    random : numpy.random.Generator
        State of the draw.
    draws : int, optional
        Greatest m_h; None for n_h - 1 in every stratum, the usual choice.

    Returns
    -------
    RaoWuDraws

    Notes
    -----
    .. math:: a_{hi} = 1 - \lambda_h + \lambda_h \frac{n_h}{m_h} r_{hi}, \qquad
              \lambda_h = \sqrt{\frac{m_h (1 - f_h)}{n_h - 1}}

    For totals every :math:`m_h` gives the same expected variance. Fewer draws cost less and leave no cell empty
    (:math:`\lambda_h < 1`); the Monte Carlo error of a rare attribute is somewhat greater, as the sum of few draws is
    less normal than that of many.

    References
    ----------
    Rao and Wu (1988), JASA 83(401), 231-241, section 4; Rao, Wu and Yue (1992), Survey Methodology 18(2), 209-217.
    """
    drawn, rescale = [], np.zeros(design.psus_per_stratum.size)
    for h, n_h in enumerate(design.psus_per_stratum.tolist()):
        m_h = max(n_h - 1, 0) if draws is None else max(min(n_h - 1, draws), 0)
        drawn.append(random.integers(0, max(n_h, 1), size=(replicates, m_h), dtype=np.int32))
        if m_h:
            rescale[h] = np.sqrt(m_h * design.fpc[h] / (n_h - 1))
    return RaoWuDraws(tuple(drawn), rescale, replicates)


def replicated_plan(
    measures: Sequence[Measure],
    codings: Mapping[str, Coding],
    breakdowns: Sequence[By],
    design: Design,
    weight: FloatVector,
    replicates: ReplicateFactors | RaoWuDraws,
) -> dict[By, Replicated]:
    r"""Estimate a plan and its variances from replicates.

    Parameters
    ----------
    measures : sequence of Measure
        M totals, means, proportions and ratios.
    codings : mapping of str to Coding
        Breakdown variables.
    breakdowns : sequence of tuple of str
        What is crossed; ``()`` is the whole.
    design : Design
        Of the n rows.
    weight : (n,) float
        Final weights.
    replicates : ReplicateFactors or RaoWuDraws
        Factors of PSUs, by any method, multiplied as a matrix with the PSU totals of each group; or the units drawn,
        whose totals are added one by one: cheaper when few are drawn of many.

    Returns
    -------
    dict of breakdown to Replicated

    Notes
    -----
    Replicates are of :math:`g(T)` exactly, never of its linearization: every ratio is computed again from the totals
    of its replicate,

    .. math:: v = \sum_r c_r \Big(\frac{\hat Y_{(r)}}{\hat X_{(r)}} - \frac{\hat Y}{\hat X}\Big)^2, \qquad
              \hat Y_{(r)} = \sum_{hi} a_{r,hi} \, y_{hi}.

    Totals are formed by group of PSUs for the finest cells that occur there, rolled up to the breakdowns, and turned
    into squared deviations some replicates at a time, so memory does not grow with their number.

    References
    ----------
    Rao and Wu (1988), JASA 83(401), 231-241; Wolter (2007), chapter 5.
    """
    totals = plan_totals(measures, codings, breakdowns, design, weight)
    if isinstance(replicates, RaoWuDraws):
        scale = np.full(replicates.replicates, 1 / replicates.replicates)
        product, step, threads = _of_draws(totals, design, replicates), FEW, 2
    else:
        # The product of matrices has threads of its own.
        product, scale, step, threads = _of_factors(replicates.factors), replicates.scale, MANY, 1
    whole = np.zeros((1, totals.room, totals.columns))
    for group in totals.groups:
        roll_up(group.totals.sum(axis=1)[None, :, :], group.target, group.whole, whole)
    roll_on(whole, totals.size, totals.coarser)
    estimate = _statistics(whole[0, : totals.size], totals)
    variance = _variance(totals, product, scale, estimate, step, threads)[:, totals.column]
    found = {}
    for by, (first, count) in totals.cells.items():
        here = slice(first, first + count)
        centred = estimate[here][:, totals.column].T
        found[by] = Replicated(centred + totals.centre[:, None], np.ascontiguousarray(variance[here].T))
    return found


def _variance(
    totals: PlanTotals, product: Product, scale: FloatVector, estimate: FloatArray, step: int, threads: int
) -> FloatArray:
    step = int(np.clip(NUMBERS // (totals.room * totals.columns), 1, step))
    widest = max((_width(group) for group in totals.groups), default=0)
    runs = _runs(totals.below)
    middle = aligned_zeros(estimate.shape)
    middle[:] = estimate

    def several(begin: int, end: int) -> FloatArray:
        added = aligned_zeros(middle.shape)
        repeated, room = aligned_zeros((step, totals.room, totals.columns)), aligned_zeros((step * widest,))
        for start in range(begin, end, step):
            part = slice(start, min(start + step, end))
            many = part.stop - start
            repeated[:many] = 0.0
            for group in totals.groups:
                found = room[: many * _width(group)].reshape(many, -1)
                product(group, part, found)
                roll_up(_shaped(found, totals), group.target, group.whole, repeated[:many])
            roll_on(repeated[:many], totals.size, totals.coarser)
            add_deviations(repeated[:many], runs, middle, scale[part], added)
        return added

    # Two halves whatever the threads: the numbers do not depend on them.
    half = scale.size // 2
    with ThreadPoolExecutor(threads) as pool:
        first, second = pool.map(several, (0, half), (half, scale.size))
    return np.asarray(first + second)


def _of_factors(factors: FloatArray) -> Product:
    def product(group: PsuGroup, part: slice, out: FloatArray) -> None:
        here = out.reshape(out.shape[0], group.totals.shape[0], group.totals.shape[2])
        here[:] = np.matmul(factors[part][:, group.psu], group.totals).swapaxes(0, 1)

    return product


def _of_draws(totals: PlanTotals, design: Design, draws: RaoWuDraws) -> Product:
    first = np.cumsum(design.psus_per_stratum) - design.psus_per_stratum
    place = {}
    for group in totals.groups:
        at = np.full(int(design.psus_per_stratum[group.stratum]), -1, dtype=np.int64)
        at[group.psu - first[group.stratum]] = np.arange(group.psu.size)
        place[id(group)] = at, group.totals.sum(axis=1).ravel()

    def product(group: PsuGroup, part: slice, out: FloatArray) -> None:
        drawn, rescale = draws.drawn[group.stratum], float(draws.rescale[group.stratum])
        at, whole = place[id(group)]
        each = rescale * at.size / drawn.shape[1] if drawn.shape[1] else 0.0
        by_cell = group.totals.reshape(group.totals.shape[0], -1)
        sum_drawn(drawn[part], at, by_cell, whole, 1.0 - rescale, each, out)

    return product


def _runs(below: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Stretches of columns with one denominator: from, to, its column; -1 where it is one."""
    starts = np.flatnonzero(np.diff(below, prepend=-2))
    return np.stack([starts, np.append(starts[1:], below.size), below[starts]], axis=1)


def _width(group: PsuGroup) -> int:
    return int(group.totals.shape[0] * group.totals.shape[2])


def _shaped(found: FloatArray, totals: PlanTotals) -> FloatArray:
    return found.reshape(found.shape[0], -1, totals.columns)


def _statistics(sums: FloatArray, totals: PlanTotals) -> FloatArray:
    """Centred statistics, (cells, K), from the sums of the columns."""
    padded = np.concatenate([sums, np.ones((sums.shape[0], 1))], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / padded[:, totals.below])
