"""Compiled walk over the rows, PSU by PSU through the cells it holds, into moments by segment and cell."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from estimates.measure import FloatVector, IntVector
from estimates.scan_pack import BLOCK, line_of_zeros, pack_codes, pack_rows, place_of_row
from estimates.scan_vectors import add_counts, add_doubles, add_moments, add_scaled, add_with_squares

# Compiled with scan_pack and scan_vectors as of 9a919632daae.


@numba.njit(cache=True, nogil=True)
def walk_rows(
    first_psu: int,
    last_psu: int,
    psu_start: IntVector,
    segment_of_psu: IntVector,
    order: IntVector,
    weight: FloatVector,
    code_address: IntVector,
    code_bytes: IntVector,
    code_size: IntVector,
    code_shift: IntVector,
    columns: IntVector,
    centre: FloatVector,
    wide: int,
    summed: int,
    reference: IntVector,
    base: IntVector,
    cross: IntVector,
    partitions: IntVector,
    cell_of_parent: IntVector,
    skipped: int,
    first: npt.NDArray[np.float64],
    second: npt.NDArray[np.float64],
    product: npt.NDArray[np.float64],
    present: npt.NDArray[np.float64],
    squares: npt.NDArray[np.float64],
    counts: npt.NDArray[np.int32],
) -> None:
    """Add the rows of PSUs ``first_psu`` to ``last_psu - 1`` to the moments.

    Parameters
    ----------
    first_psu, last_psu : int
        Range of PSUs, each walked whole.
    psu_start, segment_of_psu : (P + 1,), (P,) int
        First row of each PSU in order, and its segment.
    order : (n,) or (0,) int
        Rows in PSU order; empty when the file is already so.
    weight : (n,) float
        Final weights.
    code_address, code_bytes, code_size, code_shift : (c,) int
        Where the codes of each crossed coding are, the bytes of one, how many there are, and what is added to
        them.
    columns : (5, k) int
        Of each summed column: address of its values, their form (0 int8, 1 float64, 2 base: the mask itself, 3
        int8 read as a flag of not being 0, 4 float64 read so), address of its mask or 0, position in its block
        (-1 - position in the block of numbers), and where the flags of its not being 0 go, or -1.
    centre : (k,) float
        Taken out of the values.
    wide, summed : int
        Widths of the block of numbers and of that part of the block of small numbers that is weighted.
    reference : (wide + summed,) int
        Column with which each is multiplied: the denominator of its measure.
    base : (b,) int
        Columns whose PSUs with members are counted.
    cross : (x, 2) int
        Pairs of wide columns whose products are summed over rows.
    partitions : (p, 5) int
        Of each roll-up: parent, first cell of the parent, first cell, cells, start in ``cell_of_parent``. The
        first is the finest cross itself.
    cell_of_parent : (m,) int
        Cell in the roll-up of each cell of its parent; -1 outside.
    skipped : int
        Leading cells of which no moments are kept: those of the finest cross where no table is that fine.
    first, second, product : (segments, cells, wide + summed) float
        Sums of PSU totals, of their squares and of their products with the reference; added to.
    present : (segments, cells, b) float
        PSUs with members; added to.
    squares : (segments, finest cells, wide + x) float
        Weighted sums over rows of squares and products of wide columns; added to.
    counts : (segments, finest cells, small) int
        Sums over rows of the block of small numbers; added to.
    """
    many = wide + summed
    small = counts.shape[2]
    cells = skipped + first.shape[1]
    single = True
    for k in range(many):
        single &= reference[k] == reference[0]
    local = line_of_zeros(cells * many).reshape((cells, many))
    touched = np.zeros(cells, dtype=np.bool_)
    listed = np.empty(cells, dtype=np.int64)
    numbers, wide_stage = line_of_zeros(BLOCK * wide), np.zeros((wide, BLOCK))
    smalls, small_stage = np.zeros(BLOCK * small, dtype=np.int8), np.zeros((small, BLOCK), dtype=np.int8)
    weights = np.zeros(BLOCK)
    finest = np.zeros(BLOCK, dtype=np.int64)
    other = np.zeros(many)
    source, target = np.empty(cells, dtype=np.int64), np.empty(cells, dtype=np.int64)
    psu = first_psu
    count = 0
    last_row = psu_start[last_psu]
    for begin in range(psu_start[first_psu], last_row, BLOCK):
        size = min(BLOCK, last_row - begin)
        pack_codes(finest, begin, size, weight.size, order, code_address, code_bytes, code_size, code_shift)
        pack_rows(numbers, smalls, wide_stage, small_stage, weights, begin, size, order, weight, columns, centre)
        done = 0
        while done < size:
            while begin + done >= psu_start[psu + 1]:
                if count:
                    close_psu(
                        segment_of_psu[psu], local, touched, listed, count, single, reference, base, other,
                        source, target, partitions, cell_of_parent, skipped, first, second, product, present,
                    )  # fmt: skip
                    count = 0
                psu += 1
            until = min(size, psu_start[psu + 1] - begin)
            segment = segment_of_psu[psu]
            count = _add_rows(
                weights, finest, numbers, smalls, done, until, local, touched, listed, count, wide, summed, cross,
                squares[segment], counts[segment],
            )  # fmt: skip
            done = until
    if count:
        close_psu(
            segment_of_psu[psu], local, touched, listed, count, single, reference, base, other, source, target,
            partitions, cell_of_parent, skipped, first, second, product, present,
        )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def _add_rows(  # type: ignore[no-untyped-def]
    weights, finest, numbers, smalls, begin, end, local, touched, listed, count, wide, summed, cross, squares, counts
):  # fmt: skip
    """Add rows of one PSU to its finest cells."""
    small = counts.shape[1]
    many = wide + summed
    for r in range(begin, end):
        f = finest[r]
        if not touched[f]:
            touched[f] = True
            listed[count] = f
            count += 1
        w = weights[r]
        if not (w > 0.0):
            # A row of weight 0 is in no base: it counts for nothing.
            continue
        here = place_of_row(r, small)
        for k in range(0, wide, 8):
            add_with_squares(local, f * many + k, squares, f * squares.shape[1] + k, w, numbers, r * wide + k)
        for k in range(0, summed, 8):
            add_scaled(local, f * many + wide + k, w, smalls, here + 8 * k)
        for k in range(0, small, 8):
            add_counts(counts, f * small + k, smalls, here + 8 * k)
        for x in range(cross.shape[0]):
            one, two = numbers[r * wide + cross[x, 0]], numbers[r * wide + cross[x, 1]]
            squares[f, wide + x] += w * one * two
    return count


@numba.njit(cache=True, nogil=True)
def close_psu(  # type: ignore[no-untyped-def]
    segment, local, touched, listed, count, single, reference, base, other, source, target,
    partitions, cell_of_parent, skipped, first, second, product, present,
):  # fmt: skip
    """Roll a finished PSU up and add its totals, squares and products to its segment."""
    many = local.shape[1]
    start_of = np.zeros(partitions.shape[0] + 1, dtype=np.int64)
    start_of[1] = count
    for p in range(1, partitions.shape[0]):
        parent, parent_cell, cell, start = partitions[p, 0], partitions[p, 1], partitions[p, 2], partitions[p, 4]
        end = start_of[p]
        pairs = 0
        for position in range(start_of[parent], start_of[parent + 1]):
            inner = cell_of_parent[start + listed[position] - parent_cell]
            if inner >= 0:
                source[pairs] = listed[position]
                target[pairs] = cell + inner
                pairs += 1
                if not touched[cell + inner]:
                    touched[cell + inner] = True
                    listed[end] = cell + inner
                    end += 1
        for pair in range(pairs):
            for k in range(0, many, 8):
                add_doubles(local, target[pair] * many + k, local, source[pair] * many + k)
        start_of[p + 1] = end
    end = start_of[partitions.shape[0]]
    kept = listed[count if skipped else 0 : end]
    for position in range(kept.size):
        cell = kept[position]
        if single:
            other[:] = local[cell, reference[0]]
        else:
            for k in range(many):
                other[k] = local[cell, reference[k]]
        at = (cell - skipped) * many
        for k in range(0, many, 8):
            add_moments(first[segment], second[segment], product[segment], at + k, local, cell * many + k, other, k)
        for b in range(base.size):
            if local[cell, base[b]] > 0.0:
                present[segment, cell - skipped, b] += 1.0
    for position in range(end):
        touched[listed[position]] = False
        local[listed[position]] = 0.0
