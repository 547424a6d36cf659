"""Charts of estimates: which rows they draw, in which order, and the table with the same numbers."""

from __future__ import annotations

import pandas as pd

from pipeline.charts import draw
from pipeline.report_alt import describe
from pipeline.report_blocks import Built, Chart, Material, Place
from pipeline.report_labels import WHOLE, Labels
from pipeline.report_tables import MARKS, Note, Point, Table, build_table, point_of, precision, select
from surveys.study import Exhibit


def build_points_chart(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Draw estimates with their intervals: dots, bars or a line.

    Parameters
    ----------
    exhibit : Exhibit
        Of the kind ``intervals``, ``bars`` or ``line``; ``sort: true`` puts the largest first.
    material : Material
        Its estimates.
    place : Place
        Number, link target and title.

    Returns
    -------
    Built
        The chart, and how to make its table.
    """
    words = material.labels.words
    points, total = points_of(material.frame, exhibit, material.labels)
    if exhibit.options.get("sort"):
        points.sort(key=lambda point: -point.estimate if point.shown else float("inf"))
    notes = [Note("", words.say(f"note_{exhibit.kind}", confidence=material.confidence)),
             *notes_of_points(exhibit.kind, points, material.labels)]
    empty = [point.label for point in points if point.status == "empty"]
    if len(empty) > 1 and exhibit.kind != "line":
        # A row without a case has nothing to draw: its name goes to the notes, and the picture keeps to what there is.
        notes = [note for note in notes if note.mark != MARKS["empty"]]
        notes.append(Note(MARKS["empty"], words.say("no_cases_in", list=", ".join(empty))))
        points = [point for point in points if point.status != "empty"]
    svg = draw(exhibit.kind, points, total=total, fonts=material.fonts, prefix=place.anchor) \
        if any(point.shown for point in points) else ""
    chart = Chart(
        number=place.number, anchor=place.anchor, title=place.title,
        unit=" · ".join(sorted({material.labels.unit(point.unit) for point in points})),
        alt=describe(place.title, points, words, ordered=exhibit.kind == "line"), svg=svg, notes=tuple(notes))
    return Built(chart, lambda at: _table(exhibit, material, at))


def build_estimates_table(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Make the table of some indicators by at most two breakdowns."""
    return Built(_table(exhibit, material, place))


def points_of(frame: pd.DataFrame, exhibit: Exhibit, labels: Labels) -> tuple[list[Point], Point | None]:
    """Turn the rows of an exhibit into points, and set the row of the whole apart.

    Parameters
    ----------
    frame : DataFrame
        Published view of the estimates.
    exhibit : Exhibit
        Its indicators and breakdowns.
    labels : Labels
        In the language of the report.

    Returns
    -------
    points : list of Point
        In the order of the code lists.
    total : Point or None
        The whole population, where the exhibit is broken down.
    """
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


def notes_of_points(kind: str, points: list[Point], labels: Labels) -> list[Note]:
    """Explain how weak points are drawn in a kind of chart, and the marks of those that are not."""
    words, statuses = labels.words, {point.status for point in points}
    notes = [Note("", words[f"weak_{kind}"])] if "weak" in statuses else []
    return notes + [Note(mark, words[f"mark_{status}"]) for status, mark in MARKS.items()
                    if status in statuses and status != "weak"]


def _table(exhibit: Exhibit, material: Material, place: Place) -> Table:
    return build_table(material.frame, exhibit.indicators, exhibit.by, material.labels, number=place.number,
                       anchor=place.anchor, title=place.title, confidence=material.confidence)
