"""One fault per message of the plan stage, and the exact words in both languages."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline import planning
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.run import Run
from surveys.problems import ProblemsFound

HERE = Path(__file__).parent
GOOD_STUDY = HERE.parent / "data" / "good"
FRAME = ["segment,place,families", *(f"s{n:02d},{'a' if n < 40 else 'b'},{80 + n}" for n in range(70))]
EXPECTED = HERE / "messages.expected.txt"

Place = tuple[str | int, ...]
CASES: dict[str, tuple[Place, Any]] = {
    "group_twice": (("working_group", 1), {"institution": "Ministry", "role": "leads"}),
    "group_without_lead": (("working_group", 0, "role"), "produces"),
    "group_validates": (("working_group", 1, "validates"), ["displacement_prevalense"]),
    "decision_by": (("decisions", 0, "by"), ["Minstry"]),
    "decision_date": (("decisions", 0, "date"), "2018-02-30"),
    "decision_date_shape": (("decisions", 0, "date"), "March 2018"),
    "plan_indicator": (("plan", "indicators", 0, "indicator"), "displacement"),
    "plan_statistic": (("plan", "indicators", 0, "indicator"), "dependency_ratio"),
    "plan_statistic_distribution": (("plan", "indicators", 0, "indicator"), "displacement_triggers"),
    "plan_code": (("plan", "indicators", 0, "indicator"), "displacement_triggers.77"),
    "plan_code_of_stratum": (("plan", "strata", "a", "within", "area"), "3"),
    "plan_breakdown": (("plan", "indicators", 0, "by"), ["department"]),
    "plan_within": (("plan", "strata", "b", "within"), {}),
    "plan_expected": (("plan", "indicators", 0, "expected"), 1.1),
    "plan_spread": (("plan", "indicators", 1), {"indicator": "mean_age", "expected": 30, "deff": 2}),
    "plan_effect": (("plan", "indicators", 0, "rho"), 0.02),
    "plan_shares": (("plan", "groups", "sex", "1"), 0.84),
    "plan_target": (("plan", "targets", 0, "indicator"), "internal_mobility"),
    "plan_target_mean": (("plan", "targets", 0, "indicator"), "mean_age"),
    "allocation_too_few": (("plan", "segments"), 3),
    "allocation_too_many": (("plan", "segments"), 4000),
    "unknown_key": (("plan", "indicators", 0, "expcted"), 0.2),
    "response_above_one": (("plan", "response"), 90),
    "frame_absent": (("plan", "frame", "file"), "frames.csv"),
    "frame_column": (("plan", "frame", "size"), "households"),
    "plan_frame_size": (("plan", "frame"), {"file": "frame.csv", "unit": "segment", "stratum": "place", "seed": 1}),
    "plan_frame_stratum": (("plan", "frame", "stratum"), None),
    "frame_stratum_absent": (("plan", "strata", "c"), {"population": 1000, "within": {"area": "1"}}),
    "frame_duplicate": (("frame", 3), "s00,a,90"),
    "frame_size_missing": (("frame", 3), "s02,a,"),
    "frame_blank": (("frame", 3), ",a,90"),
    "sample_exceeds_stratum": (("plan", "strata", "b", "segments"), 38),
}


def prepared(case: str | None, folder: Path) -> Run:
    study = folder / "good"
    shutil.copytree(GOOD_STUDY, study)
    said = yaml.safe_load((study / "study.yaml").read_text(encoding="utf-8").replace("HASH-", "0" * 64 + "#"))
    for source in said["sources"].values():
        source["sha256"] = "0" * 64
    whole = {**said, **yaml.safe_load((HERE / "good.yaml").read_text(encoding="utf-8")), "frame": list(FRAME)}
    if case is not None:
        place, value = CASES[case]
        inner: Any = whole
        for step in place[:-1]:
            inner = inner[step]
        if value is None:
            del inner[place[-1]]
        else:
            inner[place[-1]] = copy.deepcopy(value)
    (study / "frame.csv").write_text("\n".join(whole.pop("frame")) + "\n", encoding="utf-8")
    text = yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=1000)
    (study / "study.yaml").write_text(text, encoding="utf-8")
    output = folder / "output"
    output.mkdir()
    return Run(Project.here(), "good", study, folder, folder, "en", Progress(quiet=True), "plan", output)


def told(case: str, folder: Path) -> str:
    with pytest.raises(ProblemsFound) as caught:
        planning.run(prepared(case, folder))
    return f"== {case}\n{caught.value.text('en')}\n--\n{caught.value.text('es')}\n"


@pytest.mark.parametrize("case", CASES)
def test_says_what_is_wrong(case: str, tmp_path: Path) -> None:
    expected = {
        part.split("\n", 1)[0]: "== " + part
        for part in EXPECTED.read_text(encoding="utf-8").removeprefix("== ").split("\n== ")
    }
    assert told(case, tmp_path).rstrip("\n") == expected[case].rstrip("\n")


def test_the_good_plan_is_written_whole(tmp_path: Path) -> None:
    run = prepared(None, tmp_path)
    planning.run(run)
    assert {path.name for path in run.output.iterdir()} >= {
        "plan.json",
        "plan_es.md",
        "plan_en.md",
        "forecast.csv",
        "forecast_es.md",
        "forecast_en.md",
        "forecast_es.svg",
        "forecast_en.svg",
        "sizes.csv",
        "allocation.csv",
        "change.csv",
        "selected_segments.csv",
        "questionnaire.xlsx",
    }
