"""The exhibit `map`: one indicator by place, as tiles of equal size or as true shapes, with its table."""

from __future__ import annotations

from dataclasses import replace

from pipeline.map_files import Rings, read_boundaries, read_tiles
from pipeline.maps import draw_map
from pipeline.report_alt import describe
from pipeline.report_blocks import Built, Chart, Material, Place, Results
from pipeline.report_labels import WHOLE, Labels
from pipeline.report_numbers import decimals_of, in_unit
from pipeline.report_small_areas import build_areas_table
from pipeline.report_tables import HIDDEN, MARKS, Note, Point, Table, build_table, point_of, precision, select
from surveys.area_maps import AreaMap, Tile, area_maps
from surveys.small_areas import small_areas_from
from surveys.study import Exhibit


def build_map(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Draw one indicator by place.

    Parameters
    ----------
    exhibit : Exhibit
        One indicator and one breakdown with a layout under ``map:``; a distribution whose variable has one, and no
        breakdown; or ``model``, a model of small areas.
    material : Material
        The published estimates, the study and its folder.
    place : Place
        Number, link target and title.

    Returns
    -------
    Built
        The picture, and how to make its table.
    """
    labels, words = material.labels, material.labels.words
    by, points = places_of(exhibit, material)
    tiles, boundaries = layout_of(area_maps(material.study.settings)[by], material)
    drawn = [points[code] for code in tiles if code in points]
    statuses = {point.status for point in drawn}
    legend = {name: words[f"map_{name}"] for name in ("weak", "withheld", "none")}
    svg = (
        draw_map(points, tiles, words=legend, fonts=material.fonts, prefix=place.anchor, boundaries=boundaries)
        if any(point.shown for point in drawn)
        else ""
    )
    notes = [Note("", words["map_note_shapes" if boundaries else "map_note_tiles"])]
    notes += [Note(mark, words[f"mark_{status}"]) for status, mark in MARKS.items() if status in statuses]
    chart = Chart(
        number=place.number,
        anchor=place.anchor,
        title=place.title,
        unit=" · ".join(sorted({labels.unit(point.unit) for point in drawn})),
        alt=describe(place.title, drawn, words, ordered=False),
        svg=svg,
        notes=tuple(notes),
    )
    if "model" in exhibit.options:
        models = small_areas_from(material.study.settings)
        model = next(model for model in models if model.name == exhibit.options["model"])
        if exhibit.title is None and model.label is not None:
            title = model.label.get(words.language)
            chart = replace(chart, title=title, alt=describe(title, drawn, words, ordered=False))
        return Built(chart, lambda at: _areas_table(exhibit, material, at))
    return Built(
        chart,
        lambda at: build_table(
            material.frame,
            exhibit.indicators,
            exhibit.by,
            labels,
            number=at.number,
            anchor=at.anchor,
            title=at.title,
            confidence=material.confidence,
        ),
    )


def _areas_table(exhibit: Exhibit, material: Material, place: Place) -> Table | Results:
    """Every area of the model that may be shown."""
    block = build_areas_table(replace(exhibit, options={**exhibit.options, "rows": 10_000}), material, place).block
    assert not isinstance(block, Chart)
    return block


def places_of(exhibit: Exhibit, material: Material) -> tuple[str, dict[str, Point]]:
    """Name the layout of an exhibit and give the figure of every place by its code.

    Returns
    -------
    by : str
        Breakdown, or variable of the distribution.
    points : dict of str to Point
        Places that the estimates name, hidden ones without numbers.
    """
    labels, frame = material.labels, material.frame
    if "model" in exhibit.options:
        return _areas_of(str(exhibit.options["model"]), material)
    indicator = exhibit.indicators[0]
    decimals = precision(frame, indicator, labels)
    if not exhibit.by:
        by = str(labels.dictionary.indicators[indicator].of)
        points = {}
        for part in labels.parts(indicator, frame):
            rows = select(frame, part, (), labels)
            if len(rows):
                points[part.partition(".")[2]] = point_of(rows.iloc[0], labels.part(part), decimals)
        return by, points
    by = exhibit.by[0]
    column = labels.column(by, frame)
    found = {str(row[column]): row for _, row in select(frame, indicator, (by,), labels).iterrows()}
    return by, {code: point_of(row, labels.domain(by, code), decimals) for code, row in found.items() if code != WHOLE}


def _areas_of(name: str, material: Material) -> tuple[str, dict[str, Point]]:
    """Breakdown of a model of small areas, and the published figure of each of its areas."""
    table = material.tables["small_areas"]
    rows = table[table["model"] == name]
    by = next(model.areas for model in small_areas_from(material.study.settings) if model.name == name)
    seen = rows[~rows["status"].isin(HIDDEN)]
    unit = str(rows["unit"].iloc[0]) if len(rows) else ""
    size = in_unit(float(seen["estimate"].max()), unit) if len(seen) else 0.0
    decimals = decimals_of(unit, size, counted=False)
    return by, {
        str(row["area"]): point_of(row, material.labels.domain(by, str(row["area"])), decimals)
        for _, row in rows.iterrows()
    }


def layout_of(declared: AreaMap, material: Material) -> tuple[dict[str, Tile], dict[str, Rings] | None]:
    """Read the tiles of a map and, where the study names them, the true shapes."""
    names = labels_of(declared.by, material.labels)
    folders = [material.folder] if material.folder is not None else []
    where = f"{material.study.name}/study.yaml  map.{declared.by}"
    tiles = read_tiles(declared, list(names), folders, where=where)
    if declared.boundaries is None:
        return tiles, None
    # Shapes are named in the country's own language.
    spanish = {code: str(name) for code, name in labels_of(declared.by, material.labels, language="es").items()}
    return tiles, read_boundaries(declared.boundaries, spanish, folders, by=declared.by, where=where)


def labels_of(by: str, labels: Labels, language: str | None = None) -> dict[str, str]:
    """Label of every code of a breakdown, or of a variable with codes, in the order of the list."""
    known = labels.dictionary.breakdowns.get(by)
    variable = labels.dictionary.variables[by if known is None else str(known.variable)]
    codes = labels.dictionary.code_lists[str(variable.codes)].codes
    return {code: item.label.get(language or labels.words.language) for code, item in codes.items()}
