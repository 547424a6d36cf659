"""Tables of the report: rows of the estimate table turned into text, hidden rows into a symbol."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from estimates.extrapolation import EXTENDED
from estimates.verdicts import UNCERTIFIED
from pipeline.report_labels import WHOLE, Labels
from pipeline.report_numbers import decimals_of, error_text, estimate_text, in_unit, plain, with_sign
from pipeline.report_words import Words
from pipeline.table_labels import UNCERTIFIED_MARK

EXTENDED_MARK = "◊"
MARKS = {"weak": "†", "withheld": "‡", "confidential": "§", "empty": "–"}
HIDDEN = frozenset({"withheld", "confidential", "empty"})


@dataclass(frozen=True)
class Point:
    """One estimate as numbers, for a chart or a sentence.

    ``shown`` is False for a row that may not be published; its numbers are then NaN.
    """

    label: str
    estimate: float
    low: float
    high: float
    unit: str
    status: str
    decimals: int

    @property
    def shown(self) -> bool:
        """Whether the row may be seen."""
        return self.status not in HIDDEN and math.isfinite(self.estimate)


@dataclass(frozen=True)
class Row:
    """One line of a table: its label and the texts of its columns."""

    label: str
    estimate: str
    low: str
    high: str
    se: str
    cv: str
    n: str
    mark: str
    spoken: str
    strong: bool
    hidden: bool


@dataclass(frozen=True)
class Group:
    """Lines under one heading; the heading is empty where the table has a single group."""

    label: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Note:
    """A note below a table or chart, with the mark it explains."""

    mark: str
    text: str


@dataclass(frozen=True)
class Table:
    """A table ready to print."""

    number: str
    anchor: str
    title: str
    unit: str
    first_column: str
    interval: str
    groups: tuple[Group, ...]
    notes: tuple[Note, ...]
    kind: str = "table"


def build_table(
    frame: pd.DataFrame, indicators: Sequence[str], by: Sequence[str], labels: Labels, *,
    number: str, anchor: str, title: str, confidence: str,
) -> Table:
    """Build the table of some indicators by at most two breakdowns.

    Parameters
    ----------
    frame : DataFrame
        Published view of the estimates.
    indicators, by : sequence of str
        What the exhibit shows; a distribution stands for all its parts.
    labels : Labels
        In the language of the report.
    number, anchor, title, confidence : str
        Printed number, link target, title and confidence level of the table.

    Returns
    -------
    Table
    """
    words = labels.words
    groups = [group for name in indicators
              for group in _groups(frame, name, by, labels, alone=len(indicators) == 1)]
    mixed = {unit for _, lines in groups for _, unit in lines}
    one_unit = len(mixed) == 1
    if not by and all(len(lines) == 1 for _, lines in groups):
        groups = [("", [(row if one_unit else _with_unit(row, unit, labels), unit)
                        for _, lines in groups for row, unit in lines])]
    printed = tuple(Group(label if one_unit or not label else f"{label} ({labels.unit_inside(lines[0][1])})",
                          tuple(row for row, _ in lines)) for label, lines in groups)
    rows = [row for group in printed for row in group.rows]
    return Table(
        number=number, anchor=anchor, title=title,
        unit=labels.unit(next(iter(mixed))) if one_unit else "",
        first_column=_first_column(frame, indicators, by, labels),
        interval=words.say("interval", confidence=confidence), groups=printed,
        notes=notes_of(rows, words),
    )


def select(frame: pd.DataFrame, indicator: str, by: Sequence[str], labels: Labels) -> pd.DataFrame:
    """Rows of one indicator in the domains of some breakdowns, in the order of their code lists."""
    names = [str(name) for name in frame.columns]
    breakdowns = names[names.index("indicator") + 1:names.index("estimate")]
    wanted = [labels.column(name, frame) for name in by]
    rows: pd.DataFrame = labels.rows(frame).by_indicator.get(indicator, frame.iloc[:0])
    others = [column for column in breakdowns if column not in wanted]
    rows = rows.loc[(rows[others].to_numpy(dtype=object) == WHOLE).all(axis=1)]
    if not by:
        return rows
    keys = pd.DataFrame({column: rows[column].map(_rank(labels, name))
                         for name, column in zip(by, wanted, strict=True)})
    return rows.loc[keys.sort_values(list(keys.columns), kind="stable").index]


def precision(frame: pd.DataFrame, indicator: str, labels: Labels) -> int:
    """Decimals of an indicator, the same wherever it appears; hidden rows have no say in them."""
    same = labels.rows(frame).by_whole.get(indicator.partition(".")[0], frame.iloc[:0])
    rows = same[~same["status"].isin(HIDDEN)]
    if len(rows) == 0:
        return 0
    unit = str(rows["unit"].iloc[0])
    return decimals_of(unit, in_unit(float(rows["estimate"].abs().max()), unit), counted=labels.counted(indicator))


def point_of(record: pd.Series, label: str, decimals: int) -> Point:
    """Turn one row into a point; a hidden row loses its numbers here, whatever the frame holds."""
    status = str(record["status"])
    estimate, low, high = (math.nan if status in HIDDEN else float(record[name])
                           for name in ("estimate", "ci_low", "ci_high"))
    return Point(label, estimate, low, high, str(record["unit"]), status, decimals)


def row_of(record: pd.Series, label: str, words: Words, *, decimals: int, strong: bool = False) -> Row:
    """Turn one row into the texts of a table line; a hidden row keeps its symbol and nothing else."""
    status = str(record["status"])
    mark = MARKS.get(status, "")
    spoken = words[f"short_{status}"] if mark else ""
    for reason, sign, short in ((UNCERTIFIED, UNCERTIFIED_MARK, f"short_{UNCERTIFIED}"),
                                (EXTENDED, EXTENDED_MARK, "short_extended")):
        if status not in HIDDEN and reason in str(record["reason"]).split(";"):
            mark, spoken = f"{mark} {sign}".strip(), ", ".join(filter(None, (spoken, words[short])))
    if status in HIDDEN:
        return Row(label, mark, "", "", "", "", "", mark, spoken, strong, hidden=True)
    unit, estimate = str(record["unit"]), float(record["estimate"])
    return Row(
        label=label, estimate=estimate_text(estimate, unit, decimals),
        low=estimate_text(float(record["ci_low"]), unit, decimals),
        high=estimate_text(float(record["ci_high"]), unit, decimals),
        se=error_text(float(record["se"]), unit, decimals),
        cv=plain(100 * float(record["cv"]), 1), n=plain(float(record["n"]), 0), mark=mark, spoken=spoken,
        strong=strong, hidden=False)


def notes_of(rows: Iterable[Row], words: Words) -> tuple[Note, ...]:
    """Explain the marks that appear in some rows, in a fixed order."""
    return explained({mark for row in rows for mark in row.mark.split()}, words)


def explained(marks: Collection[str], words: Words) -> tuple[Note, ...]:
    """Explain marks, in a fixed order; that of extended totals is explained by the study's own warning."""
    every = {**MARKS, UNCERTIFIED: UNCERTIFIED_MARK}
    return tuple(Note(mark, words[f"mark_{status}"]) for status, mark in every.items() if mark in marks)


