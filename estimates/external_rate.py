"""Rates over a population known from elsewhere, such as victims per 1,000 inhabitants of a projection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from estimates.table import WHOLE
from surveys.dictionary import Indicator

SCALED = ("estimate", "se", "ci_low", "ci_high")
DENOMINATOR_UNKNOWN = "denominator_unknown"


def divide_rates(
    frame: pd.DataFrame,
    rates: Sequence[Indicator],
    denominators: Mapping[str, pd.DataFrame],
    breakdowns: Sequence[str],
) -> pd.DataFrame:
    r"""Divide the totals behind rates by the known number of their domain.

    Parameters
    ----------
    frame : DataFrame
        Rows of an `EstimateTable` in which a rate is still its total.
    rates : sequence of Indicator
        Of statistic ``rate``.
    denominators : mapping of str to DataFrame
        By name: one column for each breakdown it is given by (a code, or ``_T``), and ``value``.
    breakdowns : sequence of str
        Breakdown columns of the frame.

    Returns
    -------
    DataFrame
        A copy. A row whose domain has no denominator is withheld with the reason ``denominator_unknown``.

    Notes
    -----
    .. math:: \hat r_d = c\,\hat Y_d / X_d, \qquad v(\hat r_d) = (c / X_d)^2\, v(\hat Y_d)

    The denominator is a number without sampling error: what the projection's own error adds is not in the
    interval, and the methods annex has to say so. The coefficient of variation and deff are those of the total.

    References
    ----------
    Särndal, Swensson and Wretman (1992), eq. 2.8.1, times a constant.
    """
    result = frame.copy()
    for rate in rates:
        of_rate = (result["indicator"] == rate.name).to_numpy()
        known = _known(result, denominators[str(rate.options.denominator)], breakdowns)[of_rate]
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(known > 0, rate.options.per / known, np.nan)
        for column in SCALED:
            result.loc[of_rate, column] = result.loc[of_rate, column].to_numpy(dtype=np.float64) * factor
        lacking = of_rate.copy()
        lacking[of_rate] = ~np.isfinite(factor) & (result.loc[of_rate, "status"] != "empty").to_numpy()
        result.loc[lacking, ["cv", "deff"]] = np.nan
        result.loc[lacking, "status"] = "withheld"
        result.loc[lacking, "reason"] = DENOMINATOR_UNKNOWN
    return result


def _known(
    frame: pd.DataFrame, table: pd.DataFrame, breakdowns: Sequence[str]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    columns = list(dict.fromkeys([*breakdowns, *(str(name) for name in table.columns if name != "value")]))

    def keys(rows: pd.DataFrame) -> pd.MultiIndex:
        filled = {name: rows[name].astype(str) if name in rows else np.full(len(rows), WHOLE) for name in columns}
        return pd.MultiIndex.from_frame(pd.DataFrame({"_": np.zeros(len(rows)), **filled}))

    values = pd.Series(table["value"].to_numpy(dtype=np.float64), index=keys(table))
    return np.asarray(values.reindex(keys(frame)).to_numpy(dtype=np.float64))
