"""Choices of places for offices that do not hold: the exact words in both languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.office_files import read_distances, read_size, read_within
from pipeline.project import Project
from pipeline.study_files import load_study
from surveys.offices import OfficePlan, office_plans
from surveys.problems import StudyError
from surveys.small_areas import SmallAreas

HERE = Path(__file__).parent
GOOD = HERE.parent / "data" / "good"
CODES = ("1", "2")
WHERE = "mine/study.yaml  offices.local"
MODEL = SmallAreas("places", "prevalence", "zone", file="known.csv")
PLAN = office_plans({"offices": {"local": {"model": "places", "size": "families", "places": "zone", "number": 1}}})[0]


def told(error: StudyError) -> str:
    return f"{error.text('en')}\n----\n{error.text('es')}\n"


def expected(case: str) -> str:
    return (HERE / "offices" / f"{case}.expected.txt").read_text(encoding="utf-8")


def points(folder: Path) -> object:
    return read_distances(replace(PLAN, points="points.csv"), CODES, [folder], where=WHERE)


def distances(folder: Path) -> object:
    return read_distances(replace(PLAN, distances="km.csv"), CODES, [folder], where=WHERE)


def pairs(folder: Path) -> object:
    return read_distances(replace(PLAN, distances="km.csv", method="p_median"), CODES, [folder], where=WHERE)


def within(folder: Path) -> object:
    return read_within(replace(PLAN, within="within.csv"), ("a", "b"), CODES, [folder], where=WHERE)


def size(folder: Path) -> object:
    return read_size(PLAN, MODEL, ("a", "b"), [folder], where=WHERE)


CASES: dict[str, tuple[Callable[[Path], object], str, str | None]] = {
    "file_absent": (points, "points.csv", None),
    "file_columns": (points, "points.csv", "code,x,y\n1,0,0\n"),
    "file_codes": (points, "points.csv", "code,longitude,latitude\n1,0,0\n3,0,0\n"),
    "file_degrees": (points, "points.csv", "code,longitude,latitude\n1,0,95\n2,x,0\n"),
    "file_km": (distances, "km.csv", "from,to,km\n1,2,-4\n"),
    "file_pairs": (distances, "km.csv", "from,to,km\n1,3,4\n"),
    "file_missing_pairs": (pairs, "km.csv", "from,to,km\n1,1,0\n2,2,0\n"),
    "file_within": (within, "within.csv", "code,within\na,1\nb,9\n"),
    "size_column": (size, "known.csv", "area,people\na,1\nb,2\n"),
    "size_numbers": (size, "known.csv", "area,families\na,1\nb,many\n"),
}


@pytest.mark.parametrize("case", CASES)
def test_files_that_do_not_hold(case: str, tmp_path: Path) -> None:
    act, file, content = CASES[case]
    if content is not None:
        (tmp_path / file).write_text(content, encoding="utf-8")
    with pytest.raises(StudyError) as raised:
        act(tmp_path)
    assert told(raised.value) == expected(case)


def test_choices_that_a_study_cannot_have(tmp_path: Path) -> None:
    made = tmp_path / "good"
    made.mkdir()
    text = (GOOD / "study.yaml").read_text(encoding="utf-8")
    for name in ("households", "persons", "areas"):
        text = text.replace(f"HASH-{name}.csv", "0" * 64)
    extra = (HERE / "offices" / "declared.yaml").read_text(encoding="utf-8")
    (made / "study.yaml").write_text(text + extra, encoding="utf-8")
    (made / "mapping.yaml").write_text((GOOD / "mapping.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(StudyError) as raised:
        load_study(made, Project.here())
    assert told(raised.value) == expected("declared")


def test_distances_are_read_as_stated(tmp_path: Path) -> None:
    plan: OfficePlan = replace(PLAN, distances="km.csv")
    (tmp_path / "km.csv").write_text("from,to,km\n1,2,4\n2,1,6\n2,3,5\n", encoding="utf-8")
    found = read_distances(plan, ("1", "2", "3"), [tmp_path], where=WHERE)
    np.testing.assert_array_equal(found, [[0, 4, np.inf], [6, 0, 5], [np.inf, 5, 0]])


def test_points_and_tiles_give_distances(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("code,longitude,latitude\n2,-89,14\n1,-89,13\n", encoding="utf-8")
    found = read_distances(replace(PLAN, points="p.csv"), CODES, [tmp_path], where=WHERE)
    assert found[0, 1] == pytest.approx(111.195, abs=0.001)
    (tmp_path / "t.csv").write_text("code,row,column\n1,0,0\n2,3,4\n", encoding="utf-8")
    assert read_distances(replace(PLAN, tiles="t.csv"), CODES, [tmp_path], where=WHERE)[1, 0] == 5.0
