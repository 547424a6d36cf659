"""The natural order of strata and the joining of lonely ones with a neighbour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class CollapsedStratum:
    """Strata joined into one because one of them had a single PSU.

    Parameters
    ----------
    position : int
        Position of the joined stratum in the design.
    members : tuple of str
        Names of the strata joined, in order.
    """

    position: int
    members: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the joined stratum."""
        return "+".join(self.members)


def collapse_lonely(
    names: Sequence[str], lonely: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], tuple[CollapsedStratum, ...]]:
    """Join each lonely stratum with the next one in order; the last with the one before it.

    Parameters
    ----------
    names : sequence of str, length H
        Strata in their natural order.
    lonely : (H,) bool
        Strata with one PSU.

    Returns
    -------
    joined : (H,) int
        New position of every stratum.
    collapsed : tuple of CollapsedStratum
        The strata that were joined.

    Notes
    -----
    The partner is chosen by position, never by outcome: a choice that looked at the estimates would bias the
    variance downwards. A group that is already of two strata is not enlarged by a following lonely stratum
    unless that stratum has nobody after it.

    References
    ----------
    Wolter (2007), Introduction to Variance Estimation, 2nd ed., section 2.5.
    """
    count = len(names)
    joined = np.zeros(count, dtype=np.int64)
    groups: list[list[int]] = []
    position = 0
    while position < count:
        if lonely[position] and position + 1 < count:
            groups.append([position, position + 1])
            position += 2
        elif lonely[position] and groups:
            groups[-1].append(position)
            position += 1
        else:
            groups.append([position])
            position += 1
    for number, group in enumerate(groups):
        joined[group] = number
    collapsed = tuple(
        CollapsedStratum(number, tuple(names[member] for member in group))
        for number, group in enumerate(groups)
        if len(group) > 1
    )
    return joined, collapsed


def names_in_order(values: Sequence[Any]) -> npt.NDArray[np.int64]:
    """Positions of the values in natural order, where stratum 2 comes before stratum 10."""

    def key(position: int) -> list[tuple[int, float, str]]:
        value = values[position]
        if isinstance(value, (int, float, np.number)):
            return [(0, float(value), "")]
        parts = re.findall(r"\d+|\D+", str(value))
        return [(0, float(part), "") if part.isdecimal() else (1, 0.0, part) for part in parts]

    return np.array(sorted(range(len(values)), key=key), dtype=np.int64)
