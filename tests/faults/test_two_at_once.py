"""Two runs of one study at once: the second waits and finds everything done."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

Start = Callable[..., "subprocess.Popen[str]"]


def test_two_runs_at_once(fake: ModuleType, folder: Path, start: Start) -> None:
    processes = [start(folder, "slow") for _ in range(2)]
    said = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert sorted(out.strip() for out, _ in said) == ["", "ingest weight report"]
    assert (folder / "build" / "tiny" / "report" / "report.txt").read_text() == "6 of 4"


def test_a_killed_run_leaves_no_lock(fake: ModuleType, folder: Path, start: Start) -> None:
    start(folder, "die_at=3").communicate(timeout=60)
    assert fake.run(folder)[-1] == "report"
