"""A stage beside the others is done once, says how long it took, and fails where errors are told."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.progress import Progress
from pipeline.stages import STAGES, needed_for
from pipeline.stages_beside import Beside, may_run_beside


def test_only_what_no_later_stage_reads_runs_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr("pipeline.stages_beside._has_typeset", lambda: False)
    needed = needed_for("study")
    assert [stage.name for stage in needed if may_run_beside(stage, needed)] == ["plan", "report"]
    assert not may_run_beside(STAGES["report"], needed_for("report"))


def test_nothing_runs_beside_once_this_process_has_typeset(root: Path) -> None:
    """The typesetter has threads; a divided process has none of them and would wait for ever."""
    code = """
import os
from pathlib import Path
os.sched_getaffinity = lambda _: {0, 1}
from pipeline.report_pdf import compile_pdf
from pipeline.stages import needed_for
from pipeline.stages_beside import may_run_beside
needed = needed_for("study")
report = next(stage for stage in needed if stage.name == "report")
assert may_run_beside(report, needed)
import pipeline.report_pdf as typesetting
typesetting._fonts(Path("report_templates/fonts"))
assert not may_run_beside(report, needed)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_runs_beside_on_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0})
    needed = needed_for("study")
    assert not any(may_run_beside(stage, needed) for stage in needed)


def test_the_work_is_done_in_another_process_and_its_time_is_told(tmp_path: Path) -> None:
    said = io.StringIO()
    beside = Beside(Progress(said))
    beside.start("report", "the report", lambda: (tmp_path / "by").write_text(str(os.getpid())), _never)
    beside.wait()
    beside.wait()
    assert (tmp_path / "by").read_text() != str(os.getpid())
    first, second = said.getvalue().splitlines()
    assert first == "report       the report"
    assert second.startswith("report  ") and second.endswith(" s")


def test_what_failed_beside_runs_here_and_says_nothing_before(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise ValueError("secret-canary")

    beside = Beside(Progress(quiet=True))
    beside.start("report", "the report", fails, lambda: (tmp_path / "again").touch())
    beside.wait()
    assert (tmp_path / "again").exists()
    assert capfd.readouterr() == ("", "")


def test_another_stage_starts_after_the_one_before(tmp_path: Path) -> None:
    beside = Beside(Progress(quiet=True))
    for name in ("plan", "report"):
        beside.start(name, name, (tmp_path / name).touch, _never)
        assert name == "plan" or (tmp_path / "plan").exists()
    beside.leave()
    assert (tmp_path / "report").exists()


def _never() -> None:
    raise AssertionError("it did not fail")
