"""Indicators that are not one ratio or total: their vectors, and their numbers in every cell of a breakdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from estimates.cell_rows import CellBlock
from estimates.design_effects import Reference
from estimates.domain_cells import domain_cells
from estimates.level_calibration import LevelCalibration
from estimates.linearized.poverty import RelativeLine
from estimates.measure import BoolVector, Coding, FloatVector, Kind, Measure, is_binary
from estimates.measures import KINDS, coding_of, numbers, truth
from estimates.rowwise import (
    DomainEstimates,
    gini_cells,
    poverty_cells,
    quantile_cells,
    quintile_cells,
    survival_cells,
)
from estimates.totals_cells import function_cells, standardized_cells
from surveys.columns import Columns
from surveys.design import Design
from surveys.dictionary import Dictionary, Indicator
from surveys.problems import DataError, Message, Problem

LINE_NOT_POSITIVE = Message(
    "poverty_line_not_positive",
    "the poverty line `{line}` is 0 or less in {rows} {rows|row|rows}; a line is an amount above 0. Correct the "
    "expression, or mark the value as missing in mapping.yaml.",
    "la línea de pobreza `{line}` es 0 o menos en {rows} {rows|fila|filas}; una línea es un monto mayor que 0. Corrija "
    "la expresión, o marque el valor como faltante en mapping.yaml.",
)
FIGURES = ("quantile", "gini", "quintile_share_ratio", "poverty", "function", "survival", "standardized")


@dataclass(frozen=True)
class Figure:
    """An indicator with what its expressions give on every row of its level.

    Parameters
    ----------
    indicator : Indicator
        Of the dictionary.
    values : mapping of str to (n,) float
        What its expressions give: ``of``, ``line``, ``time``, ``event``, or the totals by their names.
    base : (n,) bool
        Rows inside the universe at which every value is known.
    by : Coding or None
        Groups of a standardized figure.
    measures : tuple of Measure
        For each row name who contributes, for the rules of disclosure.
    """

    indicator: Indicator
    values: Mapping[str, FloatVector]
    base: BoolVector
    by: Coding | None
    measures: tuple[Measure, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its rows in the estimate table."""
        return tuple(measure.name for measure in self.measures)


def figure_names(indicator: Indicator) -> list[str]:
    """Names of the rows of an indicator: itself, or one for each time of a survival curve."""
    if indicator.statistic != "survival":
        return [indicator.name]
    return [f"{indicator.name}.{time:g}" for time in indicator.options.at]


def figure_kind(indicator: Indicator) -> Kind:
    """Tell how publication standards judge an indicator of any statistic."""
    if indicator.statistic in KINDS:
        return KINDS[indicator.statistic]
    headcount = indicator.statistic == "poverty" and indicator.options.power == 0
    share = indicator.statistic == "standardized" and indicator.unit == "percent"
    if headcount or share or indicator.statistic == "survival":
        return "prop"
    return "ratio" if indicator.statistic == "function" else "mean"


def figure_of(indicator: Indicator, columns: Columns, dictionary: Dictionary) -> Figure:
    """Evaluate an indicator of one of the statistics of `FIGURES`.

    Parameters
    ----------
    indicator : Indicator
        Of the dictionary.
    columns : Columns
        Variables of its level and of those above, n rows.
    dictionary : Dictionary
        For the breakdown of a standardized figure.

    Returns
    -------
    Figure

    Raises
    ------
    DataError
        Infinite numbers, or a poverty line that is not above 0 in a row of the base.
    """
    options = indicator.options
    texts = {"of": indicator.of, "line": options.line} if indicator.statistic not in ("function", "survival") else {}
    texts |= {"time": options.time, "event": options.event, **options.totals}
    values = {
        name: numbers(str(text), columns, indicator.where(f"totals.{name}" if name in options.totals else name))
        for name, text in texts.items()
        if text is not None
    }
    base = np.ones(columns.rows, dtype=bool) if indicator.universe is None else truth(indicator.universe, columns)
    for value in values.values():
        base &= ~np.isnan(value)
    wrong = int(np.count_nonzero(base & (values["line"] <= 0))) if "line" in values else 0
    if wrong:
        raise DataError([Problem(LINE_NOT_POSITIVE, indicator.where("line"), {"line": options.line, "rows": wrong})])
    by = None
    if options.by is not None:
        by = coding_of(dictionary.breakdowns[options.by], columns, dictionary)
        base &= by.codes >= 0
    return Figure(indicator, values, base, by, tuple(_contributors(indicator, values, base)))


