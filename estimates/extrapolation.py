"""Totals of the sampled places extended to the country, each with a remark, and taken back for whoever checks them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.protection import HIDDEN_STATUSES
from estimates.smooth_function import value_and_gradient
from estimates.table import WHOLE
from surveys.dictionary import Dictionary, Indicator
from surveys.extrapolation import Extrapolation
from surveys.problems import Message, Problem, StudyError

EXTENDED = "extrapolated"
SCALED = ("estimate", "se", "ci_low", "ci_high", "population")
START_DIFFERS = Message(
    "extrapolation_start",
    "the weights count {found} units of level '{level}', and `extrapolation: from:` says {start}. Weights must stop at "
    "the places sampled: correct `from:`, or leave the extension out of the weights.",
    "los factores suman {found} unidades del nivel '{level}' y `extrapolation: from:` dice {start}. Los factores deben "
    "llegar solo a los lugares de la muestra: corrija `from:`, o quite la extensión de los factores.")


def extend(frame: pd.DataFrame, extrapolation: Extrapolation | None, dictionary: Dictionary) -> pd.DataFrame:
    r"""Extend the totals of an estimate table.

    Parameters
    ----------
    frame : DataFrame
        Rows of an `EstimateTable`, for the places sampled.
    extrapolation : Extrapolation or None
        As the study declares it; nothing is extended without one, or when it is off.
    dictionary : Dictionary
        Statistics of the indicators.

    Returns
    -------
    DataFrame
        A copy. Totals, counts and functions of totals that grow with them are multiplied; their reason says
        ``extrapolated``. Rows broken down by place stay as they are.

    Notes
    -----
    .. math:: \hat Y = \frac{X_U}{X_S}\,\hat Y_S, \qquad v(\hat Y) = \Big(\frac{X_U}{X_S}\Big)^2 v(\hat Y_S)

    with :math:`X_S` units known in the places sampled and :math:`X_U` in all. The step assumes that outside the
    places sampled the same share holds as inside: no standard error contains the error of that assumption.

    References
    ----------
    Särndal, Swensson and Wretman (1992), section 7.3 (ratio estimation), with the ratio outside assumed.
    """
    if extrapolation is None or not extrapolation.use:
        return frame.copy()
    result = _scaled(frame, extended_rows(frame, extrapolation, dictionary), extrapolation.factor)
    rows = extended_rows(frame, extrapolation, dictionary)
    # A hidden row says why it is hidden and nothing else: the audit of a release reads it.
    rows = rows & ~frame["status"].isin([*HIDDEN_STATUSES, "empty"]).to_numpy(dtype=bool)
    result.loc[rows, "reason"] = [";".join(filter(None, (text, EXTENDED))) for text in frame.loc[rows, "reason"]]
    return result


def sampled_places(frame: pd.DataFrame, extrapolation: Extrapolation | None, dictionary: Dictionary) -> pd.DataFrame:
    """Take the extension back: what the sample itself says, for checks against the microdata."""
    if extrapolation is None or not extrapolation.use:
        return frame.copy()
    return _scaled(frame, extended_rows(frame, extrapolation, dictionary), 1 / extrapolation.factor)


def extend_comparisons(
    table: pd.DataFrame, extrapolation: Extrapolation | None, dictionary: Dictionary
) -> pd.DataFrame:
    """Extend differences of totals between groups that are not places; ratios, shares and tests do not change."""
    if extrapolation is None or not extrapolation.use or table.empty:
        return table
    names = [str(name) for name in table.columns]
    within = names[names.index("indicator") + 1 : names.index("between")]
    rows = np.array([grows(dictionary.indicators[str(name).partition(".")[0]]) for name in table["indicator"]])
    rows &= ~table["between"].isin(extrapolation.places).to_numpy()
    for name in set(within) & set(extrapolation.places):
        rows &= (table[name] == WHOLE).to_numpy()
    result = table.copy()
    sides = ("estimate_a", "estimate_b")
    gaps = ("estimate", "se", "ci_low", "ci_high", "minimum_detectable")
    difference = (table["kind"] == "difference").to_numpy()
    for columns, chosen in ((sides, rows), (gaps, rows & difference)):
        for column in columns:
            result[column] = np.where(chosen, table[column].astype(np.float64) * extrapolation.factor, table[column])
    return result


def extended_rows(
    frame: pd.DataFrame, extrapolation: Extrapolation | None, dictionary: Dictionary
) -> NDArray[np.bool_]:
    """Tell which rows of an estimate table are extended, (rows,); none without a declared extension that is on."""
    if extrapolation is None or not extrapolation.use:
        return np.zeros(len(frame), dtype=bool)
    growing = {name for name in frame["indicator"].astype(str).unique()
               if grows(dictionary.indicators[name.partition(".")[0]])}
    rows = frame["indicator"].isin(growing).to_numpy(dtype=bool)
    for place in extrapolation.places:
        if place in frame.columns:
            rows = rows & (frame[place] == WHOLE).to_numpy(dtype=bool)
    return np.asarray(rows, dtype=bool)


def grows(indicator: Indicator) -> bool:
    """Tell whether a figure grows with the weights: totals do, shares, means and ratios do not."""
    if indicator.statistic != "function":
        return indicator.statistic in ("total", "count")
    totals = {name: np.array([2.0 + place]) for place, name in enumerate(indicator.options.totals)}
    once, _ = value_and_gradient(indicator.of, totals)
    twice, _ = value_and_gradient(indicator.of, {name: 2 * value for name, value in totals.items()})
    return bool(np.isclose(twice, 2 * once)[0])


def check_start(
    extrapolation: Extrapolation | None, weights: Mapping[str, NDArray[np.float64]], where: str
) -> None:
    """Refuse weights that already reach beyond the places sampled.

    Parameters
    ----------
    extrapolation : Extrapolation or None
        As the study declares it.
    weights : mapping of str to (n,) float
        Final weights by level.
    where : str
        Place named in the problem.

    Raises
    ------
    StudyError
        The weighted count of its level is further from ``start`` than its tolerance.
    """
    if extrapolation is None or extrapolation.level not in weights:
        return
    found = float(weights[extrapolation.level].sum())
    if abs(found / extrapolation.start - 1) > extrapolation.tolerance:
        raise StudyError([Problem(START_DIFFERS, where, {
            "found": f"{found:,.0f}", "level": extrapolation.level, "start": f"{extrapolation.start:,.0f}"})])


def _scaled(frame: pd.DataFrame, rows: NDArray[np.bool_], factor: float) -> pd.DataFrame:
    result = frame.copy()
    for column in SCALED:
        result.loc[rows, column] = frame.loc[rows, column].astype(np.float64) * factor
    return result
