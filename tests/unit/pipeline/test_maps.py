"""Maps: classes, shades, hatching, and nothing of a hidden figure in the drawing."""

from __future__ import annotations

import csv
import json
import math
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.dictionary_file import load_dictionary
from pipeline.map_files import STEP, TILES_HOME, read_boundaries, read_tiles
from pipeline.maps import SHADES, class_edges, draw_map, shade_of
from pipeline.project import Project
from pipeline.report_tables import Point
from surveys.area_maps import AreaMap, Boundaries

PROJECT = Project.here()
FONTS = PROJECT.templates / "fonts"
WORDS = {"weak": "weak", "withheld": "withheld", "none": "none", "chosen": "chosen", "given": "given", "both": "both"}
LAYOUTS = {"slv_departments": 14, "slv_municipalities_2024": 44, "slv_municipalities": 262}


def codes_of(layout: str) -> list[str]:
    with (TILES_HOME / f"{layout}.csv").open(encoding="utf-8", newline="") as stream:
        return [row["code"] for row in csv.DictReader(stream)]


def points(codes: list[str], **statuses: str) -> dict[str, Point]:
    found = {}
    for place, code in enumerate(codes):
        status = statuses.get(f"c{code}", "reliable")
        value = 0.01 * (place + 1)
        found[code] = Point(code, value, value, value, "percent", status, 1)
    return found


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_of_the_project_are_whole(layout: str) -> None:
    codes = codes_of(layout)
    assert len(codes) == LAYOUTS[layout] == len(set(codes))
    tiles = read_tiles(AreaMap("x", f"{layout}.csv"), codes, [], where="")
    assert len({(tile.row, tile.column) for tile in tiles.values()}) == len(codes)
    assert min(tile.row for tile in tiles.values()) == min(tile.column for tile in tiles.values()) == 0


def test_the_layout_of_departments_is_that_of_the_dictionary() -> None:
    dictionary = load_dictionary(PROJECT.dictionary)
    assert codes_of("slv_departments") == list(dictionary.codes_of("department"))


def test_districts_keep_their_department_together() -> None:
    """Every district touches another of its department: no place strays over the map."""
    tiles = read_tiles(AreaMap("x", "slv_municipalities.csv"), codes_of("slv_municipalities"), [], where="")
    for code, tile in tiles.items():
        near = [other for other in tiles.values() if other.code != code and other.code[:2] == code[:2]
                and abs(other.row - tile.row) <= 1 and abs(other.column - tile.column) <= 1]  # fmt: skip
        assert near, code


@pytest.mark.parametrize(
    ("values", "edges"),
    [([], []), ([2.0], [2.0, 2.0]), ([1.0, 1.0, 1.0], [1.0, 1.0]), ([1.0, 2.0], [1.0, 2.0]),
     ([float(n) for n in range(1, 11)], [1.0, 2.0, 4.0, 6.0, 8.0, 10.0])],
)  # fmt: skip
def test_classes_hold_as_many_places_as_can_be(values: list[float], edges: list[float]) -> None:
    assert class_edges(values) == edges


def test_shades_rise_with_the_value_and_stay_apart_in_grey() -> None:
    edges = class_edges([float(n) for n in range(1, 11)])
    assert [SHADES.index(shade_of(float(n), edges)) for n in range(1, 11)] == [0, 1, 1, 2, 2, 3, 3, 4, 4, 4]
    grey = [0.2126 * int(c[1:3], 16) + 0.7152 * int(c[3:5], 16) + 0.0722 * int(c[5:7], 16) for c in SHADES]
    assert all(first - second > 25 for first, second in pairwise(grey))


def test_a_hidden_figure_leaves_no_trace() -> None:
    codes = codes_of("slv_departments")
    tiles = read_tiles(AreaMap("x", "slv_departments.csv"), codes, [], where="")
    hidden = points(codes, c06="confidential", c05="withheld")
    drawn = draw_map(hidden, tiles, words=WORDS, fonts=FONTS, prefix="m")
    for value in (0.5, math.nan, 0.0001):
        other = {**hidden, "06": replace(hidden["06"], estimate=value, low=value, high=value)}
        assert draw_map(other, tiles, words=WORDS, fonts=FONTS, prefix="m") == drawn
    swapped = {**hidden, "06": replace(hidden["06"], status="withheld")}
    fills = [re.findall(r'fill="(#[0-9a-f]{6})"', svg) for svg in (drawn, draw_map(
        swapped, tiles, words=WORDS, fonts=FONTS, prefix="m"))]  # fmt: skip
    assert fills[0] == fills[1]


def test_weak_and_withheld_are_hatched_and_a_drawing_is_one_safe_element() -> None:
    codes = codes_of("slv_departments")
    tiles = read_tiles(AreaMap("x", "slv_departments.csv"), codes, [], where="")
    plain = draw_map(points(codes), tiles, words=WORDS, fonts=FONTS, prefix="m")
    weak = draw_map(points(codes, c01="weak"), tiles, words=WORDS, fonts=FONTS, prefix="m")
    hidden = draw_map(points(codes, c01="withheld"), tiles, words=WORDS, fonts=FONTS, prefix="m")
    assert [svg.count("<pattern") for svg in (plain, weak, hidden)] == [0, 2, 1]
    assert plain.startswith("<svg") and "style=" not in plain and "<!--" not in plain
    assert draw_map(points(codes), tiles, words=WORDS, fonts=FONTS, prefix="m") == plain


def test_true_shapes_share_their_points_after_simplification(tmp_path: Path) -> None:
    border = [[0.5, y / 1000] for y in range(0, 1001, 2)]
    west = [[0.0, 0.0], *border, [0.0, 1.0], [0.0, 0.0]]
    east = [[1.0, 0.0], [1.0, 1.0], *border[::-1], [1.0, 0.0]]
    features = [
        {"properties": {"name": "West"}, "geometry": {"type": "Polygon", "coordinates": [west]}},
        {"properties": {"name": "x-2"}, "geometry": {"type": "MultiPolygon", "coordinates": [[east], [
            [[2.0, 0.0], [2.1, 0.0], [2.1, 0.1], [2.0, 0.0]]]]}},
    ]  # fmt: skip
    (tmp_path / "z.geojson").write_text(json.dumps({"features": features}), encoding="utf-8")
    rings = read_boundaries(Boundaries("z.geojson", "name", {"x-2": "2"}), {"1": "West", "2": "East"}, [tmp_path],
                            by="zone", where="")  # fmt: skip
    first, second = ({tuple(point) for point in rings[code][0].tolist()} for code in "12")
    assert len(rings["2"]) == 2
    assert len(first & second) > 190
    assert all(abs(value / STEP - round(value / STEP)) < 1e-6 for point in first for value in point)


def test_real_boundaries_become_a_map(shared_data: Path) -> None:
    tiles = read_tiles(AreaMap("x", "slv_departments.csv"), codes_of("slv_departments"), [], where="")
    with (TILES_HOME / "slv_departments.csv").open(encoding="utf-8", newline="") as stream:
        labels = {row["code"]: row["name"] for row in csv.DictReader(stream)}
    rings = read_boundaries(Boundaries("slv_departments14.geojson", "department", {}), labels,
                            [shared_data / "slv_geography"], by="department", where="")  # fmt: skip
    svg = draw_map(points(list(labels)), tiles, words=WORDS, fonts=FONTS, prefix="m", boundaries=rings)
    assert 20_000 < len(svg) < 250_000
