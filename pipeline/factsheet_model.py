"""Everything a fact sheet says about one place or group, as plain texts in one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.report_blocks import Material
from pipeline.report_labels import WHOLE
from pipeline.report_methods import method_text
from pipeline.report_numbers import estimate_text, in_unit, with_sign
from pipeline.report_sentences import Record, compared, comparison_sentence
from pipeline.report_tables import MARKS, Note, Point, interval_text, point_of, precision
from pipeline.report_words import Words
from surveys.study import FactsheetPlan

MOST_LINES = 16


@dataclass(frozen=True)
class Line:
    """One indicator here and in the whole: texts, marks, and places on a common scale from 0 to 1 (empty if hidden)."""

    label: str
    here: str
    interval: str
    whole: str
    mark: str
    scale: tuple[float, ...]
    reference: tuple[float, ...]


@dataclass(frozen=True)
class Sheet:
    """A fact sheet in one language."""

    words: Words
    name: str
    place: str
    kind: str
    title: str
    producer: str
    reference_period: str
    year: int
    synthetic: bool
    draft: bool
    intro: str
    lines: tuple[Line, ...]
    alt: str
    findings: tuple[str, ...]
    notes: tuple[Note, ...]
    method: str


def factsheets_of(material: Material, *, final: bool = False) -> list[Sheet]:
    """Build the sheets that a study declares, one for each code of each of its breakdowns.

    Parameters
    ----------
    material : Material
        Estimates, comparisons and the study.
    final : bool
        Whether every validator has signed.

    Returns
    -------
    list of Sheet
        In the order of the code lists. A code without any row has no sheet.
    """
    plan = material.study.report.factsheets
    sheets: list[Sheet] = []
    for by in () if plan is None else plan.by:
        column = material.labels.column(by, material.frame)
        rows = _rows(material, column)
        names = _indicators(plan, rows, material)
        decimals = {name: precision(material.frame, name, material.labels) for name in names}
        said = _said(material, column, decimals)
        codes = [code for code in material.labels.codes(by) if code in rows] or \
            sorted(code for code in rows if code != WHOLE)
        sheets += [_sheet(by, code, rows, decimals, said.get(code, ()), material, final=final) for code in codes]
    return sheets


def _rows(material: Material, column: str) -> dict[str, dict[str, pd.Series]]:
    """Rows by code and indicator of one breakdown alone, and those of the whole."""
    frame = material.frame
    names = [str(name) for name in frame.columns]
    others = [name for name in names[names.index("indicator") + 1 : names.index("estimate")] if name != column]
    alone = frame[(frame[others] == WHOLE).all(axis=1)] if others else frame
    found: dict[str, dict[str, pd.Series]] = {}
    for _, row in alone.iterrows():
        found.setdefault(str(row[column]), {}).setdefault(str(row["indicator"]), row)
    return found


def _indicators(
    plan: FactsheetPlan | None, rows: Mapping[str, Mapping[str, pd.Series]], material: Material
) -> list[str]:
    known = dict.fromkeys(name for code, own in rows.items() if code != WHOLE for name in own)
    wanted = plan.indicators if plan is not None else ()
    if not wanted:
        return list(known)[:MOST_LINES]
    return [part for name in wanted for part in material.labels.parts(name, material.frame) if part in known]


def _said(material: Material, column: str, decimals: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """Sentences by the code that they are about, where each side is a whole domain of the breakdown."""
    found: dict[str, list[str]] = {}
    for record in compared(material):
        if material.labels.column(str(record["between"]), material.frame) != column or _inside(record, column):
            continue
        sentence = comparison_sentence(record, material.labels, decimals.get(str(record["indicator"]), 1))
        for side in dict.fromkeys((str(record["group_a"]), str(record["group_b"]))):
            found.setdefault(side, []).append(sentence)
    return {code: tuple(sentences) for code, sentences in found.items()}


def _inside(record: Record, column: str) -> bool:
    names = list(record)
    inner = names[names.index("indicator") + 1 : names.index("between")]
    return any(record[name] != WHOLE for name in inner if name != column)


def _sheet(
    by: str, code: str, rows: Mapping[str, Mapping[str, pd.Series]], decimals: Mapping[str, int],
    findings: tuple[str, ...], material: Material, *, final: bool,
) -> Sheet:
    labels, study = material.labels, material.study
    words, language = labels.words, labels.words.language
    place = labels.domain_alone(by, code)
    lines, points = [], []
    for name, digits in decimals.items():
        if name in rows[code]:
            here = point_of(rows[code][name], labels.indicator(name), digits)
            whole = rows.get(WHOLE, {}).get(name)
            lines.append(_line(here, None if whole is None else point_of(whole, words["factsheet_whole"], digits),
                               material))
            points.append(here)
    return Sheet(
        words=words, name=f"{by}_{_file_name(code)}", place=place, kind=labels.breakdown(by),
        title=study.title.get(language), producer=study.producer.get(language) if study.producer else "",
        reference_period=study.reference_period.get(language) if study.reference_period else str(study.year),
        year=study.year, synthetic=study.synthetic, draft=not final,
        intro=words.say("factsheet_intro", place=place, confidence=material.confidence),
        lines=tuple(lines), alt=_alt(place, points, material), findings=findings,
        notes=tuple(Note(mark, words[f"mark_{status}"]) for status, mark in MARKS.items()
                    if any(point.status == status for point in points)),
        method=method_text(study, material.records, words, material.confidence))


def _line(here: Point, whole: Point | None, material: Material) -> Line:
    words = material.labels.words
    unit = "" if here.unit == "percent" else f" ({material.labels.unit_inside(here.unit)})"
    beside = whole.estimate if whole is not None and whole.shown else None
    said = "" if whole is None else _text(whole, words)
    if not here.shown:
        return Line(f"{here.label}{unit}", MARKS[here.status], "", said, "", (), ())
    # A total of the whole says nothing beside a part of it: only shares, means and rates are compared on one scale.
    near = beside is not None and beside <= 4 * here.high
    top = max(in_unit(here.high, here.unit), in_unit(beside, here.unit) if near and beside is not None else 0.0) or 1.0
    scale = tuple(in_unit(value, here.unit) / top for value in (here.low, here.estimate, here.high))
    reference = (in_unit(beside, here.unit) / top,) if near and beside is not None else ()
    interval = interval_text(here, words, material.confidence).partition(": ")[2]
    return Line(f"{here.label}{unit}", _text(here, words), interval, said,
                MARKS["weak"] if here.status == "weak" else "", scale, reference)


def _text(point: Point, words: Words) -> str:
    if not point.shown:
        return MARKS[point.status]
    return with_sign(estimate_text(point.estimate, point.unit, point.decimals), point.unit, words.language)


def _alt(place: str, points: Iterable[Point], material: Material) -> str:
    words = material.labels.words
    shown = [point for point in points if point.shown]
    findings = "; ".join(f"{point.label}, {_text(point, words)} "
                         f"({interval_text(point, words, material.confidence)})" for point in shown)
    return words.say("factsheet_alt", place=place, count=len(shown), findings=f"{findings}." if findings else "")


def _file_name(code: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in code)
