"""A log of runs that was edited, cut or taken away is noticed; one that a kill left half written is not blamed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.provenance.log_check import log_problems, read_log
from pipeline.run_log import END, LOG, append
from pipeline.stages import STAGES


@pytest.fixture
def log(tmp_path: Path) -> Path:
    for number in range(5):
        append(tmp_path, {"stage": f"stage{number}", "manifest": None})
    return tmp_path / LOG


def codes(results: Path) -> list[str]:
    return [problem.message.code for problem in log_problems(results, "tiny")]


def test_a_whole_log_has_nothing_to_say(log: Path) -> None:
    assert codes(log.parent) == []
    assert log.stat().st_mode & 0o777 == 0o600
    assert [entry["stage"] for entry in read_log(log.parent)] == [f"stage{number}" for number in range(5)]


@pytest.mark.parametrize("line", range(5))
def test_an_edited_line_is_found(log: Path, line: int) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b"stage", b"stige")
    log.write_bytes(b"".join(lines))
    assert codes(log.parent) == ["log_line_altered"]


@pytest.mark.parametrize("line", range(4))
def test_a_line_taken_out_is_found(log: Path, line: int) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:line] + lines[line + 1 :]))
    assert codes(log.parent) == ["log_line_altered", "log_cut"]


@pytest.mark.parametrize("kept", range(5))
def test_a_log_that_lost_its_end_is_found(log: Path, kept: int) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:kept]))
    assert codes(log.parent) == (["log_cut"] if kept else ["log_absent"])


def test_two_lines_in_each_others_place_are_found(log: Path) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([lines[0], lines[2], lines[1], *lines[3:]]))
    assert set(codes(log.parent)) == {"log_line_altered"}


def test_a_log_that_was_taken_away_is_found(log: Path) -> None:
    log.unlink()
    assert codes(log.parent) == ["log_absent"]
    append(log.parent, {"stage": "later", "manifest": None})
    (log.parent / END).unlink()
    assert codes(log.parent) == ["log_absent"]


def test_half_a_line_left_by_a_kill_is_not_blamed_and_the_chain_goes_on(log: Path) -> None:
    with log.open("ab") as stream:
        stream.write(b'{"stage": "kil')
    assert codes(log.parent) == []
    append(log.parent, {"stage": "later", "manifest": None})
    assert codes(log.parent) == []
    assert [entry["stage"] for entry in read_log(log.parent)][-1] == "later"
    half = log.read_bytes().splitlines(keepends=True)
    half[5] = b'{"stage": "other\n'
    log.write_bytes(b"".join(half))
    assert codes(log.parent) == ["log_line_altered"]


def test_a_kill_between_the_line_and_the_note_of_the_end_is_not_blamed(log: Path) -> None:
    end = (log.parent / END).read_bytes()
    append(log.parent, {"stage": "killed", "manifest": None})
    (log.parent / END).write_bytes(end)
    assert codes(log.parent) == []


def test_every_result_is_in_the_log_and_no_microdata(own: Any) -> None:
    assert codes(own.results) == []
    entries = read_log(own.results)
    assert {entry["stage"] for entry in entries} == set(STAGES)
    allowed = {"stage", "state", "reason", "start", "end", "seconds", "warnings", "manifest", "commit", "user", "host",
               "previous"}  # fmt: skip
    assert {key for entry in entries for key in entry} == allowed
    manifest = own.results / "weight" / "manifest.json"
    value = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(value, indent=2))
    assert codes(own.results) == ["stage_not_logged"]


def test_a_stage_whose_line_a_kill_took_is_written_down_by_the_next_run(own: Any) -> None:
    (own.results / LOG).unlink()
    (own.results / END).unlink()
    assert own.run() == []
    assert codes(own.results) == []
    assert {entry["state"] for entry in read_log(own.results)} == {"found"}
