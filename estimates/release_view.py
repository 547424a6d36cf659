"""What of a study's tables may leave the house: hidden rows blank, and rows about victims rounded where asked."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.disclosure.rounding import COUNT_BASE, round_to
from estimates.extrapolation import grows
from estimates.figures import figure_kind
from estimates.protection import published_view
from estimates.table import WHOLE
from estimates.victim_indicators import about_victims, victim_breakdowns, victim_models, victim_tests
from surveys.dictionary import Dictionary, Indicator
from surveys.study import Study

COUNTED = frozenset({"persons", "households", "families", "moves", "events", "dwellings"})
ERRORS = ("estimate", "se", "ci_low", "ci_high")
NOT_ROUNDED = ("deff", "df", "n_psu")
FloatVector = NDArray[np.float64]


def release_view(frame: pd.DataFrame, study: Study, dictionary: Dictionary) -> pd.DataFrame:
    """Make the one view of a study's estimates that every product is written from.

    Parameters
    ----------
    frame : DataFrame
        Rows of an `EstimateTable`, internal.
    study : Study
        Says how its release is protected: ``publication: protection``.
    dictionary : Dictionary
        Says which figures are about victims.

    Returns
    -------
    DataFrame
        A copy, same rows and columns. Hidden rows have no numbers, see `estimates.protection.published_view`. With
        rounding, shown rows about victims have counts to 5; weighted totals, their errors, bounds and bases to the
        base of the study; shares recomputed from rounded totals; other figures to a step as wide as 5 cases, means to
        one as wide as a case; and no design effect, degrees of freedom or PSUs.
    """
    view = published_view(frame)
    base = study.publication.rounding_base
    if base is None:
        return view
    rows = victim_rows(frame, dictionary) & view["estimate"].notna().to_numpy()
    kinds = kinds_of(frame, dictionary)
    exact = {name: frame[name].to_numpy(dtype=np.float64) for name in (*ERRORS, "n", "cases", "population")}
    rounded = {name: round_to(exact[name], COUNT_BASE) for name in ("n", "cases")}
    population = rounded["population"] = round_to(exact["population"], base)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = _steps(exact["estimate"], rounded, kinds)
        for name in ERRORS:
            share = round_to(exact[name] * exact["population"], base) / np.where(population > 0, population, np.nan)
            rounded[name] = np.select(
                [kinds == "share", kinds == "total"],
                [np.minimum(share, 1.0), round_to(exact[name], base)],
                np.round(exact[name] / steps) * steps,
            )
        rounded["cv"] = np.where(rounded["estimate"] != 0, rounded["se"] / np.abs(rounded["estimate"]), np.nan)
    for name, values in rounded.items():
        view[name] = np.where(rows, values, view[name])
    for name in NOT_ROUNDED:
        view[name] = np.where(rows, np.nan, view[name])
    # "30 to 49 cases" beside a rounded count would bound it again; remarks that are no bound stay.
    bare = [";".join(part for part in str(text).split(";") if ":" not in part) for text in view["reason"]]
    view["reason"] = np.where(rows, bare, view["reason"])
    return view


def analyses_view(
    tables: Mapping[str, pd.DataFrame], study: Study, dictionary: Dictionary
) -> dict[str, pd.DataFrame]:
    """Take from comparisons, models, tests, changes and trends what rounding would not survive.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As the stage `estimate` leaves them.
    study, dictionary
        As in `release_view`.

    Returns
    -------
    dict of str to DataFrame
        The same tables. How many rows a model or test about victims read is told to 5: beside an exact base it would
        give the number of blanks. With rounding, rows about victims have no numbers, and are withheld for the reason
        ``disclosure:rounded``: exact differences and coefficients would give back what is printed rounded. Tables of
        small areas and of offices are as they are: their figures are rounded for single cases already.
    """
    coarse = {name: _coarse_rows(table, study, dictionary) for name, table in tables.items()}
    if study.publication.rounding_base is None:
        return coarse
    tables = coarse
    return {name: _without_victims(name, table, study, dictionary) for name, table in tables.items()}


def victim_rows(frame: pd.DataFrame, dictionary: Dictionary) -> NDArray[np.bool_]:
    """Tell which rows of an estimate table are about victims: by indicator, or by a breakdown; (R,) bool."""
    of_indicator = {
        name: about_victims(dictionary.indicators[name.partition(".")[0]], dictionary)
        for name in frame["indicator"].astype(str).unique()
    }
    rows = frame["indicator"].astype(str).map(of_indicator).to_numpy(dtype=bool)
    for name in victim_breakdowns(dictionary) & {str(column) for column in frame.columns}:
        rows = rows | (frame[name] != WHOLE).to_numpy(dtype=bool)
    return rows


def kinds_of(frame: pd.DataFrame, dictionary: Dictionary) -> NDArray[np.str_]:
    """Tell how each row is rounded: ``share``, ``total`` of persons or families, ``mean`` or ``other``; (R,) str."""
    found = {
        name: _kind(dictionary.indicators[name.partition(".")[0]]) for name in frame["indicator"].astype(str).unique()
    }
    return frame["indicator"].astype(str).map(found).to_numpy(dtype=np.str_)


def _kind(indicator: Indicator) -> str:
    kind = figure_kind(indicator)
    if indicator.statistic != "rate" and indicator.unit in COUNTED and (
        kind == "total" or (indicator.statistic == "function" and grows(indicator))
    ):
        return "total"
    return "share" if kind == "prop" else "mean" if kind == "mean" else "other"


def _steps(estimate: FloatVector, rounded: Mapping[str, FloatVector], kinds: NDArray[np.str_]) -> FloatVector:
    """Width of the steps of figures that are neither shares nor totals: 1, 2 or 5 times a power of ten."""
    one_case = 1 / np.maximum(np.where(kinds == "mean", rounded["n"], rounded["cases"] / COUNT_BASE), 1.0)
    wanted = np.abs(estimate) * one_case
    power = 10.0 ** np.floor(np.log10(np.where(wanted > 0, wanted, 1.0)))
    ratio = wanted / power
    return np.asarray(power * np.select([ratio <= 1, ratio <= 2, ratio <= 5], [1.0, 2.0, 5.0], 10.0))


def _coarse_rows(table: pd.DataFrame, study: Study, dictionary: Dictionary) -> pd.DataFrame:
    if table.empty or "n" not in table.columns or "indicator" in table.columns:
        return table
    rows = _analysis_rows(table, study, dictionary)
    exact = table["n"].to_numpy(dtype=np.float64)
    return table.assign(n=np.where(rows, round_to(exact, COUNT_BASE), exact))


def _without_victims(name: str, table: pd.DataFrame, study: Study, dictionary: Dictionary) -> pd.DataFrame:
    if table.empty or "status" not in table.columns or name in ("verdicts", "small_areas"):
        return table
    rows = _analysis_rows(table, study, dictionary)
    view = table.copy()
    for column in view.columns:
        if pd.api.types.is_numeric_dtype(view[column]) and column not in ("year", "first_year", "last_year"):
            view[column] = view[column].astype(np.float64).mask(rows)
    for column, text in (("status", "withheld"), ("conclusion", "withheld"), ("reason", "disclosure:rounded")):
        if column in view.columns:
            view[column] = view[column].mask(pd.Series(rows, index=view.index), text)
    return view


def _analysis_rows(table: pd.DataFrame, study: Study, dictionary: Dictionary) -> NDArray[np.bool_]:
    rows = np.zeros(len(table), dtype=bool)
    victims = victim_breakdowns(dictionary)
    if "indicator" in table.columns:
        rows |= victim_rows(table, dictionary)
        for column in {"between", "by"} & set(table.columns):
            rows |= table[column].isin(victims).to_numpy(dtype=bool)
    if "model" in table.columns:
        rows |= table["model"].isin(victim_models(study, dictionary)).to_numpy(dtype=bool)
    if {"rows", "columns"} <= set(table.columns):
        tests = victim_tests(study, dictionary)
        rows |= np.array([pair in tests for pair in zip(table["rows"], table["columns"], strict=True)], dtype=bool)
    return rows
