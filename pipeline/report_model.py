"""Everything a report says, as plain texts in one language; templates only place it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.report_blocks import Block, Chart, Material, Results
from pipeline.report_exhibits import Exhibits
from pipeline.report_extended import is_extended
from pipeline.report_labels import Labels
from pipeline.report_methods import Section, Source, methods_sections, sources_of
from pipeline.report_numbers import estimate_text, with_sign
from pipeline.report_tables import EXTENDED_MARK, MARKS, Table, interval_text, point_of, precision, select
from pipeline.report_words import Words
from surveys.dictionary import Dictionary
from surveys.study import Study


@dataclass(frozen=True)
class KeyFigure:
    """A headline number: large text, what it is, its interval, and a mark where it needs one."""

    value: str
    label: str
    interval: str
    note: str
    scale: tuple[float, float, float] | None


@dataclass(frozen=True)
class Chapter:
    """A chapter: its title, paragraphs and exhibits in order."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    exhibits: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """A whole report in one language."""

    words: Words
    title: str
    subtitle: str
    producer: str
    reference_period: str
    year: int
    synthetic: bool
    foreword: tuple[str, ...]
    members: tuple[tuple[str, str], ...]
    key_figures: tuple[KeyFigure, ...]
    key_intro: str
    chapters: tuple[Chapter, ...]
    reading: tuple[str, ...]
    marks: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    chart_tables: tuple[Table | Results, ...]
    sources: tuple[Source, ...]

    @property
    def charts(self) -> tuple[Chart, ...]:
        """All charts in order."""
        return tuple(item for chapter in self.chapters for item in chapter.exhibits if isinstance(item, Chart))


def build_report(
    frame: pd.DataFrame, study: Study, dictionary: Dictionary, records: Mapping[str, Mapping[str, Any]],
    words: Words, *, fonts: Path, analyses: Mapping[str, pd.DataFrame] | None = None, folder: Path | None = None,
) -> Report:
    """Build the report of one study in the language of the words.

    Parameters
    ----------
    frame : DataFrame
        Published view of the estimates: hidden rows have no numbers.
    study : Study
        Its report plan says what is shown.
    dictionary : Dictionary
        Labels, the study's additions included.
    records : mapping
        ``record.json`` of the stages ``ingest``, ``weight`` and ``estimate``; a stage may be absent.
    words : Words
        Fixed phrases.
    fonts : Path
        Fonts of the charts.
    analyses : mapping of str to DataFrame, optional
        Comparisons, models and tests, as the estimation stage left them.
    folder : Path, optional
        The study's folder, for files that an exhibit names.

    Returns
    -------
    Report
    """
    language = words.language
    labels = Labels(dictionary, words)
    methods = records.get("estimate", {}).get("methods", {})
    confidence = f"{100 * float(methods.get('confidence', 0.95)):g}"
    plan = [exhibit for chapter in study.report.chapters for exhibit in chapter.exhibits]
    material = Material(frame, labels, confidence, fonts, study, analyses or {}, records, folder)
    builder = Exhibits(material, plan)
    chapters = tuple(
        Chapter(number, chapter.title.get(language), _paragraphs(chapter.text.get(language) if chapter.text else ""),
                tuple(builder.blocks(chapter.exhibits)))
        for number, chapter in enumerate(study.report.chapters, start=1))
    return Report(
        words=words, title=study.title.get(language),
        subtitle=study.subtitle.get(language) if study.subtitle else "",
        producer=study.producer.get(language) if study.producer else "",
        reference_period=study.reference_period.get(language) if study.reference_period else str(study.year),
        year=study.year, synthetic=study.synthetic,
        foreword=_paragraphs(study.report.foreword.get(language) if study.report.foreword else ""),
        members=tuple((member.institution, words.either(f"role_{member.role}", member.role))
                      for member in study.working_group),
        key_figures=tuple(_key_figure(frame, figure.indicator, figure.domain, labels, confidence)
                          for figure in study.report.key_figures),
        key_intro=words.say("key_figures_intro", confidence=confidence),
        chapters=chapters,
        reading=(words["design_intro"], words["design_compare"], words["reading_columns"]),
        marks=tuple((mark, words[f"mark_{status}"]) for mark, status in _marks(study)),
        sections=methods_sections(
            study, records, labels, _paragraphs(study.design.notes.get(language) if study.design.notes else "")),
        chart_tables=tuple(builder.data_tables),
        sources=sources_of(study, records, words),
    )


def _key_figure(
    frame: pd.DataFrame, indicator: str, domain: Mapping[str, str], labels: Labels, confidence: str,
) -> KeyFigure:
    words = labels.words
    rows = select(frame, indicator, tuple(domain), labels)
    for name, code in domain.items():
        rows = rows[rows[labels.column(name, frame)] == code]
    name = " · ".join([labels.indicator(indicator),
                       *(labels.domain_alone(by, code) for by, code in domain.items())])
    if len(rows) == 0:
        return KeyFigure(MARKS["empty"], name, "", words["mark_empty"], None)
    point = point_of(rows.iloc[0], name, precision(frame, indicator, labels))
    if not point.shown:
        return KeyFigure(MARKS[point.status], name, "", words[f"mark_{point.status}"], None)
    value = with_sign(estimate_text(point.estimate, point.unit, point.decimals), point.unit, words.language)
    note = f"{MARKS['weak']} {words['mark_weak']}" if point.status == "weak" else ""
    if is_extended(str(rows.iloc[0]["reason"])):
        note = f"{note} {EXTENDED_MARK} {words['mark_extended']}".strip()
    scale = (point.low, point.estimate, point.high) if point.unit == "percent" else None
    return KeyFigure(value, name, interval_text(point, words, confidence), note, scale)


def _marks(study: Study) -> Iterator[tuple[str, str]]:
    """Yield the marks that a report of this study may print, with the status they stand for."""
    yield from ((mark, status) for status, mark in MARKS.items())
    if study.extrapolation is not None and study.extrapolation.use:
        yield EXTENDED_MARK, "extended"


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())
