"""Headline figures that are no ratio of two totals, computed again from their definitions by plain loops."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from estimates.figures import Figure
from estimates.level_calibration import LevelCalibration
from estimates.level_rows import LevelRows
from estimates.measure import BoolVector
from estimates.table import WHOLE
from pipeline.second_engine import TOLERANCE, Recomputed, figure_difference
from pipeline.textbook_statistics import (
    Numbers,
    Plain,
    plain_function,
    plain_gini,
    plain_moving_line,
    plain_poverty,
    plain_quantile_error,
    plain_share_ratio,
    plain_standardized,
    plain_survival,
)
from pipeline.textbook_variance import plain_error
from surveys.design import Design


def recompute_figure(
    figure: Figure,
    place: int,
    name: str,
    inside: BoolVector,
    said: tuple[float, float],
    rows: LevelRows,
    calibration: LevelCalibration | None = None,
) -> Recomputed:
    """Compute one figure again and compare.

    Parameters
    ----------
    figure : Figure
        Of n rows.
    place : int
        Which of its row names: the time of a survival curve, 0 otherwise.
    name : str
        Indicator and domain, for the page.
    inside : (n,) bool
        Rows of the domain.
    said : tuple of float
        Estimate and standard error of the first engine.
    rows : LevelRows
        Design and weights of the n rows.
    calibration : LevelCalibration, optional
        What the weights were calibrated to, and a second phase.

    Returns
    -------
    Recomputed
        By the engine ``textbook``; ``excluded`` where our engine gives no number, or the sums over all pairs do not
        know the design.
    """
    phase = calibration is not None and calibration.phase is not None
    if not (math.isfinite(said[0]) and math.isfinite(said[1])):
        return Recomputed(name, "excluded", reason="not_estimated", engine="textbook")
    if phase and rows.design.lonely and rows.design.lonely_psu == "centred":
        return Recomputed(name, "excluded", reason="two_phase", engine="textbook")
    estimate, se = _again(figure, place, inside, rows, calibration)
    return compared(name, (estimate, se), said, reason="statistic")


def compared(name: str, again: tuple[float, float], said: tuple[float, float], *, reason: str) -> Recomputed:
    """Hold two estimates with their errors against one another."""
    difference = figure_difference(again, said)
    outcome = "equal" if difference <= TOLERANCE else "different"
    return Recomputed(name, outcome, again[0], again[1], difference, reason=reason, engine="textbook")


def known_number(table: pd.DataFrame, domain: Mapping[str, str]) -> tuple[float, float]:
    """Look up the denominator of a domain and its standard error, line by line; NaN where there is none, 0 if known."""
    for line in table.to_dict("records"):
        given = {str(column): str(code) for column, code in line.items() if column not in ("value", "standard_error")}
        if {column: code for column, code in given.items() if code != WHOLE} == dict(domain):
            error = float(line.get("standard_error", math.nan))
            return float(line["value"]), 0.0 if math.isnan(error) else error
    return math.nan, math.nan


def _again(
    figure: Figure, place: int, inside: BoolVector, rows: LevelRows, calibration: LevelCalibration | None
) -> tuple[float, float]:
    used = [int(row) for row in np.flatnonzero(inside & figure.base & (rows.weight > 0))]
    w = [float(rows.weight[row]) for row in used]
    values = {key: [float(column[row]) for row in used] for key, column in figure.values.items()}

    def error(estimate: float, z: Numbers, at: list[int] = used) -> float:
        everywhere = [0.0] * rows.weight.size
        for row, value in zip(at, z, strict=True):
            everywhere[row] += value
        return plain_error(everywhere, estimate, rows.weight, rows.design, calibration)

    statistic, options = figure.indicator.statistic, figure.indicator.options
    if statistic == "quantile":
        return plain_quantile_error(values["of"], w, float(options.p or 0.5), _degrees(used, rows.design), error)
    if statistic == "poverty" and options.relative_line is not None:
        everyone = [int(row) for row in np.flatnonzero(figure.base & (rows.weight > 0))]
        all_y = [float(figure.values["of"][row]) for row in everyone]
        line = options.relative_line
        estimate, own, common = plain_moving_line(
            values["of"], w, (all_y, [float(rows.weight[row]) for row in everyone]), line.share, line.quantile,
            options.power,
        )  # fmt: skip
        return estimate, error(estimate, [*own, *common], [*used, *everyone])
    estimate, z = _plain(figure, place, values, w, used)
    return estimate, error(estimate, z)


def _plain(figure: Figure, place: int, values: Mapping[str, Numbers], w: Numbers, used: list[int]) -> Plain:
    statistic, options = figure.indicator.statistic, figure.indicator.options
    if statistic == "gini":
        return plain_gini(values["of"], w)
    if statistic == "quintile_share_ratio":
        return plain_share_ratio(values["of"], w)
    if statistic == "poverty":
        return plain_poverty(values["of"], w, values["line"], options.power)
    if statistic == "survival":
        return plain_survival(values["time"], [event != 0 for event in values["event"]], w, options.at[place])
    if statistic == "standardized" and figure.by is not None:
        group = [figure.by.labels[int(figure.by.codes[row])] for row in used]
        shares = {code: float(options.weights[code]) for code in figure.by.labels}
        return plain_standardized(values["of"], w, group, shares)
    return plain_function(figure.indicator.of, values, w)


def _degrees(used: list[int], design: Design) -> int:
    psus = {int(design.psu[row]) for row in used}
    return len(psus) - len({int(design.stratum_of_psu[psu]) for psu in psus})
