"""Classes of units: given by variables, or formed by quantiles of a score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatVector = NDArray[np.float64]
IntVector = NDArray[np.int64]
BoolVector = NDArray[np.bool_]


@dataclass(frozen=True)
class Classes:
    """A class for each unit.

    Parameters
    ----------
    code : (n,) int
        From 0 to the number of classes less one.
    labels : tuple of str
        Such as ``stratum=1, area=2``; codes only.
    """

    code: IntVector
    labels: tuple[str, ...]

    def sums(self, weight: FloatVector, inside: BoolVector | None = None) -> FloatVector:
        """Add weights by class, over the units inside: (C,) float."""
        kept = weight if inside is None else np.where(inside, weight, 0.0)
        return np.bincount(self.code, weights=kept, minlength=len(self.labels)).astype(np.float64)

    def counts(self, inside: BoolVector) -> IntVector:
        """Count the units inside by class: (C,) int."""
        return np.bincount(self.code[inside], minlength=len(self.labels)).astype(np.int64)


def one_class(size: int) -> Classes:
    """Put all units in one class."""
    return Classes(np.zeros(size, dtype=np.int64), ("_T",))


def crossed(columns: Mapping[str, NDArray[Any]]) -> Classes:
    """Cross variables to classes.

    Parameters
    ----------
    columns : mapping of str to (n,) object
        Texts by variable; a missing value (None) is a value of its own, written ``-``.

    Returns
    -------
    Classes
        Only combinations that occur, in sorted order.
    """
    size = next(iter(columns.values())).size
    made = one_class(size)
    labels = [""]
    for name, texts in columns.items():
        known, place = np.unique(np.array(["-" if text is None else str(text) for text in texts], dtype=str),
                                 return_inverse=True)  # fmt: skip
        combined, code = np.unique(made.code * known.size + place, return_inverse=True)
        labels = [f"{labels[key // known.size]}, {name}={known[key % known.size]}".removeprefix(", ")
                  for key in combined.tolist()]  # fmt: skip
        made = Classes(code.astype(np.int64), tuple(labels))
    return made


def by_quantile(score: FloatVector, weight: FloatVector, inside: BoolVector, number: int) -> Classes:
    """Form classes of about equal weight along a score.

    Parameters
    ----------
    score, weight : (n,) float
        Such as a response propensity, and weights.
    inside : (n,) bool
        Units that decide the limits; the others join the class in which their score lies.
    number : int
        Classes wanted; equal scores stay together, so there may be fewer.
    """
    order = np.argsort(score[inside], kind="stable")
    ordered = score[inside][order]
    share = np.cumsum(weight[inside][order])
    cuts = ordered[np.searchsorted(share, share[-1] * np.arange(1, number) / number)]
    code = np.searchsorted(np.unique(cuts), score, side="left")
    known, place = np.unique(code, return_inverse=True)
    return Classes(place.astype(np.int64), tuple(f"quantile {k + 1}" for k in range(known.size)))
