"""What a machine lacks is said before anything is installed, in both languages, and for programs."""

from __future__ import annotations

import ast
import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from pipeline.answers.answer import SCHEMA, Answer
from pipeline.command import DONE, PROBLEMS, main
from pipeline.doctor import environment, machine
from pipeline.doctor.checks import BAD, GOOD, NOTE, Check
from pipeline.doctor.environment import environment_checks
from pipeline.doctor.look import looked_at, tell
from pipeline.doctor.machine import machine_checks
from pipeline.doctor.programs import program_checks
from pipeline.doctor.results import result_checks

VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
# all that a bare Python of 3.9 must be able to read
BARE = ("pipeline/__init__.py", "pipeline/doctor/*.py", "pipeline/answers/__init__.py", "pipeline/answers/answer.py",
        "pipeline/answers/message_parts.py", "pipeline/answers/spoken.py", "surveys/__init__.py",
        "surveys/problems.py")  # fmt: skip


def by_code(checks: list[Check]) -> dict[str, Check]:
    return {check.code: check for check in checks}


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder of programs with nothing but what a POSIX shell needs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "dirname", "printf", "cat"):
        (folder / name).symlink_to(shutil.which(name) or "")
    return folder


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    """A clone without an environment, with what the doctor needs of it."""
    place = tmp_path / "clone"
    for package in ("pipeline", "surveys"):
        shutil.copytree(root / package, place / package, ignore=shutil.ignore_patterns("__pycache__", "studies"))
    shutil.copytree(root / "report_templates" / "fonts", place / "report_templates" / "fonts")
    for name in ("requirements.lock", "pyproject.toml"):
        shutil.copy(root / name, place / name)
    return place


def script(place: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [shutil.which("sh") or "sh", "pipeline/doctor/doctor.sh", *words]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("language", "said"), [("es", "Falta Python 3.11"), ("en", "Python 3.11 or later is missing")])
def test_without_any_python_the_shell_says_so(clone: Path, bare: Path, language: str, said: str) -> None:
    done = script(clone, "--language", language, "--json", PATH=str(bare))
    assert done.returncode == 1
    assert said in done.stderr and "apt install python3 python3-venv make" in done.stderr
    answer = json.loads(done.stdout)
    VALIDATOR.validate(answer)
    assert answer["problems"][0]["what"][language].startswith(said)


def test_a_bare_python_says_what_is_missing(clone: Path, bare: Path) -> None:
    """No environment, no package, no make: the standard library tells."""
    (bare / "python3").write_text(f'#!/bin/sh\nexec "{sys._base_executable}" -S "$@"\n', encoding="utf-8")
    (bare / "python3").chmod(0o755)
    done = script(clone, "--json", PATH=str(bare), LANG="es_SV.UTF-8")
    answer = json.loads(done.stdout)
    VALIDATOR.validate(answer)
    checks = {one["code"]: one for one in answer["result"]["checks"]}
    assert checks["python"]["state"] == GOOD
    assert (checks["make"]["state"], checks["commands"]["state"]) == (BAD, BAD)
    assert checks["environment"]["what"]["es"] == "El entorno .venv aún no existe"
    assert done.returncode == 1
    assert {problem["where"] for problem in answer["problems"]} == {"make", "commands"}
    text = script(clone, PATH=str(bare), LANG="es_SV.UTF-8").stdout
    assert "FALTA  Falta GNU make" in text and "apt install make" in text and "Faltan 2 cosas." in text


@pytest.mark.parametrize("pattern", BARE)
def test_a_python_of_three_nine_can_read_it(root: Path, pattern: str) -> None:
    for path in sorted(root.glob(pattern)):
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))


