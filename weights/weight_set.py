"""A set of weights that remembers how it was made, and can be made again from what it remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weights.calibration.margins import ControlCells

FloatVector = NDArray[np.float64]


@dataclass(frozen=True)
class WeightStep:
    """One step of a weighting recipe, after it ran.

    Parameters
    ----------
    name : str
        Name of the step as the study writes it, such as ``given``.
    factor : (n,) float
        What the step multiplies the weight of every unit by. Finite and non-negative.
    contains : tuple of str
        Adjustments the factor already holds, such as ``base``, ``nonresponse``, ``calibration``.
        The variance undoes them in reverse, so it must know them.
    parameters : mapping
        What the recipe said, enough to run the step again.
    diagnostics : mapping of str to number, text or table
        Measured after the step; see `weights.diagnostics.diagnose`. ``tables`` is a list of rows (mappings with
        ``measure`` and ``cell``).
    auxiliaries : ControlCells or None
        What a calibration knew of every unit; the variance takes residuals on it.
    """

    name: str
    factor: FloatVector
    contains: tuple[str, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    diagnostics: Mapping[str, Any] = field(default_factory=dict)
    auxiliaries: ControlCells | None = None


@dataclass(frozen=True)
class WeightSet:
    """Final weights of the units of one level, with every step that led to them.

    Parameters
    ----------
    base : (n,) float
        Weight before the first step: one for every unit unless stated.
    steps : tuple of WeightStep
        In the order in which they were applied.
    final : (n,) float
        Weight used for estimation, in units of the population per unit of the sample.

    Raises
    ------
    ValueError
        When lengths differ, a number is not finite or is negative, or ``final`` is not the base
        multiplied by the factors in order, to the last bit.
    """

    base: FloatVector
    steps: tuple[WeightStep, ...]
    final: FloatVector

    def __post_init__(self) -> None:
        for name, vector in (("base", self.base), ("final", self.final), *_factors(self.steps)):
            _check_vector(name, vector, self.base.size)
        if not np.array_equal(self.replay(), self.final):
            raise ValueError("final weights are not the base weights times the factors of the steps")
        for vector in (self.base, self.final, *(step.factor for step in self.steps)):
            vector.setflags(write=False)

    @classmethod
    def unweighted(cls, size: int) -> WeightSet:
        """Start a recipe: every one of ``size`` units counts for itself."""
        return cls(np.ones(size), (), np.ones(size))

    def then(self, step: WeightStep) -> WeightSet:
        """Add one step at the end.

        Parameters
        ----------
        step : WeightStep
            Its factor has one number per unit of this set.

        Returns
        -------
        WeightSet
            A new set; this one is unchanged.
        """
        return WeightSet(self.base, (*self.steps, step), self.final * step.factor)

    def replay(self) -> FloatVector:
        """Multiply the base weights by the factors again, in order: (n,) float."""
        weight = self.base.copy()
        for step in self.steps:
            weight = weight * step.factor
        return weight

    def calibrated(self) -> tuple[ControlCells, FloatVector] | None:
        """Return what the last calibration knew of every unit, and the weights before it, (n,) float.

        None without a calibration, or when steps after it other than trimming changed who is in the sample.
        """
        weight, found = self.base.copy(), None
        for step in self.steps:
            if step.auxiliaries is not None:
                found = (step.auxiliaries, weight)
            elif step.name != "trim":
                found = None
            weight = weight * step.factor
        return found

    @property
    def contains(self) -> tuple[str, ...]:
        """Every adjustment the final weight holds, each once, in order of application."""
        return tuple(dict.fromkeys(name for step in self.steps for name in step.contains))


def _factors(steps: tuple[WeightStep, ...]) -> list[tuple[str, FloatVector]]:
    return [
        (f"factor of step {position} ({step.name})", step.factor)
        for position, step in enumerate(steps, start=1)
    ]


def _check_vector(name: str, vector: FloatVector, size: int) -> None:
    if vector.ndim != 1 or vector.size != size:
        raise ValueError(f"{name} must be one number for each of {size} units")
    if not np.isfinite(vector).all():
        raise ValueError(f"{name} holds numbers that are not finite")
    if (vector < 0).any():
        raise ValueError(f"{name} holds negative numbers")
