"""The exhibit `routes`: where people left and where they live now, as a flow diagram with its table."""

from __future__ import annotations

from dataclasses import replace

from pipeline.charts_routes import draw_routes
from pipeline.report_blocks import Built, Chart, Material, Place, Results
from pipeline.report_flows import build_flows
from pipeline.report_labels import WHOLE
from pipeline.report_numbers import estimate_text, with_sign
from pipeline.report_tables import Note, Point, interval_text, point_of, precision, select
from surveys.study import Exhibit


def build_routes(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Draw the routes that may be published.

    Parameters
    ----------
    exhibit : Exhibit
        One indicator by the breakdowns of origin and destination; or a distribution over routes, whose codes are a code
        of the breakdown ``origin`` followed by one of ``destination``.
    material : Material
        Its estimates.
    place : Place
        Number, link target and title.

    Returns
    -------
    Built
        The picture, and how to make its table. Hidden routes have no band; how many there are is said below.
    """
    labels, words = material.labels, material.labels.words
    origin, destination = _ends(exhibit)
    routes = _routes(exhibit, material)
    shown = {pair: point for pair, point in routes.items() if point.shown}
    hidden = sum(not point.shown and point.status != "empty" for point in routes.values())
    notes = [Note("", words.say("note_routes", shown=len(shown), hidden=hidden))]
    if any(start == end for start, end in shown):
        notes.append(Note("", words["note_routes_stay"]))
    if hidden:
        notes.append(Note("", words["note_routes_height"]))
    if any(point.status == "weak" for point in shown.values()):
        notes.append(Note("", words["weak_routes"]))
    first, last = (tuple(labels.domain_alone(by, code) for code in labels.codes(by)) for by in (origin, destination))
    heads = words["routes_from"], words["routes_to"]
    svg = draw_routes(shown, first, last, heads, fonts=material.fonts, prefix=place.anchor) if shown else ""
    unit = labels.unit(labels.dictionary.indicators[exhibit.indicators[0]].unit)
    chart = Chart(number=place.number, anchor=place.anchor, title=place.title, unit=unit,
                  alt=_alt(place.title, shown, material), svg=svg, notes=tuple(notes))
    return Built(chart, lambda at: _table(exhibit, material, at))


def _ends(exhibit: Exhibit) -> tuple[str, str]:
    if exhibit.by:
        return exhibit.by[0], exhibit.by[1]
    return str(exhibit.options["origin"]), str(exhibit.options["destination"])


def _routes(exhibit: Exhibit, material: Material) -> dict[tuple[str, str], Point]:
    labels, frame = material.labels, material.frame
    origin, destination = _ends(exhibit)
    indicator = exhibit.indicators[0]
    decimals = precision(frame, indicator, labels)
    found = {}
    if exhibit.by:
        for _, record in select(frame, indicator, exhibit.by, labels).iterrows():
            codes = str(record[labels.column(origin, frame)]), str(record[labels.column(destination, frame)])
            if WHOLE not in codes:
                names = labels.domain_alone(origin, codes[0]), labels.domain_alone(destination, codes[1])
                found[names] = point_of(record, "", decimals)
        return found
    for first in labels.codes(origin):
        for second in labels.codes(destination):
            # 3 and 12 are 312; a code with a leading zero loses it in front, never inside.
            rows = select(frame, f"{indicator}.{first.lstrip('0')}{second}", (), labels)
            if len(rows):
                names = labels.domain_alone(origin, first), labels.domain_alone(destination, second)
                found[names] = point_of(rows.iloc[0], "", decimals)
    return found


def _alt(title: str, shown: dict[tuple[str, str], Point], material: Material) -> str:
    words = material.labels.words
    if not shown:
        return words.say("alt_none", title=title)
    (origin, destination), top = max(shown.items(), key=lambda item: item[1].estimate)
    value = with_sign(estimate_text(top.estimate, top.unit, top.decimals), top.unit, words.language)
    return words.say("alt_routes", title=title, count=len(shown), origin=origin, destination=destination, value=value,
                     interval=interval_text(top, words, material.confidence))


def _table(exhibit: Exhibit, material: Material, place: Place) -> Results:
    made = build_flows(replace(exhibit, kind="flows"), material, place).block
    assert isinstance(made, Results)
    return made
