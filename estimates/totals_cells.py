"""Figures made of several totals of a cell: any formula over named totals, and directly standardized figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from estimates.design_effects import Reference
from estimates.domain_cells import DomainCells
from estimates.measure import Coding, FloatVector
from estimates.rowwise import DomainEstimates
from estimates.smooth_function import value_and_gradient


def function_cells(
    formula: str, values: Mapping[str, FloatVector], cells: DomainCells, reference: Reference
) -> DomainEstimates:
    r"""Evaluate a formula over totals in every cell.

    Parameters
    ----------
    formula : str
        Such as ``a / (a + b)``.
    values : mapping of str to (m,) float
        What each named total adds up, on the rows of the cells.
    cells : DomainCells
        Rows by cell.
    reference : str
        Of the design effect.

    Returns
    -------
    DomainEstimates
        NaN where the formula is not defined at the totals of the cell.

    Notes
    -----
    .. math:: \hat\theta_d = g(\hat T_d), \qquad z_k = \nabla g(\hat T_d)^{\mathsf T} t_k

    References
    ----------
    Särndal, Swensson and Wretman (1992), result 5.5.1.
    """
    totals = {name: cells.sums(cells.weight * value) for name, value in values.items()}
    estimate, gradient = value_and_gradient(formula, totals)
    held = cells.sums(np.ones(cells.row.size)) > 0
    defined = held & np.isfinite(estimate) & np.isfinite(gradient).all(axis=0)
    estimate = np.where(defined, estimate, np.nan)
    gradient = np.where(defined, gradient, 0.0)
    z = np.zeros(cells.row.size)
    counted = np.zeros(cells.row.size, dtype=bool)
    for place, value in enumerate(values.values()):
        z += gradient[place][cells.cell] * value
        counted |= value != 0
    return DomainEstimates(cells.estimates(estimate, z, counted, reference=reference), z=z)


def standardized_cells(
    y: FloatVector, by: Coding, weights: Sequence[float], cells: DomainCells, reference: Reference
) -> DomainEstimates:
    r"""Average every cell as if its groups had the sizes of a standard population.

    Parameters
    ----------
    y : (m,) float
        Values of the rows of the cells.
    by : Coding
        Groups of the n rows of the level; a row of the cells without a group has code -1 and no part.
    weights : sequence of float
        Standard population by code of ``by``; only proportions matter.
    cells : DomainCells
        Rows by cell, all with a known group.
    reference : str
        Of the design effect.

    Returns
    -------
    DomainEstimates
        NaN where a group of the standard has nobody in the cell.

    Notes
    -----
    .. math:: \hat\theta_d = \sum_g s_g \hat{\bar Y}_{dg}, \qquad
              z_k = s_g\,\frac{y_k - \hat{\bar Y}_{dg}}{\hat N_{dg}} \quad (k \in g)

    References
    ----------
    Korn and Graubard (1999), Analysis of Health Surveys, section 3.4 (direct standardization), as a smooth
    function of totals.
    """
    groups = len(by.labels)
    share = np.asarray(weights, dtype=np.float64)
    share = share / share.sum()
    group = by.codes[cells.row]
    at = cells.cell * groups + group
    # Without rows the sums would be whole numbers, which cannot hold a mean.
    size = np.bincount(at, weights=cells.weight, minlength=cells.cells * groups).astype(np.float64)
    total = np.bincount(at, weights=cells.weight * y, minlength=cells.cells * groups).astype(np.float64)
    held = size > 0
    mean = np.divide(total, size, out=np.zeros_like(total), where=held)
    complete = (held | np.tile(share == 0, cells.cells)).reshape(cells.cells, groups).all(axis=1)
    estimate = np.where(complete, mean.reshape(cells.cells, groups) @ share, np.nan)
    z = share[group] * (y - mean[at]) / size[at]
    z = np.where(complete[cells.cell], z, 0.0)
    return DomainEstimates(cells.estimates(estimate, z, y != 0, reference=reference), z=z)
