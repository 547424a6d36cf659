"""Every model of small areas that a study declares, as rows with a status and a record of what was fitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.calibrations import Calibrations
from estimates.small_areas.area_figures import AreaChoices, AreaFigures, DirectAreas, Kind, area_figures
from estimates.small_areas.joint_errors import JointErrors
from estimates.small_areas.refusals import CannotFit
from estimates.study_estimates import estimate_study
from estimates.study_small_area_refusals import REFUSALS
from estimates.table import WHOLE
from estimates.victim_indicators import about_victims, victim_breakdowns
from surveys.analyses import Analyses
from surveys.design import Design
from surveys.dictionary import Dictionary, Indicator
from surveys.microdata import Microdata
from surveys.problems import DataError, Problem
from surveys.small_areas import SmallAreas, small_areas_from
from surveys.study import Study, Tabulation

FloatArray = NDArray[np.float64]
Tell = Callable[[str, int, int], None]
KINDS: dict[str, Kind] = {"proportion": "proportion", "total": "count", "count": "count", "rate": "count"}
KEYS = ("study", "model", "indicator", "breakdown", "area")
PUBLISHED = ("estimate", "rmse", "ci_low", "ci_high", "cv", "rank", "rank_low", "rank_high", "expected_rank",
             "probability_worst", "estimate_spread")  # fmt: skip
INTERNAL = ("step", "exact", "before_benchmark", "synthetic", "gamma", "direct", "direct_se", "direct_status",
            "smoothed_se", "n", "cases", "mse_formula", "mse_bootstrap", "residual")  # fmt: skip
COLUMNS = (*KEYS, *PUBLISHED, "unit", "basis", "status", "reason", *INTERNAL)
HIDDEN = ("withheld", "confidential")


def model_small_areas(
    study: Study,
    dictionary: Dictionary,
    microdata: Microdata,
    design: Design,
    weights: Mapping[str, FloatArray],
    known: Mapping[str, pd.DataFrame],
    denominators: Mapping[str, pd.DataFrame] | None = None,
    calibrations: Calibrations | None = None,
    *,
    tell: Tell | None = None,
) -> tuple[pd.DataFrame, dict[str, Any], dict[str, JointErrors]]:
    """Model the areas of every model of a study.

    Parameters
    ----------
    study, dictionary, microdata, design, weights, denominators, calibrations
        As `estimates.study_estimates.estimate_study` takes them.
    known : mapping of str to DataFrame
        By model: numbers known of every area, indexed by its code in the order of the code list.
    tell : callable, optional
        Called with the name of the model and the replicates of its bootstrap done and wanted.

    Returns
    -------
    table : DataFrame
        `COLUMNS`, internal: use `published_areas` for whatever leaves the house. One row per model and area.
    record : dict
        By model: what was fitted and its diagnostics; no figure of a single area.
    joint : dict
        By model: the distribution of the figures of all areas together, hidden ones too: internal.

    Raises
    ------
    DataError
        A model that cannot be fitted.
    """
    frames, record, joint = [], {}, {}
    for model in small_areas_from(study.settings):
        indicator = dictionary.indicators[model.indicator]
        direct, sample = direct_areas(
            model, study, dictionary, microdata, design, weights, known[model.name], denominators, calibrations,
        )  # fmt: skip
        try:
            figures = area_figures(sample, design_matrix(model, known[model.name]), choices_of(model), tell=(
                None if tell is None else _named(tell, model.name)))  # fmt: skip
        except CannotFit as refusal:
            where = f"{study.name}/study.yaml  small_areas.{model.name}"
            problem = Problem(REFUSALS[refusal.reason], where, {"name": model.name, **refusal.numbers})
            raise DataError([problem]) from refusal
        frames.append(_rows(study.name, model, indicator, direct, figures))
        record[model.name] = _record(model, figures, sample.width)
        joint[model.name] = figures.joint
    if not frames:
        return pd.DataFrame(columns=list(COLUMNS)), record, joint
    return pd.concat(frames, ignore_index=True), record, joint


def published_areas(table: pd.DataFrame) -> pd.DataFrame:
    """Keep what may leave the house: figures from the rounded estimate, and no number of a hidden row.

    Parameters
    ----------
    table : DataFrame
        As `model_small_areas` gives it.

    Returns
    -------
    DataFrame
        Without the internal columns: direct figures, numbers of cases, shrinkage and synthetic parts of single areas,
        from which a hidden direct figure could be solved.
    """
    view = table.drop(columns=list(INTERNAL)).copy()
    hidden = view["status"].isin(HIDDEN)
    for column in PUBLISHED:
        view[column] = view[column].astype(np.float64).mask(hidden)
    return view


def direct_areas(
    model: SmallAreas,
    study: Study,
    dictionary: Dictionary,
    microdata: Microdata,
    design: Design,
    weights: Mapping[str, FloatArray],
    known: pd.DataFrame,
    denominators: Mapping[str, pd.DataFrame] | None = None,
    calibrations: Calibrations | None = None,
) -> tuple[pd.DataFrame, DirectAreas]:
    """Estimate the areas of a model from their own sample, as any table of the study would.

    Parameters
    ----------
    model : SmallAreas
        Whose indicator and areas are estimated.
    study, dictionary, microdata, design, weights, denominators, calibrations
        As `estimates.study_estimates.estimate_study` takes them.
    known : DataFrame
        Numbers known of every area, indexed by its code.

    Returns
    -------
    frame : DataFrame
        Rows of an estimate table indexed by the codes of ``known``; such a table is not published.
    areas : DirectAreas
        What the model takes of it.
    """
    plan = (Tabulation((model.indicator,), ((), (model.areas,))),)
    alone = replace(study, tabulation=plan, analyses=replace(Analyses(), denominators=study.analyses.denominators))
    frame = estimate_study(alone, dictionary, microdata, design, weights, denominators, calibrations)
    whole = frame[frame[model.areas] == WHOLE].iloc[0]
    rows = frame[frame[model.areas] != WHOLE].set_index(model.areas).reindex(known.index)
    indicator = dictionary.indicators[model.indicator]
    kind = KINDS.get(indicator.statistic, "other")
    numbers = {name: rows[name].to_numpy(dtype=np.float64) for name in ("estimate", "se", "n", "cases", "population")}
    found = numbers["n"] > 0
    direct, se = numbers["estimate"], numbers["se"]
    if model.reach == "all":
        direct, se = (np.where(found & np.isfinite(values), values, 0.0) for values in (direct, se))
        found = np.ones_like(found)
    direct, se = (np.where(found, values, np.nan) for values in (direct, se))
    size = None if model.size is None else known[model.size].to_numpy(dtype=np.float64)
    if indicator.statistic == "rate" and size is None:
        size = _denominators(model, indicator, denominators or {}, known)
    share = np.where(found, numbers["population"], 0.0) if size is None else size
    effect = _effect_of_a_case(indicator, kind, numbers, whole, found, size)
    victims = about_victims(indicator, dictionary) or model.areas in victim_breakdowns(dictionary)
    return rows, DirectAreas(
        direct, se, np.where(found, np.nan_to_num(numbers["n"]), 0.0), effect, np.nan_to_num(share), kind,
        size if model.rank_by == "number" else None, study.publication.minimum_width if victims else 0,
    )  # fmt: skip


def design_matrix(model: SmallAreas, known: pd.DataFrame) -> FloatArray:
    """Constant and covariates of every area in the form the model takes them: (n, 1 + covariates)."""
    columns = [np.ones(len(known))]
    for item in model.covariates:
        values = known[item.name].to_numpy(dtype=np.float64)
        if item.over is not None:
            values = values / known[item.over].to_numpy(dtype=np.float64)
        columns.append(np.log(values) if item.transform == "log" else (
            np.sqrt(values) if item.transform == "sqrt" else values))  # fmt: skip
    return np.column_stack(columns)


def choices_of(model: SmallAreas) -> AreaChoices:
    """Read the choices of a declared model as the fit takes them."""
    positive = model.area_variance == "reml_positive"
    return AreaChoices(
        scale=cast("Any", model.scale), smoothing=cast("Any", model.smoothing),
        method="reml" if positive else cast("Any", model.area_variance), positive=positive,
        benchmark=cast("Any", model.benchmark), worst=model.worst, draws=model.draws, bootstrap=model.bootstrap,
        seed=model.seed, weak_above=model.weak_above, hide_above=model.hide_above,
        hide_unsampled=model.without_sample == "hide",
    )  # fmt: skip


def _denominators(
    model: SmallAreas, indicator: Indicator, denominators: Mapping[str, pd.DataFrame], known: pd.DataFrame
) -> FloatArray:
    table = denominators[str(indicator.options.denominator)]
    others = [name for name in table.columns if name not in ("value", model.areas)]
    rows = table[(table[others] == WHOLE).all(axis=1)] if others else table
    return rows.set_index(model.areas)["value"].reindex(known.index).to_numpy(dtype=np.float64)


def _effect_of_a_case(
    indicator: Indicator, kind: Kind, numbers: Mapping[str, FloatArray], whole: pd.Series[Any],
    found: NDArray[np.bool_], size: FloatArray | None,
) -> FloatArray:
    """Find what one case adds to the direct figure of each area, (n,)."""
    rows = np.maximum(np.nan_to_num(numbers["n"]), 1.0)
    if kind == "proportion":
        return np.where(found, 1.0 / rows, 0.0)
    if kind == "other":
        # An element two standard deviations off moves a mean of n by two of them over n.
        return np.where(found, 2.0 * np.nan_to_num(numbers["se"]) / np.sqrt(rows), 0.0)
    cases = float(whole["cases"])
    if indicator.statistic == "rate" and size is not None:
        total = float(np.nansum(np.nan_to_num(numbers["estimate"]) * size))
        inside = float(np.nansum(numbers["cases"]))
        return total / max(inside, 1.0) / size
    return np.full(rows.size, float(whole["estimate"]) / max(cases, 1.0))


def _rows(
    study: str, model: SmallAreas, indicator: Indicator, direct: pd.DataFrame, found: AreaFigures
) -> pd.DataFrame:
    fitted = found.model
    residual = np.where(fitted.sampled, fitted.direct - fitted.synthetic, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        cv = np.where(found.estimate > 0, found.rmse / found.estimate, np.nan)
        residual = residual / np.sqrt(fitted.area_variance + np.where(fitted.sampled, fitted.sampling_variance, np.nan))
    return pd.DataFrame({
        "study": study, "model": model.name, "indicator": model.indicator, "breakdown": model.areas,
        "area": direct.index.astype(str), "estimate": found.estimate, "rmse": found.rmse, "ci_low": found.low,
        "ci_high": found.high, "cv": cv, "rank": found.ranking.rank.astype(float), "rank_low": found.ranking.low,
        "rank_high": found.ranking.high, "expected_rank": found.ranking.expected,
        "probability_worst": found.ranking.probability, "estimate_spread": found.spread, "unit": indicator.unit,
        "basis": np.where(fitted.sampled & ~found.given_up, "sample_and_model", "model_only"), "status": found.status,
        "reason": found.reason, "step": found.step, "exact": found.exact, "before_benchmark": found.before,
        "synthetic": found.synthetic, "gamma": fitted.gamma, "direct": direct["estimate"].to_numpy(dtype=np.float64),
        "direct_se": direct["se"].to_numpy(dtype=np.float64), "direct_status": direct["status"].to_numpy(dtype=object),
        "smoothed_se": found.smoothed_se, "n": direct["n"].to_numpy(dtype=np.float64),
        "cases": direct["cases"].to_numpy(dtype=np.float64), "mse_formula": found.mse_formula,
        "mse_bootstrap": found.mse_bootstrap, "residual": residual,
    })[list(COLUMNS)]  # fmt: skip


def _record(model: SmallAreas, found: AreaFigures, width: int) -> dict[str, Any]:
    fitted, errors = found.model, found.bootstrap
    names = ["constant", *(item.name for item in model.covariates)]
    status = pd.Series(found.status).value_counts()
    return {
        "indicator": model.indicator, "areas": model.areas, "scale": model.scale, "smoothing": model.smoothing,
        "area_variance_method": fitted.method, "asked": model.area_variance, "reach": model.reach,
        "coefficients": {name: [float(b), float(se)] for name, b, se in zip(
            names, fitted.coefficients, fitted.coefficient_se, strict=True)},
        "diagnostics": {name: _plain(value) for name, value in found.diagnostics.record().items()},
        "smoothing_factor": _plain(found.smoothing.factor), "smoothing_slope": _plain(found.smoothing.slope),
        "zero_variances": found.smoothing.zero, "smoothed_from": found.smoothing.used,
        "benchmark": {"method": model.benchmark, "target": _plain(found.target), "before": _plain(found.whole_before),
                      "largest_change": _plain(float(np.nanmax(np.abs(found.exact - found.before))))},
        "bootstrap": {"replicates": model.bootstrap, "seed": model.seed, "zero_share": _plain(
            float("nan") if errors is None else errors.zero_share), "formula_over_bootstrap": _plain(
            float("nan") if errors is None else float(np.median(found.mse_formula / errors.mse))),
            "benchmark_cost": _plain(
            float("nan") if errors is None else float(np.median(errors.mse / errors.mse_before)))},
        "ranking": {"worst": model.worst, "draws": model.draws, "by": model.rank_by},
        "rule": {"weak_above": model.weak_above, "hide_above": model.hide_above, "width": width,
                 "without_sample": model.without_sample},
        "by_status": {str(name): int(count) for name, count in sorted(status.items())},
    }  # fmt: skip


def _plain(value: float | int | bool) -> float | int | bool | None:
    if isinstance(value, bool | int):
        return value
    return float(value) if np.isfinite(value) else None


def _named(tell: Tell, name: str) -> Callable[[int, int], None]:
    return lambda done, wanted: tell(name, done, wanted)
