"""Many figures of two groups in one table: by the criteria they serve, or in the order asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from pipeline.report_blocks import Built, Material, Place, Results
from pipeline.report_labels import Labels
from pipeline.report_numbers import decimals_of, in_unit
from pipeline.report_sentences import comparison_sentence, number_of, p_text, records_of, texts_of, within_of
from pipeline.report_tables import HIDDEN, MARKS, Note, precision, row_of, select
from surveys.study import Exhibit

CRITERIA = "iasc_criterion"
Cells = tuple[str, ...]


def build_criteria(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Build the table of the indicators that carry a criterion, in the order of the criteria.

    Parameters
    ----------
    exhibit : Exhibit
        ``by`` names the breakdown whose groups are compared; ``indicators``, if any, keeps only these, and ``criteria``
        only those criteria.
    material : Material
        Its table ``comparisons`` holds the gaps; figures that only the displaced have come from the estimates.
    place : Place
        Number, link target and title.

    Returns
    -------
    Built
        A plain table with a line for each criterion, and a sentence that counts what the tests show.
    """
    labels, words = material.labels, material.labels.words
    listed = labels.dictionary.code_lists.get(CRITERIA)
    wanted = [str(code) for code in exhibit.options.get("criteria") or ()]
    rows: list[Cells] = []
    conclusions: list[str] = []
    for code, criterion in (listed.codes if listed is not None else {}).items():
        found = [] if wanted and code not in wanted else list(_of_criterion(code, exhibit, material))
        if found:
            rows.append((f"{code}. {criterion.label.get(words.language)}", "", "", "", "", ""))
            rows += [cells for cells, _ in found]
            conclusions += [conclusion for _, conclusion in found]
    tested = [conclusion for conclusion in conclusions if conclusion not in ("", "withheld")]
    sentences = () if not tested else (words.say(
        "criteria_summary", all=len(tested), worse=tested.count("higher"), better=tested.count("lower"),
        rest=tested.count("no_difference_shown")),)
    marks = {cell for row in rows for cell in row} - {MARKS["empty"]}  # here a dash says that nobody was to be asked
    notes = [Note("", words["note_criteria"])]
    notes += [Note(mark, words[f"mark_{status}"]) for status, mark in MARKS.items() if mark in marks]
    columns = (words["criteria_what"], *_groups(exhibit, labels), words["compare_gap"],
               words.say("interval", confidence=material.confidence), words["p_adjusted"])  # fmt: skip
    return Built(Results(place.number, place.anchor, place.title, "", columns, tuple(rows), tuple(range(1, 6)),
                         sentences, tuple(notes)))  # fmt: skip


def build_gaps(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Build the table of many figures in two groups, in the order of the exhibit.

    Parameters
    ----------
    exhibit : Exhibit
        ``by`` names the breakdown whose groups are compared, ``indicators`` the figures.
    material, place
        As in `build_criteria`.

    Returns
    -------
    Built
        A plain table; a sentence for each difference that a test shows, and one that names the rest.
    """
    labels, words = material.labels, material.labels.words
    found = _by_indicator(exhibit, material)
    chosen = [(name, found[name]) for name in exhibit.indicators if name in found]
    rows = tuple(_compared(_with_unit(name, record, labels), record, labels) for name, record in chosen)
    sentences = [comparison_sentence(record, labels, _decimals(record, labels)) for _, record in chosen
                 if record["conclusion"] in ("higher", "lower")]  # fmt: skip
    rest = [labels.indicator(name) for name, record in chosen if record["conclusion"] == "no_difference_shown"]
    if rest:
        sentences.append(words.say("gaps_none", names="; ".join(f"{name[:1].lower()}{name[1:]}" for name in rest)))
    marks = {cell for row in rows for cell in row}
    notes = [Note("", words["note_gaps"])]
    notes += [Note(mark, words[f"mark_{status}"]) for status, mark in MARKS.items() if mark in marks]
    gap = "compare_gap" if any(record["kind"] == "ratio" for _, record in chosen) else "gap_difference"
    columns = (words["compare_what"], *_groups(exhibit, labels), words[gap],
               words.say("interval", confidence=material.confidence), words["p_adjusted"])  # fmt: skip
    percent = {record["unit"] == "percent" for _, record in chosen}
    unit = "" if True not in percent else words["gaps_unit_mixed" if False in percent else "gaps_unit"]
    return Built(Results(place.number, place.anchor, place.title, unit, columns, rows, tuple(range(1, 6)),
                         tuple(sentences), tuple(notes)))  # fmt: skip


def _by_indicator(exhibit: Exhibit, material: Material) -> dict[str, dict[str, object]]:
    return {str(record["indicator"]): record
            for record in records_of(material.tables.get("comparisons", pd.DataFrame()))
            if list(exhibit.by) == [*within_of(record), record["between"]]}  # fmt: skip


def _with_unit(name: str, record: dict[str, object], labels: Labels) -> str:
    unit = str(record["unit"])
    return labels.indicator(name) + (f" ({labels.unit_inside(unit)})" if unit != "percent" else "")


def _of_criterion(code: str, exhibit: Exhibit, material: Material) -> Iterator[tuple[Cells, str]]:
    dictionary, labels = material.labels.dictionary, material.labels
    compared = _by_indicator(exhibit, material)
    for name, indicator in dictionary.indicators.items():
        if indicator.criterion != code or (exhibit.indicators and name not in exhibit.indicators):
            continue
        label = labels.indicator(name)
        if name in compared:
            yield _compared(label, compared[name], labels), str(compared[name]["conclusion"])
            continue
        for _, record in select(material.frame, name, (), labels).iterrows():
            row = row_of(record, label, labels.words, decimals=precision(material.frame, name, labels))
            sign = "" if str(record["status"]) in HIDDEN else f" {row.mark}".rstrip()
            yield (label, f"{row.estimate}{sign}", "–", "", "", ""), ""


def _compared(label: str, record: dict[str, object], labels: Labels) -> Cells:
    words = labels.words
    if record["status"] == "withheld":
        mark = MARKS["confidential" if record["reason"] == "confidential_side" else "withheld"]
        return (label, mark, "", "", "", "")
    text = texts_of(record, _decimals(record, labels))
    return (label, text["estimate_a"], text["estimate_b"], text["estimate"],
            words.say("range_of", low=text["ci_low"], high=text["ci_high"]), p_text(number_of(record["p_adjusted"])))


def _decimals(record: dict[str, object], labels: Labels) -> int:
    unit = str(record["unit"])
    size = max(abs(number_of(record["estimate_a"])), abs(number_of(record["estimate_b"])))
    return decimals_of(unit, in_unit(size, unit), counted=labels.counted(str(record["indicator"])))


def _groups(exhibit: Exhibit, labels: Labels) -> tuple[str, str]:
    if not exhibit.by:
        return labels.words["compare_first"], labels.words["compare_second"]
    codes = labels.codes(exhibit.by[-1])
    first, second = (labels.domain_alone(exhibit.by[-1], code) for code in codes[:2])
    return first, second
