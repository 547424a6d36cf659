"""Everything a report says, as plain texts in one language; templates only place it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.charts import draw
from pipeline.report_alt import describe
from pipeline.report_labels import WHOLE, Labels
from pipeline.report_methods import Section, Source, methods_sections, sources_of
from pipeline.report_numbers import estimate_text, with_sign
from pipeline.report_results import RESULTS, Results, build_results
from pipeline.report_tables import (
    MARKS,
    Note,
    Point,
    Table,
    build_table,
    interval_text,
    point_of,
    precision,
    select,
)
from pipeline.report_words import Words
from surveys.dictionary import Dictionary
from surveys.study import Exhibit, Study

CHARTS = ("intervals", "bars", "line")


@dataclass(frozen=True)
class KeyFigure:
    """A headline number: large text, what it is, its interval, and a mark where it needs one."""

    value: str
    label: str
    interval: str
    note: str
    scale: tuple[float, float, float] | None


@dataclass(frozen=True)
class Chart:
    """A chart ready to place: its drawing, the finding in words, and where its numbers are."""

    number: str
    anchor: str
    title: str
    unit: str
    alt: str
    svg: str
    notes: tuple[Note, ...]
    kind: str = "chart"


@dataclass(frozen=True)
class Chapter:
    """A chapter: its title, paragraphs and exhibits in order."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    exhibits: tuple[Table | Chart | Results, ...]


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
    chart_tables: tuple[Table, ...]
    sources: tuple[Source, ...]

    @property
    def charts(self) -> tuple[Chart, ...]:
        """All charts in order."""
        return tuple(item for chapter in self.chapters for item in chapter.exhibits if isinstance(item, Chart))


