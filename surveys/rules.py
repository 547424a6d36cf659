"""Edit rules and universes judged on the microdata: which rows break what the dictionary says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveys.columns import Columns
from surveys.dictionary import Dictionary, Label, Severity, Variable
from surveys.expressions import Expression, parse
from surveys.microdata import Microdata

ANSWERED_OUTSIDE = Label(
    "Hay respuesta en filas que quedan fuera del universo de la pregunta.",
    "There is an answer in rows outside the universe of the question.")
BLANK_INSIDE = Label(
    "Falta la respuesta, sin motivo, en filas que están dentro del universo de la pregunta.",
    "The answer is missing without reason in rows inside the universe of the question.")


@dataclass(frozen=True)
class Violation:
    """Rows of one level that break one rule.

    Parameters
    ----------
    rule : str
        Name of the rule, or ``universe_answered`` or ``universe_blank``.
    level : str
        Level of the rows.
    variable : str
        Variable of a universe; empty for a rule.
    severity : {"error", "warning", "note"}
        As the rule says; universes are warnings and notes.
    message : Label
        What it means.
    rows : (k,) int64
        Rows that break it, in order; at least one.
    """

    rule: str
    level: str
    variable: str
    severity: Severity
    message: Label
    rows: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of rows that break the rule."""
        return int(self.rows.size)


def violations(microdata: Microdata, dictionary: Dictionary) -> list[Violation]:
    """Judge every rule and every universe that the microdata allow to judge.

    Parameters
    ----------
    microdata : Microdata
        With derived variables.
    dictionary : Dictionary
        Rules, universes.

    Returns
    -------
    list of Violation
        Broken ones only, rules first, in the order of the dictionary. A rule about variables that the
        study does not have is passed over; see `unjudged`.

    Notes
    -----
    A row breaks a rule when the condition is true and ``then`` is known and false: what is missing breaks
    nothing here, it is counted by the universes.
    """
    found: list[Violation] = []
    for name, rule in dictionary.rules.items():
        if not _judgeable(microdata, dictionary, rule.level, _expressions(rule.condition, rule.then)):
            continue
        columns = Columns(microdata, rule.level, dictionary)
        then = parse(rule.then).evaluate(columns).numbers()
        broken = ~np.isnan(then) & (then == 0)
        if rule.condition is not None:
            broken &= parse(rule.condition).evaluate(columns).is_true()
        if broken.any():
            found.append(Violation(name, rule.level, "", rule.severity, rule.message,
                                   np.flatnonzero(broken).astype(np.int64)))
    for spec in dictionary.variables.values():
        found.extend(_universe_violations(spec, microdata, dictionary))
    return found


def unjudged(microdata: Microdata, dictionary: Dictionary) -> tuple[str, ...]:
    """Return the rules that read a variable or a level which the microdata do not hold."""
    return tuple(name for name, rule in dictionary.rules.items() if not _judgeable(
        microdata, dictionary, rule.level, _expressions(rule.condition, rule.then)))


def _universe_violations(spec: Variable, microdata: Microdata, dictionary: Dictionary) -> list[Violation]:
    if spec.universe is None or spec.derive is not None:
        return []
    reads = _expressions(spec.universe, f"known({spec.name})")
    if not _judgeable(microdata, dictionary, spec.level, reads):
        return []
    columns = Columns(microdata, spec.level, dictionary)
    universe = parse(spec.universe).evaluate(columns).numbers()
    value = columns.get(spec.name)
    answered_outside = ~np.isnan(universe) & (universe == 0) & ~value.missing
    why = np.zeros(columns.rows, np.int8) if value.why is None else value.why
    unexplained = (why == 0) | (why == dictionary.reason("blank")) | (why == dictionary.reason("skipped"))
    blank_inside = (universe == 1) & value.missing & unexplained
    checks: tuple[tuple[str, Severity, Label, NDArray[np.bool_]], ...] = (
        ("universe_answered", "warning", ANSWERED_OUTSIDE, answered_outside),
        ("universe_blank", "note", BLANK_INSIDE, blank_inside))
    return [Violation(rule, spec.level, spec.name, severity, message, np.flatnonzero(rows).astype(np.int64))
            for rule, severity, message, rows in checks if rows.any()]


def _expressions(*texts: str | None) -> list[Expression]:
    return [parse(text) for text in texts if text is not None]


def _judgeable(
    microdata: Microdata, dictionary: Dictionary, level: str, expressions: list[Expression],
) -> bool:
    if level not in microdata.levels:
        return False
    for name in (name for expression in expressions for name in expression.names):
        owner = dictionary.variables[name].level
        if owner not in microdata.levels or name not in Columns(microdata, owner, dictionary):
            return False
    return True
