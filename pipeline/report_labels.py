"""Names of indicators, breakdowns and codes as a reader of one language sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from pipeline.report_words import Words
from surveys.dictionary import Dictionary

WHOLE = "_T"


@dataclass(frozen=True, eq=False)
class _Rows:
    """A table, and its rows by name of indicator and by that of its whole."""

    frame: pd.DataFrame
    by_indicator: Mapping[str, pd.DataFrame]
    by_whole: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Labels:
    """Look-up of labels in one language.

    Parameters
    ----------
    dictionary : Dictionary
        Of the study, its own additions included.
    words : Words
        Fixed phrases of the same language.
    """

    dictionary: Dictionary
    words: Words
    _rows: dict[int, _Rows] = field(default_factory=dict, init=False, compare=False, repr=False)

    def rows(self, frame: pd.DataFrame) -> _Rows:
        """Rows of a table by indicator, sorted out once for each table."""
        known = self._rows.get(id(frame))
        if known is None or known.frame is not frame:
            known = self._rows[id(frame)] = _Rows(frame, _groups(frame, frame["indicator"]),
                                                  _groups(frame, frame["indicator"].str.partition(".")[0]))
        return known

    def indicator(self, name: str) -> str:
        """Label of an indicator; a part of a distribution is named after its whole and its code."""
        if name in self.dictionary.indicators:
            return self.dictionary.indicators[name].label.get(self.words.language)
        return f"{self.indicator(name.partition('.')[0])}: {self.part(name)}"

    def part(self, name: str) -> str:
        """Label of the code of one part of a distribution, such as ``reason.3``."""
        if self.dictionary.indicators[name.partition(".")[0]].statistic == "survival":
            return self.dictionary.part_label(name).get(self.words.language)
        whole, _, code = name.partition(".")
        variable = self.dictionary.indicators[whole].of
        return self._code(str(variable), code)

    def distribution(self, name: str) -> str:
        """Label of the variable that a distribution counts."""
        variable = str(self.dictionary.indicators[name].of)
        known = self.dictionary.variables.get(variable)
        return self.indicator(name) if known is None else known.label.get(self.words.language)

    def counted(self, name: str) -> bool:
        """Tell whether an indicator is a total or a count."""
        known = self.dictionary.indicators.get(name.partition(".")[0])
        return known is not None and known.statistic in ("total", "count")

    def breakdown(self, name: str) -> str:
        """Label of a breakdown."""
        breakdown = self.dictionary.breakdowns.get(name)
        if breakdown is not None and breakdown.label is not None:
            return breakdown.label.get(self.words.language)
        return self.dictionary.variables[self._variable(name)].label.get(self.words.language)

    def domain(self, breakdown: str, code: str) -> str:
        """Label of one code of a breakdown; the whole population is the total."""
        if code == WHOLE:
            return self.words["total"]
        known = self.dictionary.breakdowns.get(breakdown)
        if known is not None and code in known.groups:
            return known.groups[code].get(self.words.language)
        return self._code(self._variable(breakdown), code)

    def domain_alone(self, breakdown: str, code: str) -> str:
        """Label of a code where its breakdown is not written beside it; yes and no then need their question."""
        label = self.domain(breakdown, code)
        return f"{self.breakdown(breakdown)}: {label}" if len(label) <= 3 else label

    def codes(self, breakdown: str) -> tuple[str, ...]:
        """Codes of a breakdown in the order of their list."""
        codes = self.dictionary.variables[self._variable(breakdown)].codes
        return tuple(self.dictionary.code_lists[codes].codes) if codes else ()

    def level(self, name: str) -> str:
        """Name of a level, as inside a sentence."""
        level = self.dictionary.levels.get(name)
        label = name if level is None else level.label.get(self.words.language)
        return f"{label[:1].lower()}{label[1:]}"

    def unit(self, unit: str) -> str:
        """Name of a unit; a currency or other code stays as it is."""
        return self.words.either(f"unit_{unit}", unit)

    def unit_inside(self, unit: str) -> str:
        """Name of a unit as inside a sentence; a currency code keeps its capitals."""
        name = self.unit(unit)
        return f"{name[:1].lower()}{name[1:]}" if name[1:2].islower() else name

    def column(self, breakdown: str, frame: pd.DataFrame) -> str:
        """Column of the estimate table that holds a breakdown."""
        return breakdown if breakdown in frame.columns else self._variable(breakdown)

    def parts(self, indicator: str, frame: pd.DataFrame) -> tuple[str, ...]:
        """Rows' indicator names behind an indicator: itself, or the parts of its distribution in list order."""
        known = self.rows(frame).by_indicator
        return tuple(name for name in known if name == indicator or name.startswith(f"{indicator}."))

    def _variable(self, breakdown: str) -> str:
        known = self.dictionary.breakdowns.get(breakdown)
        return breakdown if known is None else str(known.variable)

    def _code(self, variable: str, code: str) -> str:
        codes = self.dictionary.variables[variable].codes if variable in self.dictionary.variables else None
        listed = self.dictionary.code_lists[codes].codes.get(code) if codes else None
        return code if listed is None else listed.label.get(self.words.language)


def _groups(frame: pd.DataFrame, names: pd.Series) -> dict[str, pd.DataFrame]:
    return {str(name): rows for name, rows in frame.groupby(names, sort=False)}
