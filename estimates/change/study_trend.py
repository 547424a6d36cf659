"""Every trend that a study declares: yearly figures with their recall band, and tests that hold under it or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimates.change.round_totals import CellKey, RoundTotals
from estimates.change.trend import LinearTest, linear_test, recall_factor, slope_coefficients
from estimates.measure import FloatVector
from estimates.protection import HIDDEN_STATUSES
from surveys.dictionary import Dictionary
from surveys.rounds import TrendSpec
from surveys.study import Study

SIGNIFICANCE = 0.05
FEWEST = 3  # years of a slope
YEARLY = ("estimate", "ci_low", "ci_high", "band_low", "band_high")
TREND_COLUMNS = ("study", "indicator", "by", "code", "first_year", "last_year", *YEARLY, "truncated", "unit", "status",
                 "reason")  # fmt: skip
TESTED = ("estimate", "se", "ci_low", "ci_high", "relative", "df", "t", "p_value")
TEST_COLUMNS = ("study", "indicator", "by", "test", "yearly_loss", "years", *TESTED, "unit", "conclusion", "status",
                "reason")  # fmt: skip


def trend_of_study(
    study: Study, dictionary: Dictionary, own: RoundTotals, limits: Mapping[CellKey, tuple[float, float]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compute every trend that a study declares.

    Parameters
    ----------
    study, dictionary : Study, Dictionary
        What is declared, and the codes of its breakdowns.
    own : RoundTotals
        Of this round.
    limits : mapping of cell to (low, high)
        Intervals of the yearly figures.

    Returns
    -------
    yearly : DataFrame
        `TREND_COLUMNS`: figures per year of each code, and the band from the least to the most forgetting declared
        (a year cut short by the interview is also divided by the share of it that had passed). Hidden years have no
        numbers.
    tests : DataFrame
        `TEST_COLUMNS`: slope per year (``linear``) and mean of the last less mean of the first years (``contrast``),
        without correction and under each loss. Confidential and truncated years take no part. Where years withheld
        for their quality do, only t, df, p and the conclusion are told (reason ``withheld_years``): slopes, with the
        total and what else is shown, could be solved for single years.

    Notes
    -----
    Correlations of years are those of the first stage; errors are those of the published figures, later stages and
    phases included. See `estimates.change.trend` for formulas.
    """
    yearly = [_yearly(spec, study, dictionary, own, limits) for spec in study.rounds.trend]
    tests = [record for spec in study.rounds.trend for record in _tests(spec, study, dictionary, own)]
    empty = pd.DataFrame(columns=list(TREND_COLUMNS))
    return pd.concat([empty, *yearly]) if yearly else empty, pd.DataFrame.from_records(tests, columns=TEST_COLUMNS)


def _yearly(
    spec: TrendSpec, study: Study, dictionary: Dictionary, own: RoundTotals,
    limits: Mapping[CellKey, tuple[float, float]],
) -> pd.DataFrame:  # fmt: skip
    codes = _codes(spec, dictionary)
    records = []
    for code in codes:
        key = (spec.indicator, ((spec.by, code),))
        place = own.place.get(key)
        first, last = spec.span(code)
        status = "empty" if place is None else own.status[place]
        record: dict[str, object] = {
            "study": study.name, "indicator": spec.indicator, "by": spec.by, "code": code, "first_year": first,
            "last_year": last, **dict.fromkeys(YEARLY, np.nan), "truncated": spec.truncated.get(code, 1.0),
            "unit": dictionary.indicators[spec.indicator].unit, "status": status, "reason": "",
        }  # fmt: skip
        if place is not None and not _hidden(status):
            length = last - first + 1
            figure = float(own.estimate[place]) / length
            low, high = (limit / length for limit in limits[key])
            factors = [
                float(recall_factor(np.array([(first + last) / 2]), _interview(spec, dictionary), loss)[0])
                / spec.truncated.get(code, 1.0)
                for loss in _losses(spec)
            ]
            record |= {
                "estimate": figure, "ci_low": low, "ci_high": high, "band_low": figure * min(factors),
                "band_high": figure * max(factors),
            }  # fmt: skip
        elif place is not None:
            record["reason"] = "confidential" if status == "confidential" else "withheld"
        records.append(record)
    return pd.DataFrame.from_records(records, columns=TREND_COLUMNS)


