"""Which figures are about victims: by what they read, not only by what the dictionary marks."""

from __future__ import annotations

from estimates.measures import variables_read
from surveys.dictionary import Dictionary, Indicator


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