def test_nothing_but_the_standard_library_is_imported(root: Path) -> None:
    code = (
        "import sys; import pipeline.doctor.look; rooms = {'pipeline', 'surveys'};"
        "print(sorted({n.split('.')[0] for n in sys.modules} - set(sys.stdlib_module_names) - rooms - {'__main__'}))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_little_disk_little_memory_old_python(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(1, 1, 0))
    monkeypatch.setattr(os, "sysconf", lambda name: 1)
    monkeypatch.setattr(machine, "new_enough", lambda: None)
    checks = by_code(machine_checks(root, tmp_path / "build", tmp_path / "data"))
    assert {name for name, check in checks.items() if check.state == BAD} == {"python", "venv", "disk", "memory"}
    assert checks["disk"].what[0].startswith("Espacio libre en disco: 0.0 GiB; se necesitan")
    assert (checks["temporary"].state, checks["data"].state) == (NOTE, NOTE)


def test_a_folder_that_cannot_be_written_to(root: Path, tmp_path: Path) -> None:
    """Also for the super-user: it is a folder where nobody can write."""
    checks = by_code(machine_checks(root, Path("/proc/nobody/writes/here"), tmp_path))
    assert checks["writable_results"].state == BAD
    assert "BUILD=carpeta" in checks["writable_results"].do[0]


def test_fonts_that_are_gone(tmp_path: Path) -> None:
    assert by_code(machine_checks(tmp_path, tmp_path, tmp_path))["fonts"].state == BAD


def test_the_environment_is_judged_as_make_judges_it(root: Path, clone: Path) -> None:
    """The stamp is that of environment.sh: text of the lock, what pyproject.toml says before its tests, folder."""
    (clone / ".venv" / "bin").mkdir(parents=True)
    assert by_code(environment_checks(clone))["environment"].what[1] == "The environment .venv is half made"
    (clone / ".venv" / "bin" / "python").symlink_to(sys.executable)
    stamped = "sed '/^\\[tool\\.pytest/,$d' pyproject.toml; pwd; } | sha256sum | cut -d ' ' -f 1"
    shell = f"{{ cat requirements.lock; {stamped} >.venv/run.stamp"
    assert f'{{ cat "$1"; {stamped}' in (root / "pipeline" / "environment.sh").read_text(encoding="utf-8")
    subprocess.run(["sh", "-c", shell], cwd=clone, check=True)
    checks = by_code(environment_checks(clone))
    assert checks["environment"].state == GOOD
    assert checks["packages"].state == BAD and "jinja2" not in checks["packages"].do[0]
    text = (clone / "pyproject.toml").read_text(encoding="utf-8")
    (clone / "pyproject.toml").write_text(f"{text}# a rule of style\n", encoding="utf-8")
    assert by_code(environment_checks(clone))["environment"].state == GOOD
    (clone / "pyproject.toml").write_text("changed", encoding="utf-8")
    assert by_code(environment_checks(clone))["environment"].found == "stale"


def test_the_index_is_asked_only_when_asked_for(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    index = Check("index", "machine", GOOD, "", ("sí", "yes"))
    monkeypatch.setattr("pipeline.doctor.look.index_check", lambda place: asked.append(place) or index)
    looked_at(root, tmp_path, tmp_path)
    assert asked == []
    assert "index" in by_code(looked_at(root, tmp_path, tmp_path, online=True))


def test_an_index_that_does_not_answer(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    check = environment.index_check(root)
    assert check.state == BAD and "HTTPS_PROXY" in check.do[1]


def test_a_run_at_work_is_told_with_its_process(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    code = "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); print(1, flush=True); input()"
    lock = tmp_path / "tiny" / ".lock"
    with subprocess.Popen([sys.executable, "-c", code, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as holder:  # fmt: skip
        assert holder.stdout is not None and holder.stdout.readline() == "1\n"
        check = by_code(result_checks(tmp_path))["lock"]
        assert check.found in (str(holder.pid), "?")
        holder.kill()
    assert by_code(result_checks(tmp_path))["locks"].state == GOOD


def test_a_lock_that_nobody_here_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a shared folder whose other machine vanished: the system knows no process."""
    (tmp_path / "tiny").mkdir()
    with (tmp_path / "tiny" / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        monkeypatch.setattr("pipeline.doctor.results._holder", lambda inode: "")
        check = by_code(result_checks(tmp_path))["lock_stale"]
    assert check.state == BAD and str(tmp_path / "tiny" / ".lock") in check.do[0]


def test_what_killed_runs_left(tmp_path: Path) -> None:
    (tmp_path / "tiny" / ".ingest.123.0123456789ab.tmp").mkdir(parents=True)
    assert by_code(result_checks(tmp_path))["leftovers"].found == "tiny"


def test_programs_of_the_tests_are_never_needed() -> None:
    absent = program_checks((("no-such-program", "", "nothing", "nada", "nothing"),))
    assert [check.state for check in absent] == [NOTE]
    assert "apt install nothing" in absent[0].do[1]


def test_every_text_speaks_both_languages(root: Path, tmp_path: Path) -> None:
    for check in [*looked_at(root, tmp_path, tmp_path), *machine_checks(tmp_path, Path("/proc/x"), tmp_path / "y")]:
        assert all(check.what), check.code
        assert bool(check.do[0]) == bool(check.do[1]), check.code
        assert check.state == GOOD or all(check.do), check.code


def test_as_a_command_with_the_state_of_studies(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["doctor", "--data", str(built), "--build", str(built / "build"), "--language", "es"]
    code = main(words)
    told = capsys.readouterr().out
    assert "small_country: hecho hasta: disseminate" in told
    assert (code == DONE) == ("No falta nada." in told) and code in (DONE, PROBLEMS)


def test_what_is_missing_is_a_problem() -> None:
    answer = Answer("doctor", "es")
    tell([Check("disk", "machine", BAD, "0", ("Poco espacio.", "Little room."), ("Libere.", "Make room."))], answer)
    assert answer.problems[0].text("es") == "disk\n  Poco espacio. Libere."
    VALIDATOR.validate(json.loads(answer.as_json(1)))
