"""A change is told only where both rounds may be shown and the series does not break."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.change.round_totals import RoundTotals
from estimates.change.study_change import NUMBERS, SIDES, RoundPair, change_of_study
from pipeline.analysis_files import read_analyses
from pipeline.dictionary_file import load_dictionary
from pipeline.open_tables import write_frame
from pipeline.project import Project
from pipeline.round_release import round_frames, told_by_rounds
from surveys.dictionary import Dictionary, Label
from surveys.rounds import ChangeSpec, Remark
from surveys.study import DesignRoles, Publication, ReportPlan, Role, Study

WHOLE: tuple[tuple[str, str], ...] = ()
KEYS = (("female_share", WHOLE), ("female_share", (("sex", "1"),)), ("female_share", (("sex", "2"),)))


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return load_dictionary(Project.here().dictionary)


def a_round(name: str, estimate: list[float], status: tuple[str, ...] = ("reliable",) * 3) -> RoundTotals:
    rng = np.random.default_rng(len(name))
    psus = 12
    z = rng.normal(0, 0.004, (psus, 3))
    return RoundTotals(
        name, KEYS, np.array(estimate), np.array([0.02, 0.03, 0.03]), np.array([10, 10, 10]), status,
        np.tile(np.arange(psus), 3), np.repeat(np.arange(3), psus), z.T.ravel(), np.ones(3 * psus, dtype=bool),
        tuple(f"p{number}" for number in range(psus)), np.repeat([0, 1], 6), np.full(2, np.inf), {"female_share": "x"},
    )  # fmt: skip


def study_with(spec: ChangeSpec) -> Study:
    label = Label("x", "x")
    role = Role(variable="psu")
    study = Study(
        "later", label, "SLV", 2020, {}, DesignRoles("household", role, role, Role(unavailable=label)), (), (),
        Publication(), ReportPlan(),
    )  # fmt: skip
    return replace(study, rounds=replace(study.rounds, change=(spec,)))


def made(dictionary: Dictionary, earlier: RoundTotals, own: RoundTotals, **options: object) -> pd.DataFrame:
    spec = ChangeSpec("early", Label("antes", "before"), ("female_share",), (WHOLE, ("sex",)), "segments")
    spec = replace(spec, **options)  # type: ignore[arg-type]
    limits = {one.study: {key: (0.1, 0.9) for key in KEYS} for one in (earlier, own)}
    return change_of_study(study_with(spec), dictionary, [RoundPair(spec, earlier, own)], limits)


@pytest.mark.parametrize("side", ["early", "later"])
@pytest.mark.parametrize("status", ["confidential", "withheld", "empty"])
def test_a_cell_hidden_in_either_round_gives_no_number(dictionary: Dictionary, side: str, status: str) -> None:
    statuses = ("reliable", status, "reliable")
    early = a_round("early", [0.5, 0.4, 0.6], statuses if side == "early" else ("reliable",) * 3)
    later = a_round("later", [0.6, 0.5, 0.7], statuses if side == "later" else ("reliable",) * 3)
    table = made(dictionary, early, later)
    row = table[table["sex"] == "1"].iloc[0]
    assert row[list(NUMBERS)].isna().all()
    assert row["status"] == "withheld" and row["conclusion"] == "withheld"
    assert row["reason"] == ("confidential_side" if status == "confidential" else "withheld_side")
    assert table[table["sex"] != "1"]["estimate"].notna().all()


def test_a_break_keeps_both_figures_and_says_nothing_of_change(dictionary: Dictionary) -> None:
    early, later = a_round("early", [0.5, 0.4, 0.6]), a_round("later", [0.9, 0.8, 0.99])
    remark = Remark(Label("cambió la pregunta", "the question changed"), ("female_share",))
    table = made(dictionary, early, later, breaks=(remark,))
    assert set(table["status"]) == {"break"} and set(table["conclusion"]) == {"not_comparable"}
    assert table[list(SIDES)].notna().all().all()
    assert table[[name for name in NUMBERS if name not in SIDES]].isna().all().all()
    assert set(table["note_en"]) == {"the question changed"}


def test_a_break_does_not_show_what_is_hidden(dictionary: Dictionary) -> None:
    early = a_round("early", [0.5, 0.4, 0.6], ("reliable", "confidential", "reliable"))
    table = made(dictionary, early, a_round("later", [0.6, 0.5, 0.7]), breaks=(Remark(Label("x", "x")),))
    row = table[table["sex"] == "1"].iloc[0]
    assert row["status"] == "withheld" and row[list(NUMBERS)].isna().all()


def test_a_redefined_indicator_with_a_note_is_compared(dictionary: Dictionary) -> None:
    early = replace(a_round("early", [0.5, 0.4, 0.6]), definition={"female_share": "y"})
    table = made(dictionary, early, a_round("later", [0.6, 0.5, 0.7]), notes=(Remark(Label("x", "x")),))
    assert table["estimate"].notna().all()


def test_holm_is_taken_within_a_breakdown(dictionary: Dictionary) -> None:
    table = made(dictionary, a_round("early", [0.5, 0.4, 0.6]), a_round("later", [0.56, 0.52, 0.65]))
    whole, by = table[table["sex"] == "_T"], table[table["sex"] != "_T"].sort_values("p_value")
    assert whole["p_adjusted"].tolist() == whole["p_value"].tolist()
    assert by["p_adjusted"].iloc[0] == pytest.approx(min(1.0, 2 * by["p_value"].iloc[0]))


def test_independent_samples_share_nothing_even_with_equal_names(dictionary: Dictionary) -> None:
    early, later = a_round("early", [0.5, 0.4, 0.6]), a_round("later", [0.6, 0.5, 0.7])
    table = made(dictionary, early, later, overlap="independent")
    assert table["se"].tolist() == pytest.approx(np.sqrt(2) * np.array([0.02, 0.03, 0.03]))
    assert table["correlation"].isna().all() and (table["shared_psus"] == 0).all()


def test_a_released_table_blanks_hidden_rows_and_the_attack_reads_it(dictionary: Dictionary, tmp_path: Path) -> None:
    table = made(dictionary, a_round("early", [0.5, 0.4, 0.6]), a_round("later", [0.6, 0.5, 0.7]))
    (tmp_path / "estimate").mkdir()
    table.loc[table["sex"] == "1", "status"] = "withheld"  # numbers left by mistake
    table.to_csv(tmp_path / "estimate" / "change.csv", index=False)
    for name, open_table in round_frames(read_analyses(tmp_path / "estimate"), synthetic=True).items():
        write_frame(tmp_path, name, open_table)
    frame = pd.DataFrame({"indicator": ["female_share"] * 3, "sex": ["_T", "1", "2"]})
    hidden = np.array([False, True, False])
    assert list(told_by_rounds(tmp_path, frame, ["sex"], hidden)) == []
    written = pd.read_csv(tmp_path / "change.csv", dtype=str)
    assert set(written["data"]) == {"synthetic"}
    assert written.loc[written["sex"] == "1", list(NUMBERS)].isna().all().all()
    # A release that tells: the attack names the row.
    table.to_csv(tmp_path / "change.csv", index=False)
    assert list(told_by_rounds(tmp_path, frame, ["sex"], hidden)) == [("change.csv", 1)]
