"""Compiled search for where each PSU begins in a file that is in PSU order."""

from __future__ import annotations

import numba

from estimates.measure import IntVector


@numba.njit(cache=True, nogil=True)
def psu_bounds(psu: IntVector, start: IntVector) -> bool:
    """Fill the first row of each PSU, (P + 1,); False as soon as the rows are not in PSU order.

    Parameters
    ----------
    psu : (n,) int
        PSU of each row.
    start : (P + 1,) int
        Filled in place.
    """
    current = 0
    for row in range(psu.size):
        here = psu[row]
        if here < current:
            return False
        while current < here:
            current += 1
            start[current] = row
    for rest in range(current + 1, start.size):
        start[rest] = psu.size
    return True
