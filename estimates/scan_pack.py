"""Columns turned into rows for the compiled walks, some hundred at a time: codes crossed, bytes kept as bytes."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from estimates.scan_vectors import turn_bytes, turn_numbers

# Rows laid side by side at a time: long enough to be fetched ahead, short enough for the cache. A multiple of 64.
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
def line_of_zeros(size):  # type: ignore[no-untyped-def]
    """As `estimates.aligned.aligned_zeros`, inside compiled code."""
    room = np.zeros(size + 8)
    skipped = -room.ctypes.data % 64 // 8
    return room[skipped : skipped + size]


@numba.njit(cache=True, nogil=True)
def pack_codes(finest, begin, size, rows, order, address, width, sizes, shift):  # type: ignore[no-untyped-def]
    """Cross the codes of some rows into ``finest``."""
    finest[:size] = 0
    for c in range(address.size):
        if width[c] == 1:
            small = carray(_pointer(address[c]), rows, np.int8)
            _cross(finest, small, order, begin, size, sizes[c], shift[c])
        else:
            large = carray(_pointer(address[c]), rows, np.int64)
            _cross(finest, large, order, begin, size, sizes[c], shift[c])


@numba.njit(cache=True, nogil=True)
def _cross(finest, codes, order, begin, size, many, add):  # type: ignore[no-untyped-def]
    if order.size:
        for r in range(size):
            finest[r] = finest[r] * many + codes[order[begin + r]] + add
    else:
        here = codes[begin : begin + size]
        for r in range(size):
            finest[r] = finest[r] * many + here[r] + add


@numba.njit(cache=True, nogil=True)
def pack_rows(  # type: ignore[no-untyped-def]
    numbers, smalls, wide_stage, small_stage, weights, begin, size, order, weight, columns, centre
):  # fmt: skip
    """Lay some rows of all columns side by side.

    Parameters
    ----------
    numbers : (BLOCK * wide,) float
        Filled, a row after the other.
    smalls : (BLOCK * small,) int8
        Filled, eight columns of a row together where `place_of_row` says.
    wide_stage, small_stage : (wide, BLOCK) float, (small, BLOCK) int8
        Room for columns that are not read as they are; zeros at first.
    weights : (BLOCK,) float
        Filled.
    begin, size : int
        Which rows.
    order, weight, columns, centre
        As in `estimates.scan_kernel.walk_rows`.
    """
    rows, in_order = weight.size, order.size == 0
    if in_order:
        weights[:size] = weight[begin : begin + size]
    else:
        for r in range(size):
            weights[r] = weight[order[begin + r]]
    wide, small = wide_stage.shape[0], small_stage.shape[0]
    wide_from, small_from = np.empty(wide, dtype=np.int64), np.empty(small, dtype=np.int64)
    wide_centre, small_centre = np.zeros(wide), np.zeros(small, dtype=np.int8)
    for k in range(wide):
        wide_from[k] = wide_stage[k].ctypes.data
    for k in range(small):
        small_from[k] = small_stage[k].ctypes.data
    for k in range(columns.shape[1]):
        form, place, flag, c = columns[1, k], columns[3, k], columns[4, k], centre[k]
        masked = columns[2, k] != 0
        whole = in_order and not masked and size == BLOCK
        mask = carray(_pointer(columns[2, k]), rows, np.int8)
        tiny = carray(_pointer(columns[0, k]), rows, np.int8)
        real = carray(_pointer(columns[0, k]), rows, np.float64)
        if form == 0 and place >= 0 and whole:
            small_from[place] = columns[0, k] + begin
            small_centre[place] = np.int8(c)
        elif form == 1 and place < 0 and whole:
            wide_from[-1 - place] = columns[0, k] + 8 * begin
            wide_centre[-1 - place] = c
        elif form == 2 and not masked:
            small_stage[place, :size] = 1
        elif form == 2:
            _fill(small_stage[place], mask, mask, False, order, begin, size, np.int8(0))
        elif form == 3:
            _flag(small_stage[place], tiny, mask, masked, order, begin, size)
        elif form == 4:
            _flag(small_stage[place], real, mask, masked, order, begin, size)
        elif form == 0 and place >= 0:
            _fill(small_stage[place], tiny, mask, masked, order, begin, size, np.int8(c))
        elif form == 0:
            _fill(wide_stage[-1 - place], tiny, mask, masked, order, begin, size, c)
        elif place >= 0:
            _fill(small_stage[place], real, mask, masked, order, begin, size, c)
        else:
            _fill(wide_stage[-1 - place], real, mask, masked, order, begin, size, c)
        if flag >= 0 and form == 0:
            _flag(small_stage[flag], tiny, mask, masked, order, begin, size)
        elif flag >= 0:
            _flag(small_stage[flag], real, mask, masked, order, begin, size)
    for k in range(0, wide, 8):
        for r in range(0, size, 8):
            turn_numbers(numbers, r * wide + k, wide, wide_from, k, 8 * r, wide_centre)
    for k in range(0, small, 8):
        for r in range(0, size, 64):
            turn_bytes(smalls, r * small + 8 * k, 8 * small, small_from, k, r, small_centre)


@numba.njit(cache=True, nogil=True, inline="always")
def place_of_row(row, small):  # type: ignore[no-untyped-def]
    """Where the first eight small numbers of a row lie; the next eight are 64 further on."""
    return ((row >> 6) * 8 + (row & 7)) * small * 8 + ((row >> 3) & 7) * 8


@numba.njit(cache=True, nogil=True)
def _fill(out, values, mask, masked, order, begin, size, centre):  # type: ignore[no-untyped-def]
    if order.size:
        for r in range(size):
            row = order[begin + r]
            out[r] = values[row] - centre if not masked or mask[row] != 0 else 0
    elif masked:
        here, known = values[begin : begin + size], mask[begin : begin + size]
        for r in range(size):
            out[r] = here[r] - centre if known[r] != 0 else 0
    else:
        here = values[begin : begin + size]
        for r in range(size):
            out[r] = here[r] - centre


@numba.njit(cache=True, nogil=True)
def _flag(out, values, mask, masked, order, begin, size):  # type: ignore[no-untyped-def]
    if order.size:
        for r in range(size):
            row = order[begin + r]
            out[r] = values[row] != 0 and (not masked or mask[row] != 0)
    elif masked:
        here, known = values[begin : begin + size], mask[begin : begin + size]
        for r in range(size):
            out[r] = (here[r] != 0) & (known[r] != 0)
    else:
        here = values[begin : begin + size]
        for r in range(size):
            out[r] = here[r] != 0
