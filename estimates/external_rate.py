"""Rates over a population known from elsewhere, such as victims per 1,000 inhabitants of a projection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from estimates.intervals.log_interval import log_interval
from estimates.measure import FloatVector, IntVector
from estimates.table import WHOLE
from estimates.verdicts import verdicts
from surveys.dictionary import Indicator

SCALED = ("estimate", "se", "ci_low", "ci_high")
DENOMINATOR_UNKNOWN = "denominator_unknown"


def divide_rates(
    frame: pd.DataFrame,
    rates: Sequence[Indicator],
    denominators: Mapping[str, pd.DataFrame],
    breakdowns: Sequence[str],
    *,
    standards: Sequence[str] = ("cepal_2023",),
    planned: Sequence[str] = (),
    collapsed: bool = False,
) -> pd.DataFrame:
    r"""Divide the totals behind rates by the number of their domain.

    Parameters
    ----------
    frame : DataFrame
        Rows of an `EstimateTable` in which a rate is still its total.
    rates : sequence of Indicator
        Of statistic ``rate``.
    denominators : mapping of str to DataFrame
        By name: one column for each breakdown it is given by (a code, or ``_T``), ``value``, and ``standard_error``
        where it was estimated by an independent source.
    breakdowns : sequence of str
        Breakdown columns of the frame.
    standards, planned
        As in `estimates.tabulate.tabulate`: the error of a denominator counts for them.
    collapsed : bool
        True when lonely strata were joined.

    Returns
    -------
    DataFrame
        A copy. A row whose domain has no denominator is withheld with the reason ``denominator_unknown``.

    Notes
    -----
    .. math:: \hat r_d = c\,\hat Y_d / \hat X_d, \qquad
              v(\hat r_d) = (c / \hat X_d)^2 \big(v(\hat Y_d) + (\hat Y_d / \hat X_d)^2\, v(\hat X_d)\big)

    with both sources independent. A denominator without a standard error is a number without sampling error: what a
    projection's own error adds is then not in the interval, and the methods annex has to say so. The design effect is
    that of the total; the interval with an uncertain denominator is taken on the logarithm.

    References
    ----------
    Särndal, Swensson and Wretman (1992), eq. 2.8.1, times a constant; section 5.6, without covariance.
    """
    result = frame.copy()
    for rate in rates:
        of_rate = (result["indicator"] == rate.name).to_numpy()
        table = denominators[str(rate.options.denominator)]
        known = _known(result, table, breakdowns, "value")[of_rate]
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(known > 0, rate.options.per / known, np.nan)
        if "standard_error" in table:
            error = np.nan_to_num(_known(result, table, breakdowns, "standard_error")[of_rate])
            uncertain = (error > 0) & np.isfinite(factor)
            rows = np.flatnonzero(of_rate)[uncertain]
            _widen(result, rows, error[uncertain] / known[uncertain], breakdowns, standards, planned, collapsed)
        for column in SCALED:
            result.loc[of_rate, column] = result.loc[of_rate, column].to_numpy(dtype=np.float64) * factor
        lacking = of_rate.copy()
        lacking[of_rate] = ~np.isfinite(factor) & (result.loc[of_rate, "status"] != "empty").to_numpy()
        result.loc[lacking, ["cv", "deff"]] = np.nan
        result.loc[lacking, "status"] = "withheld"
        result.loc[lacking, "reason"] = DENOMINATOR_UNKNOWN
    return result


def _widen(
    result: pd.DataFrame,
    rows: IntVector,
    relative: FloatVector,
    breakdowns: Sequence[str],
    standards: Sequence[str],
    planned: Sequence[str],
    collapsed: bool,
) -> None:
    """Add the relative error of their denominators to the totals of some rows, and judge these again, in place."""
    some = result.iloc[rows]
    column = {name: some[name].to_numpy(dtype=np.float64) for name in ("estimate", "se", "n", "cases", "deff", "df")}
    estimate = column["estimate"]
    se = np.sqrt(column["se"] ** 2 + (estimate * relative) ** 2)
    counted = (estimate > 0) & (column["df"] > 0)
    bounds = log_interval(np.where(counted, estimate, 1.0), se, np.maximum(column["df"], 1.0))
    low = np.where(counted, bounds.low, some["ci_low"].to_numpy(dtype=np.float64))
    high = np.where(counted, bounds.high, some["ci_high"].to_numpy(dtype=np.float64))
    certified = ~some["reason"].fillna("").str.contains("interval_not_certified").to_numpy(dtype=bool)
    by = [{name for name in breakdowns if row[name] != WHOLE} for row in some[list(breakdowns)].to_dict("records")]
    judged = verdicts(
        standards, np.full(len(some), "total"), estimate, se, column["n"].astype(np.int64),
        column["cases"].astype(np.int64), column["deff"], column["df"].astype(np.int64),
        np.array([names <= set(planned) for names in by], dtype=bool), low, high, certified, collapsed=collapsed,
    )  # fmt: skip
    at = result.index[rows]
    result.loc[at, "se"], result.loc[at, "ci_low"], result.loc[at, "ci_high"] = se, low, high
    with np.errstate(divide="ignore", invalid="ignore"):
        result.loc[at, "cv"] = np.where(estimate != 0, se / np.abs(estimate), np.nan)
    result.loc[at, "status"] = np.array(judged.statuses, dtype=object)[judged.status]
    result.loc[at, "reason"] = np.array(judged.reasons, dtype=object)[judged.reason]


def _known(
    frame: pd.DataFrame, table: pd.DataFrame, breakdowns: Sequence[str], column: str
) -> FloatVector:
    given = [str(name) for name in table.columns if name not in ("value", "standard_error")]
    columns = list(dict.fromkeys([*breakdowns, *given]))

    def keys(rows: pd.DataFrame) -> pd.MultiIndex:
        filled = {name: rows[name].astype(str) if name in rows else np.full(len(rows), WHOLE) for name in columns}
        return pd.MultiIndex.from_frame(pd.DataFrame({"_": np.zeros(len(rows)), **filled}))

    values = pd.Series(table[column].to_numpy(dtype=np.float64), index=keys(table))
    return np.asarray(values.reindex(keys(frame)).to_numpy(dtype=np.float64))
