"""What a stratum with a single PSU adds to the variance."""

from __future__ import annotations

import numpy as np

from estimates.measure import FloatVector, IntVector
from surveys.design import Design


def lonely_contribution(
    mean: FloatVector,
    cell_total: FloatVector,
    stratum: IntVector,
    cell: IntVector,
    cells: int,
    design: Design,
) -> FloatVector:
    r"""Contribution of lonely strata to each cell under the policy ``centred``.

    Parameters
    ----------
    mean : (G,) float
        Mean PSU total of each (stratum, cell) group; in a lonely stratum, its only PSU total.
    cell_total : (D,) float
        Total of each cell over all PSUs.
    stratum, cell : (G,) int
        Stratum and cell of each group.
    cells : int
        Number of cells D.
    design : Design
        The lonely strata are those of one PSU that is not the whole frame.

    Returns
    -------
    (D,) float
        Added variance.

    Notes
    -----
    The only PSU is compared with the mean of all PSU totals of the sample,

    .. math:: v_h = (1 - f_h)\,(z_{h1} - \bar z)^2, \qquad \bar z = \hat Z / P,

    also when it holds no member of the domain. The policy ``certainty`` adds 0; ``collapsed`` leaves no
    lonely
    stratum behind.

    References
    ----------
    R package survey, option ``survey.lonely.psu = "adjust"``: "centred at the population mean". Version 4.1-1, run
    here, compares with 0 for totals: the same for means and ratios, larger for totals by exactly what the mean takes
    out (``tests/reference/engine/test_lonely_strata.py``). Version 4.5 was read about, not run.
    """
    alone = design.psus_per_stratum == 1
    if not alone.any():
        return np.zeros(cells)
    centre = cell_total / design.psus
    # As if no lonely PSU held members, then corrected for the groups that do.
    added = float(design.fpc[alone].sum()) * centre**2
    here = alone[stratum]
    fpc = design.fpc[stratum[here]]
    change = fpc * ((mean[here] - centre[cell[here]]) ** 2 - centre[cell[here]] ** 2)
    return np.asarray(np.maximum(added + np.bincount(cell[here], weights=change, minlength=cells), 0.0))
