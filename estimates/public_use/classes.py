"""Rows that look alike, and whether there are enough of them and what they answer differs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from estimates.public_use.risk import individual_risk

IntVector = NDArray[np.int64]
IntMatrix = NDArray[np.int64]
FloatVector = NDArray[np.float64]
# Codes are positions in a list; a value that is missing in the data is a category like any other.
MISSING = -1
SUPPRESSED = -2


@dataclass(frozen=True)
class ClassRule:
    """What every class of rows that look alike must be.

    Parameters
    ----------
    k : int
        Least number of rows.
    l : int
        Least number of different known values of each sensitive variable; a class of which no value is known
        tells nothing and passes.
    individual : float
        Largest risk of a row, see `estimates.public_use.risk.individual_risk`.
    """

    k: int = 5
    l: int = 2  # noqa: E741 - the name that the literature gives it
    individual: float = 1.0


@dataclass(frozen=True)
class Rows:
    """What a rule looks at.

    Parameters
    ----------
    weight : (n,) float
        Weights: how many of the population a row stands for.
    sensitive : (n, s) int
        Codes of the sensitive variables, below 0 where not known.
    common : tuple of int
        For each sensitive variable the code that nearly everybody in the population has, or -1: a class in which all
        have it tells nothing of anybody. See `common_codes`.
    """

    weight: FloatVector
    sensitive: IntMatrix = field(default_factory=lambda: np.empty((0, 0), dtype=np.int64))
    common: tuple[int, ...] = ()

    def keep(self, rows: IntVector, rule: ClassRule) -> bool:
        """Tell whether a set of rows may stand as one class."""
        if rows.size < rule.k:
            return False
        for place, column in enumerate(self.sensitive.T):
            known = column[rows]
            different = np.unique(known[known >= 0])
            harmless = different.size == 1 and bool(self.common) and int(different[0]) == self.common[place]
            if 0 < different.size < rule.l and not harmless:
                return False
        # The risk of a row is never above one in as many rows as look alike.
        if rule.individual * rows.size >= 1.0:
            return True
        size = max(float(self.weight[rows].sum()), float(rows.size))
        return float(individual_risk(np.array([rows.size]), np.array([size]))[0]) <= rule.individual


def common_codes(sensitive: IntMatrix, weight: FloatVector, share: float) -> tuple[int, ...]:
    """Find for each sensitive variable the code that at least a share of the population has; -1 where there is none."""
    found = []
    for column in sensitive.T:
        known = column >= 0
        counts = np.bincount(column[known], weights=weight[known]) if known.any() else np.zeros(1)
        most = int(counts.argmax())
        found.append(most if counts[most] >= share * counts.sum() > 0 else -1)
    return tuple(found)


def class_of(keys: IntMatrix) -> tuple[IntVector, IntMatrix]:
    """Give every row the number of its class, those with the same keys.

    Parameters
    ----------
    keys : (n, q) int
        Codes; what is suppressed is a category of its own, because who knows the value of a person sees that the
        rows with another value are not that person.

    Returns
    -------
    number : (n,) int
        Class of every row.
    pattern : (C, q) int
        Keys of every class.
    """
    if keys.shape[1] == 0:
        return np.zeros(keys.shape[0], dtype=np.int64), np.empty((min(1, keys.shape[0]), 0), dtype=np.int64)
    pattern, number = np.unique(keys, axis=0, return_inverse=True)
    return number.reshape(-1).astype(np.int64), pattern


def members(number: IntVector, classes: int) -> list[IntVector]:
    """Rows of every class, in order."""
    order = np.argsort(number, kind="stable")
    return [np.asarray(part) for part in np.split(order, np.cumsum(np.bincount(number, minlength=classes))[:-1])]


def failing(keys: IntMatrix, rows: Rows, rule: ClassRule) -> IntVector:
    """Rows in classes that a rule does not keep, (m,) int."""
    number, pattern = class_of(keys)
    bad = [part for part in members(number, len(pattern)) if not rows.keep(part, rule)]
    return np.sort(np.concatenate(bad)) if bad else np.empty(0, dtype=np.int64)
