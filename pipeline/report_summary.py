"""The one-page summary: key figures with their intervals, and findings that a test allows to be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.report_blocks import Material
from pipeline.report_extended import is_extended
from pipeline.report_numbers import estimate_text, with_sign
from pipeline.report_sentences import compared, comparison_sentence
from pipeline.report_tables import EXTENDED_MARK, MARKS, interval_text, point_of, precision, select

MOST_FINDINGS = 5


@dataclass(frozen=True)
class KeyFigure:
    """A headline number: large text, what it is, its interval, and a mark where it needs one."""

    value: str
    label: str
    interval: str
    note: str
    scale: tuple[float, float, float] | None


@dataclass(frozen=True)
class Summary:
    """Key figures, the sentences below them, and what to keep in mind."""

    intro: str
    figures: tuple[KeyFigure, ...]
    findings: tuple[str, ...]


def build_summary(material: Material) -> Summary:
    """Build the summary of a study from the figures it names and the comparisons it declares.

    Parameters
    ----------
    material : Material
        Estimates, comparisons and the study.

    Returns
    -------
    Summary
        Findings are proven differences first, then those that could not be shown; none where a side is withheld.
    """
    words = material.labels.words
    figures = tuple(key_figure(material, figure.indicator, figure.domain)
                    for figure in material.study.report.key_figures)
    return Summary(words.say("key_figures_intro", confidence=material.confidence), figures, findings_of(material))


def findings_of(material: Material, most: int = MOST_FINDINGS) -> tuple[str, ...]:
    """Say what the declared comparisons allow, the proven differences first."""
    records = sorted(compared(material), key=lambda record: record["conclusion"] == "no_difference_shown")
    sentences = (comparison_sentence(record, material.labels, precision(
        material.frame, str(record["indicator"]), material.labels)) for record in records)
    return tuple(sentence for sentence in sentences if sentence)[:most]


def key_figure(material: Material, indicator: str, domain: Mapping[str, str]) -> KeyFigure:
    """Turn one indicator in one domain into a headline; a hidden one is its symbol and the reason."""
    frame, labels = material.frame, material.labels
    words = labels.words
    rows = select(frame, indicator, tuple(domain), labels)
    for name, code in domain.items():
        rows = rows[rows[labels.column(name, frame)] == code]
    name = " · ".join([labels.indicator(indicator),
                       *(labels.domain_alone(by, code) for by, code in domain.items())])
    if len(rows) == 0:
        return KeyFigure(MARKS["empty"], name, "", words["mark_empty"], None)
    return figure_of(rows.iloc[0], name, precision(frame, indicator, labels), material)


def figure_of(record: pd.Series, name: str, decimals: int, material: Material) -> KeyFigure:
    """Turn one row into a headline."""
    words = material.labels.words
    point = point_of(record, name, decimals)
    if not point.shown:
        return KeyFigure(MARKS[point.status], name, "", words[f"mark_{point.status}"], None)
    value = with_sign(estimate_text(point.estimate, point.unit, point.decimals), point.unit, words.language)
    note = f"{MARKS['weak']} {words['mark_weak']}" if point.status == "weak" else ""
    if is_extended(str(record.get("reason", ""))):
        note = f"{note} {EXTENDED_MARK} {words['card_extended']}".strip()
    scale = (point.low, point.estimate, point.high) if point.unit == "percent" else None
    return KeyFigure(value, name, interval_text(point, words, material.confidence), note, scale)
