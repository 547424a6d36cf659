"""Replicate weights of rows, with cells of the file held at what the survey knows or estimates of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimates.public_use.variance_units import VarianceUnits

FloatVector = NDArray[np.float64]
FloatMatrix = NDArray[np.float64]
IntVector = NDArray[np.int64]


@dataclass(frozen=True)
class Held:
    """Cells whose weighted totals each replicate is brought back to.

    Parameters
    ----------
    cell : (n,) int
        Cell of every row, numbered from 0.
    totals : (R, C) float, or None
        Total of each cell in each replicate; None where it is known and the same in all: that of the full weights.
    """

    cell: IntVector
    totals: FloatMatrix | None = None


def replicate_weights(
    weight: FloatVector, psu: IntVector, units: VarianceUnits, held: Held | None = None
) -> FloatMatrix:
    r"""Weights of every replicate.

    Parameters
    ----------
    weight : (n,) float
        Full weights as published.
    psu : (n,) int
        PSU of every row.
    units : VarianceUnits
        Units of the PSUs.
    held : Held, optional
        Cells of variables of the file. The ratio of a replicate weight to the weight then tells the unit and the cell,
        and nothing else.

    Returns
    -------
    (R, n) float
        One row for each unit left out.

    Notes
    -----
    .. math:: w_k^{(r)} = w_k\, a_{u(k)}^{(r)} \, \frac{T_c^{(r)}}{\sum_{j \in c} w_j a_{u(j)}^{(r)}}, \qquad
              v(\hat\theta) = \sum_r \frac{n_r - 1}{n_r} (\hat\theta^{(r)} - \hat\theta)^2

    with a = 0 for the unit left out, n/(n-1) for the others of its variance stratum, and 1 elsewhere. A cell that a
    replicate empties keeps its factor.

    References
    ----------
    Wolter (2007), Introduction to Variance Estimation, 4.5; Valliant (1993), Poststratification and conditional
    variance estimation, JASA 88(421), for the adjustment of every replicate.
    """
    weights = units.factors()[:, units.unit_of_psu[psu]] * weight
    return np.asarray(weights if held is None else weights * held_ratios(weight, psu, units, held)[:, held.cell])


def held_ratios(weight: FloatVector, psu: IntVector, units: VarianceUnits, held: Held) -> FloatMatrix:
    """Return what each replicate multiplies each held cell with, (R, C); 1 where a replicate empties a cell.

    Parameters
    ----------
    weight : (n,) float
        Full weights.
    psu : (n,) int
        PSU of every row.
    units : VarianceUnits
        Units of the PSUs.
    held : Held
        The cells.
    """
    cells = int(held.cell.max()) + 1 if held.cell.size else 0
    wanted = held.totals
    if wanted is None:
        wanted = np.broadcast_to(np.bincount(held.cell, weights=weight, minlength=cells), (units.units, cells))
    # Sums by unit and cell say the same as sums over rows.
    sums = np.zeros((units.units, cells))
    np.add.at(sums, (units.unit_of_psu[psu], held.cell), weight)
    found = units.factors() @ sums
    return np.divide(wanted, found, out=np.ones_like(found), where=found > 0)


def replicate_standard_error(
    value: FloatVector, base: FloatVector | None, weight: FloatVector, replicates: FloatMatrix, scale: FloatVector
) -> tuple[float, float]:
    """Estimate a total (no base), or a ratio of totals, and its standard error from replicate weights.

    Parameters
    ----------
    value : (n,) float
        Numerator of every row, 0 outside the base.
    base : (n,) float or None
        Denominator of every row.
    weight : (n,) float
        Full weights.
    replicates : (R, n) float
        Replicate weights.
    scale : (R,) float
        What each replicate counts.

    Returns
    -------
    estimate, standard_error : float
        NaN where a base is 0.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        over = 1.0 if base is None else float(weight @ base)
        estimate = np.float64(weight @ value) / over
        each = replicates @ value / (1.0 if base is None else replicates @ base)
        return float(estimate), float(np.sqrt(scale @ (each - estimate) ** 2))
