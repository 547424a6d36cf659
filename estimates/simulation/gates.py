"""The limits a simulated scenario must respect before the default interval may be called certified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimates.simulation.coverage import Coverage, VarianceQuality

DEFAULT_INTERVAL = "korn_graubard"
TEETH = "wald"
FLOOR = {"A": 0.945, "B": 0.945, "C": 0.945, "D": 0.945, "E": 0.935, "F": 0.935, "G": 0.945, "H": 0.945}
MUST_FAIL = ("A", "B", "C", "D", "E", "F")


@dataclass(frozen=True)
class Gate:
    """One number, its limit and whether it holds.

    Parameters
    ----------
    name : str
        What was measured.
    value : float
        Measured, a fraction.
    error : float
        Its Monte Carlo standard error.
    limit : str
        The requirement in words.
    passed : bool
        Whether it holds.
    """

    name: str
    value: float
    error: float
    limit: str
    passed: bool


def gates(
    scenario: str,
    coverages: Sequence[Coverage],
    variance: VarianceQuality,
    replicates: int,
    *,
    errors_allowed: float = 0.0,
) -> list[Gate]:
    """Check a scenario of the superpopulation.

    Parameters
    ----------
    scenario : str
        Letter, A to J.
    coverages : sequence of Coverage
        With the default interval and Wald's.
    variance : VarianceQuality
        Of the same samples.
    replicates : int
        Samples drawn.
    errors_allowed : float
        Monte Carlo errors by which a coverage may miss its limit: 0 for a certificate, 3 for a short run.

    Returns
    -------
    list of Gate
        Coverage of the default interval, its upper misses, the bias of the variance, and Wald's failure,
        which shows that the simulation can tell a bad interval from a good one. The bias fails only where
        it lies beyond its limit by more than two Monte Carlo errors: in scenario A it is close to it.
    """
    by_method = {coverage.method: coverage for coverage in coverages}
    ours, wald = by_method[DEFAULT_INTERVAL], by_method[TEETH]
    found = []
    if scenario in FLOOR:
        error = monte_carlo_error(ours.coverage, replicates)
        floor = FLOOR[scenario]
        found.append(
            Gate(
                "coverage of the default interval",
                ours.coverage,
                error,
                f"at least {floor:.1%}",
                ours.coverage + errors_allowed * error >= floor,
            )
        )
        miss = monte_carlo_error(ours.upper_miss, replicates)
        found.append(
            Gate(
                "whole interval below the truth",
                ours.upper_miss,
                miss,
                "at most 5.0%",
                ours.upper_miss - errors_allowed * miss <= 0.05,
            )
        )
    slack = max(errors_allowed, 2.0) * variance.relative_bias_error
    found.append(
        Gate(
            "relative bias of the variance",
            variance.relative_bias,
            variance.relative_bias_error,
            "within 3.0%",
            abs(variance.relative_bias) - slack <= 0.03,
        )
    )
    if scenario in MUST_FAIL:
        error = monte_carlo_error(wald.coverage, replicates)
        found.append(
            Gate(
                "coverage of Wald's interval, which must fail",
                wald.coverage,
                error,
                "below 94.0%",
                wald.coverage - errors_allowed * error < 0.94,
            )
        )
    return found


def monte_carlo_error(share: float, replicates: int) -> float:
    """Compute the standard error of a share of the replicates."""
    return float(np.sqrt(share * (1 - share) / replicates))
