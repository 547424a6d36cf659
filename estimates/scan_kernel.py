"""Compiled walk over the rows of one measure: PSU by PSU into centred moments by stratum and cell."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from estimates.measure import BoolVector, FloatVector, IntVector

# Sums kept in a local cell: X, Y, weight, n, cases, yy, yx, xx.
SUMS = 8
# Kept for a group: PSUs with members, mean X, mean Y, MXX, MXY, MYY, weight, n, cases, yy, yx, xx.
MOMENTS = 12


@numba.njit(cache=True, nogil=True)
def walk_rows(
    numerator: FloatVector,
    denominator: FloatVector,
    is_ratio: bool,
    universe: BoolVector,
    has_universe: bool,
    weight: FloatVector,
    centre: float,
    finest: npt.NDArray[np.int32],
    psu_start: IntVector,
    finest_cells: int,
    cell_of_finest: IntVector,
    largest: int,
    pair_start: IntVector,
    pair_cell: IntVector,
    table_of_partition: IntVector,
    group_of_pair: IntVector,
    moments: FloatVector,
) -> None:
    """Add one measure's rows to ``moments``.

    Parameters
    ----------
    numerator, denominator, universe, weight, finest : (n,)
        Rows in PSU order; ``denominator`` and ``universe`` are read only where their flag says so.
    is_ratio, has_universe : bool
        Flags.
    centre : float
        Provisional ratio, taken out of the numerator row by row.
    psu_start : (P + 1,) int
        First row of each PSU.
    finest_cells, largest : int
        Finest cells, and local cells of the largest partition.
    cell_of_finest : (partitions, finest_cells) int
        Local cell of each finest cell, -1 outside.
    pair_start : (partitions, P + 1) int
        First pair of each PSU, in the pairs of all partitions.
    pair_cell : (pairs,) int
        Local cell of each pair.
    table_of_partition : (partitions + 1,) int
        First table of each partition.
    group_of_pair : (most tables of a partition, pairs) int
        Group of each pair in each table of its partition, numbered over all tables; -1 outside.
    moments : (groups, 12) float
        Added to by Welford's updates: means move, squares stay centred.
    """
    partitions = cell_of_finest.shape[0]
    finest_sums = np.zeros((finest_cells, SUMS))
    touched = np.empty(finest_cells, dtype=np.int64)
    local = np.zeros((largest, SUMS))
    for psu in range(psu_start.size - 1):
        count = 0
        for row in range(psu_start[psu], psu_start[psu + 1]):
            y = numerator[row]
            w = weight[row]
            if not (w > 0.0) or y != y or (has_universe and not universe[row]):
                continue
            x = 1.0
            if is_ratio:
                x = denominator[row]
                if x != x:
                    continue
            f = finest[row]
            if finest_sums[f, 3] == 0.0:
                touched[count] = f
                count += 1
            if y != 0.0:
                finest_sums[f, 4] += 1.0
            y -= centre * x
            wx = w * x
            wy = w * y
            finest_sums[f, 0] += wx
            finest_sums[f, 1] += wy
            finest_sums[f, 2] += w
            finest_sums[f, 3] += 1.0
            finest_sums[f, 5] += wy * y
            if is_ratio:
                finest_sums[f, 6] += wy * x
                finest_sums[f, 7] += wx * x
        if count == 0:
            continue
        for p in range(partitions):
            for position in range(count):
                f = touched[position]
                c = cell_of_finest[p, f]
                if c >= 0:
                    for s in range(SUMS):
                        local[c, s] += finest_sums[f, s]
            tables = table_of_partition[p + 1] - table_of_partition[p]
            for pair in range(pair_start[p, psu], pair_start[p, psu + 1]):
                c = pair_cell[pair]
                if local[c, 3] > 0.0:
                    for t in range(tables):
                        g = group_of_pair[t, pair]
                        if g >= 0:
                            add_psu(moments, g, local, c)
                    for s in range(SUMS):
                        local[c, s] = 0.0
        for position in range(count):
            for s in range(SUMS):
                finest_sums[touched[position], s] = 0.0


@numba.njit(cache=True, nogil=True, inline="always")
def add_psu(moments: FloatVector, g: int, local: FloatVector, c: int) -> None:
    """Add a PSU's totals to a group by Welford's update of means and centred squares.

    Parameters
    ----------
    moments : (groups, 12) float
        Changed in place.
    g : int
        Group.
    local : (cells, 8) float
        Totals of the PSU by local cell.
    c : int
        Local cell.
    """
    moments[g, 0] += 1.0
    share = 1.0 / moments[g, 0]
    dx = local[c, 0] - moments[g, 1]
    dy = local[c, 1] - moments[g, 2]
    moments[g, 1] += dx * share
    moments[g, 2] += dy * share
    ey = local[c, 1] - moments[g, 2]
    moments[g, 3] += dx * (local[c, 0] - moments[g, 1])
    moments[g, 4] += dx * ey
    moments[g, 5] += dy * ey
    for s in range(2, SUMS):
        moments[g, s + 4] += local[c, s]
