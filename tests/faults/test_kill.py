"""A run killed at any moment leaves the last good results, and running again repairs everything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Start = Callable[..., "subprocess.Popen[str]"]
Results = Callable[[Path], dict[str, str]]


def tried(folder: Path, *words: str) -> dict[str, Any]:
    command = [sys.executable, str(Path(__file__).with_name("every_moment.py")), str(folder), *words]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}, check=False,
                          capture_output=True, text=True, timeout=600)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]  # written by the script


def test_killed_at_every_moment_while_replacing_results(tmp_path: Path) -> None:
    found = tried(tmp_path, "kill", "again")
    assert found["moments"] > 90 and found["wrong"] == {}


@pytest.mark.parametrize(("way", "state"), [("full", "again"), ("kill", "exchange"), ("readonly", "first")])
def test_killed_or_refused_by_the_disk_at_moments_of_other_runs(tmp_path: Path, way: str, state: str) -> None:
    found = tried(tmp_path, way, state, "4")
    assert found["moments"] > 20 and found["wrong"] == {}


@pytest.mark.slow
@pytest.mark.parametrize("way", ["kill", "full", "readonly"])
@pytest.mark.parametrize("state", ["first", "again", "failed", "exchange"])
def test_every_moment_of_every_run(tmp_path: Path, way: str, state: str) -> None:
    found = tried(tmp_path, way, state)
    assert found["moments"] > 40 and found["wrong"] == {}


def test_a_careless_program_would_be_found_out(tmp_path: Path) -> None:
    assert tried(tmp_path, "kill", "careless", "3")["wrong"]


def test_killed_on_the_first_run(
    fake: ModuleType, folder: Path, start: Start, results: Results, tmp_path: Path
) -> None:
    start(folder, "die_at=4").communicate(timeout=60)
    fake.run(folder)
    other = fake.make(tmp_path / "there")
    fake.run(other)
    assert results(folder) == results(other)


def test_without_exchange_of_names(
    fake: ModuleType, folder: Path, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On file systems that cannot exchange names, an interrupted swap is put back by the next run."""
    fake.run(folder)
    before = results(folder)
    stage = folder / "build" / "tiny" / "weight"
    stage.rename(stage.parent / ".weight.1.0123456789ab.old")
    assert fake.run(folder) == []
    assert results(folder) == before

    monkeypatch.setattr("pipeline.atomic._exchange", lambda one, other: False)
    (folder / "data" / "persons.csv").write_text("2 4 8")
    assert fake.run(folder) == ["ingest", "weight", "report"]
    assert (stage / "sum.txt").read_text() == "14"


def test_names_of_others_are_left_alone(fake: ModuleType, folder: Path) -> None:
    fake.run(folder)
    mine = folder / "build" / "tiny" / ".notes.tmp"
    mine.write_text("mine")
    fake.run(folder)
    assert mine.read_text() == "mine"
