"""What a planned sample will be able to publish, by the study's own standards and rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from estimates.publication import assess_all
from estimates.row_intervals import row_intervals
from surveys.dictionary import Dictionary
from surveys.sampling.forecast import WHOLE, forecast
from surveys.sampling.plan import SamplePlan
from surveys.sampling.plan_checks import indicator_of
from surveys.study import Publication

KINDS = {"proportion": "prop", "distribution": "prop", "mean": "mean", "total": "count", "count": "count"}
SHAPES = {"prop": "share", "mean": "any", "count": "count"}
JUDGED = {"prop": "prop", "mean": "mean", "count": "total"}
# Samples that could turn out, at equal steps of probability.
OUTCOMES = 199
Vector = npt.NDArray[np.float64]


def publishable(plan: SamplePlan, publication: Publication, dictionary: Dictionary) -> pd.DataFrame:
    r"""Forecast every planned estimate and judge it as the estimates stage will.

    Parameters
    ----------
    plan : SamplePlan
        Checked.
    publication : Publication
        Standards, planned breakdowns, least cases.
    dictionary : Dictionary
        Indicators.

    Returns
    -------
    DataFrame
        The rows of `surveys.sampling.forecast.forecast` with ``ci_low``, ``ci_high``, ``half_width``, ``unit``,
        ``status``, ``reason`` if the sample finds exactly what is expected, and ``chance``: how likely it is
        that the estimate may be shown, because the cases found are themselves left to chance.

    Notes
    -----
    The estimate that a sample will give follows a beta distribution with mean p and the forecast variance;
    each of its quantiles is judged with its own standard error and cases:

    .. math:: \hat p \sim \mathrm{Beta}(p\nu, (1-p)\nu), \qquad \nu = p(1-p)/\mathrm{se}^2 - 1

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24, 193-201, for the effective sample behind the beta.
    """
    kinds = {}
    for one in plan.expectations:
        indicator, _ = indicator_of(one.indicator, dictionary)
        if indicator is not None:
            kinds[one.indicator] = KINDS[indicator.statistic]
    table = forecast(plan, kinds)
    sensitive = np.array([_sensitive(name, dictionary) for name in table["indicator"]], dtype=bool)
    planned = (
        (table["group"] == "")
        | (table["group"] == "stratum")
        | table["group"].isin(publication.planned)
        | table["group"].isin([name for one in plan.strata.values() for name in one.within])
    ).to_numpy()
    columns = {
        name: table[name].to_numpy(dtype=np.float64)
        for name in ("expected", "se", "n", "cases", "population", "df", "deff")
    }
    kind = table["kind"].to_numpy(dtype=str)
    judged = _judge(columns, kind, planned, sensitive, publication, plan.confidence)
    table["ci_low"], table["ci_high"] = judged["low"], judged["high"]
    table["half_width"] = (judged["high"] - judged["low"]) / 2
    table["unit"] = [_unit(name, dictionary) for name in table["indicator"]]
    table["status"], table["reason"] = judged["status"], judged["reason"]
    table["chance"] = _chance(columns, kind, planned, sensitive, publication, plan.confidence)
    return table


def label_of(group: str, code: str, plan: SamplePlan) -> str | None:
    """Name a stratum by its own label; None for domains that the dictionary names."""
    if group != "stratum" or code == WHOLE:
        return None
    return plan.strata[code].label or code


def _judge(
    columns: Mapping[str, Vector],
    kind: npt.NDArray[np.str_],
    planned: npt.NDArray[np.bool_],
    sensitive: npt.NDArray[np.bool_],
    publication: Publication,
    confidence: float,
) -> dict[str, Any]:
    shape = np.array([SHAPES[one] for one in kind], dtype=str)
    low, high, certified = row_intervals(
        shape,
        columns["expected"],
        columns["se"],
        columns["n"],
        columns["cases"],
        columns["population"],
        columns["df"],
        confidence=confidence,
    )
    said = assess_all(
        publication.standards,
        kind=np.array([JUDGED[one] for one in kind], dtype=str),
        estimate=columns["expected"],
        se=columns["se"],
        n=np.round(columns["n"]),
        cases=np.round(columns["cases"]),
        deff=columns["deff"],
        df=columns["df"],
        planned=planned,
        ci_low=low,
        ci_high=high,
    )
    status, reason = said.level.copy(), said.reason.copy()
    blind = (columns["df"] <= 0) & (status == "reliable")
    status[blind], reason[blind] = "weak", "no_degrees_of_freedom"
    unsure = ~certified
    reason[unsure] = [";".join(filter(None, (one, "interval_not_certified"))) for one in reason[unsure]]
    fewest = np.where(kind == "prop", np.minimum(columns["cases"], columns["n"] - columns["cases"]), columns["cases"])
    small = sensitive & (np.round(fewest) < publication.minimum_cases)
    status[small] = "confidential"
    reason[small] = "minimum_cases"
    return {"low": low, "high": high, "status": status, "reason": reason}


def _chance(
    columns: Mapping[str, Vector],
    kind: npt.NDArray[np.str_],
    planned: npt.NDArray[np.bool_],
    sensitive: npt.NDArray[np.bool_],
    publication: Publication,
    confidence: float,
) -> Vector:
    steps = (np.arange(OUTCOMES) + 0.5) / OUTCOMES
    rows = np.repeat(np.arange(kind.size), OUTCOMES)
    scale = np.where(kind == "count", columns["population"], 1.0)
    p, error = columns["expected"] / scale, columns["se"] / scale
    share = kind != "mean"
    safe = np.where(share, np.clip(p, 1e-12, 1 - 1e-12), 0.5)
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = np.where(share & (error > 0), np.maximum(safe * (1 - safe) / error**2 - 1, 1e-3), 1.0)
    found = special.betaincinv((safe * effective)[:, None], ((1 - safe) * effective)[:, None], steps[None, :])
    found = np.where((share & (error > 0))[:, None], found, safe[:, None])
    ratio = np.sqrt(found * (1 - found) / (safe * (1 - safe))[:, None])
    many = {name: values[rows] for name, values in columns.items()}
    repeated = share[rows]
    many["expected"] = np.where(repeated, found.ravel() * scale[rows], many["expected"])
    many["se"] = np.where(repeated, many["se"] * ratio.ravel(), many["se"])
    many["cases"] = np.where(repeated, many["n"] * found.ravel(), many["cases"])
    judged = _judge(many, kind[rows], planned[rows], sensitive[rows], publication, confidence)
    shown = np.isin(judged["status"].astype(str), ["reliable", "weak"]).reshape(kind.size, OUTCOMES)
    return np.asarray(shown.mean(axis=1), dtype=np.float64)


def _sensitive(name: str, dictionary: Dictionary) -> bool:
    indicator, _ = indicator_of(name, dictionary)
    return indicator is not None and indicator.sensitive


def _unit(name: str, dictionary: Dictionary) -> str:
    indicator, _ = indicator_of(name, dictionary)
    return "" if indicator is None else indicator.unit
