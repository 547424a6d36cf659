"""Why known totals cannot be met: which margin, which cell, and what bounds would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from weights.calibration.distance import Bounds
from weights.calibration.margins import Control, ControlCells, control_cells

FloatVector = NDArray[np.float64]


@dataclass(frozen=True)
class Feasibility:
    """What a linear programme says of a calibration problem.

    Parameters
    ----------
    feasible : bool
        Whether factors within the bounds hit every total.
    widen : float or None
        Factor by which both bounds must move away from 1; None where no bounds help.
    bounds : (float, float) or None
        The bounds widened so.
    conflicts : tuple of (control, cell, total, nearest)
        Totals that must give way, and the nearest value that can be met together with the others.
    """

    feasible: bool
    widen: float | None
    bounds: Bounds | None
    conflicts: tuple[tuple[str, str, float, float], ...]


def feasibility(base_weight: FloatVector, controls: Sequence[Control], bounds: Bounds) -> Feasibility:
    r"""Ask whether totals and bounds can hold together, and what stands in the way.

    Parameters
    ----------
    base_weight : (n,) float
        Weights before calibration.
    controls : sequence of Margin or Amount
        Known totals.
    bounds : (float, float)
        Least and greatest factor.

    Returns
    -------
    Feasibility

    Notes
    -----
    On the groups of rows that are alike, with :math:`D_c` the base weight of a group,

    .. math:: \min r \;\text{ s.t. }\; \sum_c D_c g_c x_c = X, \quad
              1 - r(1 - L) \le g_c \le 1 + r(U - 1), \quad g_c \ge 0.

    :math:`r \le 1` means feasible. Where no r exists the totals conflict whatever the bounds, and the least total
    of relative slacks that makes them agree is found instead.

    References
    ----------
    Vanderhoeft (2001), Generalised Calibration at Statistics Belgium, section 5 (bounds by linear programming).
    """
    cells = control_cells(controls)
    size = np.bincount(cells.group, weights=base_weight, minlength=cells.x.shape[0])
    used = size > 0
    x, size = cells.x[used], size[used]
    low, high = bounds
    groups = size.size
    equal = sparse.csr_array(x.T * size)
    # Variables: the factors and r.
    one = sparse.eye_array(groups)
    lower = sparse.hstack([-one, sparse.csr_array(np.full((groups, 1), -(1 - low)))])
    upper = sparse.hstack([one, sparse.csr_array(np.full((groups, 1), -(high - 1)))])
    sides = sparse.vstack([lower, upper])
    limit = np.r_[np.full(groups, -1.0), np.full(groups, 1.0)]
    scale = np.maximum(np.abs(cells.totals), 1.0)
    scaled = sparse.csr_array(equal / scale[:, None])
    wider = _least(
        np.r_[np.zeros(groups), 1.0], A_ub=sides, b_ub=limit,
        A_eq=sparse.hstack([scaled, sparse.csr_array((scale.size, 1))]), b_eq=cells.totals / scale,
        bounds=[(0, None)] * (groups + 1),
    )  # fmt: skip
    if wider is not None:
        r = float(wider[-1])
        reach = (max(0.0, 1 - r * (1 - low)), 1 + r * (high - 1))
        met = r <= 1 + 1e-9
        return Feasibility(met, r, reach, () if met else _conflicts(cells, scaled, scale, low, high))
    return Feasibility(False, None, None, _conflicts(cells, scaled, scale, 0.0, None))


def _least(cost: FloatVector, **programme: Any) -> FloatVector | None:
    """Solve a linear programme with HiGHS; None where nothing satisfies it."""
    result = linprog(cost, method="highs", **programme)
    return np.asarray(result.x) if result.status == 0 else None


def _conflicts(
    cells: ControlCells, scaled: sparse.csr_array, scale: FloatVector, low: float, high: float | None
) -> tuple[tuple[str, str, float, float], ...]:
    groups, k = scaled.shape[1], scale.size
    found = _least(
        np.r_[np.zeros(groups), np.ones(2 * k)],
        A_eq=sparse.hstack([scaled, sparse.eye_array(k), -sparse.eye_array(k)]), b_eq=cells.totals / scale,
        bounds=[(low, high)] * groups + [(0, None)] * (2 * k),
    )  # fmt: skip
    if found is None:
        raise ArithmeticError("the linear programme that looks for conflicting totals did not end")
    slack = (found[groups : groups + k] - found[groups + k :]) * scale
    return tuple(
        (*cells.names[i], float(cells.totals[i]), float(cells.totals[i] - slack[i]))
        for i in np.argsort(-np.abs(slack) / scale, kind="stable")
        if abs(slack[i]) > 1e-7 * scale[i]
    )
