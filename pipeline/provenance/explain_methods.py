"""How a figure was weighted, estimated and judged, from the records that the stages left and the formula list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from estimates.figures import figure_kind
from estimates.publication.standards import STANDARDS
from pipeline.provenance.explanation import Part
from pipeline.provenance.formulas import Formula
from pipeline.report_labels import Labels
from pipeline.report_methods import Records, methods_sections
from pipeline.report_words import Words
from pipeline.table_labels import STATUS_LABELS
from surveys.dictionary import Dictionary, Indicator
from surveys.study import Study

_DEFF = {"with_replacement": "deff, with replacement", "without_replacement": "deff, without replacement",
         "dhs": "deff, DHS"}  # fmt: skip


def method_parts(study: Study, records: Records, indicator: Indicator, labels: Labels) -> tuple[Part, ...]:
    """Say weighting, design and variance as the methods annex of the report does, of the levels of this figure only.

    Parameters
    ----------
    study : Study
        As it ran.
    records : mapping
        ``record.json`` by stage.
    indicator : Indicator
        Whose level it is about.
    labels : Labels
        Of the language.
    """
    words = labels.words
    own = _own_levels(records, indicator, labels.dictionary)
    parts: dict[str, list[tuple[str, str]]] = {}
    title = ""
    for section in methods_sections(study, own, labels, ()):
        title = section.title or title
        lines = parts.setdefault(title, [])
        lines += [("", paragraph) for paragraph in section.paragraphs]
        for row in section.rows:
            if len(section.columns) > 2:
                cells = [f"{name}: {cell}" for name, cell in zip(section.columns[1:], row[1:], strict=True) if cell]
                lines.append((row[0], "; ".join(cells)))
            else:
                lines.append((row[0], row[1]))
    wanted = (words["weighting"], words["design"], words["variance"])
    return tuple(Part(name, tuple(parts[name])) for name in wanted if name in parts)


def formula_part(
    indicator: Indicator, records: Records, reasons: set[str], formulas: Mapping[str, Formula], labels: Labels
) -> Part:
    """Give the formulas that made the figure, each with its source."""
    words = labels.words
    lines = []
    own = _own_levels(records, indicator, labels.dictionary)
    for key, what in _formulas_used(indicator, own["estimate"], reasons, formulas):
        found = formulas[what]
        source = f" {words.say('explain_source', source=_said(found.source, words))}." if found.source else ""
        lines.append((words[key], f"{found.formula}.{source}"))
    return Part(words["explain_formula"], tuple(lines))


def status_part(rows: pd.DataFrame, records: Records, labels: Labels) -> Part:
    """Say the status of each row, the rule behind it and why; nothing that a hidden row hides."""
    words = labels.words
    lines = []
    for name, status, reason in zip(rows["indicator"], rows["status"], rows["reason"], strict=True):
        spanish, english = STATUS_LABELS[str(status)]
        told = [reason_text(code, labels) for code in str(reason).split(";") if code] or [words["explain_no_reason"]]
        said = f"{spanish if words.language == 'es' else english}. {words['explain_reason']}: {'; '.join(told)}"
        lines.append((labels.indicator(str(name)), said))
    for name in records.get("estimate", {}).get("methods", {}).get("standards", ()):
        standard = STANDARDS.get(str(name))
        if standard is not None:
            title = standard.es if words.language == "es" else standard.en
            lines.append((words["standards"], words.say("explain_standard", name=title, source=standard.source)))
    return Part(words["explain_status"], tuple(lines))


def reason_text(code: str, labels: Labels) -> str:
    """Say a reason of the estimate table in words, with its code."""
    by, _, bare = code.rpartition(":")
    standard = STANDARDS.get(by)
    text = labels.words.either(f"why_{bare}", bare.replace("_", " "))
    if standard is not None:
        text = f"{standard.es if labels.words.language == 'es' else standard.en}: {text}"
    return f"{text} ({code})"


def _own_levels(records: Records, indicator: Indicator, dictionary: Dictionary) -> dict[str, Mapping[str, Any]]:
    """Keep of the records what is about the level whose weights the indicator's level has: its own, or the nearest's.

    The cells of known totals and of classes stay in the record: an explanation says how many were met.
    """
    weight, estimate = records.get("weight", {}), dict(records.get("estimate", {}))
    level = _weighted_level(weight, indicator, dictionary)
    estimate.pop("small_areas", None)
    methods = dict(estimate.get("methods", {}))
    calibration = _of_level(methods.get("calibration") or {}, level)
    steps = [{**step, "tables": ()} for step in weight.get("steps", ()) if step.get("level") == level]
    return {"weight": {"steps": steps}, "estimate": {**estimate, "methods": {**methods, "calibration": calibration}}}


def _weighted_level(weight: Mapping[str, Any], indicator: Indicator, dictionary: Dictionary) -> str:
    weighted = {str(step.get("level")) for step in weight.get("steps", ())}
    return next((level for level in dictionary.lineage(indicator.level) if level in weighted), indicator.level)


def _of_level(calibration: Mapping[str, Any], level: str) -> dict[str, Any]:
    found = dict(calibration)
    for name in ("taken", "two_phase"):
        found[name] = {key: item for key, item in (calibration.get(name) or {}).items() if key == level}
    found["ignored"] = [one for one in calibration.get("ignored") or () if one == level]
    return found


def _said(source: str, words: Words) -> str:
    """Say the words of a reference in the language: section, chapter, page."""
    for english, word in words.pairs("source_words"):
        source = re.sub(rf"\b{re.escape(english)}\b", word, source)
    return source


def _formulas_used(
    indicator: Indicator, record: Mapping[str, Any], reasons: set[str], formulas: Mapping[str, Formula]
) -> Iterator[tuple[str, str]]:
    methods, design = record.get("methods", {}), record.get("design", {})
    calibration = methods.get("calibration") or {}
    yield "formula_estimate", f"statistic:{indicator.statistic}"
    yield "formula_first_stage", "variance, first stage"
    if calibration.get("taken"):
        yield "formula_calibrated", "after calibration (post-strata, GREG, raking, bounded)"
    if calibration.get("two_phase"):
        yield "formula_two_phases", "two phases"
    if design.get("lonely") and design.get("lonely_psu") in ("centred", "collapsed"):
        yield f"formula_{design['lonely_psu']}", f"lonely stratum, `{design['lonely_psu']}`"
    yield "formula_df", "degrees of freedom"
    if methods.get("deff") in _DEFF:
        yield "formula_deff", _DEFF[methods["deff"]]
    yield "formula_interval", _interval(indicator, methods, formulas)
    if "extrapolated" in reasons:
        yield "formula_extended", "totals beyond the places sampled"


def _interval(indicator: Indicator, methods: Mapping[str, Any], formulas: Mapping[str, Formula]) -> str:
    if indicator.statistic == "quantile":
        return "quantile, median"
    kind = figure_kind(indicator)
    if kind == "prop":
        named = f"interval of a proportion, `{methods.get('interval_proportion')}`"
        return named if named in formulas else "interval of a proportion"
    logged = kind == "total" and str(methods.get("interval_other", "")).startswith("log")
    return "interval of a count or non-negative total" if logged else "interval of a mean, ratio, other total"
