"""Statistics that need every row of a cell: quantile, Gini, quintile share ratio, poverty, survival."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from estimates.design_effects import Reference
from estimates.domain_cells import DomainCells
from estimates.linearized.gini import gini
from estimates.linearized.linearization import Linearized
from estimates.linearized.poverty import RelativeLine, poverty_slope
from estimates.linearized.quintile_share import quintile_share_ratio
from estimates.linearized.weighted_quantile import kernel_density, weighted_quantile
from estimates.measure import BoolVector, FloatVector
from estimates.quantile import QuantileRule, quantiles
from estimates.statistics.cell_estimates import CellEstimates
from estimates.survival import survival_at

QUANTILE_RULE: QuantileRule = "hf2"

__all__ = ["DomainEstimates", "gini_cells", "poverty_cells", "quantile_cells", "quintile_cells", "survival_cells"]


@dataclass(frozen=True)
class DomainEstimates:
    """Estimates of one figure in every cell, with limits where the figure has an interval of its own.

    Parameters
    ----------
    cells : CellEstimates
        One position for each cell.
    low, high : (D,) float or None
        Limits; None, or NaN in a cell, for those that the shape of the figure gives.
    z : (m,) float or None
        Linearized variable of the rows of the cells; None where other rows add to the error too.
    """

    cells: CellEstimates
    low: FloatVector | None = None
    high: FloatVector | None = None
    z: FloatVector | None = None


def gini_cells(y: FloatVector, cells: DomainCells, reference: Reference) -> DomainEstimates:
    """Gini coefficient in every cell; not defined where an amount is negative or all are 0.

    Parameters
    ----------
    y : (m,) float
        Amounts of the rows of the cells.
    cells : DomainCells
        Rows by cell.
    reference : str
        Of the design effect.

    Returns
    -------
    DomainEstimates
    """
    return _each_cell(y, cells, reference, lambda value, w: gini(value, w) if value.min() >= 0 else None)


def quintile_cells(y: FloatVector, cells: DomainCells, reference: Reference) -> DomainEstimates:
    """Quintile share ratio in every cell; not defined where the poorest fifth has nothing.

    Parameters
    ----------
    y, cells, reference
        As in `gini_cells`.

    Returns
    -------
    DomainEstimates
    """
    return _each_cell(y, cells, reference, quintile_share_ratio)


def poverty_cells(
    y: FloatVector,
    line: FloatVector | RelativeLine,
    cells: DomainCells,
    everyone: tuple[FloatVector, FloatVector],
    power: int,
    reference: Reference,
) -> DomainEstimates:
    r"""Poverty headcount, gap or severity in every cell.

    Parameters
    ----------
    y : (m,) float
        Incomes of the rows of the cells.
    line : (m,) float or RelativeLine
        Line of each row, or a share of a quantile over everyone.
    cells : DomainCells
        Rows by cell.
    everyone : tuple of (n,) float
        Income, NaN outside the base, and weight of every row of the level, for a relative line.
    power : int
        0 headcount, 1 gap, 2 severity.
    reference : str
        Of the design effect.

    Returns
    -------
    DomainEstimates

    Notes
    -----
    As `estimates.linearized.poverty`. With a relative line the rows of the other cells move the line, so their
    PSUs are in the variance of this one. A relative line of 0 or less is none: every cell is missing.
    """
    counted = ~np.isnan(everyone[0])
    income, weight = everyone[0][counted], everyone[1][counted]
    quantile = np.nan
    if isinstance(line, RelativeLine):
        if income.size:
            quantile = weighted_quantile(income, weight, line.p)
        # Half the income of people who have none is no line.
        quantile = quantile if quantile > 0 else np.nan
        limit = np.full(y.size, line.share * quantile)
    else:
        limit = line
    poor = y < limit
    depth = np.zeros(y.size)
    np.divide(y, limit, out=depth, where=poor)
    depth = np.where(poor, (1 - depth) ** power, 0.0)
    population = cells.sums(cells.weight)
    with np.errstate(invalid="ignore"):
        estimate = cells.sums(cells.weight * depth) / np.where(population > 0, population, np.nan)
    if isinstance(line, RelativeLine) and np.isnan(quantile):
        estimate = np.full(cells.cells, np.nan)
    z = (depth - estimate[cells.cell]) / population[cells.cell]
    if not isinstance(line, RelativeLine):
        return DomainEstimates(cells.estimates(estimate, z, poor, reference=reference), z=z)
    slope = np.zeros(cells.cells)
    for cell, at in cells.slices():
        value, w, chosen = y[at], cells.weight[at], poor[at]
        slope[cell] = poverty_slope(value, w, chosen, float(limit[0]), power)
    density = kernel_density(income, weight, quantile) if income.size else np.nan
    below = (income <= quantile).astype(np.float64) - line.p
    common = np.zeros(counted.size)
    common[counted] = below
    # Without spread the density, and with it the error of the line, cannot be known.
    scale = -slope * line.share / (float(weight.sum()) * density) if density > 0 else np.where(slope == 0, 0.0, np.nan)
    known = np.isfinite(scale)
    variance = cells.variances_with_outside(z, common, np.where(known, scale, 0.0), everyone[1])
    variance = np.where(known, variance, np.nan)
    return DomainEstimates(cells.estimates(estimate, z, poor, variance=variance, reference=reference))


def quantile_cells(
    y: FloatVector, p: float, cells: DomainCells, reference: Reference, confidence: float = 0.95
) -> DomainEstimates:
    r"""Quantile in every cell with Woodruff's interval.

    Parameters
    ----------
    y : (m,) float
        Values of the rows of the cells.
    p : float
        Which quantile.
    cells, reference
        As in `gini_cells`.
    confidence : float
        Coverage intended.

    Returns
    -------
    DomainEstimates

    Notes
    -----
    .. math:: \hat Q(p) \in \big[\hat Q(\hat p - t\,\mathrm{se}_F),\; \hat Q(\hat p + t\,\mathrm{se}_F)\big], \qquad
              \mathrm{se}(\hat Q) = \frac{\text{width}}{2 t},

    with :math:`\mathrm{se}_F` that of the share of rows at or below the quantile, as `estimates.quantile.quantiles`
    computes it. The rule is Hyndman and Fan's second: the inverse of the distribution, the middle where it is flat.
    The design effect is that of the share.

    References
    ----------
    Woodruff (1952), JASA 47(260), 635-646; Francisco and Fuller (1991), Annals of Statistics 19(1), 454-469.
    """
    # Only cells with rows are walked over: a million domains of which few are lived in cost what those cost.
    held, place = np.unique(cells.cell, return_inverse=True)
    domain = np.full(cells.design.rows, -1, dtype=np.int64)
    domain[cells.row] = place
    found = quantiles(
        cells.spread(y, np.nan), cells.spread(cells.weight), cells.design, [p], domain=domain,
        domains=held.size, rule=QUANTILE_RULE, confidence=confidence, calibration=cells.calibration,
    )  # fmt: skip
    estimate, low, high, se = np.full((4, cells.cells), np.nan)
    for whole, part in ((estimate, found.estimate), (low, found.low), (high, found.high), (se, found.se)):
        whole[held] = part[:, 0]
    below = (y <= estimate[cells.cell]).astype(np.float64)
    population = cells.sums(cells.weight)
    reached = np.divide(cells.sums(cells.weight * below), population, out=np.zeros(cells.cells), where=population > 0)
    z = (below - reached[cells.cell]) / population[cells.cell]
    share = cells.estimates(estimate, z, np.ones(y.size, dtype=bool), reference=reference)
    # Where the share at or below has no variance, its quantile has none that the sample can vouch for.
    bounded = np.isfinite(se) & (share.variance > 0)
    variance = np.where(bounded, se**2, np.nan)
    effect = np.divide(share.variance, share.srs_variance, out=np.zeros(cells.cells), where=share.srs_variance > 0)
    srs = np.divide(variance, effect, out=np.full(cells.cells, np.nan), where=effect > 0)
    numbers = CellEstimates(
        estimate, variance, srs, share.df, share.n_psu, share.n, share.cases, share.population
    )
    scale = np.sqrt(np.divide(variance, share.variance, out=np.full(cells.cells, np.nan), where=share.variance > 0))
    return DomainEstimates(
        numbers, np.where(bounded, low, np.nan), np.where(bounded, high, np.nan), -z * scale[cells.cell]
    )


def survival_cells(
    time: FloatVector,
    event: BoolVector,
    at: tuple[float, ...],
    cells: DomainCells,
    reference: Reference,
    confidence: float = 0.95,
) -> list[DomainEstimates]:
    r"""Share without the event at some times, in every cell.

    Parameters
    ----------
    time : (m,) float
        Time observed of the rows of the cells.
    event : (m,) bool
        Whether it ended with the event.
    at : tuple of float
        Times asked for.
    cells, reference, confidence
        As in `quantile_cells`.

    Returns
    -------
    list of DomainEstimates
        One for each time. Limits are taken on the log(-log) scale. Not defined after the last time at which
        anybody of the cell was still observed.

    References
    ----------
    See `estimates.survival.kaplan_meier`.
    """
    survival = np.full((len(at), cells.cells), np.nan)
    z = np.zeros((len(at), cells.row.size))
    times = np.array(at, dtype=np.float64)
    for cell, rows in cells.slices():
        survival[:, cell], z[:, rows] = survival_at(time[rows], event[rows], cells.weight[rows], times)
    found = []
    for place, moment in enumerate(at):
        happened = event & (time <= moment)
        estimates = cells.estimates(survival[place], z[place], happened, reference=reference)
        low, high = _log_log(estimates, confidence)
        found.append(DomainEstimates(estimates, low, high, z[place]))
    return found


def _each_cell(
    y: FloatVector,
    cells: DomainCells,
    reference: Reference,
    statistic: Callable[[FloatVector, FloatVector], Linearized | None],
) -> DomainEstimates:
    estimate = np.full(cells.cells, np.nan)
    z = np.zeros(y.size)
    for cell, at in cells.slices():
        found = statistic(y[at], cells.weight[at])
        if found is not None:
            estimate[cell], z[at] = found.estimate, found.z
    return DomainEstimates(cells.estimates(estimate, z, y != 0, reference=reference), z=z)


def _log_log(found: CellEstimates, confidence: float) -> tuple[FloatVector, FloatVector]:
    s, df = found.estimate, np.maximum(found.df, 1)
    inner = (s > 0) & (s < 1) & (found.df > 0) & (found.variance > 0)
    safe = np.where(inner, s, 0.5)
    error = np.sqrt(np.where(inner, found.variance, 0.0))
    reach = special.stdtrit(df, (1 + confidence) / 2) * error / (safe * np.abs(np.log(safe)))
    return np.where(inner, safe ** np.exp(reach), np.nan), np.where(inner, safe ** np.exp(-reach), np.nan)
