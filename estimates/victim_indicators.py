"""Which figures are about victims: by what they read, not only by what the dictionary marks."""

from __future__ import annotations

from collections.abc import Iterable

from estimates.measures import variables_read
from surveys.dictionary import Dictionary, Indicator
from surveys.expressions import parse
from surveys.study import Study


def about_victims(indicator: Indicator, dictionary: Dictionary) -> bool:
    """Tell whether every row of an indicator is about victims.

    Parameters
    ----------
    indicator : Indicator
        Marked ``sensitive`` or not.
    dictionary : Dictionary
        Says which variables are ``disclosure: sensitive``.

    Returns
    -------
    bool
        True where it is marked, or where its expression, its universe or another of its parts reads a sensitive
        variable: the age of displaced persons is about victims although age is open.
    """
    return indicator.sensitive or any(
        dictionary.variables[name].disclosure == "sensitive"
        for name in variables_read(indicator, dictionary)
        if name in dictionary.variables
    )


def victim_breakdowns(dictionary: Dictionary) -> frozenset[str]:
    """Breakdowns by a sensitive variable: any figure in one of their domains is about victims."""
    return frozenset(
        name
        for name, breakdown in dictionary.breakdowns.items()
        if dictionary.variables[breakdown.variable].disclosure == "sensitive"
    )


def victim_models(study: Study, dictionary: Dictionary) -> frozenset[str]:
    """Models whose outcome, terms or universe read a sensitive variable."""
    return frozenset(
        model.name
        for model in study.analyses.models
        if _reads_sensitive((model.outcome, model.universe, *model.terms), dictionary)
    )


def victim_tests(study: Study, dictionary: Dictionary) -> frozenset[tuple[str, str]]:
    """Name tests of independence, by rows and columns, of a sensitive breakdown or among those whom one describes."""
    victims = victim_breakdowns(dictionary)
    return frozenset(
        (test.rows, test.columns)
        for test in study.analyses.independence
        if {test.rows, test.columns} & victims or _reads_sensitive((test.universe,), dictionary)
    )


def _reads_sensitive(texts: Iterable[str | None], dictionary: Dictionary) -> bool:
    return any(
        dictionary.variables[name].disclosure == "sensitive"
        for text in texts
        if text
        for name in parse(text).names
        if name in dictionary.variables
    )
