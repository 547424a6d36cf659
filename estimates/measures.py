"""Indicators and breakdowns of the dictionary turned into the vectors that estimation works on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from estimates.measure import Coding, FloatVector, Kind, Measure
from surveys.columns import Columns
from surveys.dictionary import Breakdown, Dictionary, Indicator
from surveys.expressions import parse
from surveys.problems import DataError, Message, Problem

KINDS: dict[str, Kind] = {
    "total": "total",
    "count": "total",
    "mean": "mean",
    "proportion": "prop",
    "ratio": "ratio",
    "distribution": "prop",
    # A rate is its numerator's total until `estimates.external_rate` divides it.
    "rate": "total",
}

# Squares of sums over all rows must stay within the numbers that can be held.
LARGEST = 1e100

INFINITE = Message(
    "infinite_value",
    "the expression '{expression}' gives an infinite number, or one beyond 1e100, in {rows} {rows|row|rows}. Correct "
    "the variable, give it a range, or count the value as missing in mapping.yaml.",
    "la expresión '{expression}' da un número infinito, o mayor que 1e100, en {rows} {rows|fila|filas}. Corrija la "
    "variable, dele un rango, o cuente el valor como faltante en mapping.yaml.",
)
NOT_A_SHARE = Message(
    "not_a_share",
    "a proportion takes 0, 1 and missing, and `of: {expression}` gives other numbers in {rows} {rows|row|rows}. "
    "Write a condition such as `age >= 15`, or make the indicator a `mean` or a `ratio`.",
    "una proporción admite 0, 1 y faltante, y `of: {expression}` da otros números en {rows} {rows|fila|filas}. "
    "Escriba una condición como `age >= 15`, o haga del indicador un `mean` o un `ratio`.",
)


def measures_of(indicator: Indicator, columns: Columns, dictionary: Dictionary) -> list[Measure]:
    """Evaluate an indicator on the rows of its level.

    Parameters
    ----------
    indicator : Indicator
        Of the dictionary.
    columns : Columns
        Variables of the indicator's level and of those above it, n rows.
    dictionary : Dictionary
        For the code list of a distribution.

    Returns
    -------
    list of Measure
        One; for a distribution one for every code of its variable, named ``indicator.code``. A row whose
        value is missing leaves the base of its own measure; a universe that is missing does not hold.

    Raises
    ------
    DataError
        A proportion of other numbers than 0 and 1, or infinite numbers.
    """
    universe = None if indicator.universe is None else truth(indicator.universe, columns)
    if indicator.statistic == "distribution":
        return [
            Measure(name, indicator.statistic, values, None, universe, indicator.unit, "prop")
            for name, values in zip(
                measure_names(indicator, dictionary),
                _answers(indicator.of.strip(), columns, dictionary),
                strict=True,
            )
        ]
    denominator = None if indicator.over is None else numbers(indicator.over, columns, indicator.where("over"))
    value = numbers(indicator.of, columns, indicator.where("of"))
    if KINDS[indicator.statistic] == "prop":
        other = int(np.count_nonzero(~(np.isnan(value) | np.isin(value, (0.0, 1.0)))))
        if other:
            details = {"expression": indicator.of, "rows": other}
            raise DataError([Problem(NOT_A_SHARE, indicator.where("of"), details)])
    return [
        Measure(
            indicator.name,
            indicator.statistic,
            value,
            denominator,
            universe,
            indicator.unit,
            KINDS[indicator.statistic],
        )
    ]


def measure_names(indicator: Indicator, dictionary: Dictionary) -> list[str]:
    """Names of the measures of an indicator: itself, or one for each code of a distribution."""
    if indicator.statistic != "distribution":
        return [indicator.name]
    return [f"{indicator.name}.{code}" for code in dictionary.codes_of(indicator.of.strip())]


def variables_read(indicator: Indicator, dictionary: Dictionary) -> tuple[str, ...]:
    """Variables that the expressions of an indicator read, in order of appearance."""
    options = indicator.options
    texts = [indicator.over, indicator.universe, options.line, options.time, options.event, *options.totals.values()]
    if indicator.statistic not in ("function", "survival"):
        texts.insert(0, indicator.of)
    names = dict.fromkeys(name for text in texts if text for name in parse(str(text)).names)
    if options.by is not None:
        names[dictionary.breakdowns[options.by].variable] = None
    return tuple(names)


def coding_of(breakdown: Breakdown, columns: Columns, dictionary: Dictionary) -> Coding:
    """Give the rows of a level the positions of their codes in a breakdown.

    Returns
    -------
    Coding
        Code positions in the order of the code list, -1 where the variable is missing.
    """
    labels = dictionary.codes_of(breakdown.variable)
    return Coding(breakdown.name, code_positions(breakdown.variable, columns), labels)


def numbers(expression: str, columns: Columns, where: str) -> FloatVector:
    """Evaluate an expression, written at a place, to numbers: (n,) float, 1 and 0 of a condition, NaN missing."""
    value = parse(expression).evaluate(columns).numbers()
    infinite = int(np.count_nonzero(np.abs(value) > LARGEST))
    if infinite:
        raise DataError([Problem(INFINITE, where, {"expression": expression, "rows": infinite})])
    return np.array(np.broadcast_to(value, (columns.rows,)), dtype=np.float64)


def truth(expression: str, columns: Columns) -> NDArray[np.bool_]:
    """Evaluate a condition: (n,) bool, false where it is missing."""
    value = parse(expression).evaluate(columns).is_true()
    return np.array(np.broadcast_to(value, (columns.rows,)), dtype=bool)


def code_positions(variable: str, columns: Columns) -> NDArray[np.int64]:
    """Position of every row's code in its code list: (n,) int, -1 where missing."""
    value = columns.get(variable)
    if value.kind != "code":
        raise ValueError(f"'{variable}' is not a code variable")
    return np.array(value.data, dtype=np.int64)


def _answers(variable: str, columns: Columns, dictionary: Dictionary) -> Sequence[FloatVector]:
    codes = dictionary.codes_of(variable)
    if dictionary.variables[variable].type == "multiple":
        return [np.array(columns.answered(variable, code).numbers(), dtype=np.float64) for code in codes]
    positions = code_positions(variable, columns)
    known = positions >= 0
    return [np.where(known, positions == index, np.nan) for index in range(len(codes))]