def interval_text(point: Point, words: Words, confidence: str) -> str:
    """Say the interval of a point."""
    language = words.language
    return words.say("interval_of", confidence=confidence,
                     low=with_sign(estimate_text(point.low, point.unit, point.decimals), point.unit, language),
                     high=with_sign(estimate_text(point.high, point.unit, point.decimals), point.unit, language))


def _groups(
    frame: pd.DataFrame, indicator: str, by: Sequence[str], labels: Labels, *, alone: bool,
) -> list[tuple[str, list[tuple[Row, str]]]]:
    parts = labels.parts(indicator, frame)
    distribution = parts != (indicator,)
    heading = labels.indicator(indicator)
    chosen = [(part, record) for part in parts for _, record in select(frame, part, by, labels).iterrows()]
    columns = [labels.column(name, frame) for name in by]
    decimals = precision(frame, indicator, labels)
    groups: dict[str, list[tuple[Row, str]]] = {}
    for part, record in chosen:
        codes = [str(record[column]) for column in columns]
        names = [labels.domain(name, code) for name, code in zip(by, codes, strict=True)]
        alone_names = [labels.domain_alone(name, code) for name, code in zip(by, codes, strict=True)]
        outer = alone_names if distribution else alone_names[:-1]
        if all(code == WHOLE for code in codes[:len(outer)]) and not (alone and distribution):
            outer = []
        label = " · ".join([*([] if alone else [heading]), *outer])
        own = labels.part(part) if distribution else (names[-1] if names else heading)
        strong = bool(by) and not distribution and codes[-1] == WHOLE
        row = row_of(record, own, labels.words, decimals=decimals, strong=strong)
        groups.setdefault(label, []).append((row, str(record["unit"])))
    return list(groups.items())


def _first_column(frame: pd.DataFrame, indicators: Sequence[str], by: Sequence[str], labels: Labels) -> str:
    parts = {part for name in indicators for part in labels.parts(name, frame)}
    if len(indicators) == 1 and parts and indicators[0] not in parts:
        return labels.distribution(indicators[0])
    if parts and not parts & set(indicators):
        return labels.words["category"]
    return labels.breakdown(by[-1]) if by else labels.words["indicator"]


def _with_unit(row: Row, unit: str, labels: Labels) -> Row:
    return replace(row, label=f"{row.label} ({labels.unit_inside(unit)})")


def _rank(labels: Labels, breakdown: str) -> dict[str, int]:
    return {code: place for place, code in enumerate((WHOLE, *labels.codes(breakdown)))}
