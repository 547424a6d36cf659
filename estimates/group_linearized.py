"""One figure of one group of rows with its linearized variable, whatever its statistic."""

from __future__ import annotations

import numpy as np

from estimates.domain_cells import domain_cells
from estimates.figures import Figure, figure_blocks
from estimates.linearized.linearization import Linearized, nothing
from estimates.measure import BoolVector, Coding, FloatVector, Measure
from surveys.design import Design


def linearized_measure(measure: Measure, group: BoolVector, weight: FloatVector) -> Linearized:
    r"""Estimate a total, mean, proportion or ratio of a group, and linearize it.

    Parameters
    ----------
    measure : Measure
        Of n rows.
    group : (n,) bool
        Rows of the group.
    weight : (n,) float
        Final weights.

    Returns
    -------
    Linearized
        NaN where the group has no base.

    Notes
    -----
    .. math:: z_k = y_k \ \text{(total)}, \qquad z_k = (y_k - \hat R x_k) / \hat X \ \text{(ratio, mean, share)}

    References
    ----------
    Woodruff (1971), JASA 66(334), 411-414.
    """
    used = measure.base() & group & (weight > 0)
    if not used.any():
        return nothing(weight.size)
    y = np.where(used, measure.numerator, 0.0)
    if measure.kind == "total":
        return Linearized(float(weight @ y), y)
    x = used.astype(np.float64) if measure.denominator is None else np.where(used, measure.denominator, 0.0)
    size = float(weight @ x)
    if size == 0:
        return nothing(weight.size)
    ratio = float(weight @ y) / size
    return Linearized(ratio, (y - ratio * x) / size)


def linearized_figure(
    figure: Figure, place: int, group: BoolVector, weight: FloatVector, design: Design
) -> Linearized:
    """Estimate a figure of a group and linearize it.

    Parameters
    ----------
    figure : Figure
        Of n rows.
    place : int
        Which of its row names: the time of a survival curve, 0 otherwise.
    group : (n,) bool
        Rows of the group.
    weight, design
        Of the n rows.

    Returns
    -------
    Linearized
        A quantile's variable is that of the share below it, on the scale of Woodruff's error.
    """
    coding = Coding("group", np.where(group, 0, -1).astype(np.int64), ("1",))
    found = figure_blocks(figure, ("group",), {"group": coding}, design, weight, "with_replacement")[place].found
    if found.z is None or not np.isfinite(found.cells.estimate[0]):
        return nothing(weight.size)
    rows = domain_cells([coding], figure.base, weight, design)
    return Linearized(float(found.cells.estimate[0]), rows.spread(found.z))
