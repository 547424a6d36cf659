"""Figures of several studies under one common list: what was published, with definition, period and comparability."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from surveys.dictionary import Label
from surveys.problems import Message, Problem

Where = Callable[[tuple[str | int, ...]], str]
Domain = tuple[tuple[str, str], ...]

UNKNOWN_FIGURE = Message(
    "harmonized_figure_unknown",
    "there is no harmonized figure '{name}'.{nearest}\n  Correct the name, or add the figure to "
    "surveys/harmonized.yaml.",
    "no existe la cifra armonizada '{name}'.{nearest}\n  Corrija el nombre, o agregue la cifra a "
    "surveys/harmonized.yaml.",
)
UNKNOWN_TOPIC = Message(
    "harmonized_topic_unknown",
    "there is no topic '{name}'; the topics are: {known}.\n  Correct the name, or add it under `topics:`.",
    "no existe el tema '{name}'; los temas son: {known}.\n  Corrija el nombre, o agréguelo en `topics:`.",
)
ONE_VALUE = Message(
    "harmonized_one_value",
    "the figure '{name}' states {count} of `value`, `text` and `from`; exactly one was expected.\n"
    "  Keep the one that says what was published.",
    "la cifra '{name}' da {count} de `value`, `text` y `from`; se esperaba exactamente uno.\n"
    "  Deje el que dice lo publicado.",
)
NO_SOURCE = Message(
    "harmonized_no_source",
    "the figure '{name}' names no `source:`.\n  Say where it is printed; only a figure taken `from` published.csv "
    "has its source there.",
    "la cifra '{name}' no nombra su fuente (`source:`).\n  Diga dónde está impresa; solo una cifra tomada (`from`) "
    "de published.csv tiene allí su fuente.",
)
NOT_PRINTED = Message(
    "harmonized_not_printed",
    "published.csv has no figure '{indicator}'{domain}.\n  Correct `from:`, or state `value:` and `source:`.",
    "published.csv no tiene la cifra '{indicator}'{domain}.\n  Corrija `from:`, o indique `value:` y `source:`.",
)


@dataclass(frozen=True)
class HarmonizedIndicator:
    """One line of the common list; ``indicator`` and ``domain`` say what estimate stands for it, or are empty."""

    name: str
    topic: str
    unit: str
    label: Label
    definition: Label
    caution: Label | None = None
    indicator: str = ""
    domain: Domain = ()


@dataclass(frozen=True)
class HarmonizedList:
    """The common list of figures, the studies shown unless others are asked for, and the topics in order."""

    title: Label
    studies: tuple[str, ...]
    topics: Mapping[str, Label]
    indicators: Mapping[str, HarmonizedIndicator]


@dataclass(frozen=True)
class PublishedCell:
    """One published figure: a value, a text, or a reference to ``published.csv`` (``indicator`` and ``domain``).

    ``quality`` is exact, about or at_least; ``derived`` is the arithmetic behind a figure nobody printed.
    """

    figure: str
    definition: Label
    comparability: Label
    value: float | None = None
    text: Label | None = None
    indicator: str = ""
    domain: Domain = ()
    quality: str = "exact"
    derived: str = ""
    period: Label | None = None
    source: str = ""
    address: str = ""


@dataclass(frozen=True)
class DesignFact:
    """One thing known, or known to be unknown, of how a study was made."""

    name: Label
    text: Label
    source: str = ""
    address: str = ""


@dataclass(frozen=True)
class StudyFigures:
    """What was published of one study."""

    design: tuple[DesignFact, ...] = ()
    published: tuple[PublishedCell, ...] = field(default_factory=tuple)


def harmonized_list(data: Mapping[str, Any], where: Where) -> tuple[HarmonizedList, list[Problem]]:
    """Build the common list from plain data whose shape was checked by ``harmonized.schema.json``.

    Parameters
    ----------
    data : mapping
        Content of ``harmonized.yaml``.
    where : callable
        Path inside the file to the place shown.

    Returns
    -------
    HarmonizedList, list of Problem
        The problems are topics that do not exist.
    """
    problems, indicators = [], {}
    for name, item in data["indicators"].items():
        if item["topic"] not in data["topics"]:
            problems.append(
                Problem(
                    UNKNOWN_TOPIC,
                    where(("indicators", name, "topic")),
                    {"name": item["topic"], "known": ", ".join(data["topics"])},
                )
            )
        estimate = item.get("estimate") or {}
        indicators[name] = HarmonizedIndicator(
            name,
            item["topic"],
            item["unit"],
            _label(item["label"]),
            _label(item["definition"]),
            _optional(item.get("caution")),
            estimate.get("indicator", ""),
            _domain(estimate.get("domain")),
        )
    topics = {name: _label(item) for name, item in data["topics"].items()}
    return HarmonizedList(_label(data["title"]), tuple(data["studies"]), topics, indicators), problems


def study_figures(
    data: Mapping[str, Any], known: HarmonizedList, printed: Collection[tuple[str, Domain]], where: Where
) -> tuple[StudyFigures, list[Problem]]:
    """Build a study's published figures from plain data whose shape was checked by ``figures.schema.json``.

    Parameters
    ----------
    data : mapping
        Content of ``figures.yaml``.
    known : HarmonizedList
        The common list.
    printed : collection of (str, Domain)
        Indicator and domain of the figures of ``published.csv``.
    where : callable
        Path inside the file to the place shown.

    Returns
    -------
    StudyFigures, list of Problem
        Everything that does not hold, in the order of the file.
    """
    problems: list[Problem] = []
    cells = []
    for number, item in enumerate(data.get("published") or ()):
        cell = _cell(item)
        problems += _cell_problems(cell, item, known, printed, where, number)
        cells.append(cell)
    facts = tuple(
        DesignFact(_label(item["name"]), _label(item["text"]), item.get("source", ""), item.get("address", ""))
        for item in data.get("design") or ()
    )
    return StudyFigures(facts, tuple(cells)), problems


def _cell_problems(
    cell: PublishedCell,
    item: Mapping[str, Any],
    known: HarmonizedList,
    printed: Collection[tuple[str, Domain]],
    where: Where,
    number: int,
) -> list[Problem]:
    at: tuple[str | int, ...] = ("published", number)
    found = []
    if cell.figure not in known.indicators:
        close = difflib.get_close_matches(cell.figure, known.indicators, n=1)
        nearest = f" '{close[0]}'?" if close else ""
        found.append(Problem(UNKNOWN_FIGURE, where((*at, "figure")), {"name": cell.figure, "nearest": nearest}))
    stated = sum(name in item for name in ("value", "text", "from"))
    if stated != 1:
        found.append(Problem(ONE_VALUE, where(at), {"name": cell.figure, "count": stated}))
    elif not cell.indicator and not cell.source:
        found.append(Problem(NO_SOURCE, where(at), {"name": cell.figure}))
    elif cell.indicator and (cell.indicator, cell.domain) not in printed:
        domain = "".join(f" ({name}={code})" for name, code in cell.domain)
        found.append(Problem(NOT_PRINTED, where((*at, "from")), {"indicator": cell.indicator, "domain": domain}))
    return found


def _cell(item: Mapping[str, Any]) -> PublishedCell:
    taken = item.get("from") or {}
    value = item.get("value")
    return PublishedCell(
        figure=item["figure"],
        definition=_label(item["definition"]),
        comparability=_label(item["comparability"]),
        value=None if value is None else float(value),
        text=_optional(item.get("text")),
        indicator=taken.get("indicator", ""),
        domain=_domain(taken.get("domain")),
        quality=item.get("quality", "exact"),
        derived=item.get("derived", ""),
        period=_optional(item.get("period")),
        source=item.get("source", ""),
        address=item.get("address", ""),
    )


def _domain(data: Mapping[str, Any] | None) -> Domain:
    return tuple(sorted((str(name), str(code)) for name, code in (data or {}).items()))


def _label(data: Mapping[str, Any]) -> Label:
    return Label(es=data["es"], en=data["en"])


def _optional(data: Mapping[str, Any] | None) -> Label | None:
    return None if data is None else _label(data)
