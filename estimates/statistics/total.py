"""Total, and count, in every cell."""

from __future__ import annotations

import numpy as np

from estimates.degrees_of_freedom import domain_degrees_of_freedom
from estimates.design_effects import Reference, srs_variance
from estimates.measure import FloatVector, Measure
from estimates.psu_totals import CellIndex, PsuTotals, sum_by
from estimates.statistics.cell_estimates import CellEstimates
from estimates.statistics.ratio import ALL_ALIKE, DUST
from estimates.statistics.spread import weighted_squares
from estimates.variance import StratumCells


def total(
    measure: Measure,
    totals: PsuTotals,
    index: CellIndex,
    groups: StratumCells,
    weight: FloatVector,
    reference: Reference = "without_replacement",
) -> CellEstimates:
    r"""Estimate a total, or a count of rows with an attribute, in every cell.

    Parameters
    ----------
    measure : Measure
        Variable to be added up; 0/1 for a count.
    totals : PsuTotals
        Its sums over the (PSU, cell) pairs.
    index, groups : CellIndex, StratumCells
        The pairs of the breakdown and their strata.
    weight : (n,) float
        Final weights.
    reference : {"without_replacement", "with_replacement", "dhs"}
        Simple random sample of the design effect: of the whole sample, in which rows outside the cell hold 0.

    Returns
    -------
    CellEstimates
        In the unit of the variable.

    Notes
    -----
    .. math:: \hat Y_d = \sum_{k \in d} w_k y_k, \qquad v(\hat Y_d) = v\Big(\sum_{hi} y_{hi}\Big)

    and for the design effect :math:`v_{srs} = \hat N^2 S^2_{y 1_d} / n` over all rows of the sample.

    References
    ----------
    Särndal, Swensson and Wretman (1992), eq. 2.8.1 and 10.3.2.
    """
    cells = index.cells
    cell = index.cell
    estimate = sum_by(cell, totals.numerator, cells)
    population = sum_by(cell, totals.weight, cells)
    n = sum_by(cell, totals.n, cells)
    cases = sum_by(cell, totals.cases, cells)
    known = n > 0
    variance = groups.variances(totals.numerator)
    variance = np.where(variance < (DUST * estimate) ** 2, 0.0, variance)
    n_psu, df = domain_degrees_of_freedom(groups, totals.n)
    everyone = float(weight.sum()) or 1.0  # where nobody counts every cell is empty
    rows = float(np.count_nonzero(weight > 0))
    mean = estimate / everyone
    squares = (
        weighted_squares(measure, index, weight, mean) + np.maximum(everyone - population, 0.0) * mean**2
    )
    srs = srs_variance(
        squares, np.full(cells, rows), np.full(cells, everyone), variance / everyone**2, reference
    ) * everyone**2  # fmt: skip
    # A total that every row shares equally has no variance under simple random sampling: no design effect.
    srs = np.where(srs <= (ALL_ALIKE * estimate) ** 2, 0.0, srs)
    return CellEstimates(
        estimate=np.where(known, estimate, np.nan),
        variance=np.where(known, variance, np.nan),
        srs_variance=srs,
        df=df,
        n_psu=n_psu,
        n=n.astype(np.int64),
        cases=cases.astype(np.int64),
        population=population,
    )
