"""Every comparison that a study declares, with its test, its adjusted p-value and what it allows to be said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.calibrations import Calibrations
from estimates.comparison import Contrast, contrast
from estimates.figures import FIGURES, Figure, figure_of
from estimates.group_linearized import linearized_figure, linearized_measure
from estimates.level_calibration import LevelCalibration, level_calibration
from estimates.level_rows import LevelRows, level_rows
from estimates.linearized.linearization import Linearized
from estimates.measure import BoolVector, Coding, Measure
from estimates.measures import coding_of, measures_of
from estimates.multiplicity import adjust
from estimates.protection import HIDDEN_STATUSES
from estimates.study_plan import with_needed
from estimates.table import WHOLE
from surveys.analyses import Comparison
from surveys.design import Design
from surveys.dictionary import Dictionary
from surveys.microdata import Microdata
from surveys.study import Study

SIGNIFICANCE = 0.05
REST = "rest"
NUMBERS = (
    "estimate_a", "estimate_b", "estimate", "se", "ci_low", "ci_high", "df", "t", "p_value", "p_adjusted",
    "minimum_detectable",
)  # fmt: skip
AFTER = ("between", "group_a", "group_b", "kind", *NUMBERS, "unit", "family", "conclusion", "status", "reason")


def compare_study(
    study: Study,
    dictionary: Dictionary,
    microdata: Microdata,
    design: Design,
    weights: Mapping[str, NDArray[np.float64]],
    frame: pd.DataFrame,
    calibrations: Calibrations | None = None,
) -> pd.DataFrame:
    """Make every comparison of a study.

    Parameters
    ----------
    study, dictionary, microdata, design, weights
        As `estimates.study_estimates.estimate_study` takes them.
    frame : DataFrame
        Its result, in which every compared group has a row.
    calibrations : Calibrations, optional
        What the recipe calibrated to, as there.

    Returns
    -------
    DataFrame
        ``study``, ``indicator``, a column for each breakdown within which groups are compared (a code, or ``_T``),
        then `AFTER`. A comparison of which either side may not be shown has status ``withheld`` and no numbers: a
        difference and one side give the other. ``conclusion`` is higher, lower, no_difference_shown or withheld,
        from the p-value adjusted by Holm within the family.
    """
    comparisons = study.analyses.comparisons
    within = list(dict.fromkeys(name for item in comparisons for name in item.by))
    columns = ["study", "indicator", *within, *AFTER]
    if not comparisons:
        return pd.DataFrame(columns=columns)
    microdata = with_needed(study, dictionary, microdata)
    statuses = _statuses(frame)
    rows: dict[str, LevelRows] = {}
    known: dict[str, LevelCalibration | None] = {}
    records = []
    for item in comparisons:
        level = dictionary.indicators[item.indicator.partition(".")[0]].level
        if level not in rows:
            rows[level] = level_rows(level, study, dictionary, microdata, design, weights)
            known[level] = level_calibration(level, study, microdata, design, weights, calibrations)
        for record in _records(item, dictionary, rows[level], statuses, known[level]):
            records.append({"study": study.name, **dict.fromkeys(within, WHOLE), **record})
    table = pd.DataFrame.from_records(records, columns=columns)
    return _concluded(table)


def _records(
    item: Comparison,
    dictionary: Dictionary,
    rows: LevelRows,
    statuses: Mapping[tuple[object, ...], str],
    known: LevelCalibration | None,
) -> Iterator[dict[str, object]]:
    figures = _figures(item, dictionary, rows)
    between = coding_of(dictionary.breakdowns[item.between], rows.columns, dictionary)
    inner = [coding_of(dictionary.breakdowns[name], rows.columns, dictionary) for name in item.by]
    family = item.family or " x ".join([item.indicator, item.between, *item.by])
    for cell in product(*(range(len(coding.labels)) for coding in inner)):
        domain = np.ones(rows.weight.size, dtype=bool)
        for coding, place in zip(inner, cell, strict=True):
            domain &= coding.codes == place
        codes = {coding.name: coding.labels[place] for coding, place in zip(inner, cell, strict=True)}
        for name, figure in figures.items():
            for first, second in _pairs(item, between):
                a, b = (_group(code, first, between, domain) for code in (first, second))
                found = contrast(
                    _linearized(figure, name, a, rows), _linearized(figure, name, b, rows), a | b, rows.weight,
                    rows.design, kind=item.kind, calibration=known,
                )  # fmt: skip
                status = [
                    _status(statuses, name, {**codes, item.between: code}) for code in _sides(first, second, between, b)
                ]
                yield {
                    "indicator": name, **codes, "between": item.between, "group_a": first, "group_b": second,
                    "kind": item.kind, "unit": figure.indicator.unit if isinstance(figure, Figure) else figure.unit,
                    "family": family, **_judged(found, status),
                }  # fmt: skip


def _figures(item: Comparison, dictionary: Dictionary, rows: LevelRows) -> dict[str, Measure | Figure]:
    indicator = dictionary.indicators[item.indicator.partition(".")[0]]
    found: dict[str, Measure | Figure]
    if indicator.statistic in FIGURES:
        figure = figure_of(indicator, rows.columns, dictionary)
        found = dict.fromkeys(figure.names, figure)
    else:
        found = {measure.name: measure for measure in measures_of(indicator, rows.columns, dictionary)}
    return found if item.indicator not in found else {item.indicator: found[item.indicator]}


def _linearized(figure: Measure | Figure, name: str, group: BoolVector, rows: LevelRows) -> Linearized:
    if isinstance(figure, Figure):
        return linearized_figure(figure, figure.names.index(name), group, rows.weight, rows.design)
    return linearized_measure(figure, group, rows.weight)


def _pairs(item: Comparison, between: Coding) -> list[tuple[str, str]]:
    codes = item.codes or between.labels
    if item.against is None:
        return list(combinations(codes, 2))
    return [(code, REST if item.against == "rest" else WHOLE) for code in codes]


def _group(code: str, first: str, between: Coding, domain: BoolVector) -> BoolVector:
    if code == WHOLE:
        return domain
    if code == REST:
        return np.asarray(domain & (between.codes >= 0) & (between.codes != between.labels.index(first)))
    return np.asarray(domain & (between.codes == between.labels.index(code)))


def _sides(first: str, second: str, between: Coding, rest: BoolVector) -> list[str]:
    """Rows of the estimate table that a comparison shows something of."""
    if second != REST:
        return [first, second]
    # A rest that is one group only is that group: what hides the group hides the rest.
    held = np.unique(between.codes[rest])
    return [first, between.labels[int(held[0])] if held.size == 1 else WHOLE]


def _judged(found: Contrast, statuses: list[str | None]) -> dict[str, object]:
    numbers: dict[str, object] = {
        "estimate_a": found.first, "estimate_b": found.second, "estimate": found.estimate, "se": found.se,
        "ci_low": found.low, "ci_high": found.high, "df": float(found.df), "t": found.t, "p_value": found.p_value,
        "minimum_detectable": found.minimum_detectable,
    }  # fmt: skip
    hidden = [status for status in statuses if status is None or status in HIDDEN_STATUSES or status == "empty"]
    if hidden:
        reason = "confidential_side" if "confidential" in hidden else "withheld_side"
    elif found.df <= 0:
        reason = "no_degrees_of_freedom"
    elif found.se == 0 and np.isfinite(found.estimate):
        reason = "no_error"
    elif not np.isfinite(found.p_value):
        reason = "not_defined"
    else:
        return {**numbers, "status": "weak" if "weak" in statuses else "reliable", "reason": ""}
    return {**dict.fromkeys(numbers, np.nan), "status": "withheld", "reason": reason}


def _concluded(table: pd.DataFrame) -> pd.DataFrame:
    p_value, family = table["p_value"].to_numpy(dtype=np.float64), table["family"].to_numpy(dtype=str)
    table["p_adjusted"] = adjust(p_value, family=family)
    shown = table["p_adjusted"].notna()
    found = shown & (table["p_adjusted"] < SIGNIFICANCE)
    table["conclusion"] = np.select(
        [~shown, found & (table["t"] > 0), found], ["withheld", "higher", "lower"], default="no_difference_shown"
    )
    return table


def _status(statuses: Mapping[tuple[object, ...], str], name: str, domain: Mapping[str, str]) -> str | None:
    return statuses.get((name, *sorted((by, code) for by, code in domain.items() if code != WHOLE)))


def _statuses(frame: pd.DataFrame) -> dict[tuple[object, ...], str]:
    names = [str(name) for name in frame.columns]
    breakdowns = names[names.index("indicator") + 1 : names.index("estimate")]
    found: dict[tuple[object, ...], str] = {}
    for indicator, status, *codes in zip(
        frame["indicator"], frame["status"], *(frame[name] for name in breakdowns), strict=True
    ):
        domain = sorted((name, code) for name, code in zip(breakdowns, codes, strict=True) if code != WHOLE)
        found[(indicator, *domain)] = status
    return found
