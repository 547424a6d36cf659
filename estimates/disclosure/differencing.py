"""What two figures published together, or one after the other, tell that each alone does not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatVector = NDArray[np.float64]


def counts_from_shares(
    share: FloatVector, base: FloatVector, decimals: int
) -> tuple[FloatVector, FloatVector]:
    """Turn printed percentages of a known base back into counts.

    Parameters
    ----------
    share : (m,) float
        Percentages as printed, in percent.
    base : (m,) float
        Number of persons or families that they are of.
    decimals : int
        Digits printed after the point.

    Returns
    -------
    low, high : (m,) float
        Smallest and largest count that print that percentage; equal where the count is given away.

    Notes
    -----
    ``low = ceil((share - h) * base / 100)``, ``high = floor((share + h) * base / 100)`` with h half a unit of
    the last digit.
    """
    half = 0.5 * 10.0**-decimals
    low = np.ceil((share - half) * base / 100 - 1e-9)
    high = np.floor((share + half) * base / 100 + 1e-9)
    return np.maximum(low, 0.0), np.minimum(high, base)


def telling_changes(earlier: FloatVector, later: FloatVector, minimum_cases: int) -> NDArray[np.bool_]:
    """Find counts whose change between two releases is itself a small group.

    Parameters
    ----------
    earlier, later : (m,) float
        The same cells in two releases, NaN where not shown.
    minimum_cases : int
        Counts below it are not shown, and neither is a difference.

    Returns
    -------
    (m,) bool
        Both shown and different by 1 to ``minimum_cases - 1``.
    """
    change = np.abs(later - earlier)
    return np.isfinite(change) & (change > 0) & (change < minimum_cases)
