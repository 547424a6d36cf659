"""A report says a thing once: pictures point to the table with their numbers, levels with one recipe share rows."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from estimates.extrapolation import EXTENDED
from pipeline.dictionary_file import load_dictionary
from pipeline.report_exhibits import Exhibits
from pipeline.report_extended import extended_notes
from pipeline.report_labels import Labels
from pipeline.report_weighting import response_rows, total_rows
from pipeline.report_words import load_words
from surveys.dictionary import Label
from surveys.study import Exhibit


@pytest.fixture(scope="module")
def labels(root: Path) -> Labels:
    return Labels(load_dictionary(root / "data_dictionary.yaml"), load_words(root / "report_templates", "en"))


def exhibit(kind: str, **options: Any) -> Exhibit:
    return Exhibit(kind, (), (), None, options)


def chapters(labels: Labels, *plan: Exhibit) -> Exhibits:
    areas = pd.DataFrame({"model": ["m"] * 4, "status": ["reliable", "weak", "reliable", "withheld"]})
    material: Any = SimpleNamespace(labels=labels, tables={"small_areas": areas})
    return Exhibits(material, plan)


def test_a_ranking_points_to_the_table_that_lists_as_many_areas(labels: Labels) -> None:
    ranking = exhibit("ranking", model="m", rows=10)
    assert chapters(labels, exhibit("small_areas", model="m", rows=10)).in_chapters(ranking) == 1
    assert chapters(labels, exhibit("small_areas", model="m", rows=9)).in_chapters(ranking) == 0
    assert chapters(labels, exhibit("small_areas", model="other", rows=10)).in_chapters(ranking) == 0


def test_a_map_needs_a_table_with_every_area_that_may_be_published(labels: Labels) -> None:
    picture = exhibit("map", model="m")
    assert chapters(labels, exhibit("small_areas", model="m", rows=3)).in_chapters(picture) == 1
    assert chapters(labels, exhibit("small_areas", model="m", rows=2)).in_chapters(picture) == 0


def test_offices_and_trend_are_not_repeated_in_the_annex(labels: Labels) -> None:
    plan = (exhibit("offices", choice="a"), Exhibit("trend_table", ("displaced_households",), ("sex",)))
    built = chapters(labels, *plan)
    assert built.in_chapters(exhibit("offices_map", choice="a")) == 1
    assert built.in_chapters(exhibit("offices_map", choice="b")) == 0
    assert built.in_chapters(Exhibit("trend", ("displaced_households",), ("sex",))) == 2
    assert built.in_chapters(Exhibit("trend", ("displaced_households",), ("area",))) == 0


def test_known_totals_have_names_and_are_listed_once(labels: Labels) -> None:
    def step(level: str) -> dict[str, Any]:
        return {
            "step": "calibrate", "level": level, "margins": {"families": {"by": ["sex"]}, "all": {"by": []}},
            "tables": [{"measure": "total:families", "cell": "2", "target": 5.0, "before": 4.0, "after": 5.0},
                       {"measure": "total:families", "cell": "2", "target": 5.0, "before": 4.0, "after": 5.0},
                       {"measure": "total:unnamed", "cell": "x", "target": 1.0, "before": 1.0, "after": 1.0}],
        }  # fmt: skip

    rows, more = total_rows([step("household"), step("person")], labels)
    assert rows == (("Family: Sex", labels.domain("sex", "2"), "5", "4", "5"), ("unnamed", "x", "1", "1", "1"))
    assert more == 0


def test_the_same_response_of_two_levels_is_told_once(labels: Labels) -> None:
    step = {"rr1": 0.9, "r_indicator": 0.95}
    assert len(response_rows([step, dict(step)], labels.words)) == 2


@pytest.mark.parametrize(
    ("reasons", "marks"), [((EXTENDED, EXTENDED), ["◊"]), ((EXTENDED, ""), ["◊", ""]), (("", ""), [])]
)
def test_rows_that_stop_at_the_sample_are_told_apart_from_extended_ones(
    labels: Labels, reasons: tuple[str, str], marks: list[str]
) -> None:
    frame = pd.DataFrame({"indicator": ["displaced_households"] * 2, "area": ["1", "2"], "estimate": [1.0, 2.0],
                          "status": ["reliable"] * 2, "reason": reasons})  # fmt: skip
    shown = Exhibit("table", ("displaced_households",), ("area",))
    notes = extended_notes(shown, frame, labels, Label("El total supone.", "The total assumes."))
    assert [note.mark for note in notes] == marks
