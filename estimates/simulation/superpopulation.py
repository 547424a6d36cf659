"""Clustered samples of a rare attribute from a beta-binomial superpopulation: scenarios A to J."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from estimates.simulation.samples import Samples, samples_from_psus

CHUNK = 250


@dataclass(frozen=True)
class Scenario:
    """One sample design and one population.

    Parameters
    ----------
    name, title : str
        Letter and what it stands for.
    strata, psus, rows : int
        Strata, PSUs in each stratum, rows in each PSU.
    proportion : float
        True proportion, a fraction.
    rho : float
        Intraclass correlation of the attribute within PSUs.
    weight_cv : float
        Coefficient of variation of the PSUs' weights.
    """

    name: str
    title: str
    strata: int
    psus: int
    rows: int
    proportion: float = 0.011
    rho: float = 0.02
    weight_cv: float = 0.5

    @property
    def n(self) -> int:
        """Rows of the whole sample."""
        return self.strata * self.psus * self.rows


SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        scenario.name: scenario
        for scenario in (
            Scenario("A", "small domain, 30 PSUs", 5, 6, 20),
            Scenario("B", "domain, 60 PSUs", 10, 6, 20),
            Scenario("C", "no clustering", 14, 14, 10, rho=0.0),
            Scenario("D", "mild clustering", 14, 14, 10),
            Scenario("E", "strong clustering", 14, 14, 10, rho=0.10),
            Scenario("F", "large PSUs, clustering", 10, 10, 20, rho=0.05),
            Scenario("G", "multipurpose household survey", 26, 64, 12),
            Scenario("H", "displacement survey of 2018", 20, 21, 99, proportion=0.0112, weight_cv=0.3),
            Scenario("I", "five per cent", 14, 14, 10, proportion=0.05),
            Scenario("J", "twenty per cent", 14, 14, 10, proportion=0.20, rho=0.05),
        )
    }
)


def draw(scenario: Scenario, replicates: int, rng: np.random.Generator) -> Iterator[Samples]:
    r"""Draw samples, a few hundred at a time so that memory stays small and progress can be shown.

    Parameters
    ----------
    scenario : Scenario
        Design and population.
    replicates : int
        Samples in all.
    rng : numpy.random.Generator
        Source of randomness.

    Yields
    ------
    Samples
        Of at most 250 replicates.

    Notes
    -----
    .. math:: \theta_i \sim \mathrm{Beta}\left( \tfrac{P(1-\rho)}{\rho}, \tfrac{(1-P)(1-\rho)}{\rho} \right),
              \quad y_i \sim \mathrm{Bin}(m, \theta_i), \quad \ln w_i \sim N(0, \ln(1 + cv^2))

    Weights are independent of the outcome, so the truth is P.

    References
    ----------
    Williams (1975), Biometrics 31(4), 949-952, for the beta-binomial model.
    """
    stratum = np.repeat(np.arange(scenario.strata, dtype=np.int64), scenario.psus)
    p, rho = scenario.proportion, scenario.rho
    for start in range(0, replicates, CHUNK):
        shape = (stratum.size, min(CHUNK, replicates - start))
        if rho > 0:
            scale = (1 - rho) / rho
            share = rng.beta(p * scale, (1 - p) * scale, size=shape)
        else:
            share = np.full(shape, p)
        cases = rng.binomial(scenario.rows, share)
        weight = np.exp(rng.normal(0.0, np.sqrt(np.log1p(scenario.weight_cv**2)), size=shape))
        yield samples_from_psus(cases, scenario.rows, weight, stratum, truth=p)
