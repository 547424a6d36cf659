"""The members of given families: relationship, sex, age, schooling, work, and whether they moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from surveys.synthetic.numbers import Floats, Integers, choose, normal, uniform
from surveys.synthetic.population import Flags, Population
from surveys.synthetic.situation import identity

MALE, FEMALE = 1, 2
HEAD, PARTNER, CHILD, PARENT, SIBLING, GRANDCHILD, OTHER = 1, 2, 3, 5, 6, 7, 8
EMPLOYED, UNEMPLOYED, OUTSIDE = 1, 2, 3


def persons(country: Population, families: Integers) -> dict[str, Integers]:
    """Members of some families of the country, the same whichever other families are asked for.

    Parameters
    ----------
    country : Population
    families : (n,) int64
        Numbers of families.

    Returns
    -------
    dict of str to (p,) int64
        ``family`` (its number), ``row`` (position in ``families``), ``number`` (1 is the head), ``relationship``,
        ``sex``, ``age``, ``literate``, ``attends_school``, ``education``, ``employment`` (0 under 16),
        ``employment_before`` (at the age of the displacement, for families displaced), ``disability``, ``document``,
        ``pregnant``, ``ethnicity``, ``diverse``, ``moved`` and ``displaced``; yes is 1 and no is 2.
    """
    size = country.size[families]
    row = np.repeat(np.arange(families.size), size)
    family = families[row]
    number = np.arange(row.size) - np.repeat(np.cumsum(size) - size, size) + 1
    values, seed = country.values, country.seed
    displaced = country.displaced[families]
    head = _heads(values, families, size, displaced, seed)
    relationship = _relationships(values, number, row, family, head, seed)
    sex = _sexes(values, relationship, row, family, number, head, displaced, seed)
    age = _ages(values, relationship, sex, row, family, number, head, displaced, seed)
    moved = _movers(country, values, age, number, family)
    learned = _learning(values, age, family, number, seed)
    school = learned["attends_school"]
    then = age - (int(values["last_year"]) - country.year[family])
    before = _work(values, then, sex, np.full(row.size, 2), family, number, seed, scale=values["work_before"])
    people = {"family": family, "number": number, "sex": sex, "age": age}
    return {"family": family, "row": row, "number": number, "relationship": relationship, "sex": sex, "age": age,
            **learned, "employment": _work(values, age, sex, school, family, number, seed),
            "employment_before": np.where(then >= 16, before, OUTSIDE),
            **identity(values, seed, people, displaced[row]),
            "disability": _yes(uniform(seed, "disability", family, number)
                               < values["disability_at_birth"] * np.exp(values["disability_growth"] * age)),
            "moved": _yes(moved), "displaced": _yes(moved & country.displaced[family])}


def whole_family_moved(country: Population, families: Integers) -> Flags:
    """Whether all members of that time moved together, for families that moved."""
    return np.asarray(uniform(country.seed, "whole", families) < country.values["whole_family"])


def _heads(values: Mapping[str, Any], families: Integers, size: Integers, displaced: Flags,
           seed: int) -> dict[str, Integers]:
    share = np.where(displaced, values["female_headed_displaced"], values["female_headed_other"])
    sex = np.where(uniform(seed, "head sex", families) < share, FEMALE, MALE)
    edges = np.array(values["head_age_edges"], dtype=float)
    bands = np.where(displaced[:, None], np.array(values["head_age_displaced"]), np.array(values["head_age_other"]))
    band = choose(uniform(seed, "head band", families), bands)
    age = edges[band] + uniform(seed, "head age", families) * (edges[band + 1] - edges[band])
    chance = np.where(sex == MALE, values["partner_of_male_head"], values["partner_of_female_head"])
    partner = (size > 1) & (uniform(seed, "partner", families) < chance)
    return {"sex": sex, "age": age.astype(np.int64), "partner": partner.astype(np.int64)}


def _relationships(values: Mapping[str, Any], number: Integers, row: Integers, family: Integers,
                   head: Mapping[str, Integers], seed: int) -> Integers:
    kinds = np.array([CHILD, GRANDCHILD, PARENT, SIBLING, OTHER])
    older = head["age"][row] >= values["grandparent_age"]
    shares = np.where(older[:, None], np.array(values["kin_of_older_head"]), np.array(values["kin_of_younger_head"]))
    drawn = kinds[choose(uniform(seed, "kin", family, number), shares)]
    partner = (number == 2) & (head["partner"][row] == 1)
    return np.where(number == 1, HEAD, np.where(partner, PARTNER, drawn))


def _sexes(values: Mapping[str, Any], relationship: Integers, row: Integers, family: Integers, number: Integers,
           head: Mapping[str, Integers], displaced: Flags, seed: int) -> Integers:
    share = np.where(displaced, values["female_kin_displaced"], values["female_kin_other"])[row]
    kin = np.where(uniform(seed, "sex", family, number) < share, FEMALE, MALE)
    leader = head["sex"][row]
    return np.where(relationship == HEAD, leader, np.where(relationship == PARTNER, 3 - leader, kin))


def _ages(values: Mapping[str, Any], relationship: Integers, sex: Integers, row: Integers, family: Integers,
          number: Integers, head: Mapping[str, Integers], displaced: Flags, seed: int) -> Integers:
    u = uniform(seed, "age", family, number)
    drift = normal(uniform(seed, "age gap", family, number), uniform(seed, "age gap again", family, number))
    leader = head["age"][row].astype(np.float64)
    partner = leader + np.where(sex == FEMALE, -1, 1) * values["partner_age_gap"] + 4.0 * drift
    # Children are older where few of them are small: the exponent moves them between birth and leaving home.
    power = np.where(displaced, values["child_age_power_displaced"], values["child_age_power_other"])[row]
    oldest = np.clip(leader - values["age_at_first_child"], 0, values["age_of_leaving_home"])
    by_kind = {HEAD: leader, PARTNER: np.clip(partner, 16, 98), CHILD: u**power * (oldest + 0.999),
               GRANDCHILD: u * values["oldest_grandchild"], PARENT: np.clip(leader + 24 + 4 * drift, 40, 98),
               SIBLING: np.clip(leader + 6 * drift, 10, 95), OTHER: 5 + u * 55}
    age = np.zeros(row.size)
    for kind, value in by_kind.items():
        age = np.where(relationship == kind, value, age)
    return np.floor(age).astype(np.int64)


def _movers(country: Population, values: Mapping[str, Any], age: Integers, number: Integers,
            family: Integers) -> Flags:
    year = country.year[family]
    born = age > values["last_year"] - year
    alone = (number == 1) | (uniform(country.seed, "member moved", family, number) < values["members_moved"])
    return np.asarray(country.moved[family] & born & (whole_family_moved(country, family) | alone))


def _learning(values: Mapping[str, Any], age: Integers, family: Integers, number: Integers,
              seed: int) -> dict[str, Integers]:
    generation = np.clip((age - 15) / 60.0, 0.0, 1.0)
    illiterate = values["illiterate_young"] + (values["illiterate_old"] - values["illiterate_young"]) * generation**1.5
    edges = np.array(values["school_ages"])
    attending = np.array([0.0, *values["school_attendance"], 0.0])[np.searchsorted(edges, age, side="right")]
    young, old = np.array(values["education_young"]), np.array(values["education_old"])
    adult = choose(uniform(seed, "education", family, number), young + (old - young) * generation[:, None])
    reachable = np.select([age < 7, age < 13, age < 16, age < 19], [0, 1, 2, 3], 4)
    started = np.select([age < 7, age < 13, age < 16], [0, 1, 1], 0)
    return {"literate": _yes(uniform(seed, "literate", family, number) >= illiterate),
            "attends_school": _yes(uniform(seed, "school", family, number) < attending),
            "education": np.maximum(np.minimum(adult, reachable), started)}


def _work(values: Mapping[str, Any], age: Integers, sex: Integers, school: Integers, family: Integers,
          number: Integers, seed: int, *, scale: float = 1.0) -> Integers:
    edges = np.array(values["work_ages"])
    band = np.searchsorted(edges, np.maximum(age, 0), side="right") - 1
    rate = np.where(sex == MALE, np.array(values["employed_men"])[band], np.array(values["employed_women"])[band])
    rate = np.minimum(np.where(school == 1, rate * 0.4, rate) * scale, 0.95)
    u = uniform(seed, "work", family, number)
    jobless = rate * values["unemployment_rate"] / (1 - values["unemployment_rate"])
    status = np.select([u < rate, u < rate + jobless], [EMPLOYED, UNEMPLOYED], OUTSIDE)
    return np.where(age >= 16, status, 0)


def _yes(flag: Flags | Floats) -> Integers:
    return np.where(flag, 1, 2)
