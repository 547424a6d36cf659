"""What the weighting of a study leaves for the variance: known totals and second phases, level by level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from estimates.calibration_adjustment import FloatMatrix
from estimates.measure import BoolVector, FloatVector, IntVector
from surveys.microdata import Microdata

Known = tuple[IntVector, FloatMatrix, FloatVector]


@dataclass(frozen=True)
class PhaseRows:
    """The second phase as weighting left it, for the N units of a level.

    Parameters
    ----------
    listed, taken : (N,) bool
        In the first phase; and of these drawn again and interviewed.
    group : (N,) int
        Group within which units were drawn again.
    """

    listed: BoolVector
    taken: BoolVector
    group: IntVector


@dataclass(frozen=True)
class Calibrations:
    """What the weighting of a study leaves for the variance.

    Parameters
    ----------
    known : mapping of str to (group (n,), x (G, k), base_weight (n,))
        By calibrated level: group of each unit, auxiliary vector of each group, weight before the calibration.
    inherits : frozenset of str
        Levels whose weights are those of the level above, times factors taken as known.
    phases : mapping of str to PhaseRows
        By level whose units were drawn in two phases.
    """

    known: Mapping[str, Known] = field(default_factory=dict)
    inherits: frozenset[str] = frozenset()
    phases: Mapping[str, PhaseRows] = field(default_factory=dict)

    def owner(self, level: str, microdata: Microdata, weights: Mapping[str, FloatVector]) -> str | None:
        """Name the level whose calibration or second phase made the weights of another; None where neither did."""
        for name in (level, *microdata.ancestors(level)):
            if name not in weights:
                continue
            if name in self.known or name in self.phases:
                return name
            if name not in self.inherits:
                return None
        return None
