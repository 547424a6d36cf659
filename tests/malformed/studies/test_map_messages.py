"""Layouts and boundaries of maps that do not hold: the exact words in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.map_files import read_boundaries, read_tiles
from pipeline.project import Project
from pipeline.study_files import load_study
from surveys.area_maps import AreaMap, Boundaries
from surveys.problems import StudyError

HERE = Path(__file__).parent
GOOD = HERE.parent / "data" / "good"
LABELS = {"1": "Norte", "2": "Sur"}
SQUARE = [[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]]


def told(error: StudyError) -> str:
    return f"{error.text('en')}\n----\n{error.text('es')}\n"


def expected(case: str) -> str:
    return (HERE / "maps" / f"{case}.expected.txt").read_text(encoding="utf-8")


def geojson(*names: str, kind: str = "Polygon") -> str:
    shapes = [{"properties": {"name": name}, "geometry": {"type": kind, "coordinates": SQUARE}} for name in names]
    return json.dumps({"type": "FeatureCollection", "features": shapes})


TILES = {
    "tiles_absent": None,
    "tiles_columns": "code,x,y\n1,0,0\n",
    "tiles_bytes": b"code,row,column\n\xff,0,0\n",
    "tiles_codes": "code,row,column\n1,0,0\n3,0,1\n",
    "tiles_places": "code,row,column\n1,0,0\n2,0,0\n",
    "tiles_numbers": "code,row,column\n1,0,0\n2,x,-1\n",
}
BOUNDARIES = {
    "boundaries_absent": None,
    "boundaries_not_json": "this is no JSON",
    "boundaries_points": geojson("Norte", "Sur", kind="Point"),
    "boundaries_field": geojson("Norte", "Sur").replace('"name"', '"nombre"'),
    "boundaries_names": geojson("Norte", "Este"),
}


@pytest.mark.parametrize("case", TILES)
def test_tiles_that_do_not_hold(case: str, tmp_path: Path) -> None:
    content = TILES[case]
    if content is not None:
        (tmp_path / "tiles.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(StudyError) as raised:
        read_tiles(AreaMap("zone", "tiles.csv"), list(LABELS), [tmp_path], where="mine/study.yaml  map.zone")
    assert told(raised.value) == expected(case)


@pytest.mark.parametrize("case", BOUNDARIES)
def test_boundaries_that_do_not_hold(case: str, tmp_path: Path) -> None:
    content = BOUNDARIES[case]
    if content is not None:
        (tmp_path / "zones.geojson").write_text(content, encoding="utf-8")
    with pytest.raises(StudyError) as raised:
        read_boundaries(Boundaries("zones.geojson", "name", {}), LABELS, [tmp_path], by="zone",
                        where="mine/study.yaml  map.zone")  # fmt: skip
    assert told(raised.value) == expected(case)


def test_boundaries_outside_the_study_folder_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "zones.geojson").write_text(geojson("Norte", "Sur"), encoding="utf-8")
    (tmp_path / "mine").mkdir()
    with pytest.raises(StudyError) as raised:
        read_boundaries(Boundaries("../zones.geojson", "name", {}), LABELS, [tmp_path / "mine"], by="zone",
                        where="mine/study.yaml  map.zone")  # fmt: skip
    assert raised.value.problems[0].message.code == "map_file_absent"


@pytest.mark.parametrize("case", ["declared"])
def test_maps_that_a_study_cannot_have(case: str, tmp_path: Path) -> None:
    made = tmp_path / "good"
    made.mkdir()
    text = (GOOD / "study.yaml").read_text(encoding="utf-8")
    for name in ("households", "persons", "areas"):
        text = text.replace(f"HASH-{name}.csv", "0" * 64)
    extra = (HERE / "maps" / f"{case}.yaml").read_text(encoding="utf-8")
    assert "report:" not in text
    (made / "study.yaml").write_text(text + extra, encoding="utf-8")
    (made / "mapping.yaml").write_text((GOOD / "mapping.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(StudyError) as raised:
        load_study(made, Project.here())
    assert told(raised.value) == expected(case)
