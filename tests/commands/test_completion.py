"""Completion in a shell: what a press of the tab key offers."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.completion.scripts import SHELLS, write_completion
from pipeline.project import Project

OTHER = "needs {shell}, a package of Debian, which is not here"


@pytest.fixture(scope="module")
def scripts(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    written = write_completion(Project(root), tmp_path_factory.mktemp("completion"))
    return dict(zip(SHELLS, written, strict=True))


def offered(script: Path, place: Path, *words: str) -> list[str]:
    """What bash offers for the last word; bash has cut the words at = before it asks."""
    code = (
        f"source {script}; COMP_WORDS=({' '.join(f'{word!r}' for word in words)}); COMP_CWORD={len(words) - 1};"
        "_caracteriza_make make; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    command = ["bash", "--noprofile", "--norc", "-c", code]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


def test_targets_and_variables(scripts: dict[str, Path], root: Path) -> None:
    assert offered(scripts["bash"], root, "make", "dis") == ["disseminate"]
    assert offered(scripts["bash"], root, "make", "study", "STUD") == ["STUDIES=", "STUDY="]
    everything = offered(scripts["bash"], root, "make", "")
    assert {"study", "doctor", "studies", "completion", "LANGUAGE=", "JSON="} <= set(everything)
    assert "environment" not in everything


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("STUDY", "=", "slv_20"), {"slv_2018"}),
        (("STUDY", "=", "ecu"), {"ecu_2017_03", "ecu_2017_06"}),
        (("LANGUAGE", "="), {"es", "en"}),
        (("LANGUAGE", "=", "e"), {"es", "en"}),
        (("FINAL", "=", ""), {"yes"}),
        (("UNTIL", "=", "est"), {"estimate"}),
        (("BUILD", "=", "surv"), {"surveys"}),
        (("INDICATOR", "=", "displacement_prev"), {"displacement_prevalence"}),
    ],
)
def test_values(scripts: dict[str, Path], root: Path, words: tuple[str, ...], expected: set[str]) -> None:
    assert set(offered(scripts["bash"], root, "make", "study", *words)) == expected


def test_a_study_folder_beside(scripts: dict[str, Path], root: Path) -> None:
    assert offered(scripts["bash"], root, "make", "study", "STUDY", "=", "surveys/stud") == ["surveys/studies"]


def test_elsewhere_make_is_left_alone(scripts: dict[str, Path], tmp_path: Path) -> None:
    assert offered(scripts["bash"], tmp_path, "make", "stu") == []


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_can_read_its_script(scripts: dict[str, Path], shell: str) -> None:
    text = scripts[shell].read_text(encoding="utf-8")
    assert "@" not in text.replace("$@", "").replace("[@]", "")
    if shutil.which(shell) is None:
        pytest.skip(OTHER.format(shell=shell))
    subprocess.run([shell, "-n", str(scripts[shell])], check=True)


def test_it_lists_what_make_help_lists(scripts: dict[str, Path], root: Path) -> None:
    shown = subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True, check=True).stdout
    targets = {line.split()[0] for line in shown.splitlines() if line.startswith("  ") and "make study" not in line}
    assert targets <= set(offered(scripts["bash"], root, "make", ""))
