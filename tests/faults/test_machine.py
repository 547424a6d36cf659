"""Trouble that comes from the machine: folders that cannot be written, a small disk, a clock that goes back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.atomic import recover, temporary_beside, tidy
from pipeline.hashing import files_below
from pipeline.manifest import NAME, read_manifest

Results = Callable[[Path], dict[str, str]]


def without_privilege(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line without the power of root to write where nobody may."""
    prefix = []
    if os.getuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("needs setpriv to run without the powers of root")
        powers = "-dac_override,-dac_read_search,-fowner"
        prefix = ["setpriv", f"--bounding-set={powers}", f"--inh-caps={powers}"]
    return subprocess.run(
        [*prefix, sys.executable, "-m", "pipeline", *words], cwd=root, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip


def test_read_only_folders_are_told_in_both_languages_and_left_as_they_are(root: Path, tmp_path: Path) -> None:
    study = tmp_path / "small_country"
    shutil.copytree(root / "tests" / "data" / "small_country", study)
    for path in (*study.iterdir(), study):
        path.chmod(0o444 if path.is_file() else 0o555)  # study and data need not be written
    build = tmp_path / "build"
    build.mkdir(mode=0o555)
    wanted = ("plan", "--study", str(study), "--data", str(study), "--build", str(build))
    for language, words in (("es", "el disco no lo permitió"), ("en", "the disk refused")):
        done = without_privilege(root, *wanted, "--language", language)
        assert done.returncode == 3, done.stderr
        assert str(build) in done.stderr and words in done.stderr and "Traceback" not in done.stderr
    assert list(build.iterdir()) == []

    build.chmod(0o755)
    assert without_privilege(root, *wanted).returncode == 0
    plan = build / "small_country" / "plan"
    before = {path.name: path.read_bytes() for path in files_below(plan)}
    study.chmod(0o755)
    (study / "study.yaml").chmod(0o644)
    with (study / "study.yaml").open("a") as file:
        file.write("# another line\n")
    plan.chmod(0o555)
    (build / "small_country").chmod(0o555)
    done = without_privilege(root, *wanted)  # the folder of results is its own: it may be opened again
    assert done.returncode in (0, 3), done.stderr
    assert read_manifest(plan) is not None
    assert {path.name: path.read_bytes() for path in files_below(plan) if path.name != NAME} == {
        name: content for name, content in before.items() if name != NAME
    }


def test_a_small_disk(fake: ModuleType, folder: Path, results: Results, tmp_path: Path) -> None:
    """A disk of 700 kB that runs full in the middle of a stage."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=700k", "none", str(disk)]
    mounted = subprocess.run(mount, check=False, capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("needs to be root to mount a small disk")
    try:
        (folder / "build").symlink_to(disk)
        fake.run(folder)
        before = results(folder)
        (folder / "data" / "persons.csv").write_text("2 2")
        with pytest.raises(OSError, match="No space left"):
            fake.run(folder, functions={"weight": _large})
        after = results(folder)
        assert {name: after[name] for name in before if name.startswith(("weight/", "report/"))} == {
            name: value for name, value in before.items() if name.startswith(("weight/", "report/"))
        }
        assert fake.run(folder) == ["weight", "report"]
        assert (disk / "tiny" / "report" / "report.txt").read_text() == "4 of 2"
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _large(run: object) -> None:
    (run.output / "large").write_text("x" * 900_000)  # type: ignore[attr-defined]  # a Run


def test_a_clock_that_goes_back(
    fake: ModuleType, folder: Path, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.run(folder)
    before = results(folder)
    for path in [*folder.rglob("*")]:
        os.utime(path, (4e9, 4e9), follow_symlinks=False)  # everything seems to be of the year 2096

    class Earlier(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # one time zone only
            return datetime(1999, 1, 1, tzinfo=UTC) - timedelta(seconds=1)

    monkeypatch.setattr("pipeline.run_log.datetime", Earlier)
    assert fake.run(folder) == []
    (folder / "data" / "persons.csv").write_text("1 2 3 8")
    assert fake.run(folder) == ["ingest", "weight", "report"]
    (folder / "data" / "persons.csv").write_text("1 2 3 4")
    assert fake.run(folder) == ["ingest", "weight", "report"]
    assert results(folder) == before


@pytest.mark.parametrize("size", range(0, 2600, 130))
def test_a_manifest_cut_anywhere_is_none(fake: ModuleType, folder: Path, results: Results, size: int) -> None:
    fake.run(folder, "weight")
    before = results(folder)
    path = folder / "build" / "tiny" / "weight" / NAME
    path.write_bytes(path.read_bytes()[:size])
    if path.stat().st_size == size:
        assert read_manifest(path.parent) is None or size >= path.stat().st_size
    fake.run(folder, "weight")
    assert results(folder) == before


@pytest.mark.parametrize("text", ["[" * 100_000, '{"seal": 1}', "null", "[]", '{"a": ' * 5_000, "\udcff"])
def test_a_manifest_of_nonsense_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_bytes(text.encode("utf-8", errors="surrogateescape"))
    assert read_manifest(tmp_path) is None


def test_an_edited_memory_of_what_a_study_declares_is_not_believed(fake: ModuleType, folder: Path) -> None:
    """It would let a source change without anybody noticing."""
    fake.run(folder)
    memory = folder / "build" / "tiny" / ".declared_study.json"
    known = json.loads(memory.read_text())
    memory.write_text(json.dumps({**known, "sources": []}))
    (folder / "data" / "persons.csv").write_text("2 2 2")
    assert fake.run(folder) == ["ingest", "weight", "report"]


def test_only_old_temporary_files_of_ours_whose_process_is_gone_are_removed(tmp_path: Path) -> None:
    code = [sys.executable, "-c", "import os; print(os.getpid())"]
    number = subprocess.run(code, capture_output=True, text=True, check=True).stdout.strip()
    old = tmp_path / f".release.{number}.0123456789ab.tmp"
    old.mkdir()
    (old / "part").write_text("x")
    young = tmp_path / f".release.{number}.ba9876543210.tmp"
    young.write_text("x")
    mine = temporary_beside(tmp_path / "release")
    mine.write_text("x")
    others = [tmp_path / name for name in (".notes.tmp", "x.tmp", f".y.{number}.tmp", ".z.1.0123456789AB.tmp", "old")]
    for path in others:
        path.write_text("x")
    for path in (old, mine, *others):
        os.utime(path, (1, 1))
    tidy(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([young, mine, *others])
    recover(tmp_path)  # whoever holds the lock of a folder knows that nobody else works in it
    assert sorted(tmp_path.iterdir()) == sorted(others)


def test_a_link_of_a_temporary_name_is_removed_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("x")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / ".weight.1.0123456789ab.tmp").symlink_to(tmp_path / "precious")
    recover(tmp_path / "results")
    assert (tmp_path / "precious" / "file").read_text() == "x"
    assert list((tmp_path / "results").iterdir()) == []


def test_files_that_somebody_put_among_results_are_set_aside(fake: ModuleType, folder: Path) -> None:
    fake.run(folder)
    weight = folder / "build" / "tiny" / "weight"
    (weight / "notes").mkdir()
    (weight / "notes" / "mine.txt").write_text("mine")
    (weight / ".hidden").write_text("also mine")
    (folder / "data" / "persons.csv").write_text("2 2")
    fake.run(folder)
    aside = weight.with_name("weight.unknown")
    assert (aside / "notes" / "mine.txt").read_text() == "mine"
    assert (aside / ".hidden").read_text() == "also mine"
    (weight / "notes").mkdir()
    (weight / "notes" / "mine.txt").write_text("another")
    assert fake.run(folder) == ["weight"]
    assert sorted(path.read_text() for path in (aside / "notes").iterdir()) == ["another", "mine"]