def _tests(
    spec: TrendSpec, study: Study, dictionary: Dictionary, own: RoundTotals
) -> Iterator[dict[str, object]]:
    codes = [code for code in _codes(spec, dictionary) if code not in spec.truncated and _usable(spec, code, own)]
    year = np.array([np.mean(spec.span(code)) for code in codes], dtype=np.float64)
    length = np.array([1 + spec.span(code)[1] - spec.span(code)[0] for code in codes], dtype=np.float64)
    cells = [own.place[(spec.indicator, ((spec.by, code),))] for code in codes]
    figure, covariance = own.estimate[cells] / length, _covariance(own, cells, length)
    for test in ("linear", "contrast"):
        coefficient = _coefficient(test, spec, dictionary, codes, year)
        for loss in dict.fromkeys((0.0, *_losses(spec))):
            record: dict[str, object] = {
                "study": study.name, "indicator": spec.indicator, "by": spec.by, "test": test, "yearly_loss": loss,
                "years": " ".join(codes), **dict.fromkeys(TESTED, np.nan),
                "unit": dictionary.indicators[spec.indicator].unit, "conclusion": "withheld", "status": "withheld",
                "reason": "too_few_years",
            }  # fmt: skip
            if coefficient is not None:
                factor = recall_factor(year, _interview(spec, dictionary), loss)
                used = coefficient != 0
                df = _degrees(own, [cell for cell, use in zip(cells, used, strict=True) if use])
                found = linear_test(figure * factor, covariance * np.outer(factor, factor), coefficient, df)
                hidden = any(_hidden(own.status[cell]) for cell, use in zip(cells, used, strict=True) if use)
                record |= _told(found, hidden=hidden)
            yield record


def _told(found: LinearTest, *, hidden: bool) -> dict[str, object]:
    if not np.isfinite(found.p_value):
        return {"reason": "not_defined"}
    conclusion = "no_trend_shown"
    if found.p_value < SIGNIFICANCE:
        conclusion = "rising" if found.estimate > 0 else "falling"
    said: dict[str, object] = {
        "df": float(found.df), "t": found.t, "p_value": found.p_value, "conclusion": conclusion, "status": "reliable",
    }  # fmt: skip
    if hidden:
        return {**said, "reason": "withheld_years"}
    numbers = {"estimate": found.estimate, "se": found.se, "ci_low": found.low, "ci_high": found.high}
    return {**said, **numbers, "relative": found.relative, "reason": ""}


def _coefficient(
    test: str, spec: TrendSpec, dictionary: Dictionary, codes: list[str], year: FloatVector
) -> FloatVector | None:
    if test == "linear":
        return slope_coefficients(year) if np.unique(year).size >= FEWEST else None
    first, last = _halves(spec, _codes(spec, dictionary))
    inside = [np.array([code in part for code in codes], dtype=bool) for part in (first, last)]
    if not all(part.any() for part in inside):
        return None
    return np.asarray(inside[1] / inside[1].sum() - inside[0] / inside[0].sum())


def _halves(spec: TrendSpec, codes: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if spec.contrast:
        return spec.contrast[0], spec.contrast[1]
    half = len(codes) // 2
    return tuple(codes[:half]), tuple(codes[-half:]) if half else ()


def _covariance(own: RoundTotals, cells: list[int], length: FloatVector) -> npt.NDArray[np.float64]:
    """Covariance with the published errors on the diagonal and the first stage's correlations beside it."""
    first = own.covariance(cells)
    root = np.sqrt(np.diag(first))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.nan_to_num(first / np.outer(root, root))
    np.fill_diagonal(correlation, 1.0)
    error = np.nan_to_num(own.se[cells]) / length
    return np.asarray(correlation * np.outer(error, error))


def _degrees(own: RoundTotals, cells: list[int]) -> int:
    psus = np.unique(np.concatenate([own.members(cell) for cell in cells]))
    return int(psus.size - np.unique(own.stratum[psus]).size)


def _losses(spec: TrendSpec) -> tuple[float, ...]:
    return (0.0,) if spec.recall is None else spec.recall.yearly_loss


def _interview(spec: TrendSpec, dictionary: Dictionary) -> float:
    last = max(spec.span(code)[1] for code in _codes(spec, dictionary))
    return last if spec.interview is None else spec.interview


def _codes(spec: TrendSpec, dictionary: Dictionary) -> list[str]:
    codes = dictionary.codes_of(dictionary.breakdowns[spec.by].variable)
    return sorted(codes, key=lambda code: spec.span(code))


def _usable(spec: TrendSpec, code: str, own: RoundTotals) -> bool:
    place = own.place.get((spec.indicator, ((spec.by, code),)))
    if place is None or own.status[place] in ("confidential", "empty"):
        return False
    return bool(np.isfinite(own.estimate[place]) and own.se[place] > 0)


def _hidden(status: str) -> bool:
    return status in HIDDEN_STATUSES or status == "empty"
