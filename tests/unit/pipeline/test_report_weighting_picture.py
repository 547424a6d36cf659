"""The picture of the weighting shows the numbers of the record, in both languages, and nothing where there are none."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.report_blocks import Chart
from pipeline.report_weighting_picture import build_weighting, factor_range, farthest
from pipeline.report_words import load_words

CALIBRATE = {
    "step": "calibrate", "level": "household", "effective_n": 90.0, "kish_deff": 1.1, "g_min": 0.8, "g_max": 1.3,
    "tables": [{"measure": "total:area", "cell": "1", "target": 50.0, "before": 40.0, "after": 50.0},
               {"measure": "total:area", "cell": "2", "target": 0.0, "before": 0.0, "after": 0.0}],
}  # fmt: skip
NONRESPONSE = {
    "step": "nonresponse", "level": "household", "effective_n": 95.0, "kish_deff": 1.05,
    "tables": [{"measure": "class_factor", "cell": "a", "value": 1.0}, {"measure": "class_factor", "cell": "b",
                                                                        "value": 1.5}],
}  # fmt: skip
ELSEWHERE = {"step": "inherit", "level": "person", "effective_n": 7.0, "kish_deff": 9.0}


def _built(root: Path, language: str, steps: list[dict[str, Any]]) -> Any:
    words = load_words(root / "report_templates", language)
    material: Any = SimpleNamespace(
        labels=SimpleNamespace(words=words), records={"weight": {"steps": steps}},
        study=SimpleNamespace(design=SimpleNamespace(level="household")), fonts=root / "report_templates" / "fonts",
    )  # fmt: skip
    place: Any = SimpleNamespace(number="1", anchor="chart-1", title=words["title_weighting"])
    exhibit: Any = None
    return build_weighting(exhibit, material, place)


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_step_of_the_level_is_drawn_and_tabulated(root: Path, language: str) -> None:
    made = _built(root, language, [NONRESPONSE, CALIBRATE, ELSEWHERE])
    assert isinstance(made.block, Chart)
    assert made.block.svg.startswith("<svg") and "95" in made.block.alt and "90" in made.block.alt
    rows = made.data(SimpleNamespace(number="A1", anchor="a", title="t")).rows
    assert [row[1:] for row in rows] == [
        ("95", "1.05", "1.000 – 1.500", ""), ("90", "1.10", "0.800 – 1.300", "20.00 → 0.00"),
    ]  # fmt: skip


def test_ranges_are_those_of_the_record() -> None:
    assert factor_range(NONRESPONSE) == (1.0, 1.5)
    assert factor_range(CALIBRATE) == (0.8, 1.3)
    assert factor_range(ELSEWHERE) is None
    assert farthest(CALIBRATE) == pytest.approx((0.2, 0.0))
    assert farthest(NONRESPONSE) is None


def test_weights_given_without_measures_have_no_picture(root: Path) -> None:
    made = _built(root, "en", [{"step": "given", "level": "household"}])
    assert made.block.svg == ""
    assert made.block.alt == "No step left any measure."
