"""With --json every command answers one object that its schema describes, and exits as it would without."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipeline.answers.answer import SCHEMA, problem_as_data
from pipeline.command import DONE, PROBLEMS, USAGE, main
from pipeline.verbs import VERBS
from surveys.problems import Message, Problem

Ask = Callable[..., tuple[int, dict[str, Any]]]
# what a command needs beside the study; one that is not named here is asked about a study that does not exist
MORE: dict[str, list[str]] = {
    "new-study": ["--name", "survey_1", "--at", "{place}/new"],
    "dictionary": [],
    "harmonized": ["--studies", "{place}/small_country"],
    "list": [],
    **{name: [] for name in ("ingest", "weight", "estimate", "validate", "disseminate", "attack", "totals-check")},
}
WITHOUT_STUDY = ("list", "new-study", "dictionary", "harmonized", "studies")
VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
SPOKEN = Message("spoken", "'{name}' is no code; one of {known} was expected. Correct it.",
                 "'{name}' no es un código; se esperaba uno de {known}. Corríjalo.")  # fmt: skip


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Give a command line and take its exit code and its answer, which must be all there is on standard output."""

    def asked(*words: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = main([*words, "--json"])
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert [error.message for error in VALIDATOR.iter_errors(answer)] == []
        assert answer["exit_code"] == code
        return code, answer

    return asked


@pytest.mark.parametrize("verb", VERBS)
def test_every_command(verb: str, ask: Ask, built: Path, tmp_path: Path) -> None:
    words = [word.format(place=tmp_path if verb == "new-study" else built) for word in MORE.get(verb, [])]
    study = [] if verb in WITHOUT_STUDY else ["--study", str(built / "small_country")]
    if verb not in MORE:
        words, study = ["--studies", "nowhere"], ["--study", "nowhere"]
    code, answer = ask(verb, *study, *words, "--data", str(built), "--build", str(built / "build"))
    assert answer["command"] == verb
    assert code in (DONE, PROBLEMS)
    if verb in ("list", "new-study", "dictionary", "harmonized", "estimate", "disseminate", "attack"):
        assert code == DONE, answer["problems"]


def test_what_was_made_is_named_absolutely(ask: Ask, built: Path) -> None:
    place = ["--study", str(built / "small_country"), "--data", str(built), "--build", str(built / "build")]
    _, answer = ask("estimate", *place)
    assert answer["result"] == {"study": "small_country", "ran": [], "results": str(built / "build" / "small_country")}
    assert answer["files"] == [str(built / "build" / "small_country" / "estimate")]


def test_states_of_studies_have_names(ask: Ask, built: Path) -> None:
    _, answer = ask("list", "--data", str(built), "--build", str(built / "build"), "--language", "es")
    states = {one["study"]: one for one in answer["result"]["studies"]}
    assert states["small_country"]["state"] == "elsewhere"
    assert states["hnd_2018"]["state"] == "published"
    assert len(answer["said"]) == len(states)


def test_problems_have_their_parts_in_both_languages(ask: Ask, built: Path, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    text = (built / "small_country" / "study.yaml").read_text().replace("small_country", "broken")
    (tmp_path / "broken" / "study.yaml").write_text(text.replace("lonely_psu: fail", "lonely_psu: luck"))
    for name in ("mapping.yaml", "dictionary.yaml"):
        (tmp_path / "broken" / name).write_text((built / "small_country" / name).read_text())
    words = ["estimate", "--study", str(tmp_path / "broken"), "--data", str(built / "small_country")]
    code, answer = ask(*words, "--build", str(tmp_path / "build"))
    assert code == PROBLEMS
    assert main([*words, "--build", str(tmp_path / "build")]) == PROBLEMS
    (problem,) = answer["problems"]
    assert problem["where"].startswith("broken/study.yaml:20  design.lonely_psu")
    assert problem["what"]["es"] != problem["what"]["en"]


def test_the_parts_of_a_problem() -> None:
    found = problem_as_data(Problem(SPOKEN, "study.yaml:3", {"name": "x. Y", "known": "1, 2"}))
    assert found["what"]["en"] == "'x. Y' is no code"
    assert found["expected"]["en"] == "one of 1, 2 was expected."
    assert found["do"] == {"en": "Correct it.", "es": "Corríjalo."}
    assert found["expected"]["es"] == "se esperaba uno de 1, 2."
    assert found["text"]["es"] == "'x. Y' no es un código; se esperaba uno de 1, 2. Corríjalo."


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], "usage_target_missing"),
        (["lisst"], "usage_target_unknown"),
        (["list", "--studdy", "x"], "usage_option_unknown"),
        (["study", "--study"], "usage_value_missing"),
        (["studies", "--jobs", "many"], "usage_number_expected"),
    ],
)
def test_wrong_use(words: list[str], code: str, ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    # --json stands in the middle where the last word lacks its value
    given = [words[0], "--json", *words[1:]] if words else []
    if code == "usage_value_missing":
        assert main(given) == USAGE
        answer = json.loads(capsys.readouterr().out)
        VALIDATOR.validate(answer)
    else:
        status, answer = ask(*words)
        assert status == USAGE
    assert answer["problems"][0]["code"] == code
    assert main(words) == USAGE
    english = capsys.readouterr().err
    assert main([*words[:1], "--language", "es", *words[1:]]) == USAGE
    spanish = capsys.readouterr().err
    assert spanish.strip() and spanish != english


def test_nothing_else_is_on_standard_output_of_the_process(root: Path, built: Path) -> None:
    """Also where a library writes past Python, to the file descriptor."""
    code = (
        "import os, sys; from pipeline.verbs import VERBS; from pipeline.command import main;"
        "VERBS['list'] = lambda call: (os.write(1, b'noise'), print('said'), None)[-1];"
        "sys.exit(main(['list', '--json']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["said"] == ["said"]
    assert done.stderr == "noise"


def test_make_hands_it_on(root: Path) -> None:
    """Every target that calls the command line asks for JSON where the user does."""
    lines = (root / "Makefile").read_text(encoding="utf-8").splitlines()
    calls = [line for line in lines if "$(RUN) " in line]
    assert len(calls) > 15
    assert [line for line in calls if "$(WHERE)" not in line and "$(LANGUAGES)" not in line] == []
