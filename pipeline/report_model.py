"""Everything a report says, as plain texts in one language; templates only place it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.report_blocks import Block, Chart, Material, Results
from pipeline.report_exhibits import Exhibits
from pipeline.report_full_tables import full_tables
from pipeline.report_glossary import glossary_of
from pipeline.report_kinds import KINDS
from pipeline.report_methods import Section, Source, method_text, methods_sections, sources_of
from pipeline.report_quality import quality_sections
from pipeline.report_recommendations import Passage, recommendations_of
from pipeline.report_summary import Summary, build_summary
from pipeline.report_tables import EXTENDED_MARK, MARKS, Note, Table, explained
from pipeline.report_words import Words
from pipeline.table_labels import UNCERTIFIED_MARK
from surveys.study import Exhibit, Study

BRIEF_PICTURES = 2


@dataclass(frozen=True)
class Chapter:
    """A chapter: its title, paragraphs and exhibits in order."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    exhibits: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """A whole report in one language.

    ``draft`` is False only for a report that every validator has signed; until then each page says that it is a draft.
    """

    words: Words
    title: str
    subtitle: str
    producer: str
    reference_period: str
    year: int
    synthetic: bool
    draft: bool
    foreword: tuple[str, ...]
    members: tuple[tuple[str, str, str], ...]
    decisions: tuple[tuple[str, str, str], ...]
    summary: Summary
    chapters: tuple[Chapter, ...]
    recommendations: tuple[Passage, ...]
    reading: tuple[str, ...]
    marks: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    quality: tuple[Section, ...]
    chart_tables: tuple[Table | Results, ...]
    full_tables: tuple[Table, ...]
    sources: tuple[Source, ...]
    glossary: tuple[tuple[str, str], ...]
    brief: tuple[Block, ...]
    method: str

    @property
    def charts(self) -> tuple[Chart, ...]:
        """All charts in order."""
        return tuple(item for chapter in self.chapters for item in chapter.exhibits if isinstance(item, Chart))


def build_report(material: Material, templates: Path, *, final: bool = False) -> Report:
    """Build the report of one study in the language of the material's words.

    Parameters
    ----------
    material : Material
        Estimates and other tables, records of the stages, and the study with what it wants to be shown.
    templates : Path
        Folder with ``glossary.yaml``.
    final : bool
        Whether every validator has signed; a report that is not final says on each page that it is a draft.

    Returns
    -------
    Report
    """
    study, labels = material.study, material.labels
    words, language = labels.words, labels.words.language
    plan = [exhibit for chapter in study.report.chapters for exhibit in chapter.exhibits]
    builder = Exhibits(material, plan)
    chapters, blocks = [], []
    for number, chapter in enumerate(study.report.chapters, start=1):
        made = tuple(builder.blocks(chapter.exhibits))
        blocks += list(zip(chapter.exhibits, made, strict=True))
        text = _paragraphs(chapter.text.get(language) if chapter.text else "")
        chapters.append(Chapter(number, chapter.title.get(language), text, made))
    shown = [exhibit for exhibit in plan if KINDS[exhibit.kind].of_estimates]
    return Report(
        words=words, title=study.title.get(language),
        subtitle=study.subtitle.get(language) if study.subtitle else "",
        producer=study.producer.get(language) if study.producer else "",
        reference_period=study.reference_period.get(language) if study.reference_period else str(study.year),
        year=study.year, synthetic=study.synthetic, draft=not final,
        foreword=_paragraphs(study.report.foreword.get(language) if study.report.foreword else ""),
        members=tuple((member.institution, words.either(f"role_{member.role}", member.role),
                       "; ".join(labels.indicator(name) for name in member.validates))
                      for member in study.working_group),
        decisions=_decisions(study, language),
        summary=build_summary(material), chapters=tuple(chapters),
        recommendations=recommendations_of(material.folder, language),
        reading=(words["design_intro"], words["design_compare"], words["reading_columns"]),
        marks=tuple((note.mark, note.text) for note in (*explained({*MARKS.values(), UNCERTIFIED_MARK}, words),
                                                        *_extended(study, language))),
        sections=methods_sections(study, material.records, labels,
                                  _paragraphs(study.design.notes.get(language) if study.design.notes else "")),
        quality=quality_sections(material),
        chart_tables=tuple(builder.data_tables), full_tables=full_tables(material, shown, builder),
        sources=sources_of(study, material.records, words), glossary=glossary_of(templates, study, language),
        brief=brief_blocks(blocks),
        method=" ".join([method_text(study, material.records, words, material.confidence),
                         *(f"{note.mark} {note.text}" for note in _extended(study, language))]),
    )


def brief_blocks(blocks: Sequence[tuple[Exhibit, Block]]) -> tuple[Block, ...]:
    """Choose what the two-page brief shows: exhibits with ``brief: true``, otherwise the first two pictures."""
    chosen = [block for exhibit, block in blocks if exhibit.options.get("brief")]
    pictures = [block for _, block in blocks if isinstance(block, Chart) and block.svg]
    return tuple(chosen or pictures[:BRIEF_PICTURES])


def _extended(study: Study, language: str) -> tuple[Note, ...]:
    """Explain the mark of totals carried beyond the places sampled, where the study carries any."""
    known = study.extrapolation
    return () if known is None else (Note(EXTENDED_MARK, known.warning.get(language)),)


def _decisions(study: Study, language: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((str(item["date"]), str(item["decision"][language]), "; ".join(item["by"]))
                 for item in study.settings.get("decisions") or ())


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())
