"""Compiled loops of a bootstrapped plan: sums by slot, sums of drawn units, roll-up and squared deviations."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
EMPTY = np.empty(0, dtype=np.float64)
ALL = np.empty(0, dtype=np.bool_)
SOME = 128


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
    here = np.empty(drawn.shape[1] + 3, dtype=np.int64)
    for begin in range(0, out.shape[1], SOME):
        # Some columns of all units stay in the cache while all replicates draw from them.
        end = min(begin + SOME, out.shape[1])
        for r in range(drawn.shape[0]):
            many = 0
            for d in range(drawn.shape[1]):
                at = place[drawn[r, d]]
                if at >= 0:
                    here[many] = at
                    many += 1
            row = out[r, begin:end]
            middle = whole[begin:end]
            for k in range(row.size):
                row[k] = keep * middle[k]
            d = 0
            while d + 4 <= many:
                _add_four(
                    totals[here[d], begin:end], totals[here[d + 1], begin:end],
                    totals[here[d + 2], begin:end], totals[here[d + 3], begin:end], each, row,
                )  # fmt: skip
                d += 4
            while d < many:
                one = totals[here[d], begin:end]
                for k in range(row.size):
                    row[k] += each * one[k]
                d += 1


@numba.njit(cache=True, nogil=True)
def _add_four(a: Any, b: Any, c: Any, d: Any, each: float, row: Any) -> None:
    for k in range(row.size):
        row[k] += each * ((a[k] + b[k]) + (c[k] + d[k]))


@numba.njit(cache=True, nogil=True)
def roll_up(found: Any, target: Any, out: Any) -> None:
    """Add totals of a group's cells, (B, C, K), to the cells of every breakdown: ``target`` is (breakdowns, C)."""
    for r in range(found.shape[0]):
        for by in range(target.shape[0]):
            for c in range(target.shape[1]):
                cell = target[by, c]
                if cell >= 0:
                    for k in range(found.shape[2]):
                        out[r, cell, k] += found[r, c, k]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def add_deviations(totals: Any, runs: Any, estimate: Any, scale: Any, out: Any) -> None:
    """Add ``scale (y / x - estimate)^2`` of every replicate.

    ``runs`` is (q, 3): measures from, to, and the column of their denominator; -1 where it is 1.
    """
    for r in range(totals.shape[0]):
        for cell in range(totals.shape[1]):
            row, middle, sums = totals[r, cell], estimate[cell], out[cell]
            for q in range(runs.shape[0]):
                inverse = 1.0 / row[runs[q, 2]] if runs[q, 2] >= 0 else 1.0
                for k in range(runs[q, 0], runs[q, 1]):
                    deviation = row[k] * inverse - middle[k]
                    sums[k] += scale[r] * deviation * deviation
