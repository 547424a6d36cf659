"""What is refused of an import proof: the exact words in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

import pipeline.import_proof.engines as engines
from pipeline.import_proof.checks import Check
from pipeline.import_proof.described import quoted
from pipeline.import_proof.engines import database
from pipeline.import_proof.proving import Proof, prove, refuse
from pipeline.import_proof.questions import read_questions
from pipeline.import_proof.verb import import_proof_verb
from pipeline.project import Project
from surveys.dictionary import Label
from surveys.problems import ProblemsFound

HERE = Path(__file__).parent / "imports"
ROOT = Path(__file__).parents[3]


def told(error: ProblemsFound) -> str:
    return f"{error.text('en')}\n----\n{error.text('es')}\n"


def call(**options: str) -> SimpleNamespace:
    study = ROOT / "surveys" / "studies" / "bol_2019"
    asked = {"study": "bol_2019", "edition": "", "engine": "", "studies": "", **options}
    return SimpleNamespace(
        options=SimpleNamespace(**asked), project=Project(ROOT), folder=study,
        request=lambda: SimpleNamespace(study_name="bol_2019"),
    )  # fmt: skip


def no_database(folder: Path) -> None:
    broken = folder / "bin"
    broken.mkdir()
    for name in engines.NEEDED:
        (broken / name).write_text("#!/bin/sh\necho 'no room for a cluster' >&2\nexit 1\n", encoding="utf-8")
        (broken / name).chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "find_postgresql", lambda: broken)
        patch.setattr(engines, "_owner", lambda: None)
        with database("postgresql"):
            pass


def failed() -> None:
    refuse(Proof("DuckDB", (Check("t", Label("a", "a"), 3, 1), Check("t", Label("b", "b"), 3, 0)), ()), "bol_2019")


CASES: dict[str, Callable[[Path], object]] = {
    "not_a_question": lambda folder: read_questions(HERE, ROOT / "surveys" / "schemas"),
    "name": lambda folder: quoted('estimates"; DROP TABLE observations; --'),
    "nothing": lambda folder: prove(folder, [], {}),
    "failed": lambda folder: failed(),
    "no_edition": lambda folder: import_proof_verb(call(edition="statistic_office")),  # type: ignore[arg-type]
    "no_engine": lambda folder: import_proof_verb(call(engine="oracle")),  # type: ignore[arg-type]
    "no_database": no_database,
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_refused(case: str, tmp_path: Path) -> None:
    folder = tmp_path / "edition"
    folder.mkdir()
    with pytest.raises(ProblemsFound) as raised:
        CASES[case](folder)
    said = told(raised.value).replace(str(tmp_path), "FOLDER")
    assert said == (HERE / f"{case}.expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ['a"b', "a;b", "a b", "", "1a", "a" * 61, "ñ"])
def test_unsafe_names_never_reach_sql(name: str) -> None:
    with pytest.raises(ProblemsFound):
        quoted(name)


def test_safe_names_are_quoted() -> None:
    assert quoted("OBS_VALUE") == '"OBS_VALUE"'
    assert quoted("estimates.as_text") == '"estimates.as_text"'
