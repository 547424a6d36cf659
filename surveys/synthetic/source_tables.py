"""The files a field team would hand over after one draw: listing, members and moves of interviewed families."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveys.synthetic import events
from surveys.synthetic.numbers import Integers
from surveys.synthetic.persons import persons, whole_family_moved
from surveys.synthetic.population import Flags, Population, population
from surveys.synthetic.sample import COMPLETE, CONTROL, DISPLACED, Sample, draw_sample, recently_moved
from surveys.synthetic.situation import after_displacement, situation

Texts = NDArray[np.object_]
NOT_OBTAINED = "NR"
ELSEWHERE = "9999"


def draw(parameters: Mapping[str, Any], *, seed: int, country: Population | None = None) -> dict[str, pd.DataFrame]:
    """Draw the study's two-phase sample once and write down what families said.

    Parameters
    ----------
    parameters : mapping
        The content of ``country.yaml``.
    seed : int
        Seed of the sample. The country has its own, ``country_seed`` in the parameters, so that repeated draws
        come from one country.
    country : Population, optional
        The country, when it has been made already.

    Returns
    -------
    dict of str to DataFrame
        ``families``: all families found in the segments drawn, with the probabilities of both draws and what they
        answered; ``persons``: members of interviewed families; ``moves``: their changes of residence. Codes are
        text; empty cells are None, and ``NR`` an answer that was not obtained.
    """
    made = country if country is not None else population(parameters, seed=parameters["country_seed"])
    sample = draw_sample(made, seed=seed)
    names = _family_names(made, sample)
    families = _families(made, sample, names)
    done = np.flatnonzero(sample.result == COMPLETE)
    members = persons(made, sample.family[done])
    return {"families": families, "persons": _persons(made, members, sample, names, done),
            "moves": _moves(made, members, sample, names, done)}


def _family_names(country: Population, sample: Sample) -> Texts:
    segments = _segment_names(country)
    segment = country.segment[sample.family]
    first = np.cumsum(country.places.segment_families) - country.places.segment_families
    inside = sample.family - first[segment] + 1
    return np.array([f"{name}-{number:03d}" for name, number in zip(segments[segment], inside, strict=True)],
                    dtype=object)


def _segment_names(country: Population) -> Texts:
    places = country.places
    codes = places.code[places.segment_municipality]
    return np.array([f"{code}-{number:05d}" for number, code in enumerate(codes)], dtype=object)


def _families(country: Population, sample: Sample, names: Texts) -> pd.DataFrame:
    places, family = country.places, sample.family
    segment = country.segment[family]
    municipality = country.municipality[family]
    listed = sample.listed
    moved = country.says_moved[family]
    table: dict[str, Any] = {
        "family": names, "stratum": places.code[municipality].astype(object),
        "segment": _segment_names(country)[segment],
        "department": places.department[municipality].astype(object),
        "municipality": places.code[municipality].astype(object),
        "municipality_2024": places.code_2024[municipality].astype(object),
        "area": _codes(places.segment_area[segment]),
        "segment_probability": sample.segment_probability, "listing_result": _codes(sample.listing_result),
        "family_size": _obtained(_codes(country.size[family]), listed),
        "moved": _obtained(_codes(np.where(moved, 1, 2)), listed),
        "recent": _obtained(_codes(np.where(recently_moved(country, family), 1, 2), moved), listed),
        "interview_probability": sample.interview_probability,
        "drawn": _obtained(_codes(np.where((sample.group == DISPLACED) | (sample.group == CONTROL), 1, 2)), listed),
        "group": _obtained(_codes(sample.group), listed), "result": _codes(sample.result)}
    told = events.causes(country, family)
    for column in range(told.shape[1]):
        table[f"cause_{column + 1}"] = _obtained(_marks(told[:, column], moved), listed)
    table |= _interview(country, family, sample.result == COMPLETE, sample.group)
    return _frame(table)


def _interview(country: Population, family: Integers, done: Flags, group: Integers) -> dict[str, Any]:
    size = family.size
    displaced = np.flatnonzero(done & (group == DISPLACED))
    control = np.flatnonzero(done & (group == CONTROL))
    happened = events.displacement(country, family[displaced])
    columns: dict[str, Any] = {}

    def put(name: str, rows: Integers, values: NDArray[Any]) -> None:
        column = columns.setdefault(name, np.full(size, None, dtype=object))
        column[rows] = [str(value) for value in values]

    put("year", displaced, country.year[family[displaced]])
    for name in ("nature", "home_abandoned", "reported", "assisted", "count"):
        put(name, displaced, happened[name])
    put("whole_family", displaced, np.where(whole_family_moved(country, family[displaced]), 1, 2))
    origin = country.places.code[happened["origin"]]
    put("origin_department", displaced, country.places.department[happened["origin"]])
    put("origin_place", displaced, origin)
    put("origin_place_2024", displaced, country.places.code_2024[happened["origin"]])
    listed = np.isin(origin, list(country.values["origin_shares"]))
    put("origin_municipality", displaced, np.where(listed, origin, ELSEWHERE))
    for name in ("triggers", "perpetrators"):
        for code in range(happened[name].shape[1]):
            put(f"{name}_{code + 1}", displaced, happened[name][:, code].astype(int))
    after = after_displacement(country, family[displaced])
    for name in ("displacement_situation", "help_sought", "tenure_before"):
        put(name, displaced, after[name])
    for name, asked in (("situation_year", after["situation_year"] > 0), ("remedy_received", happened["reported"] == 1),
                        ("property_recovered", happened["home_abandoned"] == 1)):
        put(name, displaced[asked], after[name][asked])
    for code in range(after["impacts"].shape[1]):
        put(f"impact_{code + 1}", displaced, after["impacts"][:, code].astype(int))
    silent = happened["reported"] == 2
    for code in range(happened["not_reported"].shape[1]):
        put(f"not_reported_{code + 1}", displaced[silent], happened["not_reported"][silent, code].astype(int))
    for rows in (displaced, control):
        said = events.needs(country, family[rows])
        for name in ("intention", "tenure", "rooms"):
            put(name, rows, said[name])
        now = situation(country, family[rows])
        leaving = (said["intention"] > events.STAY) & (said["intention"] < events.UNDECIDED)
        some = {"care_received": now["care_needed"] == 1, "leaving_for_violence": leaving}
        for name, answers in now.items():
            asked = some.get(name, np.ones(rows.size, dtype=bool))
            put(name, rows[asked], answers[asked])
        for code in range(said["needs"].shape[1]):
            put(f"need_{code + 1}", rows, said["needs"][:, code].astype(int))
    asked_of_all = {"intention", "tenure", "rooms", "family_income", "leaving_for_violence", *country.values["lacks"],
                    *(name for name in columns if name.startswith("need_"))}
    lost = ~done & ((group == DISPLACED) | (group == CONTROL))
    for name, column in columns.items():
        # No interview, no answer: told apart from questions that were not for this family.
        column[lost if name in asked_of_all else lost & (group == DISPLACED)] = NOT_OBTAINED
    return columns


def _persons(country: Population, members: Mapping[str, Integers], sample: Sample, names: Texts,
             done: Integers) -> pd.DataFrame:
    listed = done[members["row"]]
    age = members["age"]
    # Families that told the listing nobody moved tell the same in the interview.
    moved = np.where(country.says_moved[members["family"]], members["moved"], 2)
    fled = (moved == 1) & country.says_violence[members["family"]]
    fertile = (members["sex"] == 2) & (age >= 12) & (age < 50)
    return _frame({
        "family": names[listed], "person": _codes(members["number"]),
        "relationship": _codes(members["relationship"]), "sex": _codes(members["sex"]), "age": age.astype(float),
        "literate": _codes(members["literate"], age >= 10),
        "attends_school": _codes(members["attends_school"], age >= 4),
        "education": _codes(members["education"], age >= 4), "employment": _codes(members["employment"], age >= 16),
        "employment_before": _codes(members["employment_before"], fled & (age >= 16)),
        "disability": _codes(members["disability"]), "document": _codes(members["document"]),
        "pregnant": _codes(members["pregnant"], fertile), "ethnicity": _codes(members["ethnicity"]),
        "diverse": _codes(members["diverse"], age >= 18), "moved": _codes(moved)})


def _moves(country: Population, members: Mapping[str, Integers], sample: Sample, names: Texts,
           done: Integers) -> pd.DataFrame:
    moved = np.flatnonzero(members["moved"] == 1)
    moved = moved[country.says_moved[members["family"][moved]]]
    times = events.episodes(country, members["family"][moved])
    who = np.repeat(moved, times)
    episode = np.arange(who.size) - np.repeat(np.cumsum(times) - times, times) + 1
    count = np.repeat(times, times)
    family = members["family"][who]
    year = events.episode_year(country, family, episode, count)
    born = int(country.values["last_year"]) - members["age"][who] <= year
    who, episode, count, family, year = who[born], episode[born], count[born], family[born], year[born]
    told = events.causes(country, family)
    origin, home = events.origins(country, family), country.municipality[family]
    destination = np.where(episode == count, home, origin)
    department, place = country.places.department.astype(object), country.places.code.astype(object)
    table: dict[str, Any] = {
        "family": names[done[members["row"][who]]], "person": _codes(members["number"][who]), "move": _codes(episode),
        "year": _codes(year), "origin": department[origin], "destination": department[destination],
        "origin_place": place[origin], "destination_place": place[destination]}
    for column in range(told.shape[1]):
        table[f"cause_{column + 1}"] = _marks(told[:, column], np.ones(family.size, dtype=bool))
    return _frame(table)


def _frame(columns: Mapping[str, NDArray[Any]]) -> pd.DataFrame:
    # Naming the type spares pandas a look at every text, half the time of a draw.
    return pd.DataFrame({name: pd.Series(values, dtype=values.dtype) for name, values in columns.items()})


def _codes(numbers: Integers, asked: Flags | None = None) -> Texts:
    text = numbers.astype(str).astype(object)
    text[(numbers == 0) if asked is None else ~asked] = None
    return text


def _obtained(text: Texts, listed: Flags) -> Texts:
    """Mark what families that did not answer the listing were not asked."""
    text[~listed] = NOT_OBTAINED
    return text


def _marks(chosen: Flags, asked: Flags) -> Texts:
    text = np.where(chosen, "1", "0").astype(object)
    text[~asked] = None
    return text
