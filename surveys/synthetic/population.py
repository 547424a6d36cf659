"""The families of the country: where they live, who moved, why, and what happened to the displaced ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.synthetic.numbers import Floats, Integers, choose, normal, uniform
from surveys.synthetic.parameters import values_of
from surveys.synthetic.places import URBAN, Places, places

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Population:
    """The whole country, with what really happened and what families would say.

    Arrays are per family, numbered 0 to n - 1 in the order of their segments.

    Parameters
    ----------
    values : mapping
        Facts and assumptions by name.
    seed : int
        Seed of what happened to families: that of the country, or of the round.
    places : Places
        The territory.
    segment : (n,) int64
        Census segment.
    size : (n,) int64
        Persons.
    moved, displaced : (n,) bool
        The truth: a member changed residence 2006-2016; a member did so because of violence.
    year : (n,) int64
        Year of the latest move, 0 for none.
    says_moved, says_violence : (n,) bool
        What the family tells the listing interviewer.
    """

    values: Mapping[str, Any]
    seed: int
    places: Places
    segment: Integers
    size: Integers
    moved: Flags
    displaced: Flags
    year: Integers
    says_moved: Flags
    says_violence: Flags

    @property
    def families(self) -> int:
        """Number of families."""
        return int(self.segment.size)

    @property
    def municipality(self) -> Integers:
        """Municipality of each family, an index into ``places``."""
        return np.asarray(self.places.segment_municipality[self.segment])


def population(parameters: Mapping[str, Any], *, seed: int, families: int | None = None) -> Population:
    """Make the country.

    Parameters
    ----------
    parameters : mapping
        The content of ``country.yaml``: ``facts``, ``assumptions``, ``municipalities``, and ``round_seed`` in a later
        round of the same country.
    seed : int
        Seed of the country: of its territory and of its neighbourhoods.
    families : int, optional
        Number of families; from the facts when absent.

    Returns
    -------
    Population
        The same to the byte for the same parameters and seed.
    """
    values = values_of(parameters)
    count = families or round(values["persons"] / values["mean_family_size"])
    ground = places(parameters["municipalities"], values, families=count, seed=seed)
    # Another round, other families: what they lived through is drawn anew on the same ground.
    ground_seed, seed = seed, int(parameters.get("round_seed", seed))
    segment = np.repeat(np.arange(ground.segment_families.size), ground.segment_families)
    family = np.arange(segment.size)
    studied = ground.studied[ground.segment_municipality][segment]

    years, by_year = _years(values)
    told = _told(years, values)
    hidden = 1.0 - float(by_year @ told)
    movers = values["moved_share"] / (1.0 - values["violence_among_movers"] * hidden / (1 - hidden)
                                      * values["hidden_says_not_moved"])
    likely = _moving(ground, values, ground_seed, seed)[segment]
    chance = _scaled(likely, studied, movers)
    moved = uniform(seed, "moved", family) < chance
    fear = _fear(ground, values, ground_seed, seed)[segment]
    # The published share is what families told: the truth is larger by what they kept to themselves.
    violent = _scaled(fear, studied & moved, values["violence_among_movers"] / (1 - hidden))
    displaced = moved & (uniform(seed, "violence", family) < violent)
    year = np.where(moved, np.where(displaced, years[choose(uniform(seed, "year", family), by_year)],
                                    years[0] + (uniform(seed, "other year", family) * years.size).astype(np.int64)), 0)
    tells = uniform(seed, "tells", family) < told[np.clip(year - years[0], 0, years.size - 1)]
    silent = displaced & ~tells & (uniform(seed, "silent", family) < values["hidden_says_not_moved"])
    return Population(values=values, seed=seed, places=ground, segment=segment, size=_sizes(values, family, seed),
                      moved=moved, displaced=displaced, year=year, says_moved=moved & ~silent,
                      says_violence=displaced & tells)


def _years(values: Mapping[str, Any]) -> tuple[Integers, Floats]:
    series = {int(year): float(count) for year, count in values["homicides"].items()}
    years = np.arange(int(values["first_year"]), int(values["last_year"]) + 1)
    driver = np.array([series[int(year)] for year in years]) ** values["homicide_elasticity"]
    return years, driver / driver.sum()


def _told(years: Integers, values: Mapping[str, Any]) -> Floats:
    ago = years[-1] - years
    return np.asarray(values["disclosure"] * (1.0 - values["recall_loss"]) ** ago)


def _moving(ground: Places, values: Mapping[str, Any], seed: int, now: int) -> Floats:
    area = np.where(ground.segment_area == URBAN, 1.0, values["rural_moving"])
    return area * _neighbourhood("moving", values["moving_spread"], ground, values, seed, now)


def _fear(ground: Places, values: Mapping[str, Any], seed: int, now: int) -> Floats:
    inside = np.where(ground.prioritised[ground.segment_municipality], 1.0, values["violence_elsewhere"])
    return inside * _neighbourhood("fear", values["violence_spread"], ground, values, seed, now)


def _neighbourhood(question: str, spread: float, ground: Places, values: Mapping[str, Any], seed: int,
                   now: int) -> Floats:
    number = np.arange(ground.segment_families.size)

    def drawn(one: int) -> Floats:
        return normal(uniform(one, question, number), uniform(one, question + " again", number))

    level = drawn(seed)
    if now != seed:  # a neighbourhood remains in part what it was in the round before
        kept = values["neighbourhood_persistence"]
        level = kept * level + np.sqrt(1 - kept**2) * drawn(now)
    return np.exp(spread * level)


def _scaled(relative: Floats, within: Flags, target: float) -> Floats:
    """Chances proportional to ``relative`` (at most 0.9) whose mean over ``within`` is the target."""
    level = target / relative[within].mean()
    for _ in range(8):
        level *= target / np.minimum(level * relative[within], 0.9).mean()
    return np.asarray(np.minimum(level * relative, 0.9))


def _sizes(values: Mapping[str, Any], family: Integers, seed: int) -> Integers:
    shape = np.array(values["family_size_shape"], dtype=float)
    sizes = np.arange(1, shape.size + 1)
    low, high = -2.0, 2.0
    for _ in range(60):  # tilt the shape until its mean is the fact
        tilt = (low + high) / 2
        weight = shape * np.exp(tilt * sizes)
        low, high = (tilt, high) if weight @ sizes / weight.sum() < values["mean_family_size"] else (low, tilt)
    return sizes[choose(uniform(seed, "size", family), weight)]
