"""A stage that fails, a full disk: the last good results stay and the reason is said without any data."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.command import main
from pipeline.run import Run
from surveys.problems import DataError, Message, Problem

Results = Callable[[Path], dict[str, str]]
BAD = Message("bad", "something is wrong", "algo está mal")


def failing(run: Run) -> None:
    (run.output / "findings.csv").write_text("rule,count\nx,1\n")
    (run.output / "even.csv").write_text("secret")
    raise DataError([Problem(BAD, "here")])


def test_findings_of_a_failed_stage_stay_beside_the_last_good_result(
    fake: ModuleType, folder: Path, results: Results
) -> None:
    fake.run(folder)
    before = results(folder)
    (folder / "data" / "persons.csv").write_text("9 9 8")
    with pytest.raises(DataError):
        fake.run(folder, functions={"ingest": failing})
    failed = folder / "build" / "tiny" / "ingest.failed"
    assert sorted(path.name for path in failed.iterdir()) == ["findings.csv", "manifest.json"]
    assert "algo está mal" in json.loads((failed / "manifest.json").read_text())["problems"]["es"]
    kept = {name: value for name, value in results(folder).items() if not name.startswith("ingest.failed/")}
    assert kept == before

    assert fake.run(folder) == ["ingest", "weight", "report"]
    assert not failed.exists()


def test_going_back_clears_the_failure(fake: ModuleType, folder: Path) -> None:
    fake.run(folder)
    (folder / "data" / "persons.csv").write_text("9 9 8")
    with pytest.raises(DataError):
        fake.run(folder, functions={"ingest": failing})
    (folder / "data" / "persons.csv").write_text("1 2 3 4")
    assert fake.run(folder) == []
    assert not (folder / "build" / "tiny" / "ingest.failed").exists()


def test_a_full_disk(fake: ModuleType, folder: Path, results: Results) -> None:
    fake.run(folder)
    before = results(folder)
    (folder / "data" / "persons.csv").write_text("2 2")
    code = (
        "import resource, signal, sys; from pathlib import Path; import fake_study;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)); fake_study.run(Path(sys.argv[1]))"
    )
    path = f"{Path(__file__).parent}:{Path(__file__).parents[2]}"
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], env={"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert "File too large" in done.stderr
    after = {name: value for name, value in results(folder).items() if name.startswith(("weight/", "report/"))}
    assert after == {name: value for name, value in before.items() if name.startswith(("weight/", "report/"))}
    assert fake.run(folder) == ["weight", "report"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE) and signal.SIGXFSZ  # the limit was the other process's


def test_a_stage_reads_only_what_it_declares(fake: ModuleType, folder: Path) -> None:
    def curious(run: Run) -> None:
        run.input("report")

    with pytest.raises(ValueError, match="does not declare"):
        fake.run(folder, functions={"weight": curious})


def test_a_fault_of_ours_shows_no_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, root: Path
) -> None:
    def broken(*_: object) -> list[str]:
        raise KeyError("household 1234 of Juana")

    study = root / "surveys" / "studies" / "slv_2018"
    monkeypatch.setattr("pipeline.verbs.run_stages", broken)
    arguments = ["study", "--study", str(study), "--build", str(tmp_path), "--language"]
    assert main([*arguments, "es"]) == 70
    assert main([*arguments, "en"]) == 70
    said = capsys.readouterr().err
    assert "KeyError" in said and "una falla de este programa" in said and "a fault of this program" in said
    assert "Juana" not in said and "1234" not in said
