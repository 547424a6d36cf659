"""What families that moved have to tell: causes, events of the displacement, places of origin, episodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from surveys.synthetic.numbers import Floats, Integers, choose, uniform
from surveys.synthetic.places import Places
from surveys.synthetic.population import Flags, Population
from surveys.synthetic.situation import RETURNED, settlement

ECONOMIC, FAMILY, VIOLENCE = 1, 2, 3
STAY, RETURN, UNDECIDED = 1, 2, 5


def causes(country: Population, families: Integers) -> Flags:
    """Causes each family gives for its moves, several allowed.

    Returns
    -------
    (n, 8) bool
        One column per code of ``move_cause``; no cause where the family says nobody moved.

    Notes
    -----
    Families without violence have one main cause and sometimes the other of economic and family too. The share of
    that overlap follows from the published shares, which add up to more than one hundred per cent.
    """
    values, seed = country.values, country.seed
    main, second = _main_shares(values)
    drawn = choose(uniform(seed, "cause", families), np.array([main[0], main[1], *values["rare_causes"]]))
    codes = np.array([ECONOMIC, FAMILY, 4, 5, 6, 7, 8])[drawn]
    also = uniform(seed, "second cause", families) < second
    violent = country.says_violence[families]
    hiding = country.displaced[families] & ~violent
    given = codes[:, None] == np.arange(1, 9)
    given[:, ECONOMIC - 1] |= also & (codes == FAMILY)
    given[:, FAMILY - 1] |= also & (codes == ECONOMIC)
    mixed = uniform(seed, "violence and more", families) < values["violence_with_economic"]
    relatives = uniform(seed, "violence and kin", families) < values["violence_with_family"]
    told = np.zeros_like(given)
    told[:, VIOLENCE - 1] = True
    told[:, ECONOMIC - 1], told[:, FAMILY - 1] = mixed, relatives
    given = np.where(violent[:, None], told, given)
    given[hiding, VIOLENCE - 1] = False
    return np.asarray(given & country.says_moved[families][:, None])


def displacement(country: Population, families: Integers) -> dict[str, Any]:
    """Events of the displacement of displaced families.

    Returns
    -------
    dict
        ``nature`` (1 direct, 2 preventive, 3 other), ``triggers`` (n, 9), ``perpetrators`` (n, 8),
        ``not_reported`` (n, 5), ``home_abandoned``, ``reported``, ``assisted`` (yes 1, no 2), ``count``,
        ``origin`` (municipality, an index into places).
    """
    values, seed = country.values, country.seed
    direct, preventive = values["direct_victimisation"], values["preventive_move"]
    nature = choose(uniform(seed, "nature", families), np.array([direct, preventive, 1 - direct - preventive])) + 1
    triggers = _several("trigger", values["triggers"], families, seed)
    triggers[:, 8] |= ~triggers.any(axis=1)
    agents = _several("agent", values["perpetrators"], families, seed)
    agents[:, 6] |= ~agents.any(axis=1)
    reported = uniform(seed, "reported", families) < values["reported_to_state"]
    reasons = _several("silence", values["reasons_not_reported"], families, seed)
    reasons[:, 4] |= ~reasons.any(axis=1)
    left = uniform(seed, "home", families) < values["home_abandoned"]
    helped = uniform(seed, "help", families) < values["assistance"]
    return {"nature": nature, "triggers": triggers, "perpetrators": agents,
            "not_reported": reasons & ~reported[:, None],
            "home_abandoned": np.where(left, 1, 2), "reported": np.where(reported, 1, 2),
            "assisted": np.where(helped, 1, 2), "count": episodes(country, families),
            "origin": origins(country, families)}


def episodes(country: Population, families: Integers) -> Integers:
    """Count the moves of each family 2006-2016, by violence where it is displaced; 0 where nobody moved."""
    values = country.values
    often = choose(uniform(country.seed, "episodes", families), np.array(values["displacements"])) + 1
    seldom = choose(uniform(country.seed, "episodes", families), np.array(values["other_moves"])) + 1
    return np.where(country.moved[families], np.where(country.displaced[families], often, seldom), 0)


def episode_year(country: Population, families: Integers, episode: Integers, count: Integers) -> Integers:
    """Year of an episode, counted from 1, the last being the family's year of moving; never after the next one."""
    first = int(country.values["first_year"])
    span = country.year[families] - first
    return first + np.where(episode == count, span, (span * episode / (count + 1)).astype(np.int64))


def origins(country: Population, families: Integers) -> Integers:
    """Municipality where each family lived before its latest move; for one that returned, the present one."""
    places, values = country.places, country.values
    share = origin_shares(places, values)
    near = np.where(places.department[:, None] == places.department[None, :], values["nearness"], 1.0)
    home = country.municipality[families]
    origin = np.empty(families.size, dtype=np.int64)
    u = uniform(country.seed, "origin", families)
    for municipality in np.unique(home):
        mine = home == municipality
        origin[mine] = choose(u[mine], share * near[municipality])
    return np.where(settlement(country, families)[0] == RETURNED, home, origin)


def origin_shares(places: Places, values: Mapping[str, Any]) -> Floats:
    """Share of each municipality in the origins of those who move, (m,), before nearness."""
    base = np.bincount(places.segment_municipality, weights=places.segment_families, minlength=places.code.size)
    base *= np.where(places.prioritised, 1.0, values["violence_elsewhere"])
    named = np.isin(places.code, list(values["origin_shares"]))
    share = base * np.where(named, 0.0, 1.0)
    share *= (1 - sum(values["origin_shares"].values())) / share.sum()
    for code, part in values["origin_shares"].items():
        share[places.code == code] = part
    return np.asarray(share)


def needs(country: Population, families: Integers) -> dict[str, Any]:
    """Answers of any interviewed family on its needs, intention and dwelling."""
    values, seed = country.values, country.seed
    fled = country.displaced[families]
    given = np.where(fled[:, None], _several("need", values["needs_displaced"], families, seed),
                     _several("need", values["needs_other"], families, seed))
    given[:, 8] = ~given[:, :8].any(axis=1)
    size = country.size[families]
    rooms = 1 + choose(uniform(seed, "rooms", families), np.array(values["rooms"]))
    chosen = {name: choose(uniform(seed, name, families),
                           np.where(fled[:, None], np.array(values[f"{name}_displaced"]),
                                    np.array(values[f"{name}_other"]))) + 1 for name in ("intention", "tenure")}
    # Who has returned cannot wish to.
    back = settlement(country, families)[0] == RETURNED
    chosen["intention"] = np.where(back & (chosen["intention"] == RETURN), STAY, chosen["intention"])
    return {"needs": given, **chosen, "rooms": np.maximum(rooms, np.ceil(size / 8).astype(np.int64))}


def _several(question: str, chances: Mapping[Any, float], families: Integers, seed: int) -> Flags:
    columns = [uniform(seed, f"{question} {code}", families) < chance for code, chance in chances.items()]
    return np.stack(columns, axis=1)


def _main_shares(values: Mapping[str, Any]) -> tuple[Floats, float]:
    violent, rare = values["violence_among_movers"], sum(values["rare_causes"])
    economic = (values["cause_economic"] - violent * values["violence_with_economic"]) / (1 - violent)
    family = (values["cause_family"] - violent * values["violence_with_family"]) / (1 - violent)
    second = (economic + family) / (1 - rare) - 1
    main = (economic - second * (1 - rare)) / (1 - second)
    return np.array([main, 1 - rare - main]), float(second)
