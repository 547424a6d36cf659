"""Blank answers outside a question's universe become ``skipped``; derived variables join for the checks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from surveys.columns import Columns
from surveys.derivation import derivable, derive
from surveys.dictionary import Dictionary
from surveys.expressions import parse
from surveys.microdata import LevelData, Microdata

_CHAIN = 10


def mark_skipped(microdata: Microdata, dictionary: Dictionary) -> Microdata:
    """Give the reason ``skipped`` to blanks of rows that the questionnaire did not ask.

    Parameters
    ----------
    microdata : Microdata
        Harmonized levels.
    dictionary : Dictionary
        Universes of variables.

    Returns
    -------
    Microdata
        The same values; only reasons ``blank`` where the universe is known to be false change.
    """
    if not {"blank", "skipped"} <= set(dictionary.missing_kinds):
        return microdata
    # A question asked of those who answered another is skipped where that one was: repeat until it settles.
    for _ in range(_CHAIN):
        marked, changed = _marked(microdata, dictionary)
        if not changed:
            return microdata
        microdata = marked
    return microdata


def _marked(microdata: Microdata, dictionary: Dictionary) -> tuple[Microdata, bool]:
    blank, skipped = dictionary.reason("blank"), np.int8(dictionary.reason("skipped"))
    with_all = with_derived(microdata, dictionary)
    levels: dict[str, LevelData] = dict(microdata.levels)
    changed = False
    for name, level in microdata.levels.items():
        why: dict[str, NDArray[np.int8]] = dict(level.why)
        columns = Columns(with_all, name, dictionary)
        for variable, reasons in level.why.items():
            universe = dictionary.variables[variable].universe
            if universe is None or not (reasons == blank).any():
                continue
            condition = parse(universe)
            if not all(item in columns for item in condition.names):
                continue
            asked = condition.evaluate(columns)
            outside = asked.numbers() == 0
            if asked.why is not None:
                outside |= asked.missing & (asked.why == skipped)
            rows = (reasons == blank) & outside
            if rows.any():
                why[variable] = np.where(rows, skipped, reasons).astype(np.int8)
                changed = True
        levels[name] = replace(level, why=why)
    return Microdata(levels), changed


def with_derived(microdata: Microdata, dictionary: Dictionary) -> Microdata:
    """Add every derived variable whose ingredients the microdata hold."""
    names = derivable(microdata, dictionary)
    return derive(microdata, dictionary, names) if names else microdata
