"""How interviewed families live now: safety, living standard, papers, income, and whether they are still displaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import ndtri

from surveys.synthetic.numbers import Floats, Integers, choose, normal, uniform
from surveys.synthetic.places import URBAN
from surveys.synthetic.population import Flags, Population

IN_DISPLACEMENT, RETURNED, SETTLED = 1, 2, 3


def situation(country: Population, families: Integers) -> dict[str, Integers]:
    r"""Answers of any interviewed family on its present situation.

    Parameters
    ----------
    country : Population
    families : (n,) int64
        Numbers of families.

    Returns
    -------
    dict of str to (n,) int64
        One column for each name in the assumption ``lacks`` (yes 1, no 2), ``family_income`` in dollars a month, and
        ``leaving_for_violence`` (yes 1, no 2) for families that would leave.

    Notes
    -----
    A family short of one thing is likelier to be short of another. Each lack has a normal score with the correlation
    :math:`\rho` (``hardship_correlation``) to those of the same family, and holds where the score is among the
    highest: :math:`\sqrt\rho\, z_i + \sqrt{1-\rho}\, e_{ij} > \Phi^{-1}(1 - p_{j})`, so that its share is the one
    declared for displaced and for other families.
    """
    values, seed = country.values, country.seed
    fled = country.displaced[families]
    found = {}
    for name, lack in values["lacks"].items():
        share = np.where(fled, lack["displaced"], lack["other"])
        short = _score(country, families, name) > ndtri(1.0 - share)
        found[name] = np.where(short, lack["answer"], 3 - lack["answer"]).astype(np.int64)
    urban = country.places.segment_area[country.segment[families]] == URBAN
    level = np.where(fled, values["income"]["displaced"], values["income"]["other"])
    level = level * np.where(urban, 1.0, values["income"]["rural"]) * country.size[families]
    spread = values["income"]["spread"]
    found["family_income"] = np.rint(level * np.exp(-spread * _score(country, families, "income"))).astype(np.int64)
    share = np.where(fled, values["leaving_for_violence"][0], values["leaving_for_violence"][1])
    found["leaving_for_violence"] = np.where(uniform(seed, "leaving for violence", families) < share, 1, 2)
    return found


def after_displacement(country: Population, families: Integers) -> dict[str, Any]:
    """Answers of displaced families on what the displacement did to them and what they found afterwards.

    Returns
    -------
    dict
        ``displacement_situation`` and ``situation_year`` (see `settlement`), ``help_sought``, ``property_recovered``
        and ``remedy_received`` (yes 1, no 2), ``tenure_before``, and ``impacts`` (n, 7) bool.
    """
    values, seed = country.values, country.seed
    kind, year = settlement(country, families)
    impacts = np.stack([uniform(seed, f"impact {code}", families) < chance
                        for code, chance in values["impacts"].items()], axis=1)  # fmt: skip
    impacts[:, -1] = ~impacts[:, :-1].any(axis=1)

    def yes(name: str) -> Integers:
        return np.where(uniform(seed, name, families) < values[name], 1, 2)

    return {"displacement_situation": kind, "situation_year": year, "help_sought": yes("help_sought"),
            "property_recovered": yes("property_recovered"), "remedy_received": yes("remedy_received"),
            "tenure_before": choose(uniform(seed, "tenure before", families), np.array(values["tenure_before"])) + 1,
            "impacts": impacts}


def settlement(country: Population, families: Integers) -> tuple[Integers, Integers]:
    """Tell whether displaced families are still in displacement, and since when they are not.

    Returns
    -------
    (n,) int64, (n,) int64
        1 in displacement, 2 returned to the municipality of origin, 3 settled elsewhere; and the year of the return
        or settlement, 0 where there was none. The number of years waited is geometric with the yearly chance
        ``solution_rate``.
    """
    values, seed = country.values, country.seed
    u = uniform(seed, "solution", families)
    waited = np.floor(np.log1p(-u) / np.log1p(-values["solution_rate"])).astype(np.int64) + 1
    year = country.year[families] + waited
    solved = country.displaced[families] & (year <= int(values["last_year"]))
    back = uniform(seed, "return", families) < values["return_share"]
    return np.where(solved, np.where(back, RETURNED, SETTLED), IN_DISPLACEMENT), np.where(solved, year, 0)


def identity(
    values: Mapping[str, Any], seed: int, people: Mapping[str, Integers], displaced: Flags
) -> dict[str, Integers]:
    """Answers of single persons on papers, pregnancy, people and diversity.

    Parameters
    ----------
    values, seed : mapping, int
        Of the country.
    people : mapping of str to (p,) int64
        ``family``, ``number``, ``sex`` and ``age``.
    displaced : (p,) bool
        Whether the family is displaced.

    Returns
    -------
    dict of str to (p,) int64
        ``document``, ``pregnant`` and ``diverse`` (yes 1, no 2), ``ethnicity`` (1 none, 2 indigenous, 3 of African
        descent).
    """
    who = (people["family"], people["number"])
    without = np.where(displaced, values["without_document"][0], values["without_document"][1])
    return {"document": np.where(uniform(seed, "document", *who) < without, 2, 1),
            "pregnant": np.where(uniform(seed, "pregnant", *who) < values["pregnant"], 1, 2),
            "ethnicity": choose(uniform(seed, "ethnicity", *who), np.array(values["ethnicity"])) + 1,
            "diverse": np.where(uniform(seed, "diverse", *who) < values["diverse"], 1, 2)}


def _score(country: Population, families: Integers, question: str) -> Floats:
    seed, shared = country.seed, country.values["hardship_correlation"]

    def drawn(name: str) -> Floats:
        return normal(uniform(seed, name, families), uniform(seed, name + " again", families))

    return np.asarray(np.sqrt(shared) * drawn("hardship") + np.sqrt(1 - shared) * drawn(f"lack {question}"))