def figure_blocks(
    figure: Figure, by: Sequence[str], codings: Mapping[str, Coding], design: Design, weight: FloatVector,
    reference: Reference, confidence: float = 0.95, calibration: LevelCalibration | None = None,
) -> list[CellBlock]:  # fmt: skip
    """Estimate a figure in every cell of one breakdown.

    Parameters
    ----------
    figure : Figure
        With vectors of n rows.
    by : sequence of str
        Breakdowns crossed; none for the whole.
    codings : mapping of str to Coding
        By name.
    design, weight
        Of the n rows.
    reference : str
        Of the design effect.
    confidence : float
        Coverage intended.
    calibration : LevelCalibration, optional
        Known totals that the weights meet.

    Returns
    -------
    list of CellBlock
        One for each row name of the figure.
    """
    cells = domain_cells([codings[name] for name in by], figure.base, weight, design, calibration)
    options, statistic = figure.indicator.options, figure.indicator.statistic
    at = {name: value[cells.row] for name, value in figure.values.items()}
    found: list[DomainEstimates]
    kind = figure_kind(figure.indicator)
    shape = "share" if statistic == "survival" or (statistic == "poverty" and options.power == 0) else "any"
    if statistic == "quantile":
        found = [quantile_cells(at["of"], float(options.p or 0.5), cells, reference, confidence)]
    elif statistic == "gini":
        found = [gini_cells(at["of"], cells, reference)]
    elif statistic == "quintile_share_ratio":
        found, shape = [quintile_cells(at["of"], cells, reference)], "positive"
    elif statistic == "poverty":
        relative = options.relative_line
        line = at["line"] if relative is None else RelativeLine(relative.share, relative.quantile)
        everyone = np.where(figure.base & (weight > 0), figure.values["of"], np.nan), weight
        found = [poverty_cells(at["of"], line, cells, everyone, options.power, reference)]
    elif statistic == "function":
        found = [function_cells(figure.indicator.of, at, cells, reference)]
    elif statistic == "survival":
        found = survival_cells(at["time"], at["event"] != 0, options.at, cells, reference, confidence)
    elif statistic == "standardized" and figure.by is not None:
        shares = [options.weights[code] for code in figure.by.labels]
        found = [standardized_cells(at["of"], figure.by, shares, cells, reference)]
    else:
        raise ValueError(f"'{statistic}' is estimated by `tabulate`, not as a figure")
    return [
        CellBlock(name, figure.indicator.unit, kind, shape, tuple(by), numbers_of, calibration is not None)
        for name, numbers_of in zip(figure.names, found, strict=True)
    ]


def _contributors(
    indicator: Indicator, values: Mapping[str, FloatVector], base: BoolVector
) -> list[Measure]:
    def measure(name: str, value: FloatVector, kind: Kind) -> Measure:
        return Measure(name, indicator.statistic, np.where(base, value, np.nan), None, base, indicator.unit, kind)

    names = figure_names(indicator)
    if indicator.statistic == "survival":
        ended = values["event"] != 0
        return [
            measure(name, (ended & (values["time"] <= time)).astype(np.float64), "prop")
            for name, time in zip(names, indicator.options.at, strict=True)
        ]
    if indicator.statistic == "function":
        counted = np.zeros(base.size, dtype=bool)
        for value in values.values():
            counted |= np.nan_to_num(value) != 0
        return [measure(names[0], counted.astype(np.float64), "total")]
    value = values["of"]
    if indicator.statistic == "poverty" and "line" in values:
        return [measure(names[0], (value < values["line"]).astype(np.float64), "prop")]
    if indicator.statistic == "standardized" and is_binary(value):
        return [measure(names[0], value, "prop")]
    return [measure(names[0], value, "mean")]
