"""Small areas in the methods annex: what was fitted, how well it holds, and by which rule it is published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.report_labels import Labels
from pipeline.report_numbers import plain
from pipeline.report_sentences import p_text
from pipeline.report_words import Words
from surveys.small_areas import SmallAreas, small_areas_from
from surveys.study import Study

SIGNIFICANCE = 0.05
#: Title, paragraphs, heads of columns, rows, and columns with numbers: the fields of a section of the annex.
Part = tuple[str, tuple[str, ...], tuple[str, ...], tuple[tuple[str, ...], ...], tuple[int, ...]]


def area_sections(study: Study, records: Mapping[str, Any], labels: Labels) -> list[Part]:
    """Write the part of the annex on small areas.

    Parameters
    ----------
    study : Study
        Its models.
    records : mapping
        ``small_areas`` of the record of the estimation stage: what was fitted.
    labels : Labels
        In the language of the report.

    Returns
    -------
    list of Part
        One for the covariates and one for the diagnostics of each model; none where no model was fitted.
    """
    sections: list[Part] = []
    said: set[str] = set()
    for model in small_areas_from(study.settings):
        ran = records.get(model.name)
        if ran is not None:
            sections += _sections(model, ran, labels, said)
    return sections


def _sections(model: SmallAreas, ran: Mapping[str, Any], labels: Labels, said: set[str]) -> list[Part]:
    words = labels.words
    found, smoothing = ran["diagnostics"], ran["smoothing"]
    named = words.say("area_model_of", what=labels.indicator(model.indicator), areas=labels.breakdown(model.areas))
    title = labels.indicator(model.indicator) if model.label is None else model.label.get(words.language)
    texts = [
        words.say("area_model", scale=words[f"scale_{ran['scale']}"],
                  method=words[f"area_variance_{ran['area_variance_method']}"]),
        words.say(f"area_smoothing_{smoothing}", factor=plain(float(ran["smoothing_factor"]), 2),
                  zero=ran["zero_variances"]),
    ]  # fmt: skip
    if found["zero_variance"]:
        kept = ran["area_variance_method"] == "reml"
        texts.append(words["area_variance_is_zero" if kept else "area_variance_lifted"])
    benchmark = ran["benchmark"]
    if benchmark["method"] != "none" and benchmark["target"] is not None:
        texts.append(words.say("area_benchmark", method=words[f"benchmark_{benchmark['method']}"], cost=_percent(
            ran["bootstrap"].get("benchmark_cost"))))
    if ran["bootstrap"]["replicates"]:
        texts.append(words.say("area_bootstrap", replicates=plain(ran["bootstrap"]["replicates"], 0), zero=plain(
            100 * float(ran["bootstrap"]["zero_share"] or 0.0), 0)))
    else:
        texts.append(words["area_formula"])
    texts.append(words.say("area_rule", weak=plain(100 * ran["rule"]["weak_above"], 0),
                           hide=plain(100 * ran["rule"]["hide_above"], 0)))  # fmt: skip
    if ran["rule"]["without_sample"] == "hide":
        texts.append(words["area_unsampled_hidden"])
    if ran["rule"]["width"]:
        texts.append(words.say("area_protection", width=ran["rule"]["width"]))
    rows = tuple((words.either(f"covariate_{name}", _covariate(name, model, words)), _short(b), _short(se), _source(
        name, model, words)) for name, (b, se) in ran["coefficients"].items())
    columns = (words["covariate"], words["area_coefficient"], words["standard_error"], words["source_of_number"])
    # What was said of an earlier model in the same words is not said again.
    fresh = [text for text in texts if text not in said]
    fresh += [words["area_same"]] if len(fresh) < len(texts) else []
    said.update(texts)
    return [
        (words.say("area_model_title", name=title), (named, *fresh), columns, rows, (1, 2)),
        ("", (), (words["weighting_measure"], words["weighting_value"]), _diagnostics(found, words), ()),
    ]  # fmt: skip


def _diagnostics(found: Mapping[str, Any], words: Words) -> tuple[tuple[str, str], ...]:
    span = words.say("range_of_model", low=_short(found["area_variance_low"]), high=_short(found["area_variance_high"]))
    shrinkage = words.say("diagnostic_three", low=_number(found["gamma_least"], 2), middle=_number(
        found["gamma_median"], 2), high=_number(found["gamma_most"], 2))
    normal = found["normality_p"]
    verdict = "" if normal is None else words["residuals_normal" if normal >= SIGNIFICANCE else "residuals_not_normal"]
    pairs = (
        ("diagnostic_areas", words.say("diagnostic_of", sampled=found["sampled"], all=found["areas"])),
        ("diagnostic_area_variance", f"{_short(found['area_variance'])} ({span})"),
        ("diagnostic_zero_p", p_text(found["zero_p"])),
        ("diagnostic_r2", f"{_percent(found['r2'])} / {_percent(found['r2_adjusted'])}"),
        ("diagnostic_gamma", shrinkage),
        ("diagnostic_normality", " ".join(filter(None, ("" if normal is None else p_text(normal), verdict)))),
        ("diagnostic_residuals", str(found["large_residuals"])),
        ("diagnostic_agreement", p_text(found["agreement_p"])),
        ("diagnostic_slope", _number(found["slope"], 2)),
        ("diagnostic_gain", _percent(found["median_gain"])),
    )
    return tuple((words[name], text or "–") for name, text in pairs)


def _covariate(name: str, model: SmallAreas, words: Words) -> str:
    item = next((item for item in model.covariates if item.name == name), None)
    if item is None:
        return name
    text = name.replace("_", " ") if item.label is None else item.label.get(words.language)
    return words.say("covariate_log", name=text) if item.transform == "log" else text


def _source(name: str, model: SmallAreas, words: Words) -> str:
    item = next((item for item in model.covariates if item.name == name), None)
    return "" if item is None else item.source.get(words.language)


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None else plain(float(value), decimals)


def _short(value: float) -> str:
    """Three digits that count, whatever the size."""
    return f"{float(value):.3g}"


def _percent(value: float | None) -> str:
    return "–" if value is None else plain(100 * float(value), 0)
