"""What a study of the country should find, counted on every family and person of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveys.synthetic import events
from surveys.synthetic.numbers import Floats, Integers
from surveys.synthetic.persons import persons, whole_family_moved
from surveys.synthetic.population import Population

CHUNK = 200_000


def truth(country: Population) -> pd.DataFrame:
    """Values of the headline indicators in the country.

    Parameters
    ----------
    country : Population

    Returns
    -------
    DataFrame
        ``indicator``, ``domain`` (empty, or ``breakdown=code``), ``value`` (what really happened) and
        ``reportable`` (what a complete enumeration would be told; equal where nothing is kept back).
        Proportions are fractions.
    """
    rows = [*_magnitude(country), *_trend(country), *_events(country), *_profile(country)]
    return pd.DataFrame(rows, columns=["indicator", "domain", "value", "reportable"])


Row = tuple[str, str, float, float]


def _magnitude(country: Population) -> list[Row]:
    moved, told = country.moved, country.says_moved
    real, said = country.displaced, country.says_violence
    rows = [("households", "", float(country.families), float(country.families)),
            ("internal_mobility", "", float(moved.mean()), float(told.mean())),
            ("displacement_prevalence", "", float(real.mean()), float(said.mean())),
            ("displaced_households", "", float(real.sum()), float(said.sum())),
            ("violence_among_movers", "", float(real.sum() / moved.sum()), float(said.sum() / told.sum()))]
    department = country.places.department[country.municipality]
    for code in np.unique(country.places.department):
        here = department == code
        rows.append(("displacement_prevalence", f"department={code}", float(real[here].mean()),
                     float(said[here].mean())))
    return rows


def _trend(country: Population) -> list[Row]:
    rows = []
    for year in range(int(country.values["first_year"]), int(country.values["last_year"]) + 1):
        real = country.displaced & (country.year == year)
        said = country.says_violence & (country.year == year)
        rows.append((f"displacement_by_year.{year}", "", float(real.sum() / country.displaced.sum()),
                     float(said.sum() / country.says_violence.sum())))
    return rows


def _events(country: Population) -> list[Row]:
    groups = [np.flatnonzero(country.displaced), np.flatnonzero(country.says_violence)]
    found = [events.displacement(country, group) for group in groups]
    rows = []

    def add(name: str, values: list[float]) -> None:
        rows.append((name, "", values[0], values[1]))

    for name, key, code in (("direct_victimisation", "nature", 1), ("preventive_move", "nature", 2),
                            ("home_abandoned", "home_abandoned", 1), ("reported_to_state", "reported", 1),
                            ("assistance_received", "assisted", 1)):
        add(name, [float((item[key] == code).mean()) for item in found])
    for code in range(found[0]["triggers"].shape[1]):
        add(f"displacement_triggers.{code + 1}", [float(item["triggers"][:, code].mean()) for item in found])
    add("whole_family_moved", [float(whole_family_moved(country, group).mean()) for group in groups])
    add("repeated_displacement", [float((item["count"] > 1).mean()) for item in found])
    for code in country.values["origin_shares"]:
        place = int(np.flatnonzero(country.places.code == code)[0])
        add(f"origin_municipalities.{code}", [float((item["origin"] == place).mean()) for item in found])
    return rows


def _profile(country: Population) -> list[Row]:
    """Person figures by what families really are and by what they say they are, in pieces of the country."""
    sums = np.zeros((2, 2, 7))
    for start in range(0, country.families, CHUNK):
        family = np.arange(start, min(start + CHUNK, country.families))
        sums += _profile_sums(country, family)
    rows = [("displaced_persons", "", sums[0, 1, 6], sums[1, 1, 6]),
            ("persons_in_displaced_families", "", sums[0, 1, 0], sums[1, 1, 0]),
            ("persons", "", sums[0, :, 0].sum(), sums[1, :, 0].sum())]
    for code, group in ((1, 1), (2, 0)):
        part = sums[:, group]
        for name, over, under in (("mean_age", 1, 0), ("female_share", 2, 0), ("dependency_ratio", 3, 4),
                                  ("female_headship", 5, -1)):
            families = [float((flag == bool(group)).sum()) for flag in (country.displaced, country.says_violence)]
            below = families if under < 0 else [part[0, under], part[1, under]]
            rows.append((name, f"displaced={code}", float(part[0, over] / below[0]), float(part[1, over] / below[1])))
    return [(name, domain, float(a), float(b)) for name, domain, a, b in rows]


def _profile_sums(country: Population, family: Integers) -> Floats:
    people = persons(country, family)
    age = people["age"]
    dependent = (age < 15) | (age >= 65)
    moved = people["moved"] == 1
    columns = np.stack([np.ones(age.size), age, people["sex"] == 2, dependent, ~dependent,
                        (people["relationship"] == 1) & (people["sex"] == 2), moved], axis=1).astype(float)
    sums = np.zeros((2, 2, columns.shape[1]))
    for view, flag in enumerate((country.displaced, country.says_violence)):
        group = flag[people["family"]]
        sums[view, 1], sums[view, 0] = columns[group].sum(axis=0), columns[~group].sum(axis=0)
    return sums
