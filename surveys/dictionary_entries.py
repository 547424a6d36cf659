"""Entries of the dictionary made from plain data, one type after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

from surveys.dictionary import (
    Breakdown,
    Code,
    CodeList,
    Dictionary,
    Indicator,
    Label,
    LevelSpec,
    MissingKind,
    Rule,
    Variable,
)
from surveys.problems import Message, Problem
from surveys.statistic_options import options_from

Where: TypeAlias = Callable[[tuple[str, ...]], str]
Data: TypeAlias = Mapping[str, Any]
T = TypeVar("T")

LABEL_MISSING = Message(
    "label_missing",
    "the {english} text ('{language}') is missing or empty. Every text is given in Spanish and in English; "
    "write it here.",
    "falta el texto en {spanish} ('{language}') o está vacío. Todo texto se da en español y en inglés; "
    "escríbalo aquí.")


def merge(base: Dictionary, data: Data, labels: Labels) -> Dictionary:
    """Add the entries of plain data to a dictionary without judging how they fit together.

    Parameters
    ----------
    base : Dictionary
        Its own entries win over repeated names.
    data : mapping
        Sections of entries whose shape was checked.
    labels : Labels
        Remembers the texts that lack a language.

    Returns
    -------
    Dictionary
        Not yet proved sound.
    """
    def added(section: str, make: Callable[[str, Data], T], known: Mapping[str, T]) -> dict[str, T]:
        fresh = {name: make(name, entry) for name, entry in entries(data, section).items() if name not in known}
        return {**known, **fresh}

    def make_list(name: str, entry: Data) -> CodeList:
        codes = {code: Code(code, labels.read(given.get("label"), ("code_lists", name, "codes", code, "label")),
                            given.get("sdmx")) for code, given in entry["codes"].items()}
        label = labels.read(entry.get("label"), ("code_lists", name, "label"))
        return CodeList(name, label, codes, entry.get("sdmx"))

    def make_variable(name: str, entry: Data) -> Variable:
        limits = entry.get("range")
        return Variable(
            name, entry["level"], entry["type"], labels.read(entry.get("label"), ("variables", name, "label")),
            entry.get("codes"), labels.read_if(entry.get("question"), ("variables", name, "question")),
            entry.get("universe"), (float(limits[0]), float(limits[1])) if limits else None, entry.get("unit"),
            entry.get("disclosure"), entry.get("derive"))

    def make_rule(name: str, entry: Data) -> Rule:
        return Rule(name, entry["level"], entry["severity"], entry["then"],
                    labels.read(entry.get("message"), ("rules", name, "message")), entry.get("if"))

    def make_indicator(name: str, entry: Data) -> Indicator:
        return Indicator(
            name, entry["level"], entry["statistic"], str(entry.get("of") or entry.get("event") or ""),
            entry["unit"],
            labels.read(entry.get("label"), ("indicators", name, "label")), entry.get("over"), entry.get("universe"),
            labels.read_if(entry.get("definition"), ("indicators", name, "definition")),
            bool(entry.get("sensitive", False)), entry.get("topic"), options_from(entry),
            entry.get("criterion"), labels.where(("indicators", name)))

    merged = replace(
        base,
        missing_kinds=added("missing_kinds", lambda name, entry: MissingKind(
            name, labels.read(entry.get("label"), ("missing_kinds", name, "label")), entry.get("sdmx")),
            base.missing_kinds),
        levels=added("levels", lambda name, entry: LevelSpec(
            name, tuple(entry["key"]), entry.get("parent"),
            labels.read(entry.get("label"), ("levels", name, "label"))), base.levels),
        code_lists=added("code_lists", make_list, base.code_lists),
        variables=added("variables", make_variable, base.variables),
        rules=added("rules", make_rule, base.rules),
        indicators=added("indicators", make_indicator, base.indicators),
    )

    def make_breakdown(name: str, entry: Data) -> Breakdown:
        variable = merged.variables.get(entry["variable"])
        label = labels.read_if(entry.get("label"), ("breakdowns", name, "label"))
        groups = {code: labels.read(given, ("breakdowns", name, "groups", code))
                  for code, given in (entry.get("groups") or {}).items()}
        return Breakdown(name, entry["variable"], label or (variable.label if variable else Label(name, name)), groups)

    return replace(merged, breakdowns=added("breakdowns", make_breakdown, base.breakdowns))


class Labels:
    """Reads texts in two languages and remembers those that lack one."""

    def __init__(self, where: Where) -> None:
        self.where = where
        self.problems: list[Problem] = []

    def read(self, value: Any, path: tuple[str, ...]) -> Label:
        """Read one text, with a problem for each language that lacks."""
        given = value if isinstance(value, Mapping) else {}
        for language, english, spanish in (("es", "Spanish", "español"), ("en", "English", "inglés")):
            if not str(given.get(language) or "").strip():
                self.problems.append(Problem(LABEL_MISSING, self.where(path), {
                    "language": language, "english": english, "spanish": spanish}))
        return Label(str(given.get("es") or ""), str(given.get("en") or ""))

    def read_if(self, value: Any, path: tuple[str, ...]) -> Label | None:
        """Read a text that may be left out."""
        return None if value is None else self.read(value, path)


def entries(data: Data, section: str) -> Data:
    """Return the entries of a section; an absent or empty one has none."""
    return data.get(section) or {}
