"""What the page says beside its figures: headline, files, how to read, methods and glossary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from estimates.study_plan import methods_of
from pipeline.release import Release
from pipeline.release_metadata import languages_of
from pipeline.report_blocks import Material
from pipeline.report_extended import extended_notes
from pipeline.report_glossary import glossary_of
from pipeline.report_labels import Labels
from pipeline.report_methods import Section, Source, method_text, sources_of, standards_sections
from pipeline.report_summary import Summary, build_summary
from pipeline.report_tables import EXTENDED_MARK, MARKS, Note, Table, build_table, explained
from pipeline.report_words import Words
from pipeline.table_labels import UNCERTIFIED_MARK
from pipeline.web_page.figures import ONLY_MODEL, comparisons_of
from surveys.study import Exhibit, KeyFigure

OURS = "explorer_{language}.html"
#: Not for readers: what proves the folder, and what programs keep about it.
NOT_LISTED = frozenset({"SHA256SUMS", "record.json", "manifest.json"})
#: Name, or ending with its point, to the phrase that says what the file is for; in the order of the page.
FILES = (
    (".xlsx", "workbook"), ("estimates.csv", "estimates"), ("labels.csv", "labels"), ("comparisons.csv", "comparisons"),
    ("small_areas.csv", "small_areas"), ("models.csv", "models"), ("tests.csv", "tests"), ("trend.csv", "trend"),
    ("trend_tests.csv", "trend"), ("change.csv", "change"), ("external_series.csv", "external"),
    ("geography.csv", "geography"), ("geography_crosswalk.csv", "geography"), (".px", "px"), (".parquet", "parquet"),
    (".sav", "microdata"), (".dta", "microdata"),
    ("datapackage.json", "package"), ("-metadata.json", "package"), ("sdmx_data.csv", "sdmx_data"),
    ("sdmx_data.json", "sdmx_data"),
    ("sdmx_data_2.1.xml", "sdmx_data"), ("sdmx_structure.xml", "sdmx_structure"),
    ("sdmx_structure.json", "sdmx_structure"), ("sdmx_structure_2.1.xml", "sdmx_structure"), (".pdf", "document"),
    (".html", "document"),
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """Everything of the page but its figures; templates only place it."""

    words: Words
    name: str
    title: str
    subtitle: str
    producer: str
    reference_period: str
    confidence: str
    synthetic: bool
    draft: bool
    others: tuple[tuple[str, str], ...]
    foreword: tuple[str, ...]
    summary: Summary
    links: tuple[str, ...]
    headline: Table | None
    files: tuple[tuple[str, tuple[str, ...]], ...]
    marks: tuple[tuple[str, str], ...]
    reading: tuple[str, ...]
    method: str
    design: tuple[str, ...]
    standards: tuple[Section, ...]
    sources: tuple[Source, ...]
    glossary: tuple[tuple[str, str], ...]


def page_texts(release: Release, labels: Labels, templates: Path, folder: Path) -> Page:
    """Gather the texts of the page in one language.

    Parameters
    ----------
    release : Release
        Protected rows and the study.
    labels : Labels
        Names and phrases of the language.
    templates : Path
        Folder with ``glossary.yaml``.
    folder : Path
        Where the page is written; the files that are there are linked.
    """
    study, words = release.loaded.study, labels.words
    language = words.language
    confidence = f"{100 * float(methods_of(study)['confidence']):g}"
    figures = _told(release)
    tables = {**release.analyses, "comparisons": comparisons_of(release)}
    headed = replace(study, report=replace(study.report, key_figures=figures))
    material = Material(release.view, labels, confidence, templates / "fonts", headed, tables)
    warning = None if study.extrapolation is None else study.extrapolation.warning
    marks = [*explained({*MARKS.values(), UNCERTIFIED_MARK}, words),
             *([] if warning is None else [Note(EXTENDED_MARK, warning.get(language))]),
             *([Note(ONLY_MODEL, words["mark_model_only"])] if len(release.analyses.get("small_areas", ())) else [])]
    return Page(
        words=words, name=study.name, title=study.title.get(language),
        subtitle="" if study.subtitle is None else study.subtitle.get(language),
        producer="" if study.producer is None else study.producer.get(language),
        reference_period=str(study.year) if study.reference_period is None else study.reference_period.get(language),
        confidence=confidence, synthetic=study.synthetic, draft=not release.final,
        others=tuple((other, OURS.format(language=other)) for other in languages_of(study) if other != language),
        foreword=_paragraphs("" if study.report.foreword is None else study.report.foreword.get(language)),
        summary=build_summary(material),
        links=tuple(_link(figure.indicator, figure.domain, release.breakdowns) for figure in figures),
        headline=_headline(material) if figures else None,
        files=_files(folder, words),
        marks=tuple((note.mark, note.text) for note in marks),
        reading=(words["design_intro"], words["design_compare"], words["reading_columns"]),
        method=method_text(study, {}, words, confidence),
        design=_paragraphs("" if study.design.notes is None else study.design.notes.get(language)),
        standards=tuple(standards_sections(_record(release), words, study.publication.rounding_base)),
        sources=sources_of(study, {}, words), glossary=glossary_of(templates, study, language),
    )


def _headline(material: Material) -> Table:
    """Tabulate the key figures that speak of everybody, with all that says how precise they are."""
    words = material.labels.words
    names = [figure.indicator for figure in material.study.report.key_figures if not figure.domain]
    table = build_table(
        material.frame, names, (), material.labels, number="", anchor="headline", title=words["web_headline"],
        confidence=material.confidence)
    warning = None if material.study.extrapolation is None else material.study.extrapolation.warning
    notes = extended_notes(Exhibit("table", tuple(names)), material.frame, material.labels, warning)
    return Table(table.number, table.anchor, table.title, table.unit, table.first_column, table.interval, table.groups,
                 (*table.notes, *notes))


def _told(release: Release) -> tuple[KeyFigure, ...]:
    """Key figures of the study that this edition has."""
    known = set(release.view["indicator"].astype(str))
    return tuple(figure for figure in release.loaded.study.report.key_figures
                 if figure.indicator in known and set(figure.domain) <= set(release.breakdowns))  # fmt: skip


def _link(indicator: str, domain: Mapping[str, str], breakdowns: Sequence[str]) -> str:
    names = [name for name in breakdowns if name in domain]
    figure = indicator.partition(".")[0]
    return f"#indicator={figure}" + (f"&by={'+'.join(names)}" if names else "")


def _files(folder: Path, words: Words) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Files beside the page by what they are for, in the order of `FILES`; unknown ones last."""
    order = [*dict.fromkeys(phrase for _, phrase in FILES), "other"]
    found: dict[str, list[str]] = {phrase: [] for phrase in order}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and path.name not in NOT_LISTED and not path.name.startswith(("explorer_", ".")):
            found[next((phrase for known, phrase in FILES if _fits(path.name, known)), "other")].append(name)
    return tuple((words[f"web_file_{phrase}"], tuple(names)) for phrase, names in found.items() if names)


def _fits(name: str, known: str) -> bool:
    return name.endswith(known) if known[0] in ".-" else name == known


def _record(release: Release) -> dict[str, Any]:
    publication = release.loaded.study.publication
    counts = release.view["status"].value_counts()
    return {"methods": {"standards": list(publication.standards), "minimum_cases": publication.minimum_cases},
            "by_status": {str(status): int(count) for status, count in counts.items()}}


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())
