"""Degrees of freedom of an estimate: where its members are."""

from __future__ import annotations

import numpy as np

from estimates.measure import FloatVector, IntVector
from estimates.variance import StratumCells


def domain_degrees_of_freedom(groups: StratumCells, n: FloatVector) -> tuple[IntVector, IntVector]:
    r"""PSUs with members, and PSUs minus strata with members, of each cell.

    Parameters
    ----------
    groups : StratumCells
        The (stratum, cell) groups of the breakdown.
    n : (K,) float
        Rows of the measure's base in each (PSU, cell) pair.

    Returns
    -------
    n_psu, df : (D,) int
        PSUs with members, and degrees of freedom.

    Notes
    -----
    .. math:: df_d = \#\{\text{PSUs with members of } d\} - \#\{\text{strata with members of } d\}

    Fewer than the design's own when the domain is absent from whole strata.

    References
    ----------
    Korn and Graubard (1999), Analysis of Health Surveys, section 5.2.
    """
    present = n > 0
    n_psu = np.bincount(groups.cell_of_pair[present], minlength=groups.cells)
    with_members = np.bincount(groups.group[present], minlength=groups.count) > 0
    strata = np.bincount(groups.cell[with_members], minlength=groups.cells)
    return n_psu.astype(np.int64), (n_psu - strata).astype(np.int64)
