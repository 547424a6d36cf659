"""Compiled loops of a bootstrapped plan: sums by slot, sums of drawn units, roll-up and squared deviations."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from estimates.scan_vectors import add_deviation, add_doubles, add_eight, add_scaled

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
EMPTY = np.empty(0, dtype=np.float64)
ALL = np.empty(0, dtype=np.bool_)
SOME = 256

# Compiled with scan_pack and scan_vectors as of 9a919632daae.


@numba.njit(cache=True, nogil=True)
def add_column(values: Any, second: Any, base: Any, weight: Any, slot: Any, centre: float, out: Any) -> None:
    """Add ``w (y - c x)`` of every row of the base to its slot; x is 1 where ``second`` is empty."""
    for r in range(slot.size):
        at = slot[r]
        if at >= 0 and (base.size == 0 or base[r]):
            x = second[r] if second.size else 1.0
            out[at] += weight[r] * (values[r] - centre * x)


@numba.njit(cache=True, nogil=True)
def count_draws(drawn: Any, first: int, each: float, factors: Any) -> None:
    """Add ``each`` to the factor of a unit for every time it was drawn; ``drawn`` is (R, m)."""
    for r in range(drawn.shape[0]):
        for d in range(drawn.shape[1]):
            factors[r, first + drawn[r, d]] += each


@numba.njit(cache=True, nogil=True)
def sum_drawn(drawn: Any, place: Any, totals: Any, whole: Any, keep: float, each: float, out: Any) -> None:
    """Sum the totals, (units, q), of drawn units: ``keep * whole + each * sum``, one replicate a row of ``out``."""
    wide = out.shape[1]
    here = np.empty((drawn.shape[0], drawn.shape[1] + 1), dtype=np.int64)
    found = np.zeros(drawn.shape[0], dtype=np.int64)
    for r in range(drawn.shape[0]):
        for d in range(drawn.shape[1]):
            at = place[drawn[r, d]]
            if at >= 0:
                here[r, found[r]] = at * wide
                found[r] += 1
    for begin in range(0, wide, SOME):
        # Some columns of all units stay in the cache while all replicates draw from them.
        end = min(begin + SOME, wide)
        for r in range(drawn.shape[0]):
            for k in range(begin, end):
                out[r, k] = keep * whole[k]
            d, row = 0, r * wide
            while d + 8 <= found[r]:
                for k in range(begin, end, 8):
                    add_eight(out, row + k, each, totals, here, r * here.shape[1] + d, k)
                d += 8
            while d < found[r]:
                for k in range(begin, end, 8):
                    add_scaled(out, row + k, each, totals, here[r, d] + k)
                d += 1


@numba.njit(cache=True, nogil=True)
def roll_up(found: Any, target: Any, out: Any) -> None:
    """Add totals of a group's cells, (B, C, K), to the cells of every breakdown: ``target`` is (breakdowns, C)."""
    columns = found.shape[2]
    for r in range(found.shape[0]):
        for by in range(target.shape[0]):
            for c in range(target.shape[1]):
                cell = target[by, c]
                if cell >= 0:
                    there, here = (r * out.shape[1] + cell) * columns, (r * found.shape[1] + c) * columns
                    for k in range(0, columns, 8):
                        add_doubles(out, there + k, found, here + k)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def add_deviations(totals: Any, runs: Any, estimate: Any, scale: Any, out: Any) -> None:
    """Add ``scale (y / x - estimate)^2`` of every replicate; ``estimate`` and ``out`` are as wide as ``totals``.

    ``runs`` is (q, 3): measures from, to, and the column of their denominator; -1 where it is 1.
    """
    columns = totals.shape[2]
    inverse = np.ones(columns)
    for r in range(totals.shape[0]):
        for cell in range(totals.shape[1]):
            for q in range(runs.shape[0]):
                if runs[q, 2] >= 0:
                    inverse[runs[q, 0] : runs[q, 1]] = 1.0 / totals[r, cell, runs[q, 2]]
            here = (r * totals.shape[1] + cell) * columns
            for k in range(0, columns, 8):
                add_deviation(out, cell * columns + k, totals, here + k, inverse, k, estimate, scale[r])
