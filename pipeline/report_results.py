"""Comparisons, regressions and tests of the report: a table, and a sentence that says only what the test allows."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.report_blocks import Built, Material, Place, Results
from pipeline.report_labels import Labels
from pipeline.report_numbers import decimals_of, in_unit, plain
from pipeline.report_sentences import (
    comparison_sentence,
    groups_of,
    number_of,
    p_text,
    records_of,
    texts_of,
    within_of,
)
from pipeline.report_tables import MARKS, Note
from surveys.study import Exhibit, Study

SIGNIFICANCE = 0.05


def build_results(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Build the exhibit of comparisons, of one model or of tests of independence.

    Parameters
    ----------
    exhibit : Exhibit
        Of the kind ``comparison``, ``regression`` or ``independence``.
    material : Material
        Its tables ``comparisons``, ``models`` and ``tests``; one may be absent.
    place : Place
        Number, link target, and the title where the exhibit gives one.

    Returns
    -------
    Built
        A plain table, with the sentences that the tests allow.
    """
    labels, tables, confidence = material.labels, material.tables, material.confidence
    number, anchor = place.number, place.anchor
    if exhibit.kind == "comparison":
        return Built(_comparison(exhibit, tables, labels, number, anchor, place.title, confidence))
    if exhibit.kind == "regression":
        return Built(_regression(exhibit, material.study, tables, labels, number, anchor, confidence))
    return Built(_independence(exhibit, tables, labels, number, anchor))


def _comparison(
    exhibit: Exhibit, tables: Mapping[str, pd.DataFrame], labels: Labels, number: str, anchor: str, title: str,
    confidence: str,
) -> Results:
    words = labels.words
    rows: list[tuple[str, ...]] = []
    sentences: list[str] = []
    table = tables.get("comparisons", pd.DataFrame())
    marks: dict[str, None] = {}
    for record in records_of(table):
        whole = str(record["indicator"]).partition(".")[0]
        named = record["indicator"] in exhibit.indicators or whole in exhibit.indicators
        within = within_of(record)
        if not named or list(exhibit.by) != [*within, record["between"]]:
            continue
        unit = str(record["unit"])
        first, second = groups_of(record, labels)
        inner = [labels.domain_alone(name, str(record[name])) for name in within]
        sign = f" ({labels.unit_inside(unit)})" if unit else ""
        label = " · ".join([labels.indicator(str(record["indicator"])) + sign, *inner, f"{first} / {second}"])
        if record["status"] == "withheld":
            mark = MARKS["confidential" if record["reason"] == "confidential_side" else "withheld"]
            marks[mark] = None
            rows.append((label, mark, "", "", "", "", ""))
            continue
        size = max(abs(number_of(record["estimate_a"])), abs(number_of(record["estimate_b"])))
        decimals = decimals_of(unit, in_unit(size, unit), counted=labels.counted(str(record["indicator"])))

        text = texts_of(record, decimals)
        rows.append((
            label, text["estimate_a"], text["estimate_b"], text["estimate"],
            words.say("range_of", low=text["ci_low"], high=text["ci_high"]), p_text(number_of(record["p_adjusted"])),
            text["minimum_detectable"],
        ))  # fmt: skip
        sentences.append(comparison_sentence(record, labels, decimals))
    notes = [Note("", words["note_comparison"])]
    notes += [Note(mark, words[f"mark_{status}"]) for status, mark in MARKS.items() if mark in marks]
    columns = (words["compare_what"], words["compare_first"], words["compare_second"], words["compare_gap"],
               words.say("interval", confidence=confidence), words["p_adjusted"], words["detectable"])  # fmt: skip
    return Results(number, anchor, title, "", columns, tuple(rows), tuple(range(1, 7)),
                   tuple(sentence for sentence in sentences if sentence), tuple(notes))  # fmt: skip


