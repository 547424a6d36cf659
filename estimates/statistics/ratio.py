"""Ratio of two totals in every cell; a mean and a proportion are ratios to one."""

from __future__ import annotations

import numpy as np

from estimates.degrees_of_freedom import domain_degrees_of_freedom
from estimates.design_effects import Reference, srs_variance
from estimates.measure import FloatVector, Measure
from estimates.psu_totals import CellIndex, PsuTotals, steady_sum_by, sum_by
from estimates.statistics.cell_estimates import CellEstimates
from estimates.statistics.spread import weighted_squares
from estimates.variance import StratumCells

# A standard error this small against its estimate is the dust of rounding, not sampling.
DUST = 1e-14
# Sums of weights differ by rounding: a variance this small beside the estimate is that rounding, not a spread.
ALL_ALIKE = 1e-8


def ratio(
    measure: Measure,
    totals: PsuTotals,
    index: CellIndex,
    groups: StratumCells,
    weight: FloatVector,
    reference: Reference = "without_replacement",
) -> CellEstimates:
    r"""Estimate a ratio, mean or proportion in every cell.

    Parameters
    ----------
    measure : Measure
        Numerator, and denominator if it is a ratio.
    totals : PsuTotals
        Its sums over the (PSU, cell) pairs.
    index, groups : CellIndex, StratumCells
        The pairs of the breakdown and their strata.
    weight : (n,) float
        Final weights.
    reference : {"without_replacement", "with_replacement", "dhs"}
        Simple random sample of the design effect.

    Returns
    -------
    CellEstimates
        In the unit of the ratio.

    Notes
    -----
    .. math:: \hat R_d = \hat Y_d / \hat X_d, \qquad
              u_{hi} = (y_{hi} - \hat R_d x_{hi}) / \hat X_d, \qquad v(\hat R_d) = v\Big(\sum_{hi} u_{hi}\Big)

    where :math:`y_{hi}, x_{hi}` are the weighted PSU totals over members of the domain. A provisional centre
    :math:`c` enters as :math:`y - c x`, which leaves :math:`u` unchanged and its digits whole.

    References
    ----------
    Woodruff (1971), JASA 66(334), 411-414; Särndal, Swensson and Wretman (1992), section 5.6 and result
    5.6.2.
    """
    cells = index.cells
    cell = index.cell
    pairs = sum_by(cell, np.ones(cell.size), cells)
    numerator = steady_sum_by(cell, totals.numerator, cells, pairs)
    denominator = steady_sum_by(cell, totals.denominator, cells, pairs)
    population = sum_by(cell, totals.weight, cells)
    n = sum_by(cell, totals.n, cells)
    cases = sum_by(cell, totals.cases, cells)
    known = (n > 0) & (denominator != 0)
    safe = np.where(known, denominator, 1.0)
    above_centre = np.where(known, numerator / safe, np.nan)
    # Where nobody has any of it the ratio is 0, and not what rounding leaves of the centre.
    none = known & (cases == 0)
    estimate = np.where(none, 0.0, totals.centre + above_centre)
    residual = (totals.numerator - above_centre[cell] * totals.denominator) / safe[cell]
    variance = np.where(known, groups.variances(np.where(known[cell], residual, 0.0)), np.nan)
    variance = np.where(none | (variance < (DUST * estimate) ** 2), 0.0, variance)
    n_psu, df = domain_degrees_of_freedom(groups, totals.n)
    if measure.is_share:
        squares = numerator * (1.0 - above_centre) ** 2 + (denominator - numerator) * above_centre**2
        if totals.centre:
            squares = weighted_squares(measure, index, weight, estimate)
    else:
        squares = weighted_squares(measure, index, weight, estimate) * (population / safe) ** 2
    squares = np.where(none | (squares <= (DUST * estimate) ** 2 * population), 0.0, squares)
    return CellEstimates(
        estimate=estimate,
        variance=variance,
        srs_variance=srs_variance(squares, n, population, variance, reference),
        df=df,
        n_psu=n_psu,
        n=n.astype(np.int64),
        cases=cases.astype(np.int64),
        population=population,
    )
