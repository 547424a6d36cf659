"""Comparisons, regressions and tests of the report: a table, and a sentence that says only what the test allows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from pipeline.report_blocks import Built, Material, Place, Results
from pipeline.report_labels import WHOLE, Labels
from pipeline.report_numbers import decimals_of, estimate_text, in_unit, plain, with_sign
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


def comparison_sentence(row: Mapping[str, object], labels: Labels, decimals: int) -> str:
    """Say what a comparison allows to be said; nothing where a side may not be shown.

    Parameters
    ----------
    row : mapping
        One row of ``comparisons``.
    labels : Labels
        In the language wanted.
    decimals : int
        Of the figures.

    Returns
    -------
    str
        "Higher than", "lower than" or "no difference can be shown", with the figures behind it; empty where the
        comparison is withheld.
    """
    conclusion = str(row["conclusion"])
    if conclusion == "withheld" or not math.isfinite(_number(row["p_adjusted"])):
        return ""
    first, second = _groups(row, labels, alone=True)
    words = labels.words

    text = _texts(row, decimals)
    unit = str(row["unit"])
    points = f" {words['points']}" if unit == "percent" and row["kind"] == "difference" else ""
    return words.say(
        f"compare_{conclusion}", what=labels.indicator(str(row["indicator"])), first=first, second=second,
        first_value=with_sign(text["estimate_a"], unit, words.language),
        second_value=with_sign(text["estimate_b"], unit, words.language), kind=words[f"compare_{row['kind']}"],
        value=f"{text['estimate']}{points}", low=text["ci_low"], high=text["ci_high"],
        p=p_text(_number(row["p_adjusted"])), detectable=f"{text['minimum_detectable']}{points}",
    )


def _texts(row: Mapping[str, object], decimals: int) -> dict[str, str]:
    """Write the numbers of a comparison; a ratio is a plain number whatever the unit of its sides."""
    unit = str(row["unit"])
    found = {name: estimate_text(_number(row[name]), unit, decimals) for name in ("estimate_a", "estimate_b")}
    for name in ("estimate", "ci_low", "ci_high", "minimum_detectable"):
        value = _number(row[name])
        found[name] = plain(value, 2) if row["kind"] == "ratio" else estimate_text(value, unit, decimals)
    return found


def p_text(value: float) -> str:
    """Write a p-value with three decimals, never as zero."""
    return "" if not math.isfinite(value) else "< 0.001" if value < 0.001 else f"{value:.3f}"


def _comparison(
    exhibit: Exhibit, tables: Mapping[str, pd.DataFrame], labels: Labels, number: str, anchor: str, title: str,
    confidence: str,
) -> Results:
    words = labels.words
    rows: list[tuple[str, ...]] = []
    sentences: list[str] = []
    table = tables.get("comparisons", pd.DataFrame())
    marks: dict[str, None] = {}
    for record in _records(table):
        whole = str(record["indicator"]).partition(".")[0]
        named = record["indicator"] in exhibit.indicators or whole in exhibit.indicators
        within = [column for column in _within(table) if record[column] != WHOLE]
        if not named or list(exhibit.by) != [*within, record["between"]]:
            continue
        unit = str(record["unit"])
        first, second = _groups(record, labels)
        inner = [labels.domain_alone(name, str(record[name])) for name in within]
        sign = f" ({labels.unit_inside(unit)})" if unit else ""
        label = " · ".join([labels.indicator(str(record["indicator"])) + sign, *inner, f"{first} / {second}"])
        if record["status"] == "withheld":
            mark = MARKS["confidential" if record["reason"] == "confidential_side" else "withheld"]
            marks[mark] = None
            rows.append((label, mark, "", "", "", "", ""))
            continue
        size = max(abs(_number(record["estimate_a"])), abs(_number(record["estimate_b"])))
        decimals = decimals_of(unit, in_unit(size, unit), counted=labels.counted(str(record["indicator"])))

        text = _texts(record, decimals)
        rows.append((
            label, text["estimate_a"], text["estimate_b"], text["estimate"],
            words.say("range_of", low=text["ci_low"], high=text["ci_high"]), p_text(_number(record["p_adjusted"])),
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
    records = _records(table[table["model"] == name])
    rows: list[tuple[str, ...]] = []
    references: dict[str, None] = {}
    for record in records:
        term, code = str(record["term"]), str(record["code"])
        label = _term(term, labels)
        if code:
            references[words.say("reference_of", what=label, code=_code(term, str(record["reference"]), labels))] = None
            label = f"{label}: {_code(term, code, labels)}"
        if record["status"] == "withheld":
            rows.append((label or words["model_not_fitted"], MARKS["withheld"], "", "", "", "", ""))
            continue
        numbers = [plain(_number(record[column]), 3) for column in ("coefficient", "se", "ci_low", "ci_high")]
        rows.append((
            label, numbers[0], numbers[1], words.say("range_of", low=numbers[2], high=numbers[3]),
            p_text(_number(record["p_value"])), *(plain(_number(record[at]), 3) for at in ("effect", "effect_se")),
        ))  # fmt: skip
    title = name if model is None or model.label is None else model.label.get(words.language)
    family = words[f"family_{model.family}"] if model is not None else ""
    notes = [Note("", text) for text in references]
    if records:
        notes.append(Note("", words.say(
            "note_model", family=family, n=plain(_number(records[0]["n"]), 0), df=plain(_number(records[0]["df"]), 0))))
    if any(record["status"] == "withheld" for record in records):
        notes.append(Note(MARKS["withheld"], words["mark_withheld"]))
    columns = (words["term"], words["coefficient"], words["se"], words.say("interval", confidence=confidence), "p",
               words["effect"], words["se"])  # fmt: skip
    heading = exhibit.title.get(words.language) if exhibit.title is not None else title
    return Results(number, anchor, heading, "", columns, tuple(rows), tuple(range(1, 7)), (), tuple(notes))


def _independence(
    exhibit: Exhibit, tables: Mapping[str, pd.DataFrame], labels: Labels, number: str, anchor: str
) -> Results:
    words = labels.words
    rows: list[tuple[str, ...]] = []
    sentences: list[str] = []
    for record in _records(tables.get("tests", pd.DataFrame())):
        first, second = labels.breakdown(str(record["rows"])), labels.breakdown(str(record["columns"]))
        label = f"{first} × {second}"
        if record["status"] == "withheld":
            rows.append((label, MARKS["withheld"], "", "", ""))
            continue
        p = _number(record["p_value"])
        rows.append((
            label, plain(_number(record["f"]), 2),
            f"{plain(_number(record['numerator_df']), 1)}; {plain(_number(record['denominator_df']), 1)}", p_text(p),
            plain(_number(record["n"]), 0),
        ))  # fmt: skip
        key = "independence_rejected" if p < SIGNIFICANCE else "independence_kept"
        sentences.append(words.say(key, first=first, second=second, p=p_text(p)))
    title = exhibit.title.get(words.language) if exhibit.title is not None else words["independence"]
    columns = (words["compare_what"], "F", words["degrees"], "p", words["n"])
    return Results(number, anchor, title, "", columns, tuple(rows), (1, 2, 3, 4), tuple(sentences),
                   (Note("", words["note_independence"]),))  # fmt: skip


def _groups(row: Mapping[str, object], labels: Labels, *, alone: bool = False) -> tuple[str, str]:
    between = str(row["between"])

    def group(code: str) -> str:
        if code == "rest":
            return labels.words["compare_rest"]
        if code == WHOLE:
            return labels.words["total"]
        # In a sentence nothing beside says of what question the answer is.
        return labels.domain_alone(between, code) if alone else labels.domain(between, code)

    return group(str(row["group_a"])), group(str(row["group_b"]))


def _within(table: pd.DataFrame) -> Sequence[str]:
    names = [str(name) for name in table.columns]
    return names[names.index("indicator") + 1 : names.index("between")] if "between" in names else ()


def _term(term: str, labels: Labels) -> str:
    if term == "constant":
        return labels.words["constant"]
    known = labels.dictionary.variables.get(term)
    return term if known is None else known.label.get(labels.words.language)


def _code(variable: str, code: str, labels: Labels) -> str:
    known = labels.dictionary.variables.get(variable)
    listed = labels.dictionary.code_lists[known.codes].codes.get(code) if known is not None and known.codes else None
    return code if listed is None else listed.label.get(labels.words.language)


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in record.items()} for record in table.to_dict("records")]


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
