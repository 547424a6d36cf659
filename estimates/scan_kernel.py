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

# Rows laid side by side at a time: long enough to be fetched ahead, short enough for the cache.
BLOCK = 512


@intrinsic
def _from_address(_: Any, address: Any) -> Any:
    """Turn the address of a column, held alive by the caller, into a pointer."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), generate


_pointer: Any = _from_address
carray: Any = vars(numba)["carray"]


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
    local = np.zeros((cells, many))
    touched = np.zeros(cells, dtype=np.bool_)
    listed = np.empty(cells, dtype=np.int64)
    numbers = np.zeros((BLOCK, wide))
    stage = np.zeros((small, BLOCK), dtype=np.int8)
    smalls = np.zeros((BLOCK, small), dtype=np.int8)
    weights = np.zeros(BLOCK)
    finest = np.zeros(BLOCK, dtype=np.int64)
    other = np.zeros((1 if single else cells, many))
    source, target = np.empty(cells, dtype=np.int64), np.empty(cells, dtype=np.int64)
    psu = first_psu
    count = 0
    last_row = psu_start[last_psu]
    for begin in range(psu_start[first_psu], last_row, BLOCK):
        size = min(BLOCK, last_row - begin)
        _pack_codes(finest, begin, size, weight.size, order, code_address, code_bytes, code_size, code_shift)
        _pack(numbers, stage, smalls, weights, begin, size, order, weight, columns, centre)
        done = 0
        while done < size:
            while begin + done >= psu_start[psu + 1]:
                if count:
                    _close(
                        segment_of_psu[psu], local, touched, listed, count, single, reference, base, other,
                        source, target, partitions, cell_of_parent, skipped, first, second, product, present,
                    )  # fmt: skip
                    count = 0
                psu += 1
            until = min(size, psu_start[psu + 1] - begin)
            count = _add_rows(
                weights[done:until], finest[done:until], numbers[done:until], smalls[done:until],
                local, touched, listed, count, wide, summed, cross,
                squares[segment_of_psu[psu]], counts[segment_of_psu[psu]],
            )  # fmt: skip
            done = until
    if count:
        _close(
            segment_of_psu[psu], local, touched, listed, count, single, reference, base, other, source, target,
            partitions, cell_of_parent, skipped, first, second, product, present,
        )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def _add_rows(  # type: ignore[no-untyped-def]
    weights, finest, numbers, smalls, local, touched, listed, count, wide, summed, cross, squares, counts
):  # fmt: skip
    """Add rows of one PSU to its finest cells, without a branch beside the vector loops."""
    small = counts.shape[1]
    for r in range(weights.size):
        f = finest[r]
        if not touched[f]:
            touched[f] = True
            listed[count] = f
            count += 1
    for r in range(weights.size):
        w = weights[r]
        f = finest[r]
        for k in range(wide):
            local[f, k] += w * numbers[r, k]
        for k in range(wide):
            squares[f, k] += w * numbers[r, k] * numbers[r, k]
        for k in range(summed):
            local[f, wide + k] += w * smalls[r, k]
        for k in range(small):
            counts[f, k] += smalls[r, k]
    if cross.shape[0]:
        for r in range(weights.size):
            f = finest[r]
            for x in range(cross.shape[0]):
                squares[f, wide + x] += weights[r] * numbers[r, cross[x, 0]] * numbers[r, cross[x, 1]]
    return count


@numba.njit(cache=True, nogil=True)
def _pack_codes(finest, begin, size, rows, order, address, width, sizes, shift):  # type: ignore[no-untyped-def]
    """Cross the codes of some rows."""
    finest[:size] = 0
    for c in range(address.size):
        if width[c] == 1:
            small = carray(_pointer(address[c]), rows, np.int8)
            small = small[order[begin : begin + size]] if order.size else small[begin:]
            _cross(finest, small, sizes[c], shift[c], size)
        else:
            large = carray(_pointer(address[c]), rows, np.int64)
            large = large[order[begin : begin + size]] if order.size else large[begin:]
            _cross(finest, large, sizes[c], shift[c], size)


@numba.njit(cache=True, nogil=True)
def _cross(finest, codes, many, add, size):  # type: ignore[no-untyped-def]
    for r in range(size):
        finest[r] = finest[r] * many + codes[r] + add


@numba.njit(cache=True, nogil=True)
def _pack(numbers, stage, smalls, weights, begin, size, order, weight, columns, centre):  # type: ignore[no-untyped-def]
    """Lay some rows of all columns side by side."""
    in_order = order.size == 0
    if in_order:
        weights[:size] = weight[begin : begin + size]
    else:
        for r in range(size):
            weights[r] = weight[order[begin + r]]
    for k in range(columns.shape[1]):
        form, place, c = columns[1, k], columns[3, k], centre[k]
        masked = columns[2, k] != 0
        if in_order and not masked and form == 0 and place >= 0:
            tiny = carray(_pointer(columns[0, k] + begin), size, np.int8)
            _stage_small(stage[place], tiny, np.int8(c), size)
        elif in_order and not masked and form == 1:
            real = carray(_pointer(columns[0, k] + 8 * begin), size, np.float64)
            if place >= 0:
                _stage_binary(stage[place], real, c, size)
            elif columns[4, k] >= 0:
                _lay_numbers(numbers, -1 - place, stage[columns[4, k]], real, c, size)
            else:
                _lay_plain(numbers, -1 - place, real, c, size)
        else:
            _any_column(numbers, stage, begin, size, order, weight.size, columns[:, k], c)
    _transpose(stage.view(np.uint64), smalls.view(np.uint64))
    for r in range(size):
        # A row of weight 0 is in no base: it counts for nothing.
        if not (weights[r] > 0.0):
            numbers[r] = 0.0
            smalls[r] = 0


@numba.njit(cache=True, nogil=True)
def _stage_small(stage, values, centre, size):  # type: ignore[no-untyped-def]
    for r in range(size):
        stage[r] = values[r] - centre


@numba.njit(cache=True, nogil=True)
def _stage_binary(stage, values, centre, size):  # type: ignore[no-untyped-def]
    for r in range(size):
        stage[r] = np.int8(values[r] - centre)


@numba.njit(cache=True, nogil=True)
def _lay_plain(numbers, place, values, centre, size):  # type: ignore[no-untyped-def]
    for r in range(size):
        numbers[r, place] = values[r] - centre


@numba.njit(cache=True, nogil=True)
def _lay_numbers(numbers, place, flags, values, centre, size):  # type: ignore[no-untyped-def]
    for r in range(size):
        numbers[r, place] = values[r] - centre
    for r in range(size):
        flags[r] = values[r] != 0.0


@numba.njit(cache=True, nogil=True)
def _any_column(numbers, stage, begin, size, order, rows, column, centre):  # type: ignore[no-untyped-def]
    form, place, flag = column[1], column[3], column[4]
    masked = column[2] != 0
    mask = carray(_pointer(column[2]), rows, np.int8)
    tiny = carray(_pointer(column[0]), rows, np.int8)
    real = carray(_pointer(column[0]), rows, np.float64)
    for r in range(size):
        row = order[begin + r] if order.size else begin + r
        value = 0.0
        if not masked or mask[row] != 0:
            if form == 0:
                value = tiny[row] - centre
            elif form == 1:
                value = real[row] - centre
            elif form == 2:
                value = 1.0
            elif form == 3:
                value = 1.0 if tiny[row] != 0 else 0.0
            else:
                value = 1.0 if real[row] != 0.0 else 0.0
        if place >= 0:
            stage[place, r] = np.int8(value)
        else:
            numbers[r, -1 - place] = value
            if flag >= 0:
                known = not masked or mask[row] != 0
                stage[flag, r] = np.int8(known and (tiny[row] != 0 if form == 0 else real[row] != 0.0))


@numba.njit(cache=True, nogil=True, inline="always")
def _swap(a, b, mask, shift):  # type: ignore[no-untyped-def]
    change = ((a >> shift) ^ b) & mask
    return a ^ (change << shift), b ^ change


@numba.njit(cache=True, nogil=True)
def _transpose(source, target):  # type: ignore[no-untyped-def]
    """Turn columns of bytes into rows, 8 by 8 bytes at a time held in eight registers."""
    near, pair, half = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0000FFFF0000FFFF), np.uint64(0x00000000FFFFFFFF)
    one, two, four = np.uint64(8), np.uint64(16), np.uint64(32)
    for g in range(target.shape[1]):
        for t in range(source.shape[1]):
            a, b = _swap(source[8 * g, t], source[8 * g + 1, t], near, one)
            c, d = _swap(source[8 * g + 2, t], source[8 * g + 3, t], near, one)
            e, f = _swap(source[8 * g + 4, t], source[8 * g + 5, t], near, one)
            h, i = _swap(source[8 * g + 6, t], source[8 * g + 7, t], near, one)
            a, c = _swap(a, c, pair, two)
            b, d = _swap(b, d, pair, two)
            e, h = _swap(e, h, pair, two)
            f, i = _swap(f, i, pair, two)
            target[8 * t, g], target[8 * t + 4, g] = _swap(a, e, half, four)
            target[8 * t + 1, g], target[8 * t + 5, g] = _swap(b, f, half, four)
            target[8 * t + 2, g], target[8 * t + 6, g] = _swap(c, h, half, four)
            target[8 * t + 3, g], target[8 * t + 7, g] = _swap(d, i, half, four)


@numba.njit(cache=True, nogil=True)
def _close(  # type: ignore[no-untyped-def]
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
        _roll(source[:pairs], target[:pairs], local)
        start_of[p + 1] = end
    end = start_of[partitions.shape[0]]
    kept = listed[count if skipped else 0 : end]
    if not single:
        for position in range(kept.size):
            for k in range(many):
                other[position, k] = local[kept[position], reference[k]]
    _add_psu(kept, local, single, reference[0], other, skipped, first[segment], second[segment], product[segment])
    for position in range(kept.size):
        for b in range(base.size):
            if local[kept[position], base[b]] > 0.0:
                present[segment, kept[position] - skipped, b] += 1.0
    _clear(listed[:end], local)
    for position in range(end):
        touched[listed[position]] = False


@numba.njit(cache=True, nogil=True)
def _roll(source, target, local):  # type: ignore[no-untyped-def]
    for pair in range(source.size):
        here, there = source[pair], target[pair]
        for k in range(local.shape[1]):
            local[there, k] += local[here, k]


@numba.njit(cache=True, nogil=True)
def _add_psu(kept, local, single, size, other, skipped, first, second, product):  # type: ignore[no-untyped-def]
    """Add the totals of a PSU, their squares and their products with the denominators."""
    if single:
        for position in range(kept.size):
            cell = kept[position]
            x = local[cell, size]
            for k in range(local.shape[1]):
                value = local[cell, k]
                first[cell - skipped, k] += value
                second[cell - skipped, k] += value * value
                product[cell - skipped, k] += value * x
    else:
        for position in range(kept.size):
            cell = kept[position]
            for k in range(local.shape[1]):
                value = local[cell, k]
                first[cell - skipped, k] += value
                second[cell - skipped, k] += value * value
                product[cell - skipped, k] += value * other[position, k]


@numba.njit(cache=True, nogil=True)
def _clear(listed, local):  # type: ignore[no-untyped-def]
    for position in range(listed.size):
        cell = listed[position]
        for k in range(local.shape[1]):
            local[cell, k] = 0.0
