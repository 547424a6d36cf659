"""Rules of the house that a machine can read."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from pipeline.project import PACKAGES

VAGUE = {"utils", "util", "helpers", "helper", "common", "core", "misc", "base", "manager", "tools"}


def python_files(root: Path) -> list[Path]:
    return [path for room in ("caracteriza", *PACKAGES, "tests") for path in sorted((root / room).rglob("*.py"))]


def test_no_file_is_two_ideas_long(root: Path) -> None:
    long = {str(p.relative_to(root)): n for p in python_files(root) if (n := len(p.read_text().splitlines())) > 400}
    assert long == {}


def test_every_module_says_in_one_sentence_what_it_is(root: Path) -> None:
    silent = [
        str(path.relative_to(root))
        for path in python_files(root)
        if path.name != "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_vague_module_names(root: Path) -> None:
    assert [str(path) for path in python_files(root) if path.stem in VAGUE] == []


@pytest.mark.parametrize(
    "pattern",
    [r"#\s*(TODO|FIXME|XXX)\b", r"raise NotImplementedError", r"#\s*noqa\s*$", r"#\s*type:\s*ignore\s*$",
     r"except (Base)?Exception:\s*(\n\s*)?pass"],
)  # fmt: skip
def test_nothing_left_for_later_or_hidden(root: Path, pattern: str) -> None:
    found = [
        str(path.relative_to(root))
        for path in python_files(root)
        if path.name != "test_house_style.py" and re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert found == []
