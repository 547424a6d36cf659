"""The plan says who takes part, which design roles are not available, and what the sample will be able to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.new_study import new_study
from pipeline.plan_words import WORDS, plan_text
from pipeline.planning import plan_of
from pipeline.planning_forecast import publishable
from pipeline.planning_selection import draw_segments
from pipeline.planning_words import WORDS as FORECAST_WORDS
from pipeline.project import Project
from pipeline.study_files import load_study
from surveys.dictionary import Dictionary
from surveys.problems import StudyError
from surveys.sampling.forecast import segments_by_stratum
from surveys.sampling.plan import FrameFile, SamplePlan, plan_from
from surveys.study import Publication


@pytest.fixture
def plan(tmp_path: Path) -> dict[str, object]:
    new_study("survey_1", tmp_path, "en")
    return plan_of(load_study(tmp_path / "survey_1", Project.here()).study)


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["es"].keys() == WORDS["en"].keys()


def test_what_is_not_available_is_said_with_its_reason(plan: dict[str, object]) -> None:
    assert "no disponible: el archivo no trae las UPM del marco. En su lugar: nada." in plan_text(plan, "es")
    assert "unavailable: the file has no PSU counts of the frame. In its place: nothing." in plan_text(plan, "en")


def test_texts_of_the_study_stay_text(plan: dict[str, object]) -> None:
    hostile = {**plan, "title": {"es": "<script>x</script>", "en": "# [a](b)"}}
    assert "<script>" not in plan_text(hostile, "es").replace("\\<", "")
    assert "# \\# \\[a\\](b)" in plan_text(hostile, "en")


def test_decisions_are_printed_oldest_first() -> None:
    loaded = load_study(Project.here().root / "surveys" / "studies" / "slv_2018", Project.here())
    said = plan_of(loaded.study)
    assert [one["date"] for one in said["decisions"]] == ["2016-08", "2018-03-20"]
    text = plan_text(said, "es")
    assert text.index("2016-08: Inicio") < text.index("2018-03-20: Presentación")
    assert {member["role"] for member in said["working_group"]} == {"leads", "produces", "validates", "receives"}


def test_forecast_has_the_same_words_in_both_languages() -> None:
    assert FORECAST_WORDS["es"].keys() == FORECAST_WORDS["en"].keys()
    for key in FORECAST_WORDS["es"]:
        assert FORECAST_WORDS["es"][key].count("|") == FORECAST_WORDS["en"][key].count("|")
        assert FORECAST_WORDS["es"][key].count("{") == FORECAST_WORDS["en"][key].count("{")


def small_plan(**changes: object) -> SamplePlan:
    data: dict[str, object] = {
        "segments": 100,
        "per_segment": 100,
        "response": 0.9,
        "strata": {
            "a": {"population": 60_000, "within": {"area": "1"}},
            "b": {"population": 40_000, "within": {"area": "2"}},
        },
        "groups": {"sex": {"1": 0.48, "2": 0.52}},
        "indicators": [
            {"indicator": "displacement_prevalence", "expected": 0.011, "deff": 1.5, "by": ["stratum", "area", "sex"]}
        ],
        **changes,
    }
    return plan_from(data)


def names() -> Dictionary:
    return load_study(Project.here().root / "surveys" / "studies" / "slv_2018", Project.here()).dictionary


def test_forecast_by_hand() -> None:
    table = publishable(small_plan(), Publication(), names()).set_index(["group", "code"])
    whole = table.loc[("", "_T")]
    # 100 x 100 x 0.9 = 9,000 answers; 99 cases; (1 - 0.09) x 1.5 x 0.010879 / 9,000 and N / (N - 1).
    assert whole["n"] == 9000 and whole["cases"] == pytest.approx(99)
    assert whole["se"] == pytest.approx((1.5 * 0.91 * 0.011 * 0.989 / 9000 * 100_000 / 99_999) ** 0.5)
    assert whole["df"] == 98 and whole["status"] == "reliable"
    assert table.loc[("stratum", "a"), "segments"] == 60 and table.loc[("area", "2"), "drawn"] == 4000
    assert table.loc[("sex", "1"), "n"] == pytest.approx(4320) and table.loc[("sex", "1"), "df"] == 98
    assert table.loc[("stratum", "b"), "status"] == "weak", "39.6 cases"


def test_the_chance_of_publishing_is_that_of_drawing_enough_cases() -> None:
    import numpy as np

    rows = publishable(small_plan(), Publication(), names()).set_index(["group", "code"])
    row = rows.loc[("stratum", "b")]
    random = np.random.Generator(np.random.PCG64(1))
    strength = 0.011 * 0.989 / row["se"] ** 2 - 1
    found = random.beta(0.011 * strength, 0.989 * strength, 40_000)
    # cepal_2023 shows an estimate of 30 cases with a CV of 30 % or less.
    shown = np.mean(np.round(found * row["n"]) >= 30)
    assert row["chance"] == pytest.approx(shown, abs=0.01)


def test_more_units_never_make_less_publishable() -> None:
    order = {"confidential": 0, "withheld": 0, "weak": 1, "reliable": 2}
    last = [0] * 7
    for segments in (10, 30, 100, 300, 900):
        table = publishable(small_plan(segments=segments), Publication(), names())
        now = [order[status] for status in table["status"]]
        assert all(after >= before for before, after in zip(last, now, strict=True))
        last = now


def test_segments_stated_by_a_stratum_are_kept() -> None:
    plan = small_plan(
        strata={"a": {"population": 60_000, "segments": 20}, "b": {"population": 20_000}, "c": {"population": 20_000}}
    )
    assert segments_by_stratum(plan) == {"a": 20, "b": 40, "c": 40}


def test_a_frame_is_drawn_by_make_plan(tmp_path: Path) -> None:
    rows = ["segmento,estrato,familias", *(f"{n:03d},{'a' if n < 60 else 'b'},{80 + n}" for n in range(100))]
    (tmp_path / "frame.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    frame = FrameFile("frame.csv", "segmento", 20180320, "estrato", "familias")
    selection, record = draw_segments(tmp_path, frame, {"a": 6.0, "b": 4.0}, where="study.yaml")
    assert record["drawn"] == 10 and record["seed"] == 20180320 and record["units"] == 100
    again, _ = draw_segments(tmp_path, frame, {"a": 6.0, "b": 4.0}, where="study.yaml")
    assert selection.sample.equals(again.sample)
    assert set(selection.sample["segmento"].str.len()) == {3}, "names of segments keep their zeros"


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("absent.csv", None, "frame_absent"),
        ("../outside.csv", b"a\n", "frame_absent"),
        ("bad.csv", b"\xff\xfe\x00", "frame_unreadable"),
    ],
)
def test_a_frame_that_cannot_be_read(tmp_path: Path, file: str, content: bytes | None, code: str) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    if content is not None:
        (folder / file).write_bytes(content)
    with pytest.raises(StudyError) as caught:
        draw_segments(folder, FrameFile(file, "a", 1), {"": 1.0}, where="study.yaml")
    assert caught.value.problems[0].message.code == code
