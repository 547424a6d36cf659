"""Nothing that reaches a user is said in English alone: errors, lines on the terminal, help, shell scripts."""

from __future__ import annotations

import ast
import builtins
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pipeline.project import PACKAGES

ERRORS = {
    name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
}
# Contracts between our own modules, which no study and no data can break: who breaks them is told of a fault of the
# program, in both languages, by `pipeline.command.problem_of`. Files and the number of such errors in each.
OUR_OWN = {
    "pipeline/carriers/carry.py": 2,
    "pipeline/ddi/documented_file.py": 1,
    "pipeline/editions/letter.py": 1,
    "pipeline/fuzzing/trial.py": 1,
    "pipeline/public_use/columns.py": 1,
    "pipeline/public_use/formats.py": 1,
    "pipeline/public_use/protection_report.py": 1,
    "pipeline/public_use/writing.py": 1,
    "pipeline/public_use/written_columns.py": 1,
    "pipeline/px/reading.py": 1,
    "pipeline/map_files.py": 2,  # caught a few lines above, where they become a Message
    "pipeline/report_change.py": 1,
    "pipeline/report_trend.py": 1,
    "pipeline/report_words.py": 1,
    "pipeline/run.py": 2,
    "pipeline/signatures.py": 1,
    "pipeline/textbook_statistics.py": 1,
    "pipeline/textbook_variance.py": 1,
}
# What only those who certify or measure this program run; their pages are in both languages.
MAKERS = re.compile(r"pipeline/(certify\w*|bench)\.py")
ADVICE = re.compile(r"`make [a-z]+|\b(run|Run) `|study\.yaml|mapping\.yaml|dictionary\.yaml")
WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")


def trees(root: Path, *rooms: str) -> Iterator[tuple[str, ast.Module]]:
    for room in rooms:
        for path in sorted((root / room).rglob("*.py")):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def raised(tree: ast.Module) -> Iterator[ast.Call]:
    """Errors of Python itself that are raised with words."""
    for node in ast.walk(tree):
        call = node.exc if isinstance(node, ast.Raise) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ERRORS and texts(call):
            yield call


def texts(node: ast.AST) -> list[str]:
    """Words written inside a call; those of a choice between two languages do not count."""
    found, waiting = [], list(ast.iter_child_nodes(node))
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.IfExp):
            continue
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and WORDS.search(part.value):
            found.append(part.value)
        waiting += ast.iter_child_nodes(part)
    return found


def test_what_goes_wrong_with_a_study_is_a_message(root: Path) -> None:
    """Errors of Python itself are for faults of ours; what a study or its data can cause is a Message."""
    found: dict[str, int] = {}
    for name, tree in trees(root, "pipeline", "caracteriza"):
        count = sum(1 for _ in raised(tree))
        if count:
            found[name] = count
    assert {name: count for name, count in found.items() if count > OUR_OWN.get(name, 0)} == {}


def test_no_error_of_python_tells_a_user_what_to_do(root: Path) -> None:
    told = [
        f"{name}:{call.lineno}"
        for name, tree in trees(root, *PACKAGES, "caracteriza")
        for call in raised(tree)
        if any(ADVICE.search(text) for text in texts(call))
        and not name.startswith("pipeline/run.py")  # names a file of ours, for those who write a stage
    ]
    assert told == []


def test_lines_on_the_terminal_are_said_in_both(root: Path) -> None:
    alone = []
    for name, tree in trees(root, "pipeline", "caracteriza"):
        if MAKERS.fullmatch(name):
            continue
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            printing = isinstance(node.func, ast.Name) and node.func.id == "print"
            line = isinstance(node.func, ast.Attribute) and node.func.attr in ("line", "note")
            if (printing or line) and texts(node):
                alone.append(f"{name}:{node.lineno}")
    assert alone == []


def test_stages_say_how_far_they_are_in_both(root: Path) -> None:
    lacking = []
    for name, tree in trees(root, "pipeline"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "run.say":
                lacking += [] if {key.arg for key in node.keywords} == {"es", "en"} else [f"{name}:{node.lineno}"]
    assert lacking == []


def test_shell_scripts_speak_both(root: Path) -> None:
    for path in (root / "pipeline").rglob("*.sh"):
        lines = path.read_text(encoding="utf-8").splitlines()
        said = [line for line in lines if re.search(r"^\s*echo .*[a-z]{3,} [a-z]{3,}", line)]
        assert [line for line in said if "Exact versions" not in line and "--extra dev" not in line] == [], path.name


def test_help_in_spanish_has_the_same_targets(root: Path) -> None:
    helped = {}
    for language in ("en", "es"):
        command = ["make", "-s", "help", f"LANGUAGE={language}"]
        text = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
        helped[language] = re.findall(r"^  ([a-z-]+)  +(.*)$", text, re.MULTILINE)
    english, spanish = dict(helped["en"]), dict(helped["es"])
    assert list(english)[:-1] == list(spanish)[:-1]
    for target in list(english)[:-1]:
        names = re.compile(r"\b[A-Z_]{3,}=")
        assert names.findall(english[target]) == names.findall(spanish[target]), target
        assert english[target] != spanish[target], target


def test_every_option_is_explained_in_both() -> None:
    from pipeline.answers.command_words import OPTIONS

    assert [option.name for option in OPTIONS if not option.es or not option.en or option.es == option.en] == []
