"""What the stages after the first add to the variance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from estimates.measure import Coding, FloatVector, Measure
from estimates.psu_totals import index_cells, scan
from estimates.variance import StratumCells
from surveys.design import Design
from surveys.design_stages import stage_designs


def further_stage_variances(
    measures: Sequence[Measure],
    estimates: Sequence[FloatVector],
    codings: Sequence[Coding],
    design: Design,
    weight: FloatVector,
) -> list[FloatVector]:
    r"""Variance within PSUs of every measure in every cell.

    Parameters
    ----------
    measures : sequence of Measure
        Of one breakdown.
    estimates : sequence of (D,) float
        Their estimates.
    codings : sequence of Coding
        The breakdown.
    design : Design
        With further stages; each adds its own.
    weight : (n,) float
        Final weights.

    Returns
    -------
    list of (D,) float
        To be added to the variance between PSUs.

    Notes
    -----
    .. math:: v = \sum_h (1-f_h) \frac{n_h}{n_h-1} \sum_i (z_{hi}-\bar z_h)^2
              + \sum_h f_h \sum_i (1-f_{hi}) \frac{m_{hi}}{m_{hi}-1} \sum_j (z_{hij}-\bar z_{hi})^2 + \dots

    References
    ----------
    Särndal, Swensson and Wretman (1992), result 4.3.1 (two stages, simple random sampling in both).
    """
    added = [np.zeros(estimate.size) for estimate in estimates]
    for inner, share in stage_designs(design):
        index = index_cells(codings, inner)
        groups = StratumCells(index.cell, index.psu, index.cells, inner, share)
        for position, (measure, totals) in enumerate(zip(measures, scan(measures, index, weight), strict=True)):
            if measure.kind == "total":
                linearized = totals.numerator
            else:
                denominator = np.bincount(index.cell, weights=totals.denominator, minlength=index.cells)
                safe = np.where(denominator != 0, denominator, 1.0)
                slope = np.nan_to_num(estimates[position] - totals.centre)
                linearized = (totals.numerator - slope[index.cell] * totals.denominator) / safe[index.cell]
            added[position] += groups.variances(linearized)
    return added
