"""The command line: languages, finding studies, exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.answers.spoken import language_of
from pipeline.command import PROBLEMS, main
from pipeline.project import Project
from pipeline.verbs import find_study
from surveys.problems import StudyError


@pytest.mark.parametrize(
    ("asked", "system", "expected"),
    [("es", "en_US.UTF-8", "es"), ("en", "es_SV.UTF-8", "en"), (None, "es_SV.UTF-8", "es"), (None, "C", "en"),
     ("es_SV:en", "C", "es")],
)  # fmt: skip
def test_language(monkeypatch: pytest.MonkeyPatch, asked: str | None, system: str, expected: str) -> None:
    monkeypatch.setenv("LANG", system)
    assert language_of(asked) == expected


def test_a_study_by_name_or_by_path(tmp_path: Path) -> None:
    project = Project.here()
    assert find_study(project, "slv_2018") == project.studies / "slv_2018"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "study.yaml").write_text("study: mine\n")
    assert find_study(project, str(tmp_path / "mine")) == tmp_path / "mine"
    with pytest.raises(StudyError, match="slv_2018"):
        find_study(project, "nowhere")


def test_an_unknown_study_is_a_problem_and_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "--study", "nowhere", "--language", "es"]) == PROBLEMS
    assert "Estudios conocidos: bol_2019" in capsys.readouterr().err


def test_a_run_with_nothing_to_do_imports_no_heavy_package(root: Path) -> None:
    """What makes a second `make study` quick: numbers, pictures and YAML are imported by stages only."""
    code = (
        "import sys, pipeline.command, pipeline.runner, pipeline.freshness;"
        "print(sorted({'numpy', 'pandas', 'yaml', 'rich', 'jinja2', 'matplotlib', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
