"""Compiled walk where every PSU holds most cells: four PSUs side by side, added to the moments at once."""

from __future__ import annotations

import numba
import numpy as np

from estimates.scan_pack import BLOCK, line_of_zeros, pack_codes, pack_rows, place_of_row
from estimates.scan_vectors import add_bytes, add_doubles, add_four_moments, add_moments, add_scaled, add_with_squares

LANES = 4
# Rows whose small numbers add up in a byte.
BYTE = 127

# Compiled with scan_pack and scan_vectors as of 9a919632daae.


@numba.njit(cache=True, nogil=True)
def walk_dense(  # type: ignore[no-untyped-def]
    first_psu, last_psu, psu_start, segment_of_psu, order, weight, code_address, code_bytes, code_size, code_shift,
    columns, centre, wide, summed, reference, base, cross, partitions, cell_of_parent, skipped, first, second, product,
    present, squares, counts,
):  # fmt: skip
    """Add the rows of PSUs ``first_psu`` to ``last_psu - 1`` to the moments; as `estimates.scan_kernel.walk_rows`."""
    many = wide + summed
    small = counts.shape[2]
    finest_cells = counts.shape[1]
    cells = skipped + first.shape[1]
    single = True
    for k in range(many):
        single &= reference[k] == reference[0]
    local = line_of_zeros(cells * LANES * many).reshape((cells, LANES, many))
    other = np.zeros(many)
    tally = np.zeros((finest_cells, small), dtype=np.int8)
    numbers, wide_stage = line_of_zeros(BLOCK * wide), np.zeros((wide, BLOCK))
    smalls, small_stage = np.zeros(BLOCK * small, dtype=np.int8), np.zeros((small, BLOCK), dtype=np.int8)
    weights = np.zeros(BLOCK)
    finest = np.zeros(BLOCK, dtype=np.int64)
    psu = first_psu
    lane = 0
    tallied = 0
    segment = segment_of_psu[psu]
    last_row = psu_start[last_psu]
    for begin in range(psu_start[first_psu], last_row, BLOCK):
        size = min(BLOCK, last_row - begin)
        pack_codes(finest, begin, size, weight.size, order, code_address, code_bytes, code_size, code_shift)
        pack_rows(numbers, smalls, wide_stage, small_stage, weights, begin, size, order, weight, columns, centre)
        done = 0
        while done < size:
            while begin + done >= psu_start[psu + 1]:
                if psu_start[psu + 1] > psu_start[psu]:
                    lane += 1
                psu += 1
                if lane == LANES or (lane > 0 and segment_of_psu[psu] != segment):
                    _add_psus(
                        local, single, reference, other, base, partitions, cell_of_parent, skipped,
                        first[segment], second[segment], product[segment], present[segment],
                    )  # fmt: skip
                    lane = 0
                if segment_of_psu[psu] != segment:
                    if tallied:
                        _add_counts(tally, counts[segment])
                        tallied = 0
                    segment = segment_of_psu[psu]
            until = min(size, psu_start[psu + 1] - begin, done + BYTE)
            if tallied + until - done > BYTE:
                _add_counts(tally, counts[segment])
                tallied = 0
            _add_rows(
                weights, finest, numbers, smalls, done, until, local, lane, tally, wide, summed, cross,
                squares[segment],
            )  # fmt: skip
            tallied += until - done
            done = until
    _add_psus(
        local, single, reference, other, base, partitions, cell_of_parent, skipped,
        first[segment], second[segment], product[segment], present[segment],
    )  # fmt: skip
    _add_counts(tally, counts[segment])


@numba.njit(cache=True, nogil=True)
def _add_rows(  # type: ignore[no-untyped-def]
    weights, finest, numbers, smalls, begin, end, local, lane, tally, wide, summed, cross, squares
):  # fmt: skip
    """Add rows of one PSU to the cells of its lane, and their small numbers to the tally in bytes."""
    small = tally.shape[1]
    many = wide + summed
    for r in range(begin, end):
        w = weights[r]
        if not (w > 0.0):
            # A row of weight 0 is in no base: it counts for nothing.
            continue
        f = finest[r]
        here = place_of_row(r, small)
        there = (f * LANES + lane) * many
        for k in range(0, wide, 8):
            add_with_squares(local, there + k, squares, f * squares.shape[1] + k, w, numbers, r * wide + k)
        for k in range(0, summed, 8):
            add_scaled(local, there + wide + k, w, smalls, here + 8 * k)
        for k in range(0, small, 8):
            add_bytes(tally, f * small + k, smalls, here + 8 * k)
    if cross.shape[0]:
        for r in range(begin, end):
            f = finest[r]
            for x in range(cross.shape[0]):
                one, two = numbers[r * wide + cross[x, 0]], numbers[r * wide + cross[x, 1]]
                squares[f, wide + x] += weights[r] * one * two


@numba.njit(cache=True, nogil=True)
def _add_counts(tally, counts):  # type: ignore[no-untyped-def]
    """Move the tally to the counts before a byte overflows."""
    for f in range(tally.shape[0]):
        for k in range(tally.shape[1]):
            counts[f, k] += tally[f, k]
    tally[:] = 0


@numba.njit(cache=True, nogil=True)
def _add_psus(  # type: ignore[no-untyped-def]
    local, single, reference, other, base, partitions, cell_of_parent, skipped, first, second, product, present
):  # fmt: skip
    """Roll four PSUs up, add their totals, squares and products to their segment, and clear them."""
    many = local.shape[2]
    size = LANES * many
    for p in range(1, partitions.shape[0]):
        parent, parent_cell, cell, start = partitions[p, 0], partitions[p, 1], partitions[p, 2], partitions[p, 4]
        for fine in range(partitions[parent, 3]):
            inner = cell_of_parent[start + fine]
            if inner >= 0:
                for k in range(0, size, 8):
                    add_doubles(local, (cell + inner) * size + k, local, (parent_cell + fine) * size + k)
    for cell in range(skipped, local.shape[0]):
        here = cell * size
        to = (cell - skipped) * many
        for b in range(base.size):
            for lane in range(LANES):
                if local[cell, lane, base[b]] > 0.0:
                    present[cell - skipped, b] += 1.0
        if single:
            at = reference[0]
            xa, xb, xc, xd = local[cell, 0, at], local[cell, 1, at], local[cell, 2, at], local[cell, 3, at]
            for k in range(0, many, 8):
                add_four_moments(first, second, product, to + k, local, here + k, many, xa, xb, xc, xd)
        else:
            for lane in range(LANES):
                for k in range(many):
                    other[k] = local[cell, lane, reference[k]]
                for k in range(0, many, 8):
                    add_moments(first, second, product, to + k, local, here + lane * many + k, other, k)
    local[:] = 0.0
