"""Two-stage samples of a finite population whose truth is known, cluster by cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimates.simulation.samples import Samples, samples_from_psus

CHUNK = 500


@dataclass(frozen=True)
class Clusters:
    """A population as its clusters, in the order of their strata.

    Parameters
    ----------
    stratum : (M,) int
        Stratum of each cluster, 0 to H - 1.
    size : (M,) int
        Units of the cluster.
    cases : (M,) int
        Units with the attribute.
    """

    stratum: NDArray[np.int64]
    size: NDArray[np.int64]
    cases: NDArray[np.int64]

    def __post_init__(self) -> None:
        if not (self.stratum.size == self.size.size == self.cases.size):
            raise ValueError("stratum, size and cases must have one entry for each cluster")
        if np.any(self.cases > self.size) or np.any(self.cases < 0):
            raise ValueError("a cluster holds more units with the attribute than units")

    @property
    def proportion(self) -> float:
        """Share of the population with the attribute."""
        return float(self.cases.sum() / self.size.sum())


def draw(clusters: Clusters, replicates: int, rng: np.random.Generator, *, psus: int, rows: int) -> Iterator[Samples]:
    r"""Draw clusters with probability proportional to size and units at random within them.

    Parameters
    ----------
    clusters : Clusters
        The population.
    replicates : int
        Samples in all.
    rng : numpy.random.Generator
        Source of randomness.
    psus : int
        Clusters drawn with replacement in each stratum.
    rows : int
        Units drawn without replacement in each drawn cluster; a cluster drawn twice is sampled afresh.

    Yields
    ------
    Samples
        Of at most 500 replicates.

    Raises
    ------
    ValueError
        If a cluster has fewer units than ``rows``.

    Notes
    -----
    The weight is :math:`M_h / (n_h m)` for every unit of stratum h, with :math:`M_h` its units. The number of
    units with the attribute among those drawn in a cluster is hypergeometric, so no unit needs to be listed.

    References
    ----------
    Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, section 4.5.
    """
    if int(clusters.size.min()) < rows:
        raise ValueError(f"the smallest cluster has {int(clusters.size.min())} units; {rows} cannot be drawn.")
    strata = int(clusters.stratum.max()) + 1
    members = [np.flatnonzero(clusters.stratum == h) for h in range(strata)]
    units = np.array([clusters.size[rows_h].sum() for rows_h in members], dtype=np.float64)
    weight = np.repeat(units / (psus * rows), psus)[:, None]
    stratum = np.repeat(np.arange(strata, dtype=np.int64), psus)
    for start in range(0, replicates, CHUNK):
        count = min(CHUNK, replicates - start)
        drawn = np.concatenate(
            [
                rng.choice(group, size=(psus, count), p=clusters.size[group] / clusters.size[group].sum())
                for group in members
            ]
        )
        with_attribute = clusters.cases[drawn]
        cases = rng.hypergeometric(with_attribute, clusters.size[drawn] - with_attribute, rows)
        yield samples_from_psus(cases, rows, weight, stratum, truth=clusters.proportion)
