"""A run killed at any moment leaves the last good results, and running again repairs everything."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.manifest import output_hashes, read_manifest

Start = Callable[..., "subprocess.Popen[str]"]
Results = Callable[[Path], dict[str, str]]


def whole(stage: Path) -> bool:
    manifest = read_manifest(stage)
    return manifest is not None and manifest.outputs == output_hashes(stage)


@pytest.mark.parametrize("moment", range(1, 37, 3))
def test_killed_while_replacing_results(
    fake: ModuleType, folder: Path, tmp_path: Path, start: Start, results: Results, moment: int
) -> None:
    fake.run(folder)
    (folder / "data" / "persons.csv").write_text("1 2 3 4 5 6")
    undisturbed = tmp_path / "there"
    shutil.copytree(folder, undisturbed)
    fake.run(undisturbed)

    process = start(folder, f"die_at={moment}")
    process.communicate(timeout=60)
    for stage in fake.STAGES:
        assert whole(folder / "build" / "tiny" / stage), f"{stage} is neither the old result nor the new one"

    fake.run(folder)
    assert results(folder) == results(undisturbed)
    left = [path.name for path in (folder / "build" / "tiny").iterdir() if path.name.endswith((".tmp", ".old"))]
    assert left == []


def test_the_moments_reach_the_end(fake: ModuleType, folder: Path, start: Start) -> None:
    """Some of the moments above kill the run, and the last is near the end of it."""
    assert start(folder, "die_at=5").wait(timeout=60) == -signal.SIGKILL
    shutil.rmtree(folder / "build")
    assert start(folder, "die_at=25").wait(timeout=60) == -signal.SIGKILL


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
