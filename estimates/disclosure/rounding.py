"""Rounding as the alternative to hiding: victim counts to 5, weighted totals to 100, percentages from both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

COUNT_BASE = 5
TOTAL_BASE = 100
FloatVector = NDArray[np.float64]


def round_to(values: FloatVector, base: int) -> FloatVector:
    """Round to the nearest multiple; halves go away from zero, so that two programs give the same figure.

    Parameters
    ----------
    values : (m,) float
        Numbers, NaN where missing.
    base : int
        Multiple, positive.

    Returns
    -------
    (m,) float
        Multiples of the base.
    """
    if base <= 0:
        raise ValueError("the base of rounding is a positive number")
    return np.asarray(np.sign(values) * np.floor(np.abs(values) / base + 0.5) * base, dtype=np.float64)


def rounded_shares(cases: FloatVector, base: FloatVector, by: int = COUNT_BASE) -> FloatVector:
    """Recompute unweighted shares from rounded counts: a share of exact counts would give them back.

    Parameters
    ----------
    cases, base : (m,) float
        Unweighted counts.
    by : int
        Multiple of both.

    Returns
    -------
    (m,) float
        Fractions of one, at most 1; NaN where the rounded base is 0.

    Notes
    -----
    ``min(1, [cases] / [base])`` with ``[x]`` the nearest multiple.
    """
    top, bottom = round_to(cases, by), round_to(base, by)
    safe = np.where(bottom > 0, bottom, np.nan)
    return np.asarray(np.minimum(top / safe, 1.0), dtype=np.float64)


def rounding_interval(values: FloatVector, base: int) -> tuple[FloatVector, FloatVector]:
    """Give the counts that a rounded figure may stand for.

    Parameters
    ----------
    values : (m,) float
        Printed, rounded non-negative whole numbers.
    base : int
        Multiple.

    Returns
    -------
    low, high : (m,) float
        Smallest and largest whole number that rounds to it.
    """
    return np.maximum(np.ceil(values - base / 2), 0.0), np.ceil(values + base / 2) - 1.0
