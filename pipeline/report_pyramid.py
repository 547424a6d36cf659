"""The exhibit `pyramid`: the ages of both sexes, for one group or for several side by side."""

from __future__ import annotations

from pipeline.charts_pyramid import Panel, draw_pyramids
from pipeline.report_blocks import Built, Chart, Material, Place
from pipeline.report_numbers import estimate_text, with_sign
from pipeline.report_points import build_estimates_table, notes_of_points
from pipeline.report_tables import Note, Point, Table, interval_text, point_of, precision, select
from surveys.study import Exhibit


def build_pyramid(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Draw the distribution of an indicator by age, men to the left and women to the right.

    Parameters
    ----------
    exhibit : Exhibit
        A distribution over age groups, and ``by`` with the breakdown of sex (its first two codes are drawn) and, after
        it, the breakdown whose groups stand side by side.
    material : Material
        Its estimates.
    place : Place
        Number, link target and title.

    Returns
    -------
    Built
        The picture, and how to make its table.
    """
    labels, words = material.labels, material.labels.words
    parts = labels.parts(exhibit.indicators[0], material.frame)
    sexes, panels = _panels(exhibit, material, parts)
    points = [point for panel in panels for point in (*panel.left, *panel.right)]
    notes = [Note("", words.say("note_pyramid", confidence=material.confidence)),
             *notes_of_points("bars", points, labels)]
    ages = [labels.part(part) for part in parts]
    svg = draw_pyramids(panels, ages, sexes, fonts=material.fonts, prefix=place.anchor) \
        if any(point.shown for point in points) else ""
    chart = Chart(
        number=place.number, anchor=place.anchor, title=place.title, unit=words["unit_pyramid"],
        alt=_alt(place.title, panels, sexes, material), svg=svg, notes=tuple(notes))
    return Built(chart, lambda at: _table(exhibit, material, at))


def _panels(exhibit: Exhibit, material: Material, parts: tuple[str, ...]) -> tuple[tuple[str, str], list[Panel]]:
    labels, frame = material.labels, material.frame
    sex, *beside = exhibit.by
    left, right = labels.codes(sex)[:2]
    decimals = precision(frame, exhibit.indicators[0], labels)
    found: dict[tuple[str, str, str], Point] = {}
    for part in parts:
        for _, record in select(frame, part, exhibit.by, labels).iterrows():
            group = str(record[labels.column(beside[0], frame)]) if beside else ""
            found[str(record[labels.column(sex, frame)]), group, part] = point_of(record, labels.part(part), decimals)
    groups = [code for code in labels.codes(beside[0]) if any(key[1] == code for key in found)] if beside else [""]
    absent = {part: Point(labels.part(part), float("nan"), float("nan"), float("nan"), "percent", "empty", decimals)
              for part in parts}
    panels = []
    for group in groups:
        both = [tuple(found.get((side, group, part), absent[part]) for part in parts) for side in (left, right)]
        panels.append(Panel(labels.domain_alone(beside[0], group) if beside else labels.words["total"], *both))
    return (labels.domain(sex, left), labels.domain(sex, right)), panels


def _alt(title: str, panels: list[Panel], sides: tuple[str, str], material: Material) -> str:
    """Say which age group is largest on each side of each panel; no difference is claimed."""
    words = material.labels.words
    said = []
    for panel in panels:
        for side, points in zip(sides, (panel.left, panel.right), strict=True):
            shown = [point for point in points if point.shown]
            if shown:
                top = max(shown, key=lambda point: point.estimate)
                value = with_sign(estimate_text(top.estimate, top.unit, top.decimals), top.unit, words.language)
                said.append(words.say("alt_pyramid_side", panel=panel.name, side=side, top=top.label, value=value,
                                      interval=interval_text(top, words, material.confidence)))
    return " ".join([words.say("alt_pyramid", title=title), *said])


def _table(exhibit: Exhibit, material: Material, place: Place) -> Table:
    made = build_estimates_table(exhibit, material, place).block
    assert isinstance(made, Table)
    return made
