"""Variance of estimated totals under stratified cluster sampling, from centred PSU totals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from estimates.lonely_psu import lonely_contribution
from estimates.measure import FloatVector, IntVector
from estimates.psu_totals import steady_sum_by, sum_by
from surveys.design import Design


def ultimate_cluster_variance(totals: npt.ArrayLike, design: Design) -> FloatVector:
    r"""Variance of the estimated totals whose PSU totals are given.

    Parameters
    ----------
    totals : (P,) or (P, k) float
        Weighted total of each linearized variable in each PSU; PSUs without members hold 0.
    design : Design
        PSUs, strata, finite populations and the policy for lonely strata.

    Returns
    -------
    (k,) float
        Variances, in the square of the unit of the totals.

    Notes
    -----
    .. math:: v(\hat Z) = \sum_h (1 - f_h)\,\frac{n_h}{n_h - 1} \sum_{i=1}^{n_h} (z_{hi} - \bar z_h)^2,
              \qquad f_h = n_h / N_h

    References
    ----------
    Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, eq. 4.6.2 (stratified, first stage
    with
    replacement) and section 3.7 (finite population correction).
    """
    values = np.asarray(totals, dtype=np.float64)
    columns = values.reshape(design.psus, -1)
    psu = np.arange(design.psus, dtype=np.int64)
    return np.array(
        [domain_variances(column, np.zeros_like(psu), psu, 1, design)[0] for column in columns.T],
        dtype=np.float64,
    )


def domain_variances(
    totals: FloatVector, cell: IntVector, psu: IntVector, cells: int, design: Design
) -> FloatVector:
    r"""Variances of many domain totals from (PSU, cell) pairs, without a table of every PSU by every cell.

    Parameters
    ----------
    totals : (K,) float
        Weighted total of the cell's linearized variable in the pair.
    cell, psu : (K,) int
        Cell and PSU of each pair, sorted by PSU.
    cells : int
        Number of cells D.
    design : Design
        PSUs without a pair count as 0: a domain never drops a PSU.

    Returns
    -------
    (D,) float
        Variances; 0 for a cell without pairs.

    Notes
    -----
    With :math:`m` of the :math:`n_h` PSUs holding members,

    .. math:: \sum_{i=1}^{n_h} (z_{hi} - \bar z_h)^2
              = \sum_{i=1}^{m} (z_{hi} - \bar z_h)^2 + (n_h - m)\,\bar z_h^2,

    a sum of squares of centred values, so no digits cancel.

    References
    ----------
    Särndal, Swensson and Wretman (1992), section 10.3 (domains keep the whole design).
    """
    groups = StratumCells(cell, psu, cells, design)
    return groups.variances(totals)


class StratumCells:
    """The (stratum, cell) groups of a breakdown's pairs, found once and used for every measure.

    Parameters
    ----------
    cell, psu : (K,) int
        Cell and PSU of each pair.
    cells : int
        Number of cells D.
    design : Design
        Strata of the PSUs.
    share : (H,) float, optional
        Sampling fraction of earlier stages for each stratum; 1 at the first stage.
    """

    def __init__(
        self, cell: IntVector, psu: IntVector, cells: int, design: Design, share: FloatVector | None = None
    ) -> None:
        self.design = design
        self.cells = cells
        self.cell_of_pair = cell
        stratum = design.stratum_of_psu[psu]
        keys, self.group = np.unique(stratum * cells + cell, return_inverse=True)
        self.stratum = keys // cells
        self.cell = keys % cells
        self.count = keys.size
        n_h = design.psus_per_stratum[self.stratum]
        self.n_h = n_h.astype(np.float64)
        self.held = np.bincount(self.group, minlength=self.count).astype(np.float64)
        self.empty = n_h - self.held
        self.alone = n_h == 1
        factor = design.fpc[self.stratum] * self.n_h / np.maximum(self.n_h - 1.0, 1.0)
        if share is not None:
            factor = factor * share[self.stratum]
        self.factor = np.where(self.alone, 0.0, factor)

    def variances(self, totals: FloatVector) -> FloatVector:
        """Variance of each cell's total, (D,), from the totals of the pairs, (K,)."""
        mean = sum_by(self.group, totals, self.count) / self.n_h
        squares = steady_sum_by(self.group, (totals - mean[self.group]) ** 2, self.count, self.held)
        within = self.factor * (squares + self.empty * mean**2)
        variance = sum_by(self.cell, within, self.cells)
        if self.design.lonely_psu == "centred":
            cell_total = sum_by(self.cell_of_pair, totals, self.cells)
            variance += lonely_contribution(
                mean, cell_total, self.stratum, self.cell, self.cells, self.design
            )
        return variance
