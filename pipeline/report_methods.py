"""The methods annex, written from the records that the stages left: what ran, not what was planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from estimates.protection import DisclosureRule
from estimates.publication.standards import STANDARDS
from pipeline.report_area_methods import area_sections
from pipeline.report_labels import Labels
from pipeline.report_numbers import plain, with_sign
from pipeline.report_weighting import calibration_texts, factor_rows, response_rows, total_rows
from pipeline.report_words import Words
from surveys.study import Study

Records = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Section:
    """A part of the annex: paragraphs, then an optional plain table of texts."""

    title: str
    paragraphs: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numeric: tuple[int, ...] = field(default=())


@dataclass(frozen=True)
class Source:
    """A source file as named in the report: its facts as pairs of name and text."""

    name: str
    facts: tuple[tuple[str, str], ...]


def methods_sections(study: Study, records: Records, labels: Labels, notes: tuple[str, ...]) -> tuple[Section, ...]:
    """Write the annex.

    Parameters
    ----------
    study : Study
        For the decisions that are texts: reasons of unavailable roles.
    records : mapping
        ``record.json`` by stage.
    labels : Labels
        Names and phrases of the language.
    notes : tuple of str
        Paragraphs of the study on its design.

    Returns
    -------
    tuple of Section
        Design, weighting, variance, standard, indicators, data review. A part without a record is
        left out.
    """
    words = labels.words
    estimate, weight, ingest = (records.get(stage, {}) for stage in ("estimate", "weight", "ingest"))
    sections = [_design(study, estimate.get("design", {}), words, notes),
                _weighting(weight.get("steps", ()), labels), *_weighting_quality(weight.get("steps", ()), labels),
                _variance(estimate.get("methods", {}), labels),
                *standards_sections(estimate, words, study.publication.rounding_base),
                *(Section(*part) for part in area_sections(study, estimate.get("small_areas", {}), labels)),
                _indicators(study, labels),
                _findings(ingest.get("findings", {}), words)]
    return tuple(section for section in sections if section.rows or section.paragraphs)


def method_text(study: Study, records: Records, words: Words, confidence: str) -> str:
    """Say in a few sentences how the figures were made, for a document without an annex."""
    design = records.get("estimate", {}).get("design", {})
    parts = []
    if design.get("psus") is not None and design.get("strata") is not None:
        parts.append(words.say("brief_sample", psus=plain(float(design["psus"]), 0),
                               strata=plain(float(design["strata"]), 0)))
    parts.append(words.say("brief_interval", confidence=confidence))
    for name in study.publication.standards[:1]:
        known = STANDARDS.get(name)
        named = name if known is None else known.es if words.language == "es" else known.en
        parts.append(words.say("brief_standard", standard=named))
    return " ".join(parts)


def sources_of(study: Study, records: Records, words: Words) -> tuple[Source, ...]:
    """List the sources with file, SHA-256, records read, where to get them, and licence."""
    read = {str(item.get("name")): item for item in records.get("ingest", {}).get("sources", ())}
    listed = []
    for name, source in study.sources.items():
        ran = read.get(name, {})
        facts = []
        title = str(ran.get("file") or source.file)
        if source.format == "synthetic":
            seed = words.say("seed", seed=study.synthetic_seed)
            named = name if source.label is None else source.label.get(words.language)
            title = f"{words['source_synthetic']}: {named}"
            facts.append((words["source_file"], f"{words['source_none']} {seed}"))
        else:
            facts.append((words["source_sha"], str(ran.get("sha256") or source.sha256 or "")))
        if ran.get("rows") is not None:
            facts.append((words["source_rows"], plain(float(ran["rows"]), 0)))
        for key, label in (("source_obtain", source.obtain), ("source_licence", source.licence)):
            if label is not None:
                facts.append((words[key], label.get(words.language)))
        listed.append(Source(title, tuple((key, text) for key, text in facts if text)))
    return tuple(listed)


def _design(study: Study, ran: Mapping[str, Any], words: Words, notes: tuple[str, ...]) -> Section:
    roles = study.design
    rows = []
    for key, role, counted in (("stratum", roles.stratum, "strata"), ("psu", roles.psu, "psus"),
                               ("psu_population", roles.psu_population, "")):
        if role.variable is not None:
            text = words.say("column", name=role.variable)
        elif role.fallback:
            text = words.say("unavailable_fallback", reason=_sentence(role.unavailable, words),
                             fallback=words.either(f"fallback_{role.fallback}", role.fallback))
        else:
            text = words.say("unavailable", reason=_sentence(role.unavailable, words))
        if counted and ran.get(counted) is not None:
            text = f"{text} {words.say(f'counted_{counted}', count=plain(float(ran[counted]), 0))}."
        if key == "psu_population":
            text = f"{text} {words['fpc_used' if ran.get('fpc') else 'fpc_none']}"
        rows.append((words[f"role_{key}"], text))
    rows.append((words["role_nested"], words["nested_yes" if roles.nested else "nested_no"]))
    rows.append((words["role_lonely_psu"], _lonely(roles.lonely_psu, ran, words)))
    if ran.get("degrees_of_freedom") is not None:
        rows.append((words["role_df"], plain(float(ran["degrees_of_freedom"]), 0)))
    return Section(words["design"], notes, (words["role"], words["treatment"]), tuple(rows))


def _lonely(policy: str, ran: Mapping[str, Any], words: Words) -> str:
    parts = [words.either(f"lonely_{policy}", policy)]
    lonely, collapsed = ran.get("lonely") or (), ran.get("collapsed") or ()
    parts.append(words.say("lonely_found", count=len(lonely)) if lonely else words["lonely_none_found"])
    if collapsed:
        parts.append(words.say("collapsed", list=", ".join(str(item) for item in collapsed)))
    return " ".join(parts)


def _weighting(steps: Sequence[Mapping[str, Any]], labels: Labels) -> Section:
    words = labels.words
    columns = (words["step"], words["rows"], words["sum"], words["kish"], words["range"])
    rows: dict[tuple[str, ...], None] = {}
    paragraphs = []
    first = next((step.get("level") for step in steps), None)
    for step in steps:
        name = words.either(f"step_{step.get('step')}", str(step.get("step", "")))
        if step.get("variable"):
            name = f"{name} ({step['variable']})"
        limits = [_number(step.get(key), 2) for key in ("min", "max")]
        weighted = None if step.get("n") is None else float(step["n"]) - float(step.get("zeros") or 0)
        row = (name, _number(weighted, 0), _number(step.get("sum"), 0),
               _number(step.get("kish_deff"), 2), " – ".join(text for text in limits if text))
        if row not in rows:
            level = "" if step.get("level") in (None, first) else f": {labels.level(str(step['level']))}"
            rows[(f"{name}{level}", *row[1:])] = None
        # What an own recipe contains are its steps, which the table names.
        if step.get("contains") and step.get("step") == "given":
            kinds = [words.either(f"contains_{kind}", str(kind)) for kind in step["contains"]]
            paragraphs.append(words.say("contains", list=", ".join(kinds)))
        if step.get("expected_total") is not None and step.get("difference") is not None:
            paragraphs.append(words.say(
                "expected", counts=labels.level(str(step.get("counts", ""))),
                counted=_number(step.get("counted_sum"), 0), expected=_number(step["expected_total"], 0),
                difference=with_sign(plain(100 * float(step["difference"]), 2), "percent", words.language)))
    return Section(words["weighting"], tuple(dict.fromkeys(paragraphs)), columns if rows else (),
                   tuple(rows), (1, 2, 3, 4))


def _weighting_quality(steps: Sequence[Mapping[str, Any]], labels: Labels) -> list[Section]:
    words = labels.words
    response, factors = response_rows(steps, words), factor_rows(steps, words)
    totals, more = total_rows(steps, labels)
    sections = []
    if response:
        heads = (words["weighting_measure"], words["weighting_value"])
        sections.append(Section("", (words["weighting_response"],), heads, response, (1,)))
    if factors:
        columns = (words["step"], words["weighting_factors"], words["weighting_totals"], words["weighting_effective"])
        sections.append(Section("", (words["weighting_calibrated"],), columns, factors, (1, 2, 3)))
    if totals:
        names = tuple(words[f"weighting_{name}"] for name in ("margin", "cell", "known", "before", "after"))
        texts = (words["weighting_known_totals"], *((words.say("weighting_more", count=more),) if more else ()))
        sections.append(Section("", texts, names, totals, (2, 3, 4)))
    return sections


def _variance(methods: Mapping[str, Any], labels: Labels) -> Section:
    words = labels.words
    rows = []
    for key in ("variance", "interval_proportion", "interval_other", "deff"):
        if methods.get(key):
            method = str(methods[key])
            rows.append((words[f"method_{key}"], words.either(f"{key}_{method}", method.replace("_", " "))))
        if key == "variance" and (calibration := calibration_texts(methods.get("calibration", {}), labels)):
            rows.append((words["method_calibration"], " ".join(calibration)))
    if methods.get("confidence") is not None:
        level = with_sign(f"{100 * float(methods['confidence']):g}", "percent", words.language)
        rows.append((words["method_confidence"], level))
    return Section(words["variance"], (), (words["role"], words["method"]) if rows else (), tuple(rows))


def standards_sections(estimate: Mapping[str, Any], words: Words, rounding_base: int | None) -> list[Section]:
    """Say which standards judged the rows, what their verdicts mean, and how victims are protected.

    Parameters
    ----------
    estimate : mapping
        Record of the estimation: ``methods`` with ``standards`` and ``minimum_cases``, and ``by_status``.
    words : Words
        Phrases of the language.
    rounding_base : int or None
        Multiple that totals about victims are rounded to, where they are.

    Returns
    -------
    list of Section
    """
    by_status, methods = estimate.get("by_status", {}), estimate.get("methods", {})
    sections = []
    for place, name in enumerate(methods.get("standards", ())):
        known = STANDARDS.get(str(name))
        named = str(name) if known is None else (known.es if words.language == "es" else known.en)
        text = words.either(f"standard_{name}", words.say("standard_other", name=named,
                                                          source="" if known is None else known.source))
        rules = words.pairs(f"rules_{name}")
        sections.append(Section("" if place else words["standards"],
                                (text,) if place else (words["standards_intro"], text),
                                (words["condition"], words["status"]) if rules else (), rules))
    hidden = sum(int(by_status.get(status, 0)) for status in ("withheld", "confidential", "empty"))
    rows = ((words["rows_published"], plain(float(by_status.get("reliable", 0)), 0)),
            (words["rows_weak"], plain(float(by_status.get("weak", 0)), 0)),
            (words["rows_hidden"], plain(float(hidden), 0))) if by_status else ()
    rule = DisclosureRule()
    protection: tuple[str, ...] = ()
    if methods.get("minimum_cases") is not None:
        protection = (words.say("confidentiality", cases=methods["minimum_cases"],
                                households=rule.minimum_households, psus=rule.minimum_psus),)
    disclosure = estimate.get("disclosure", {})
    if disclosure.get("primary_cells"):
        protection += (words.say("complementary", rows=disclosure["complementary_rows"], width=disclosure["width"]),)
    if rounding_base is not None:
        protection += (words.say("rounded", base=plain(float(rounding_base), 0)),)
    sections.append(Section("", protection, (words["status"], words["count"]) if rows else (), rows, (1,)))
    return sections


def _indicators(study: Study, labels: Labels) -> Section:
    words = labels.words
    shown = dict.fromkeys([*(figure.indicator for figure in study.report.key_figures),
                           *(name for chapter in study.report.chapters for exhibit in chapter.exhibits
                             for name in exhibit.indicators)])
    known = [labels.dictionary.indicators[name] for name in shown if name in labels.dictionary.indicators]
    rows = tuple((item.label.get(words.language), item.definition.get(words.language))
                 for item in known if item.definition is not None)
    return Section(words["indicators"], (), (words["indicator"], words["definition"]) if rows else (), rows)


def _findings(findings: Mapping[str, Any], words: Words) -> Section:
    rows = tuple((words[f"finding_{severity}"], plain(float(findings.get(severity, 0)), 0))
                 for severity in ("error", "warning", "note")) if findings else ()
    return Section(words["findings"], (words["findings_intro"],) if rows else (),
                   (words["status"], words["count"]) if rows else (), rows, (1,))


def _sentence(label: Any, words: Words) -> str:
    text = label.get(words.language).strip() if label is not None else ""
    text = f"{text[:1].upper()}{text[1:]}"
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def _number(value: Any, decimals: int) -> str:
    return "" if value is None else plain(float(value), decimals)
