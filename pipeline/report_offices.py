"""Where help should be: the chosen places as a table and on a map, against a list, with how sure the choice is."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import pandas as pd

from pipeline.maps import draw_map
from pipeline.report_blocks import Built, Chart, Material, Place, Results
from pipeline.report_map import layout_of
from pipeline.report_numbers import plain, with_sign
from pipeline.report_tables import Note, Point
from surveys.area_maps import area_maps
from surveys.offices import OfficePlan, office_plans
from surveys.study import Exhibit

SURE, SEEN = 0.8, 0.05


def build_offices(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Make the table of a choice: every place that is chosen, listed, or often chosen over the draws.

    Parameters
    ----------
    exhibit : Exhibit
        ``choice`` names it.
    material : Material
        Its tables ``offices`` and ``office_lists``.
    place : Place
        Number, link target and title.

    Returns
    -------
    Built
    """
    return Built(_table(exhibit, material, place))


def build_offices_map(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Draw how often each place is chosen over the draws, and mark the chosen and the listed places.

    Parameters
    ----------
    exhibit, material, place
        As `build_offices`; the places need a layout under ``map:``.

    Returns
    -------
    Built
    """
    plan, rows, _ = _chosen(exhibit, material)
    words, labels = material.labels.words, material.labels
    tiles, boundaries = layout_of(area_maps(material.study.settings)[plan.places], material)
    points = {}
    marked = {}
    for record in rows.to_dict("records"):
        code, share = str(record["place"]), float(record["frequency"])
        points[code] = Point(labels.domain(plan.places, code), share, share, share, "percent", "reliable", 0)
        mark = {(1, 0): "chosen", (0, 1): "given", (1, 1): "both"}.get((int(record["chosen"]), int(record["given"])))
        if mark is not None:
            marked[code] = mark
    legend = {name: words[f"map_{name}"] for name in ("weak", "withheld", "none")}
    legend |= {name: words[f"offices_{name}"] for name in ("chosen", "given", "both")}
    svg = draw_map(points, tiles, words=legend, fonts=material.fonts, prefix=place.anchor, boundaries=boundaries,
                   marked=marked)  # fmt: skip
    notes = [Note("", words.say("offices_map_note", draws=plain(float(plan.draws), 0))),
             Note("", words["offices_map_shapes" if boundaries else "offices_map_tiles"])]  # fmt: skip
    chart = Chart(
        place.number, place.anchor, _title(exhibit, plan, material, place), words["offices_frequency_unit"],
        " ".join(_sentences(exhibit, material)), svg, tuple(notes),
    )  # fmt: skip
    return Built(chart, lambda at: _table(exhibit, material, at))


def _table(exhibit: Exhibit, material: Material, place: Place) -> Results:
    plan, rows, lists = _chosen(exhibit, material)
    words, labels = material.labels.words, material.labels
    kept = rows[(rows["chosen"] == 1) | (rows["given"] == 1) | (rows["frequency"] >= SEEN)]
    kept = kept.sort_values(["chosen", "frequency", "place"], ascending=[False, False, True], kind="stable")
    yes, no = words["offices_yes"], words["offices_no"]
    printed = [
        (labels.domain(plan.places, str(record["place"])), yes if int(record["chosen"]) else no,
         yes if int(record["given"]) else no, plain(100 * float(record["frequency"]), 0))
        for record in kept.to_dict("records")
    ]  # fmt: skip
    unknown = int(lists["areas_unknown"].iloc[0])
    notes = [Note("", words[f"offices_note_{plan.method}"]), Note("", words.say(
        "offices_note_distance", reach=f"{plan.reach:g}", how=words[_how(plan)]))]  # fmt: skip
    notes += [Note("", words.say("offices_note_draws", draws=plain(float(plan.draws), 0), seed=plan.seed))]
    if unknown:
        notes.append(Note("", words.say("offices_note_unknown", count=unknown, all=int(lists["areas"].iloc[0]))))
    columns = (labels.breakdown(plan.places), words["offices_column_chosen"], _list_name(plan, material),
               words["offices_column_frequency"])  # fmt: skip
    title = _title(exhibit, plan, material, place)
    return Results(place.number, place.anchor, title, "", columns, tuple(printed), (3,),
                   tuple(_sentences(exhibit, material)), tuple(notes))  # fmt: skip


def _sentences(exhibit: Exhibit, material: Material) -> list[str]:
    """Say what the chosen places reach, what the list loses against them and how sure the choice is."""
    plan, rows, lists = _chosen(exhibit, material)
    words = material.labels.words
    by_list = {str(record["list"]): record for record in lists.to_dict("records") if record["list"] != "best"}
    chosen, given = by_list["chosen"], by_list["given"]
    share = plan.method == "coverage"

    def text(value: object) -> str:
        number = float(value) if isinstance(value, int | float) else math.nan
        return with_sign(plain(100 * number, 1), "percent", words.language) if share else plain(number, 1)

    def points(value: object) -> str:
        number = float(value) if isinstance(value, int | float) else math.nan
        return plain(100 * number if share else number, 1)

    def reached(record: dict[Hashable, Any]) -> str:
        """Say the value with its interval; where areas lack a figure, that of the others has one and the whole none."""
        if math.isfinite(record["ci_low"]):
            return words.say("offices_value", value=text(record["value"]), low=text(record["ci_low"]),
                             high=text(record["ci_high"]))  # fmt: skip
        return words.say("offices_value_assumed", value=text(record["value"]), known=text(record["known_value"]),
                         low=text(record["known_low"]), high=text(record["known_high"]))  # fmt: skip

    told = [words.say(f"offices_reach_{plan.method}", number=plan.number, value=reached(chosen))]
    told.append(words.say(
        f"offices_given_{plan.method}", list=_list_name(plan, material), number=int(given["offices"]),
        value=reached(given), regret=points(given["regret"]), regret_low=points(given["regret_low"]),
        regret_high=points(given["regret_high"]), own=points(chosen["regret"])))  # fmt: skip
    picked = rows[rows["chosen"] == 1]
    told.append(words.say("offices_sure", number=plan.number, sure=int((picked["frequency"] >= SURE).sum()),
                          shared=int((picked["given"] == 1).sum())))  # fmt: skip
    best = lists[lists["list"] == "best"]
    enough = best[best["value"] >= 0.9] if share else best.iloc[:0]
    if len(enough):
        told.append(words.say("offices_enough", number=int(enough["offices"].iloc[0])))
    return told


def _chosen(exhibit: Exhibit, material: Material) -> tuple[OfficePlan, pd.DataFrame, pd.DataFrame]:
    name = str(exhibit.options["choice"])
    plan = next(plan for plan in office_plans(material.study.settings) if plan.name == name)
    places, lists = (material.tables[table] for table in ("offices", "office_lists"))
    return plan, places[places["choice"] == name], lists[lists["choice"] == name]


def _title(exhibit: Exhibit, plan: OfficePlan, material: Material, place: Place) -> str:
    if exhibit.title is not None or plan.label is None:
        return place.title
    return plan.label.get(material.labels.words.language)


def _list_name(plan: OfficePlan, material: Material) -> str:
    words = material.labels.words
    if plan.given and plan.given_label is not None:
        return plan.given_label.get(words.language)
    return words["offices_list_given" if plan.given else "offices_list_largest"]


def _how(plan: OfficePlan) -> str:
    return "offices_by_tiles" if plan.tiles else "offices_by_points" if plan.points else "offices_by_file"
