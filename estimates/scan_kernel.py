"""Compiled walk over the rows: PSU by PSU, all measures side by side, into moments by segment and cell."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from estimates.measure import FloatVector, IntVector

# Rows laid side by side at a time: the block stays in the nearest cache.
BLOCK = 128


@intrinsic  # type: ignore[untyped-decorator]
def _pointer(_: Any, address: Any) -> Any:
    """Turn the address of a column, held alive by the caller, into a pointer."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), generate


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
    columns : (4, k) int
        Of each summed column: address of its values, their form (0 int8, 1 float64, 2 base: the mask itself, 3
        int8 read as a flag of not being 0, 4 float64 read so), address of its mask or 0, and position in its
        block.
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
    local = np.zeros((cells, many))
    touched = np.zeros(cells, dtype=np.bool_)
    listed = np.empty(cells, dtype=np.int64)
    numbers = np.zeros((BLOCK, wide))
    smalls = np.zeros((BLOCK, small), dtype=np.int8)
    weights = np.zeros(BLOCK)
    finest = np.zeros(BLOCK, dtype=np.int64)
    other = np.zeros(many)
    psu = first_psu
    count = 0
    last_row = psu_start[last_psu]
    for begin in range(psu_start[first_psu], last_row, BLOCK):
        size = min(BLOCK, last_row - begin)
        _pack_codes(finest, begin, size, order, code_address, code_bytes, code_size, code_shift)
        _pack(numbers, smalls, weights, begin, size, order, weight, columns, centre)
        for r in range(size):
            while begin + r >= psu_start[psu + 1]:
                if count:
                    _close(
                        segment_of_psu[psu], local, touched, listed, count, single, reference, base, other,
                        partitions, cell_of_parent, skipped, first, second, product, present,
                    )  # fmt: skip
                    count = 0
                psu += 1
            w = weights[r]
            if not (w > 0.0):
                continue
            f = finest[r]
            if not touched[f]:
                touched[f] = True
                listed[count] = f
                count += 1
            segment = segment_of_psu[psu]
            sums = local[f]
            row = numbers[r]
            flags = smalls[r]
            for k in range(wide):
                sums[k] += w * row[k]
            weighted = sums[wide:]
            for k in range(summed):
                weighted[k] += w * flags[k]
            square = squares[segment, f]
            for k in range(wide):
                square[k] += w * row[k] * row[k]
            for x in range(cross.shape[0]):
                square[wide + x] += w * row[cross[x, 0]] * row[cross[x, 1]]
            tally = counts[segment, f]
            for k in range(small):
                tally[k] += flags[k]
    if count:
        _close(
            segment_of_psu[psu], local, touched, listed, count, single, reference, base, other,
            partitions, cell_of_parent, skipped, first, second, product, present,
        )  # fmt: skip


@numba.njit(cache=True, nogil=True, inline="always")
def _pack_codes(finest, begin, size, order, address, width, sizes, shift):  # type: ignore[no-untyped-def]
    finest[:size] = 0
    for c in range(address.size):
        many = sizes[c]
        add = shift[c]
        if width[c] == 1:
            small = numba.carray(_pointer(address[c]), begin + size, np.int8)
            for r in range(size):
                finest[r] = finest[r] * many + small[order[begin + r] if order.size else begin + r] + add
        else:
            large = numba.carray(_pointer(address[c]), begin + size, np.int64)
            for r in range(size):
                finest[r] = finest[r] * many + large[order[begin + r] if order.size else begin + r] + add


@numba.njit(cache=True, nogil=True)
def _pack(numbers, smalls, weights, begin, size, order, weight, columns, centre):  # type: ignore[no-untyped-def]
    sorted_rows = order.size == 0
    for r in range(size):
        weights[r] = weight[begin + r if sorted_rows else order[begin + r]]
    for k in range(columns.shape[1]):
        form, place, c = columns[1, k], columns[3, k], centre[k]
        masked = columns[2, k] != 0
        mask = numba.carray(_pointer(columns[2, k]), weight.size, np.int8)
        tiny = numba.carray(_pointer(columns[0, k]), weight.size, np.int8)
        real = numba.carray(_pointer(columns[0, k]), weight.size, np.float64)
        if sorted_rows and not masked and form == 0 and place >= 0:
            shift = np.int8(c)
            for r in range(size):
                smalls[r, place] = tiny[begin + r] - shift
            continue
        if sorted_rows and not masked and form == 1 and place >= 0:
            for r in range(size):
                smalls[r, place] = np.int8(real[begin + r] - c)
            continue
        if sorted_rows and not masked and form == 1 and place < 0:
            for r in range(size):
                numbers[r, -1 - place] = real[begin + r] - c
            continue
        for r in range(size):
            row = begin + r if sorted_rows else order[begin + r]
            value = 0.0
            if not masked or mask[row] != 0:
                if form == 0:
                    value = tiny[row] - c
                elif form == 1:
                    value = real[row] - c
                elif form == 2:
                    value = 1.0
                elif form == 3:
                    value = 1.0 if tiny[row] != 0 else 0.0
                else:
                    value = 1.0 if real[row] != 0.0 else 0.0
            if place >= 0:
                smalls[r, place] = np.int8(value)
            else:
                numbers[r, -1 - place] = value


@numba.njit(cache=True, nogil=True)
def _close(  # type: ignore[no-untyped-def]
    segment, local, touched, listed, count, single, reference, base, other,
    partitions, cell_of_parent, skipped, first, second, product, present,
):  # fmt: skip
    """Roll a finished PSU up and add its totals, squares and products to its segment."""
    many = local.shape[1]
    begin = np.zeros(partitions.shape[0] + 1, dtype=np.int64)
    begin[1] = count
    for p in range(1, partitions.shape[0]):
        parent, parent_cell, cell, start = partitions[p, 0], partitions[p, 1], partitions[p, 2], partitions[p, 4]
        end = begin[p]
        for position in range(begin[parent], begin[parent + 1]):
            source = listed[position]
            inner = cell_of_parent[start + source - parent_cell]
            if inner < 0:
                continue
            target = cell + inner
            into, out = local[target], local[source]
            if touched[target]:
                for k in range(many):
                    into[k] += out[k]
            else:
                touched[target] = True
                listed[end] = target
                end += 1
                for k in range(many):
                    into[k] = out[k]
        begin[p + 1] = end
    for position in range(begin[partitions.shape[0]]):
        cell = listed[position]
        touched[cell] = False
        total = local[cell]
        if cell < skipped:
            for k in range(many):
                total[k] = 0.0
            continue
        kept = cell - skipped
        one, two, mixed = first[segment, kept], second[segment, kept], product[segment, kept]
        for k in range(many):
            one[k] += total[k]
            two[k] += total[k] * total[k]
        if single:
            size = total[reference[0]]
            for k in range(many):
                mixed[k] += total[k] * size
        else:
            for k in range(many):
                other[k] = total[reference[k]]
            for k in range(many):
                mixed[k] += total[k] * other[k]
        for b in range(base.size):
            if total[base[b]] > 0.0:
                present[segment, kept, b] += 1.0
        for k in range(many):
            total[k] = 0.0
