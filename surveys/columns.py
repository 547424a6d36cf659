"""Variables of one level as values: its own, those of the levels above, and summaries of the levels below."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveys.dictionary import Dictionary
from surveys.microdata import LevelData, Microdata
from surveys.values import Value


class Columns:
    """What an expression on the rows of one level can read.

    Parameters
    ----------
    microdata : Microdata
        All levels.
    level : str
        Level whose rows are evaluated.
    dictionary : Dictionary
        Types and code lists of the variables.
    """

    def __init__(self, microdata: Microdata, level: str, dictionary: Dictionary) -> None:
        self.microdata = microdata
        self.level = level
        self.dictionary = dictionary
        self.rows = microdata.levels[level].rows
        self._cache: dict[str, Value] = {}

    def get(self, name: str) -> Value:
        """Return a code, number or text variable of this level or one above, one value per row.

        Raises
        ------
        KeyError
            The microdata do not hold the variable.
        """
        if name not in self._cache:
            owner = self._owner(name)
            value = read_value(self.microdata.levels[owner], name, self.dictionary)
            self._cache[name] = self._brought_down(value, owner)
        return self._cache[name]

    def answered(self, name: str, code: str) -> Value:
        """Return whether an answer of a multiple-response variable was given: truth, one per row."""
        column = f"{name}__{code}"
        if column not in self._cache:
            owner = self._owner(name)
            level = self.microdata.levels[owner]
            data = level.frame[column].to_numpy(dtype=np.float64)
            why = level.why.get(column, level.why.get(name))
            if why is not None:
                why = np.where(np.isnan(data), why, 0).astype(np.int8)
            self._cache[column] = self._brought_down(Value("truth", data, why=why), owner)
        return self._cache[column]

    def below(self, level: str) -> tuple[Columns, NDArray[np.int64]]:
        """Return the columns of a level below, and for each of its rows the row of this level."""
        return Columns(self.microdata, level, self.dictionary), self.microdata.rows_of(self.level, level)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and any(self._holds(level, name) for level in self._lineage())

    def _owner(self, name: str) -> str:
        for level in self._lineage():
            if self._holds(level, name):
                return level
        raise KeyError(name)

    def _lineage(self) -> Iterator[str]:
        yield self.level
        yield from self.microdata.ancestors(self.level)

    def _holds(self, level: str, name: str) -> bool:
        spec = self.dictionary.variables.get(name)
        if spec is None or spec.level != level:
            return False
        columns = self.microdata.levels[level].frame.columns
        if spec.type == "multiple":
            return any(f"{name}__{code}" in columns for code in self.dictionary.codes_of(name))
        return name in columns

    def _brought_down(self, value: Value, owner: str) -> Value:
        return value if owner == self.level else value.take(self.microdata.rows_of(owner, self.level))


def read_value(level: LevelData, name: str, dictionary: Dictionary) -> Value:
    """Read one variable of its own level; a multiple-response set gives 1 where any answer is known."""
    spec = dictionary.variables[name]
    why = level.why.get(name)
    if spec.type == "multiple":
        wanted = [f"{name}__{code}" for code in dictionary.codes_of(name)]
        held = [answer for answer in wanted if answer in level.frame.columns]
        known = level.frame[held].notna().any(axis=1).to_numpy()
        return Value("number", np.where(known, 1.0, np.nan), why=why)
    column = level.frame[name]
    if spec.type == "code":
        codes = dictionary.codes_of(name)
        held_codes = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else None
        if held_codes is not None and tuple(str(code) for code in held_codes) == codes:
            return Value("code", column.cat.codes.to_numpy().astype(np.int64), codes, why)
        places = pd.Index(codes).get_indexer(pd.Index(column.astype(object)))
        return Value("code", np.asarray(places, dtype=np.int64), codes, why)
    if spec.type == "text":
        return Value("text", column.astype(object).where(column.notna(), None).to_numpy(dtype=object), why=why)
    return Value("number", column.to_numpy(dtype=np.float64), why=why)
