"""Where people left and where they live now: a square of origins by destinations, or the routes that may be printed."""

from __future__ import annotations

import pandas as pd

from pipeline.report_blocks import Built, Material, Place, Results
from pipeline.report_labels import WHOLE
from pipeline.report_tables import MARKS, Note, Row, explained, precision, row_of, select
from surveys.study import Exhibit


def build_matrix(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Build the square of one indicator by origin (lines) and destination (columns), each with its standard error.

    Parameters
    ----------
    exhibit : Exhibit
        One indicator, and ``by`` with the breakdown of origin and that of destination; or a distribution over
        destinations, and ``by`` with the breakdown of origin.
    material : Material
        Its estimates.
    place : Place
        Number, link target and title.

    Returns
    -------
    Built
        A plain table. A cell that may not be published holds its mark.
    """
    labels, words = material.labels, material.labels.words
    origin = exhibit.by[0]
    if len(exhibit.by) == 1:
        found, columns, names = _shares(exhibit, material)
    else:
        found = {codes: row for codes, row, _ in _routes(exhibit, material)}
        columns = labels.codes(exhibit.by[1])
        names = tuple(labels.domain_alone(exhibit.by[1], code) for code in columns)
    rows = []
    for code in labels.codes(origin):
        rows.append((labels.domain_alone(origin, code), *(_cell(found.get((code, other))) for other in columns)))
    marks = {mark for row in found.values() for mark in row.mark.split()}
    notes = [Note("", words["note_matrix" if len(exhibit.by) == 2 else "note_matrix_shares"])]
    notes += explained(marks, words)
    return Built(Results(
        place.number, place.anchor, place.title, "", (words["matrix_corner"], *names), tuple(rows),
        tuple(range(1, len(columns) + 1)), (), tuple(notes)))  # fmt: skip


def build_flows(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Build the list of routes that may be printed, the largest first, and say how many may not.

    Parameters
    ----------
    exhibit : Exhibit
        One indicator and ``by`` with the breakdowns of origin and destination, or a distribution over routes.
    material, place
        As in `build_matrix`.

    Returns
    -------
    Built
        A plain table with a note on the routes left out.
    """
    labels, words = material.labels, material.labels.words
    routes = _listed(exhibit, material)
    shown = sorted((item for item in routes if not item[1].hidden), key=lambda item: -item[2])
    rows = tuple(
        (label, row.estimate, words.say("range_of", low=row.low, high=row.high), row.se, row.n, row.mark)
        for label, row, _ in shown)  # fmt: skip
    if not rows:
        rows = ((words["flows_none"], "", "", "", "", ""),)
    hidden = [row.mark for _, row, _ in routes if row.hidden and row.mark != MARKS["empty"]]
    key = "note_flows_none" if not shown else "note_flows" if hidden else "note_flows_all"
    notes = [Note("", words.say(key, shown=len(shown), hidden=len(hidden)))]
    notes += explained({mark for _, row, _ in shown for mark in row.mark.split()}, labels.words)
    columns = (words["route"], words["estimate"], words.say("interval", confidence=material.confidence), words["se"],
               words["n"], words["flag"])  # fmt: skip
    unit = labels.unit(labels.dictionary.indicators[exhibit.indicators[0]].unit)
    return Built(Results(place.number, place.anchor, place.title, unit, columns, rows, tuple(range(1, 6)), (),
                         tuple(notes)))  # fmt: skip


def _listed(exhibit: Exhibit, material: Material) -> list[tuple[str, Row, float]]:
    """Routes with their names: cells of two breakdowns, or the parts of a distribution over routes."""
    labels, words = material.labels, material.labels.words
    if exhibit.by:
        return [(words.say("route_of", origin=labels.domain_alone(exhibit.by[0], origin),
                           destination=labels.domain_alone(exhibit.by[1], destination)), row, estimate)
                for (origin, destination), row, estimate in _routes(exhibit, material)]  # fmt: skip
    found = []
    decimals = precision(material.frame, exhibit.indicators[0], labels)
    for part in labels.parts(exhibit.indicators[0], material.frame):
        for _, record in select(material.frame, part, (), labels).iterrows():
            estimate = 0.0 if pd.isna(record["estimate"]) else float(record["estimate"])
            found.append((labels.part(part), row_of(record, "", words, decimals=decimals), estimate))
    return found


def _shares(
    exhibit: Exhibit, material: Material
) -> tuple[dict[tuple[str, str], Row], tuple[str, ...], tuple[str, ...]]:
    """Shares of a distribution in every domain of origin, their columns and the names of these."""
    labels, frame = material.labels, material.frame
    parts = labels.parts(exhibit.indicators[0], frame)
    decimals = precision(frame, exhibit.indicators[0], labels)
    found = {}
    for part in parts:
        for _, record in select(frame, part, exhibit.by, labels).iterrows():
            code = str(record[labels.column(exhibit.by[0], frame)])
            found[(code, part)] = row_of(record, "", labels.words, decimals=decimals)
    return found, parts, tuple(labels.part(part) for part in parts)


def _routes(exhibit: Exhibit, material: Material) -> list[tuple[tuple[str, str], Row, float]]:
    labels, frame = material.labels, material.frame
    indicator = exhibit.indicators[0]
    decimals = precision(frame, indicator, labels)
    found = []
    for _, record in select(frame, indicator, exhibit.by, labels).iterrows():
        codes = (str(record[labels.column(exhibit.by[0], frame)]), str(record[labels.column(exhibit.by[1], frame)]))
        if WHOLE not in codes:
            estimate = 0.0 if pd.isna(record["estimate"]) else float(record["estimate"])
            found.append((codes, row_of(record, "", labels.words, decimals=decimals), estimate))
    return found


def _cell(row: Row | None) -> str:
    if row is None:
        return MARKS["empty"]
    return row.estimate if row.hidden else f"{row.estimate} ({row.se})" + (f" {row.mark}" if row.mark else "")