def _regression(
    exhibit: Exhibit, study: Study, tables: Mapping[str, pd.DataFrame], labels: Labels, number: str, anchor: str,
    confidence: str,
) -> Results:
    words = labels.words
    name = str(exhibit.options.get("model"))
    model = next((item for item in study.analyses.models if item.name == name), None)
    table = tables.get("models", pd.DataFrame(columns=["model"]))
    records = records_of(table[table["model"] == name])
    share = model is not None and model.family == "logistic"  # effects on a share are told in points
    rows: list[tuple[str, ...]] = []
    references: dict[str, None] = {}
    for record in records:
        term, code = str(record["term"]), str(record["code"])
        label = _term(term, labels)
        if code:
            references[words.say("reference_of", what=label, code=_code(term, str(record["reference"]), labels))] = None
            label = f"{label}: {_code(term, code, labels)}"
        if record["status"] == "withheld":
            rows.append((label or words[f"unfitted_{record['reason']}"], MARKS["withheld"], "", "", "", "", ""))
            continue
        numbers = [plain(number_of(record[column]), 3) for column in ("coefficient", "se", "ci_low", "ci_high")]
        effects = [plain((100 if share else 1) * number_of(record[at]), 3) for at in ("effect", "effect_se")]
        rows.append((
            label, numbers[0], numbers[1], words.say("range_of", low=numbers[2], high=numbers[3]),
            p_text(number_of(record["p_value"])), *effects,
        ))  # fmt: skip
    title = name if model is None or model.label is None else model.label.get(words.language)
    family = words[f"family_{model.family}"] if model is not None else ""
    notes = [Note("", text) for text in references]
    if records:
        size, df = (plain(number_of(records[0][name]), 0) for name in ("n", "df"))
        notes.append(Note("", words.say("note_model", family=family, n=size, df=df)))
    if any(record["status"] == "withheld" for record in records):
        notes.append(Note(MARKS["withheld"], words["mark_withheld"]))
    columns = (words["term"], words["coefficient"], words["se"], words.say("interval", confidence=confidence), "p",
               words["effect_points" if share else "effect"], words["se"])  # fmt: skip
    heading = exhibit.title.get(words.language) if exhibit.title is not None else title
    return Results(number, anchor, heading, "", columns, tuple(rows), tuple(range(1, 7)), (), tuple(notes))


def _independence(
    exhibit: Exhibit, tables: Mapping[str, pd.DataFrame], labels: Labels, number: str, anchor: str
) -> Results:
    words = labels.words
    rows: list[tuple[str, ...]] = []
    sentences: list[str] = []
    for record in records_of(tables.get("tests", pd.DataFrame())):
        first, second = labels.breakdown(str(record["rows"])), labels.breakdown(str(record["columns"]))
        label = f"{first} × {second}"
        if record["status"] == "withheld":
            rows.append((label, MARKS["withheld"], "", "", ""))
            continue
        p = number_of(record["p_value"])
        freedom = "; ".join(plain(number_of(record[name]), 1) for name in ("numerator_df", "denominator_df"))
        rows.append((
            label, plain(number_of(record["f"]), 2), freedom, p_text(p),
            plain(number_of(record["n"]), 0),
        ))  # fmt: skip
        key = "independence_rejected" if p < SIGNIFICANCE else "independence_kept"
        sentences.append(words.say(key, first=first, second=second, p=p_text(p)))
    title = exhibit.title.get(words.language) if exhibit.title is not None else words["independence"]
    columns = (words["compare_what"], "F", words["degrees"], "p", words["n"])
    return Results(number, anchor, title, "", columns, tuple(rows), (1, 2, 3, 4), tuple(sentences),
                   (Note("", words["note_independence"]),))  # fmt: skip


def _term(term: str, labels: Labels) -> str:
    if term == "constant":
        return labels.words["constant"]
    known = labels.dictionary.variables.get(term)
    return term if known is None else known.label.get(labels.words.language)


def _code(variable: str, code: str, labels: Labels) -> str:
    known = labels.dictionary.variables.get(variable)
    listed = labels.dictionary.code_lists[known.codes].codes.get(code) if known is not None and known.codes else None
    return code if listed is None else listed.label.get(labels.words.language)
