"""Variances taken again, row by row, in the cells where the moments of a walk lost their digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from estimates.design_effects import Reference
from estimates.measure import BoolVector, Coding, FloatVector, IntVector, Measure
from estimates.moments import Estimated
from estimates.psu_totals import index_cells, scan
from estimates.statistics.cell_estimates import CellEstimates
from estimates.statistics.ratio import ratio
from estimates.statistics.total import total
from estimates.variance import StratumCells
from surveys.design import Design


def settled(
    found: Estimated, codings: Sequence[Coding], design: Design, weight: FloatVector, reference: Reference
) -> CellEstimates:
    """Replace variances that cancellation has spoiled.

    Parameters
    ----------
    found : Estimated
        Measures of one breakdown, and the cells in doubt.
    codings : sequence of Coding
        The breakdown.
    design : Design
        Of the n rows.
    weight : (n,) float
        Final weights.
    reference : {"without_replacement", "with_replacement", "dhs"}
        Simple random sample of the design effect.

    Returns
    -------
    CellEstimates
        Of shape (measures, D). Variables that are constant inside a cell, or nearly so, come here; for ratios
        only the rows of those cells are read.
    """
    if not found.ill.any():
        return found.cells
    variance, srs = found.cells.variance.copy(), found.cells.srs_variance.copy()
    doubtful = np.flatnonzero(found.ill.any(axis=1)).tolist()
    ratios = [position for position in doubtful if found.measures[position].kind != "total"]
    totals = [position for position in doubtful if found.measures[position].kind == "total"]
    some = _rows_in(codings, np.asarray(found.ill[ratios].any(axis=0), dtype=np.bool_))
    for positions, rows in ((ratios, some), (totals, None)):
        if not positions:
            continue
        here = design if rows is None else design.at(rows)
        cut = list(codings) if rows is None else [replace(c, codes=c.codes[rows]) for c in codings]
        weights = weight if rows is None else weight[rows]
        index = index_cells(cut, here)
        groups = StratumCells(index.cell, index.psu, index.cells, here)
        for position in positions:
            measure = found.measures[position] if rows is None else _at(found.measures[position], rows)
            estimate = total if measure.kind == "total" else ratio
            again = estimate(measure, scan([measure], index, weights)[0], index, groups, weights, reference)
            ill = found.ill[position]
            variance[position, ill], srs[position, ill] = again.variance[ill], again.srs_variance[ill]
    return replace(found.cells, variance=variance, srs_variance=srs)


def _rows_in(codings: Sequence[Coding], wanted: BoolVector) -> IntVector | None:
    if not codings:
        return None
    cell = np.zeros(codings[0].codes.size, dtype=np.int64)
    inside = np.ones(cell.size, dtype=bool)
    for coding in codings:
        cell *= len(coding.labels)
        cell += coding.codes
        inside &= coding.codes >= 0
    return np.flatnonzero(inside & wanted[np.where(inside, cell, 0)])


def _at(measure: Measure, rows: IntVector) -> Measure:
    return replace(
        measure,
        numerator=measure.numerator[rows],
        denominator=None if measure.denominator is None else measure.denominator[rows],
        universe=None if measure.universe is None else measure.universe[rows],
    )
