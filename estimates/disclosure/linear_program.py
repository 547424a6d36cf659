"""One linear program with equations and bounds, solved by HiGHS."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

FloatVector = NDArray[np.float64]
FAR = 1e7


def least(
    cost: FloatVector, equations: csr_array, target: FloatVector, low: FloatVector, high: FloatVector
) -> FloatVector | None:
    """Minimize ``cost @ x`` subject to ``equations @ x == target`` and ``low <= x <= high``.

    Parameters
    ----------
    cost, low, high : (n,) float
        Objective and bounds; an infinite bound is taken as 1e7, more than any sample counts.
    equations : (m, n) sparse
        Left sides.
    target : (m,) float
        Right sides.

    Returns
    -------
    (n,) float or None
        The solution; None when there is none.
    """
    found = milp(
        cost,
        constraints=LinearConstraint(equations, target, target),
        bounds=Bounds(np.maximum(low, -FAR), np.minimum(high, FAR)),
    )
    return None if found.x is None or found.status != 0 else np.asarray(found.x, dtype=np.float64)
