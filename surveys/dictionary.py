"""What a survey knows by name: levels, code lists, variables, rules, breakdowns and indicators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from surveys.statistic_options import StatisticOptions

VariableType = Literal["code", "number", "integer", "text", "multiple"]
Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Label:
    """A text in both languages of the house.

    Parameters
    ----------
    es, en : str
        Spanish and English; neither is empty.
    """

    es: str
    en: str

    def get(self, language: str) -> str:
        """Return the text in Spanish when ``language`` is ``es``, else in English."""
        return self.es if language == "es" else self.en


@dataclass(frozen=True)
class MissingKind:
    """A named reason why a value is missing.

    Parameters
    ----------
    name : str
        Such as ``refused``.
    label : Label
        Its name in both languages.
    sdmx : str or None
        Code used in exchanged tables.
    """

    name: str
    label: Label
    sdmx: str | None = None


@dataclass(frozen=True)
class LevelSpec:
    """A kind of unit: household, person, move.

    Parameters
    ----------
    name : str
        Name of the level.
    key : tuple of str
        Columns that name one row; those of the parent come first.
    parent : str or None
        Level above.
    label : Label
        Its name in both languages.
    """

    name: str
    key: tuple[str, ...]
    parent: str | None
    label: Label


@dataclass(frozen=True)
class Code:
    """One answer of a code list.

    Parameters
    ----------
    code : str
        As written in the microdata; always text.
    label : Label
        Its name in both languages.
    sdmx : str or None
        Code used in exchanged tables.
    """

    code: str
    label: Label
    sdmx: str | None = None


@dataclass(frozen=True)
class CodeList:
    """The answers that a code variable may take.

    Parameters
    ----------
    name : str
        Name of the list.
    label : Label
        Its name in both languages.
    codes : mapping of str to Code
        In the order in which they are shown.
    sdmx : str or None
        The international list, as ``agency:list(version)``.
    """

    name: str
    label: Label
    codes: Mapping[str, Code]
    sdmx: str | None = None


@dataclass(frozen=True)
class Variable:
    """One thing asked, or computed from what was asked.

    Parameters
    ----------
    name, level : str
        Name, and level whose rows carry it.
    type : {"code", "number", "integer", "text", "multiple"}
        ``multiple`` is a question with several answers of one list.
    label : Label
        Its name in both languages.
    codes : str or None
        Code list of a code or multiple variable.
    question : Label or None
        Wording put to the informant; None when it is not asked.
    universe : str or None
        Condition under which it is asked; other rows are ``skipped``.
    range : (float, float) or None
        Lowest and highest possible value.
    unit : str or None
        What a number counts.
    disclosure : str or None
        ``identifier``, ``key``, ``sensitive`` or ``open``.
    derive : str or None
        Expression that gives the value.
    """

    name: str
    level: str
    type: VariableType
    label: Label
    codes: str | None = None
    question: Label | None = None
    universe: str | None = None
    range: tuple[float, float] | None = None
    unit: str | None = None
    disclosure: str | None = None
    derive: str | None = None


@dataclass(frozen=True)
class Rule:
    """What must hold within the rows of a level.

    Parameters
    ----------
    name, level : str
        Name, and level whose rows are judged.
    severity : {"error", "warning", "note"}
        An error stops the run.
    then : str
        Expression that must not be false.
    message : Label
        What a violation means.
    condition : str or None
        Rows to which the rule applies (``if:``); a missing condition counts as false.
    """

    name: str
    level: str
    severity: Severity
    then: str
    message: Label
    condition: str | None = None


@dataclass(frozen=True)
class Breakdown:
    """A set of domains: the codes of one variable.

    Parameters
    ----------
    name, variable : str
        Name, and the code variable behind it.
    label : Label
        Its name in both languages; the variable's when none is given.
    groups : mapping of str to Label
        Names of those whom a code stands for, such as displaced families for yes; for tables and sentences.
    """

    name: str
    variable: str
    label: Label
    groups: Mapping[str, Label] = field(default_factory=dict)


@dataclass(frozen=True)
class Indicator:
    """A figure to estimate.

    Parameters
    ----------
    name, level : str
        Name, and level whose rows enter.
    statistic : str
        A key of `surveys.statistic_options.STATISTICS`.
    of : str
        Expression of the numerator, the code variable of a distribution, the formula of a function of totals,
        or the event of a survival curve.
    unit : str
        ``percent``, ``persons``, ``households``, ``number``, ``years`` or a currency code.
    label : Label
        Its name in both languages.
    over : str or None
        Expression of the denominator of a ratio.
    universe : str or None
        Rows that count; a missing condition counts as false.
    definition : Label or None
        Long definition for the methods annex.
    sensitive : bool
        True for figures about victims, which need more protection.
    topic : str or None
        Chapter to which it belongs.
    options : StatisticOptions
        What its statistic needs beside the expression.
    criterion : str or None
        Code of the list ``iasc_criterion`` to which the figure belongs, as a measure of what is lacking.
    place : str
        File and line where it is written, for messages.
    """

    name: str
    level: str
    statistic: str
    of: str
    unit: str
    label: Label
    over: str | None = None
    universe: str | None = None
    definition: Label | None = None
    sensitive: bool = False
    topic: str | None = None
    options: StatisticOptions = field(default_factory=StatisticOptions)
    criterion: str | None = None
    place: str = field(default="", compare=False, repr=False)

    def where(self, entry: str) -> str:
        """Say the place of one of its entries."""
        return f"{self.place or f'indicators.{self.name}'}.{entry}"


@dataclass(frozen=True)
class Dictionary:
    """Everything known by name; made by `surveys.dictionary_checks.dictionary_from`, which proves it sound.

    Parameters
    ----------
    levels, code_lists, variables, rules, breakdowns, indicators, missing_kinds : mapping by name
        In the order of the file. Positions in ``missing_kinds`` plus one are the reasons kept with
        the microdata.
    """

    levels: Mapping[str, LevelSpec] = field(default_factory=dict)
    code_lists: Mapping[str, CodeList] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    breakdowns: Mapping[str, Breakdown] = field(default_factory=dict)
    indicators: Mapping[str, Indicator] = field(default_factory=dict)
    missing_kinds: Mapping[str, MissingKind] = field(default_factory=dict)

    def lineage(self, level: str) -> tuple[str, ...]:
        """Return a level and those above it, nearest first."""
        found = [level]
        parent = self.levels[level].parent
        while parent is not None and parent not in found:
            found.append(parent)
            parent = self.levels[parent].parent
        return tuple(found)

    def children(self, level: str) -> tuple[str, ...]:
        """Return the levels whose rows lie, directly or not, under rows of ``level``."""
        return tuple(name for name in self.levels if name != level and level in self.lineage(name))

    def codes_of(self, variable: str) -> tuple[str, ...]:
        """Return the codes of a code or multiple variable, in the order of its list; empty for others."""
        codes = self.variables[variable].codes
        return tuple(self.code_lists[codes].codes) if codes else ()

    def part_label(self, name: str) -> Label:
        """Return the label of one part of an indicator: the code of a distribution, the time of a survival curve.

        Parameters
        ----------
        name : str
            Such as ``reason.3``.
        """
        whole, _, part = name.partition(".")
        indicator = self.indicators[whole]
        if indicator.statistic == "survival":
            time = self.variables.get(str(indicator.options.time))
            unit = None if time is None else time.unit
            if unit == "years":
                one = part == "1"
                return Label(f"{part} {'año' if one else 'años'}", f"{part} {'year' if one else 'years'}")
            return Label(f"t = {part}" + (f" ({unit})" if unit else ""), f"t = {part}" + (f" ({unit})" if unit else ""))
        codes = self.variables[indicator.of.strip()].codes
        return self.code_lists[str(codes)].codes[part].label

    def reason(self, kind: str) -> int:
        """Return the number under which a kind of missing is kept: 1 for the first."""
        return tuple(self.missing_kinds).index(kind) + 1
