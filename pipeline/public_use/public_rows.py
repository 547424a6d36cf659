"""A public file read as microdata, so that the indicators of the dictionary can be computed from it as a user would."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.measure import Coding, Measure
from estimates.measures import KINDS, coding_of, measures_of, variables_read
from pipeline.public_use.building import BuiltFile
from surveys.columns import Columns
from surveys.dictionary import Dictionary, Indicator
from surveys.microdata import LevelData, Microdata


def file_of(
    indicator: Indicator, by: tuple[str, ...], files: tuple[BuiltFile, ...], dictionary: Dictionary
) -> BuiltFile | None:
    """Find the file from which an indicator in a breakdown can be computed.

    Parameters
    ----------
    indicator : Indicator
        Of the dictionary.
    by : tuple of str
        Breakdowns.
    files : tuple of BuiltFile
        The public files.
    dictionary : Dictionary
        Levels and variables.

    Returns
    -------
    BuiltFile or None
        Of the indicator's level, or of a level with one row for each unit of it, the last phase first. None where a
        variable was coarsened or left out.
    """
    own = [built for built in files if built.file.level == indicator.level]
    below = [built for built in reversed(files) if built.file.of is None and _one_to_one(built)
             and indicator.level in dictionary.lineage(built.file.level)]  # fmt: skip
    return next((built for built in (*own, *below) if _readable(indicator, by, built, dictionary)), None)


def held_variables(built: BuiltFile, dictionary: Dictionary) -> set[str]:
    """Variables of the dictionary that a file has with all their values."""
    changed = {item.name for item in built.file.variables if item.changed}
    return {column.variable for column in built.columns if column.variable not in changed} & set(dictionary.variables)


def _readable(indicator: Indicator, by: tuple[str, ...], built: BuiltFile, dictionary: Dictionary) -> bool:
    """Tell whether an indicator in a breakdown can be computed from a file."""
    read = {*variables_read(indicator, dictionary), *(dictionary.breakdowns[name].variable for name in by)}
    return indicator.statistic in KINDS and indicator.statistic != "rate" and read <= held_variables(built, dictionary)


def public_rows(built: BuiltFile, indicator: Indicator, dictionary: Dictionary, *, hidden: bool = True) -> Columns:
    """Give the rows of a file to expressions of the dictionary.

    Parameters
    ----------
    built : BuiltFile
        The file.
    indicator : Indicator
        Its level becomes that of the rows.
    dictionary : Dictionary
        Types and codes.
    hidden : bool
        With values hidden; as they were before otherwise, inside the house only.
    """
    held = held_variables(built, dictionary)
    lineage = dictionary.lineage(built.file.level)
    numbers = [str(number) for number in built.number]
    levels = {}
    for place, name in enumerate(lineage):
        frame: dict[str, object] = {key: numbers for key in dictionary.levels[name].key}
        for column in built.columns if hidden else built.before:
            source = column.source
            if source is None or column.variable not in held or source.level != name:
                continue
            frame |= _cells(column.name, column.values, source.type, column.codes, dictionary, column.variable)
        parent = lineage[place + 1] if place + 1 < len(lineage) else None
        rows = np.arange(len(numbers), dtype=np.int64)
        levels[name] = LevelData(name, dictionary.levels[name].key, parent, pd.DataFrame(frame), {},
                                 None if parent is None else rows)  # fmt: skip
    return Columns(Microdata(levels), built.file.level, dictionary)


def public_measures(
    built: BuiltFile, indicator: Indicator, by: tuple[str, ...], dictionary: Dictionary, *, hidden: bool = True
) -> tuple[list[Measure], list[Coding]]:
    """Evaluate an indicator and the breakdowns on the rows of a file."""
    columns = public_rows(built, indicator, dictionary, hidden=hidden)
    measures = measures_of(indicator, columns, dictionary)
    return measures, [coding_of(dictionary.breakdowns[name], columns, dictionary) for name in by]


def _cells(
    name: str, values: NDArray[np.float64], kind: str, codes: tuple[tuple[int, str, object], ...],
    dictionary: Dictionary, variable: str,
) -> dict[str, object]:  # fmt: skip
    if kind == "multiple":
        return {f"{variable}__{name.removeprefix(variable + '_')}": np.where(values < 0, np.nan, values)}
    if not codes:
        return {name: np.where(values < 0, np.nan, values)}
    place = {number: at for at, (number, _, _) in enumerate(codes)}
    at = np.array([place.get(int(value), -1) for value in values], dtype=np.int64)
    categories = pd.CategoricalDtype(list(dictionary.codes_of(variable)))
    return {name: pd.Series(pd.Categorical.from_codes(at, dtype=categories))}


def _one_to_one(built: BuiltFile) -> bool:
    return bool(np.unique(built.household).size == built.household.size)
