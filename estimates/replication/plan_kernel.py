"""Compiled loops of a bootstrapped plan: sums by slot, sums of drawn units, roll-up and squared deviations."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from estimates.scan_pack import BLOCK, line_of_zeros, pack_rows, place_of_row
from estimates.scan_vectors import add_deviation, add_doubles, add_eight, add_scaled

# Compiled with scan_pack and scan_vectors as of 9a919632daae.


@numba.njit(cache=True, nogil=True)
def add_to_slots(
    first: int, last: int, order: Any, weight: Any, slot: Any, columns: Any, centre: Any, wide: int, summed: int,
    small: int, out: Any,
) -> None:  # fmt: skip
    """Add rows ``first`` to ``last - 1`` in PSU order, all columns at once, to their slots of ``out``."""
    many = wide + summed
    numbers, wide_stage = line_of_zeros(BLOCK * wide), np.zeros((wide, BLOCK))
    smalls, small_stage = np.zeros(BLOCK * small, dtype=np.int8), np.zeros((small, BLOCK), dtype=np.int8)
    weights = np.zeros(BLOCK)
    for begin in range(first, last, BLOCK):
        size = min(BLOCK, last - begin)
        pack_rows(numbers, smalls, wide_stage, small_stage, weights, begin, size, order, weight, columns, centre)
        for r in range(size):
            at = slot[order[begin + r]] if order.size else slot[begin + r]
            w = weights[r]
            # A row of weight 0 is in no base.
            if w > 0.0:
                here = place_of_row(r, small)
                for k in range(0, wide, 8):
                    add_scaled(out, at * many + k, w, numbers, r * wide + k)
                for k in range(0, summed, 8):
                    add_scaled(out, at * many + wide + k, w, smalls, here + 8 * k)


@numba.njit(cache=True, nogil=True)
def count_draws(drawn: Any, first: int, each: float, factors: Any) -> None:
    """Add ``each`` to the factor of a unit for every time it was drawn; ``drawn`` is (R, m)."""
    for r in range(drawn.shape[0]):
        for d in range(drawn.shape[1]):
            factors[r, first + drawn[r, d]] += each


@numba.njit(cache=True, nogil=True)
def sum_drawn(drawn: Any, place: Any, totals: Any, whole: Any, keep: float, each: float, out: Any) -> None:
    """Sum the totals of drawn units: ``keep * whole + each * sum``, one replicate a row of ``out``.

    ``totals`` is (cells, units * K): what is added of one cell lies together and stays in the cache.
    """
    wide = out.shape[1]
    span = wide // totals.shape[0]
    here = np.empty((drawn.shape[0], drawn.shape[1] + 1), dtype=np.int64)
    found = np.zeros(drawn.shape[0], dtype=np.int64)
    for r in range(drawn.shape[0]):
        for d in range(drawn.shape[1]):
            at = place[drawn[r, d]]
            if at >= 0:
                here[r, found[r]] = at * span
                found[r] += 1
    for cell in range(totals.shape[0]):
        column = cell * totals.shape[1]
        for r in range(drawn.shape[0]):
            d, row = 0, r * wide + span * cell
            for k in range(span * cell, span * cell + span):
                out[r, k] = keep * whole[k]
            while d + 8 <= found[r]:
                for k in range(0, span, 8):
                    add_eight(out, row + k, each, totals, here, r * here.shape[1] + d, column + k)
                d += 8
            while d < found[r]:
                for k in range(0, span, 8):
                    add_scaled(out, row + k, each, totals, here[r, d] + column + k)
                d += 1


@numba.njit(cache=True, nogil=True)
def roll_up(found: Any, target: Any, whole: Any, out: Any) -> None:
    """Add totals of a group's cells, (B, C, K), to the cells of breakdowns: ``target`` is (breakdowns, C).

    Their sum goes to the cells of ``whole``.
    """
    columns = found.shape[2]
    sums = line_of_zeros(columns)
    for r in range(found.shape[0]):
        sums[:] = 0.0
        for c in range(target.shape[1]):
            here = (r * found.shape[1] + c) * columns
            for by in range(target.shape[0]):
                cell = target[by, c]
                if cell >= 0:
                    there = (r * out.shape[1] + cell) * columns
                    for k in range(0, columns, 8):
                        add_doubles(out, there + k, found, here + k)
            for k in range(0, columns, 8):
                add_doubles(sums, k, found, here + k)
        for a in range(whole.size):
            there = (r * out.shape[1] + whole[a]) * columns
            for k in range(0, columns, 8):
                add_doubles(out, there + k, sums, k)


@numba.njit(cache=True, nogil=True)
def roll_on(out: Any, first: int, coarser: Any) -> None:
    """Add the cells from ``first`` on to those of the breakdowns that they make up: ``coarser`` is (breakdowns, H)."""
    columns = out.shape[2]
    for r in range(out.shape[0]):
        for by in range(coarser.shape[0]):
            for h in range(coarser.shape[1]):
                cell = coarser[by, h]
                if cell >= 0:
                    there, here = (r * out.shape[1] + cell) * columns, (r * out.shape[1] + first + h) * columns
                    for k in range(0, columns, 8):
                        add_doubles(out, there + k, out, here + k)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def add_deviations(totals: Any, runs: Any, estimate: Any, scale: Any, out: Any) -> None:
    """Add ``scale (y / x - estimate)^2`` of every replicate and of the cells of ``estimate``, as wide as ``totals``.

    ``runs`` is (q, 3): measures from, to, and the column of their denominator; -1 where it is 1.
    """
    columns = totals.shape[2]
    inverse = np.ones(columns)
    for r in range(totals.shape[0]):
        for cell in range(estimate.shape[0]):
            for q in range(runs.shape[0]):
                if runs[q, 2] >= 0:
                    inverse[runs[q, 0] : runs[q, 1]] = 1.0 / totals[r, cell, runs[q, 2]]
            here = (r * totals.shape[1] + cell) * columns
            for k in range(0, columns, 8):
                add_deviation(out, cell * columns + k, totals, here + k, inverse, k, estimate, scale[r])