def build_report(
    frame: pd.DataFrame, study: Study, dictionary: Dictionary, records: Mapping[str, Mapping[str, Any]],
    words: Words, *, fonts: Path, analyses: Mapping[str, pd.DataFrame] | None = None,
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

    Returns
    -------
    Report
    """
    language = words.language
    labels = Labels(dictionary, words)
    methods = records.get("estimate", {}).get("methods", {})
    confidence = f"{100 * float(methods.get('confidence', 0.95)):g}"
    plan = [exhibit for chapter in study.report.chapters for exhibit in chapter.exhibits]
    builder = _Exhibits(frame, labels, confidence, fonts, [item for item in plan if item.kind not in CHARTS],
                        study, analyses or {})
    chapters = tuple(
        Chapter(number, chapter.title.get(language), _paragraphs(chapter.text.get(language) if chapter.text else ""),
                tuple(builder.exhibits(chapter.exhibits)))
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
        marks=tuple((mark, words[f"mark_{status}"]) for status, mark in MARKS.items()),
        sections=methods_sections(
            study, records, labels, _paragraphs(study.design.notes.get(language) if study.design.notes else "")),
        chart_tables=tuple(builder.data_tables),
        sources=sources_of(study, records, words),
    )


class _Exhibits:
    """Numbers the exhibits of a report and makes a data table for every chart that no chapter table covers."""

    def __init__(self, frame: pd.DataFrame, labels: Labels, confidence: str, fonts: Path,
                 planned: Sequence[Exhibit], study: Study, analyses: Mapping[str, pd.DataFrame]) -> None:
        self.frame, self.labels, self.confidence, self.fonts = frame, labels, confidence, fonts
        self.planned, self.study, self.analyses = planned, study, analyses
        self.tables = self.charts = 0
        self.data_tables: list[Table] = []

    def exhibits(self, plan: Sequence[Exhibit]) -> Iterator[Table | Chart | Results]:
        for exhibit in plan:
            if exhibit.kind in CHARTS:
                yield self.chart(exhibit)
            elif exhibit.kind in RESULTS:
                yield self.results(exhibit)
            else:
                yield self.table(exhibit)

    def table(self, exhibit: Exhibit) -> Table:
        self.tables += 1
        number = f"{self.labels.words['table']} {self.tables}"
        return build_table(self.frame, exhibit.indicators, exhibit.by, self.labels, number=number,
                           anchor=f"table-{self.tables}", title=self.title(exhibit), confidence=self.confidence)

    def results(self, exhibit: Exhibit) -> Results:
        self.tables += 1
        return build_results(
            exhibit, self.study, self.analyses, self.labels, number=f"{self.labels.words['table']} {self.tables}",
            anchor=f"table-{self.tables}", title=self.title(exhibit), confidence=self.confidence)

    def chart(self, exhibit: Exhibit) -> Chart:
        self.charts += 1
        words, position, title = self.labels.words, self.charts, self.title(exhibit)
        points, total = _points(self.frame, exhibit, self.labels)
        if exhibit.options.get("sort"):
            points.sort(key=lambda point: -point.estimate if point.shown else float("inf"))
        statuses = {point.status for point in points}
        notes = [Note("", words.say(f"note_{exhibit.kind}", confidence=self.confidence))]
        notes += [Note("", words[f"weak_{exhibit.kind}"])] if "weak" in statuses else []
        notes += [Note(mark, words[f"mark_{status}"]) for status, mark in MARKS.items()
                  if status in statuses and status != "weak"]
        notes.append(Note("", words.say("data_of_chart", table=self.data_of(exhibit, title))))
        svg = draw(exhibit.kind, points, total=total, fonts=self.fonts, prefix=f"c{position}") \
            if any(point.shown for point in points) else ""
        return Chart(
            number=f"{words['chart']} {position}", anchor=f"chart-{position}", title=title,
            unit=" · ".join(sorted({self.labels.unit(point.unit) for point in points})),
            alt=describe(title, points, words, ordered=exhibit.kind == "line"), svg=svg, notes=tuple(notes))

    def data_of(self, exhibit: Exhibit, title: str) -> str:
        """Name the table with a chart's values, made for the annex where no chapter has it."""
        word = self.labels.words["table"]
        for place, table in enumerate(self.planned, start=1):
            same = table.by == exhibit.by and set(exhibit.indicators) <= set(table.indicators)
            if same and table.kind not in RESULTS:
                return f"{word} {place}"
        place = len(self.data_tables) + 1
        self.data_tables.append(build_table(
            self.frame, exhibit.indicators, exhibit.by, self.labels, number=f"{word} A{place}",
            anchor=f"table-a{place}", title=title, confidence=self.confidence))
        return f"{word} A{place}"

    def title(self, exhibit: Exhibit) -> str:
        if exhibit.title is not None:
            return exhibit.title.get(self.labels.words.language)
        if exhibit.kind in RESULTS and not exhibit.indicators:
            return ""
        what = listed([self.labels.indicator(name) for name in exhibit.indicators], self.labels.words)
        if not exhibit.by:
            return what
        by = listed(["", *(self.labels.breakdown(name) for name in exhibit.by)], self.labels.words)
        return self.labels.words.say("title_by", what=what, by=by)


def _points(frame: pd.DataFrame, exhibit: Exhibit, labels: Labels) -> tuple[list[Point], Point | None]:
    points: list[Point] = []
    total = None
    for indicator in exhibit.indicators:
        decimals = precision(frame, indicator, labels)
        parts = labels.parts(indicator, frame)
        for part in parts:
            for _, record in select(frame, part, exhibit.by, labels).iterrows():
                codes = [str(record[labels.column(name, frame)]) for name in exhibit.by]
                names = [labels.domain(name, code) for name, code in zip(exhibit.by, codes, strict=True)]
                if parts != (indicator,):
                    names.append(labels.part(part))
                elif len(exhibit.indicators) > 1 or not names:
                    names.insert(0, labels.indicator(indicator))
                point = point_of(record, " · ".join(names), decimals)
                if codes and all(code == WHOLE for code in codes) and parts == (indicator,):
                    total = point
                elif WHOLE not in codes:
                    points.append(point)
    return points, total


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
    scale = (point.low, point.estimate, point.high) if point.unit == "percent" else None
    return KeyFigure(value, name, interval_text(point, words, confidence), note, scale)


def listed(names: Sequence[str], words: Words) -> str:
    """Join names as a sentence would: all but the first in lower case, unless they start with an acronym."""
    lowered = [*names[:1], *(f"{name[:1].lower()}{name[1:]}" if name[1:2].islower() else name for name in names[1:])]
    kept = [name for name in lowered if name]
    joined = words["and"]
    if joined == "y" and len(kept) > 1 and re.match(r"(i|í|hi(?![ae]))", kept[-1], re.IGNORECASE):
        joined = "e"  # Spanish: "edad media e índice de masculinidad"
    return f" {joined} ".join([", ".join(kept[:-1]), kept[-1]] if len(kept) > 1 else kept)


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())
