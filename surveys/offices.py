"""What a study asks of a choice of places for offices: whose need, which places, how far, and a list to compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from surveys.area_maps import area_maps
from surveys.dictionary import Dictionary, Label
from surveys.problems import Message, Problem
from surveys.small_areas import SmallAreas, small_areas_from
from surveys.study import Study

Where = Callable[[tuple[str | int, ...]], str]

NO_MODEL = Message(
    "offices_model",
    "the choice of offices '{name}' takes the model of small areas '{model}', which is not under `small_areas:` "
    "({known}).\n  Correct `model:`.",
    "la elección de oficinas '{name}' usa el modelo de áreas pequeñas '{model}', que no está en `small_areas:` "
    "({known}).\n  Corrija `model:`.",
)
NO_PLACES = Message(
    "offices_places",
    "`places: {places}` is no breakdown with a list of codes.\n  Name the breakdown whose codes are the places "
    "where an "
    "office may be.",
    "`places: {places}` no es un desglose con lista de códigos.\n  Nombre el desglose cuyos códigos son los "
    "lugares donde "
    "puede haber una oficina.",
)
TOO_MANY = Message(
    "offices_number",
    "{number} offices were asked for, and '{places}' has {count} places.\n  Ask for at most that many.",
    "se pidieron {number} oficinas, y '{places}' tiene {count} lugares.\n  Pida como máximo ese número.",
)
GIVEN_CODES = Message(
    "offices_given",
    "the list `given:` names {unknown}, which '{places}' does not have.\n  Correct the codes; they are text and keep "
    "their zeros.",
    "la lista `given:` nombra {unknown}, que '{places}' no tiene.\n  Corrija los códigos; son texto y conservan "
    "sus ceros.",
)
ONE_DISTANCE = Message(
    "offices_distance",
    "the choice of offices '{name}' names {count} of `points:`, `distances:` and `tiles:`; exactly one says how far "
    "places are from one another.\n  Keep one.",
    "la elección de oficinas '{name}' nombra {count} de `points:`, `distances:` y `tiles:`; exactamente uno dice "
    "qué tan "
    "lejos están los lugares.\n  Deje uno.",
)
UNKNOWN_CHOICE = Message(
    "offices_exhibit",
    "the exhibit shows the choice of offices '{choice}', and `offices:` has: {known}.\n  Correct `choice:`.",
    "el cuadro o mapa muestra la elección de oficinas '{choice}', y `offices:` tiene: {known}.\n  Corrija `choice:`.",
)


@dataclass(frozen=True)
class OfficePlan:
    """One choice of places.

    Parameters
    ----------
    name, model, size, places : str
        Name, model of small areas, column of what it knows of every area by which its figure is multiplied, and
        breakdown whose codes are the places.
    number : int
        Offices.
    method : {"coverage", "p_median"}
        Most people within ``reach``, or least mean distance.
    reach : float
        Kilometres, or steps between tiles where distance is taken from a layout of tiles.
    within : str or None
        CSV with ``code`` and ``within``: the place that each area of the model lies in; None where areas are places.
    points, distances, tiles : str or None
        CSV of the study folder with ``code, longitude, latitude``; with ``from, to, km``; or a layout of tiles. One.
    given : tuple of str
        Codes of a list to compare; empty for the places with most affected people, as many as ``number``.
    given_label : Label or None
        What that list is.
    draws, seed : int
        Draws from the distribution of the estimates.
    """

    name: str
    model: str
    size: str
    places: str
    number: int
    method: Literal["coverage", "p_median"]
    reach: float
    label: Label | None
    within: str | None
    points: str | None
    distances: str | None
    tiles: str | None
    given: tuple[str, ...]
    given_label: Label | None
    draws: int
    seed: int


def office_plans(settings: Mapping[str, Any]) -> tuple[OfficePlan, ...]:
    """Build the choices of ``offices:`` from plain data whose shape was checked."""
    return tuple(_plan(name, item) for name, item in (settings.get("offices") or {}).items())


def office_problems(study: Study, dictionary: Dictionary, where: Where) -> Iterator[Problem]:
    """Find whatever a choice of offices names that does not exist or does not fit.

    Parameters
    ----------
    study, dictionary : Study, Dictionary
        What to hold against one another.
    where : callable
        Path inside ``study.yaml`` to the place shown.

    Yields
    ------
    Problem
        In the order of the file.
    """
    models = {model.name: model for model in small_areas_from(study.settings)}
    plans = {plan.name: plan for plan in office_plans(study.settings)}
    for plan in plans.values():
        yield from _plan_problems(plan, models, dictionary, where, (study.settings.get("offices") or {})[plan.name])
    maps = area_maps(study.settings)
    for number, chapter in enumerate(study.report.chapters):
        for place, exhibit in enumerate(chapter.exhibits):
            choice = str(exhibit.options.get("choice", ""))
            if exhibit.kind not in ("offices", "offices_map"):
                continue
            at = where(("report", "chapters", number, "exhibits", place))
            if choice not in plans:
                yield Problem(UNKNOWN_CHOICE, at, {"choice": choice, "known": ", ".join(plans) or "-"})
            elif exhibit.kind == "offices_map" and plans[choice].places not in maps:
                from surveys.area_maps import NO_LAYOUT

                yield Problem(NO_LAYOUT, at, {"name": plans[choice].places, "known": ", ".join(maps) or "-"})


def _plan_problems(
    plan: OfficePlan, models: Mapping[str, SmallAreas], dictionary: Dictionary, where: Where, data: Mapping[str, Any]
) -> Iterator[Problem]:
    at: tuple[str | int, ...] = ("offices", plan.name)
    if plan.model not in models:
        yield Problem(NO_MODEL, where((*at, "model")), {
            "name": plan.name, "model": plan.model, "known": ", ".join(models) or "-"})  # fmt: skip
    codes = codes_of(plan.places, dictionary)
    if not codes:
        yield Problem(NO_PLACES, where((*at, "places")), {"places": plan.places})
    else:
        if plan.number > len(codes):
            yield Problem(TOO_MANY, where((*at, "number")), {
                "number": plan.number, "places": plan.places, "count": len(codes)})  # fmt: skip
        unknown = [code for code in plan.given if code not in codes]
        if unknown:
            yield Problem(GIVEN_CODES, where((*at, "given")), {"unknown": ", ".join(unknown), "places": plan.places})
    stated = sum(name in data for name in ("points", "distances", "tiles"))
    if stated != 1:
        yield Problem(ONE_DISTANCE, where(at), {"name": plan.name, "count": stated})


def codes_of(breakdown: str, dictionary: Dictionary) -> Sequence[str]:
    """Codes of a breakdown in the order of their list; none where it has none."""
    known = dictionary.breakdowns.get(breakdown)
    variable = None if known is None else dictionary.variables.get(str(known.variable))
    return () if variable is None or variable.codes is None else tuple(dictionary.codes_of(variable.name))


def _plan(name: str, data: Mapping[str, Any]) -> OfficePlan:
    given = data.get("given") or {}
    return OfficePlan(
        name, data["model"], data["size"], data["places"], int(data["number"]), data.get("method", "coverage"),
        float(data.get("reach", 0.0)), _label(data.get("label")), data.get("within"), data.get("points"),
        data.get("distances"), data.get("tiles"), tuple(str(code) for code in given.get("codes") or ()),
        _label(given.get("label")), int(data.get("draws", 200)), int(data.get("seed", 1)),
    )  # fmt: skip


def _label(data: Mapping[str, str] | None) -> Label | None:
    return None if data is None else Label(es=data["es"], en=data["en"])
