"""The headline figures of a study, with the rows behind them, for the second engine."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.calibrations import Calibrations
from estimates.figures import FIGURES, figure_of
from estimates.level_calibration import LevelCalibration, level_calibration
from estimates.level_rows import LevelRows, level_rows
from estimates.measure import Measure
from estimates.measures import coding_of, measures_of
from estimates.protection import HIDDEN_STATUSES
from estimates.reconciliation import PublishedFigure
from estimates.study_plan import with_needed
from pipeline.second_engine import Figure, Recomputed, recompute
from pipeline.textbook_engine import recompute_excluded
from pipeline.textbook_figures import known_number, recompute_figure
from surveys.design import Design
from surveys.dictionary import Dictionary
from surveys.microdata import Microdata
from surveys.study import Study

Headline = tuple[str, tuple[tuple[str, str], ...]]


def recompute_headlines(
    study: Study,
    dictionary: Dictionary,
    microdata: Microdata,
    design: Design,
    weights: Mapping[str, NDArray[np.float64]],
    frame: pd.DataFrame,
    breakdowns: Sequence[str],
    published: Sequence[PublishedFigure],
    calibrations: Calibrations | None = None,
    denominators: Mapping[str, pd.DataFrame] | None = None,
) -> list[tuple[Recomputed, bool]]:
    """Compute every headline figure again and compare.

    Parameters
    ----------
    study, dictionary, microdata, design, weights
        As `estimates.study_estimates.estimate_study` takes them.
    frame : DataFrame
        Its result, read back.
    breakdowns : sequence of str
        Breakdown columns of the frame.
    published : sequence of PublishedFigure
        Printed figures, which are headlines too.
    calibrations : Calibrations, optional
        What the recipe calibrated to.
    denominators : mapping of str to DataFrame, optional
        Known numbers that rates are over.

    Returns
    -------
    list of (Recomputed, bool)
        With whether the row is hidden in the published view.
    """
    microdata = with_needed(study, dictionary, microdata)
    results: list[tuple[Recomputed, bool]] = []
    by_level: dict[str, list[tuple[Headline, int]]] = {}
    for headline, row in headlines(study, frame, breakdowns, published):
        by_level.setdefault(dictionary.indicators[headline[0].partition(".")[0]].level, []).append((headline, row))
    for level, everything in by_level.items():
        rows = level_rows(level, study, dictionary, microdata, design, weights)
        known = level_calibration(level, study, microdata, design, weights, calibrations)
        chosen = [item for item in everything if _statistic(item[0], dictionary) not in FIGURES]
        others = [item for item in everything if item not in chosen]
        results += [
            (_from_definition(headline, frame.iloc[row], rows, dictionary, known), _hidden(frame, row))
            for headline, row in others
        ]
        measures: dict[str, Measure] = {}
        for whole in dict.fromkeys(headline[0].partition(".")[0] for headline, _ in chosen):
            measures |= {
                measure.name: measure for measure in measures_of(dictionary.indicators[whole], rows.columns, dictionary)
            }
        figures = [
            _figure(
                headline,
                frame.iloc[row],
                measures[headline[0]],
                rows,
                dictionary,
                _denominator(headline, dictionary, denominators or {}),
            )
            for headline, row in chosen
        ]
        originals = figures
        weight, stratum, psu, figures = _with_absent_psus(rows, figures)
        exclude = _exclusion(design)
        if known is not None:
            exclude = "calibrated" if known.phase is None else "two_phase"
        again = recompute(figures, weight=weight, stratum=stratum, psu=psu, exclude=exclude)
        again = recompute_excluded(again, originals, rows.weight, rows.design, known)
        results += [(found, _hidden(frame, row)) for found, (_, row) in zip(again, chosen, strict=True)]
    return results


def headlines(
    study: Study,
    frame: pd.DataFrame,
    breakdowns: Sequence[str],
    published: Sequence[PublishedFigure],
) -> list[tuple[Headline, int]]:
    """Choose the rows: key figures of the report, printed figures, and every indicator as a whole."""
    codes = (
        [
            tuple((name, code) for name, code in zip(breakdowns, row, strict=True) if code != "_T")
            for row in frame[list(breakdowns)].to_numpy()
        ]
        if breakdowns
        else [()] * len(frame)
    )
    position = {
        (indicator, tuple(sorted(domain))): row
        for row, (indicator, domain) in enumerate(zip(frame["indicator"], codes, strict=True))
    }
    wanted: dict[Headline, int] = {}
    asked: list[Headline] = [
        *((figure.indicator, tuple(sorted(figure.domain.items()))) for figure in study.report.key_figures),
        *((figure.indicator, tuple(sorted(figure.domain.items()))) for figure in published),
    ]
    asked += [key for key in position if not key[1]]
    for headline in asked:
        if headline in position:
            wanted.setdefault(headline, position[headline])
    return list(wanted.items())


def _figure(
    headline: Headline,
    row: pd.Series,
    measure: Measure,
    rows: LevelRows,
    dictionary: Dictionary,
    denominator: tuple[float, float, float],
) -> Figure:
    inside = measure.base() & _domain(headline, rows, dictionary)
    # A rate is held against its total: what its denominator does to it is taken back.
    factor, number, error = denominator
    estimate, se = float(row["estimate"]) / factor * number, float(row["se"]) / factor * number
    return Figure(
        _shown(headline),
        measure.kind,
        np.asarray(measure.numerator, dtype=np.float64),
        None if measure.denominator is None else np.asarray(measure.denominator, dtype=np.float64),
        inside,
        estimate,
        math.sqrt(max(se**2 - (estimate * error) ** 2, 0.0)) if error else se,
    )


def _denominator(
    headline: Headline, dictionary: Dictionary, denominators: Mapping[str, pd.DataFrame]
) -> tuple[float, float, float]:
    """Find what a rate is per, its denominator, and the relative error of that; 1, 1 and 0 for anything else."""
    indicator = dictionary.indicators[headline[0].partition(".")[0]]
    if indicator.statistic != "rate":
        return 1.0, 1.0, 0.0
    table = denominators.get(str(indicator.options.denominator), pd.DataFrame({"value": []}))
    number, error = known_number(table, dict(headline[1]))
    return float(indicator.options.per), number, error / number


def _from_definition(
    headline: Headline, row: pd.Series, rows: LevelRows, dictionary: Dictionary, known: LevelCalibration | None
) -> Recomputed:
    figure = figure_of(dictionary.indicators[headline[0].partition(".")[0]], rows.columns, dictionary)
    return recompute_figure(
        figure, figure.names.index(headline[0]), _shown(headline), _domain(headline, rows, dictionary),
        (float(row["estimate"]), float(row["se"])), rows, known,
    )  # fmt: skip


def _statistic(headline: Headline, dictionary: Dictionary) -> str:
    return dictionary.indicators[headline[0].partition(".")[0]].statistic


def _domain(headline: Headline, rows: LevelRows, dictionary: Dictionary) -> NDArray[np.bool_]:
    inside = np.ones(rows.weight.size, dtype=bool)
    for breakdown, code in headline[1]:
        coding = coding_of(dictionary.breakdowns[breakdown], rows.columns, dictionary)
        inside &= coding.codes == coding.labels.index(code)
    return inside


def _shown(headline: Headline) -> str:
    return headline[0] + "".join(f" [{breakdown}={code}]" for breakdown, code in headline[1])


def _hidden(frame: pd.DataFrame, row: int) -> bool:
    return str(frame.iloc[row]["status"]) in HIDDEN_STATUSES


def _with_absent_psus(
    rows: LevelRows,
    figures: Sequence[Figure],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], list[Figure]]:
    """Add a row outside every domain for each PSU without rows at this level, so that samplics counts it."""
    present = np.bincount(rows.design.psu, minlength=rows.design.psus) > 0
    absent = np.flatnonzero(~present)
    psu = np.concatenate([rows.design.psu, absent])
    weight = np.concatenate([rows.weight, np.ones(absent.size)])
    nothing = np.full(absent.size, np.nan)
    extended = [
        Figure(
            figure.name,
            figure.kind,
            np.concatenate([figure.numerator, nothing]),
            None if figure.denominator is None else np.concatenate([figure.denominator, nothing]),
            np.concatenate([figure.inside, np.zeros(absent.size, dtype=bool)]),
            figure.estimate,
            figure.se,
        )
        for figure in figures
    ]
    return weight, rows.design.stratum_of_psu[psu], psu, extended


def _exclusion(design: Design) -> str:
    if design.psu_population is not None:
        return "fpc"
    return "lonely_psu" if design.lonely else ""
