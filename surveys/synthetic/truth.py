"""What a study of the country should find, counted on every family and person of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from surveys.synthetic import events
from surveys.synthetic.numbers import Floats, Integers
from surveys.synthetic.persons import persons, whole_family_moved
from surveys.synthetic.population import Flags, Population

CHUNK = 200_000
Figures = dict[tuple[str, str], float]


def truth(country: Population, *, within: Flags | None = None) -> pd.DataFrame:
    """Values of the headline indicators in the country, or in a part of it.

    Parameters
    ----------
    country : Population
    within : (n,) bool, optional
        Families counted; all unless given. `studied` gives those of the municipalities of the study.

    Returns
    -------
    DataFrame
        ``indicator``, ``domain`` (empty, or ``breakdown=code``), ``value`` (what really happened) and
        ``reportable`` (what a complete enumeration would be told; equal where nothing is kept back).
        Proportions are fractions, totals are those of the families counted.
    """
    counted = np.ones(country.families, dtype=bool) if within is None else within
    views = (replace(country, says_moved=country.moved, says_violence=country.displaced), country)
    happened, told = (
        _published_way({**_magnitude(view, counted), **_causes(view, counted), **_trend(view, counted),
                        **_events(view, counted), **profile})
        for view, profile in zip(views, _profiles(views, counted), strict=True))
    rows = [(name, domain, happened[name, domain], value) for (name, domain), value in told.items()]
    return pd.DataFrame(rows, columns=["indicator", "domain", "value", "reportable"])


def truth_by_municipality(country: Population) -> pd.DataFrame:
    """Count families and persons in every municipality of the country, as a complete enumeration would.

    Parameters
    ----------
    country : Population

    Returns
    -------
    DataFrame
        One row for each of the 262 municipalities of the time: ``municipality`` (code), ``name``, ``department``,
        ``municipality_2024`` and ``name_2024`` (the one of 44 that it became part of), ``prioritised`` and
        ``studied`` (1 or 0), ``families``, ``persons``, and families that ``moved`` and were ``displaced``: as it
        was, and ``_reportable``, as they would tell it. Sums over ``municipality_2024`` are those of the 44.
    """
    places, home = country.places, country.municipality

    def counted(weight: Flags | Integers) -> Integers:
        return np.bincount(home, weights=weight, minlength=places.code.size).astype(np.int64)

    return pd.DataFrame({
        "municipality": places.code, "name": places.name, "department": places.department,
        "municipality_2024": places.code_2024, "name_2024": places.grouped,
        "prioritised": places.prioritised.astype(int), "studied": places.studied.astype(int),
        "families": counted(np.ones_like(home)), "persons": counted(country.size),
        "moved": counted(country.moved), "moved_reportable": counted(country.says_moved),
        "displaced": counted(country.displaced), "displaced_reportable": counted(country.says_violence)})


def studied(country: Population) -> Flags:
    """Families in the municipalities of the study, (n,) bool."""
    return np.asarray(country.places.studied[country.municipality])


def _magnitude(country: Population, counted: Flags) -> Figures:
    moved, violence = country.says_moved & counted, country.says_violence & counted
    families = float(counted.sum())
    found = {("households", ""): families, ("internal_mobility", ""): float(moved.sum() / families),
             ("displacement_prevalence", ""): float(violence.sum() / families),
             ("displaced_households", ""): float(violence.sum()),
             ("violence_among_movers", ""): float(violence.sum() / moved.sum())}
    department = country.places.department[country.municipality]
    for code in np.unique(department[counted]):
        here = department == code
        found["displacement_prevalence", f"department={code}"] = float((violence & here).sum() / (counted & here).sum())
    return found


def _published_way(found: Figures) -> Figures:
    """Add what divides or multiplies figures of families and of persons."""
    persons = found["persons", ""]
    return {**found, ("person_displacement_prevalence", ""): found["displaced_persons", ""] / persons,
            ("published_style_persons", ""): found["displacement_prevalence", ""] * persons}


def _causes(country: Population, counted: Flags) -> Figures:
    given = events.causes(country, np.flatnonzero(country.says_moved & counted))
    return {(f"mobility_causes.{code + 1}", ""): float(share) for code, share in enumerate(given.mean(axis=0))}


def _trend(country: Population, counted: Flags) -> Figures:
    year = country.year[country.says_violence & counted]
    first, last = int(country.values["first_year"]), int(country.values["last_year"])
    return {(f"displacement_by_year.{one}", ""): float((year == one).mean()) for one in range(first, last + 1)}


def _events(country: Population, counted: Flags) -> Figures:
    group = np.flatnonzero(country.says_violence & counted)
    told = events.displacement(country, group)
    found = {(name, ""): float((told[key] == code).mean())
             for name, key, code in (("direct_victimisation", "nature", 1), ("preventive_move", "nature", 2),
                                     ("home_abandoned", "home_abandoned", 1), ("reported_to_state", "reported", 1),
                                     ("assistance_received", "assisted", 1))}
    for code in range(told["triggers"].shape[1]):
        found[f"displacement_triggers.{code + 1}", ""] = float(told["triggers"][:, code].mean())
    found["whole_family_moved", ""] = float(whole_family_moved(country, group).mean())
    found["repeated_displacement", ""] = float((told["count"] > 1).mean())
    for code in country.values["origin_shares"]:
        place = int(np.flatnonzero(country.places.code == code)[0])
        found[f"origin_municipalities.{code}", ""] = float((told["origin"] == place).mean())
    return found


def _profiles(views: Sequence[Population], counted: Flags) -> list[Figures]:
    """Person figures by what families are and by what they say they are, in pieces of the country."""
    country = views[0]
    sums = np.zeros((len(views), 2, 7))
    for start in range(0, country.families, CHUNK):
        family = np.arange(start, min(start + CHUNK, country.families))
        sums += _profile_sums(views, family[counted[family]])
    found = []
    for view, parts in zip(views, sums, strict=True):
        figures = {("displaced_persons", ""): float(parts[1, 6]),
                   ("persons_in_displaced_families", ""): float(parts[1, 0]),
                   ("persons", ""): float(parts[:, 0].sum())}
        for code, group in ((1, 1), (2, 0)):
            part, domain = parts[group], f"displaced={code}"
            families = float((counted & (view.says_violence == bool(group))).sum())
            for name, over, under in (("mean_age", 1, part[0]), ("female_share", 2, part[0]),
                                      ("dependency_ratio", 3, part[4]), ("female_headship", 5, families)):
                figures[name, domain] = float(part[over] / under)
        found.append(figures)
    return found


def _profile_sums(views: Sequence[Population], family: Integers) -> Floats:
    # Who lives in a family does not depend on what it says: its members are made once for all views.
    people = persons(views[0], family)
    age = people["age"]
    dependent = (age < 15) | (age >= 65)
    columns = np.stack([np.ones(age.size), age, people["sex"] == 2, dependent, ~dependent,
                        (people["relationship"] == 1) & (people["sex"] == 2), people["moved"] == 1],
                       axis=1).astype(float)
    groups = [view.says_violence[people["family"]] for view in views]
    return np.stack([np.stack([columns[~group].sum(axis=0), columns[group].sum(axis=0)]) for group in groups])
