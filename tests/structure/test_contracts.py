"""The rooms lead one way, and the pure rooms touch nothing outside."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PURE = ("surveys", "weights", "estimates")
OUTSIDE = {
    "os", "io", "json", "pathlib", "shutil", "tempfile", "subprocess", "pickle", "csv", "glob", "socket", "time",
    "datetime", "random", "logging", "sqlite3", "urllib", "yaml", "jsonschema", "matplotlib", "jinja2", "typst",
    "duckdb", "pyarrow", "pyreadstat", "openpyxl", "xlsxwriter", "lxml", "pysdmx", "rich", "samplics", "polars",
}  # fmt: skip
CALLS = {"open", "print", "input", "exec", "eval", "breakpoint", "__import__"}
READERS = {"read_csv", "read_parquet", "read_excel", "read_stata", "read_spss", "read_sas", "to_csv", "to_parquet",
           "to_excel", "to_pickle", "read_pickle", "seed"}  # fmt: skip


def modules(root: Path, *rooms: str) -> Iterator[tuple[Path, ast.Module]]:
    for room in rooms:
        for path in sorted((root / room).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_import_contracts(root: Path) -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_pure_rooms_import_nothing_from_outside(root: Path) -> None:
    found = []
    for path, tree in modules(root, *PURE):
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            found += [f"{path.relative_to(root)}:{node.lineno} {n}" for n in names if n.split(".")[0] in OUTSIDE]
    assert found == []


def test_pure_rooms_touch_no_file_and_no_global_random_state(root: Path) -> None:
    found = []
    for path, tree in modules(root, *PURE):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                bare = isinstance(node.func, ast.Name) and name in CALLS
                if bare or (isinstance(node.func, ast.Attribute) and name in READERS):
                    found.append(f"{path.relative_to(root)}:{node.lineno} {name}")
    assert found == []


def test_stages_exist_and_have_one_entry(root: Path) -> None:
    from pipeline.stages import STAGES

    for stage in STAGES.values():
        path = root / (stage.module.replace(".", "/") + ".py")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        run = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "run"]
        assert len(run) == 1, f"{path.name} has no run(run: Run) -> None"
        assert (run[0].end_lineno or 0) - run[0].lineno < 60, f"{path.name}: Load, Compute, Save; under 60 lines"


@pytest.mark.parametrize(
    "word",
    ["pickle.load", "read_pickle(", "allow_pickle=True", "marshal.load", "shelve.open", "yaml.load(", "unsafe_load",
     "full_load", "shell=True", "os.system(", "extractall(", ".extract(", "mktemp(", "verify=False"],
)  # fmt: skip
def test_unsafe_calls_are_absent(root: Path, word: str) -> None:
    found = [p.name for p, _ in modules(root, *PURE, "pipeline") if word in p.read_text(encoding="utf-8")]
    assert found == []
