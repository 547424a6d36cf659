"""Everything said to people is said in Spanish and in English, with the same places to fill in."""

from __future__ import annotations

import ast
import importlib
import re
import string
from pathlib import Path

import pytest

from pipeline.project import PACKAGES
from pipeline.stages import STAGES
from surveys.problems import Message


def messages(root: Path) -> list[tuple[str, Message]]:
    found = []
    for room in PACKAGES:
        for path in sorted((root / room).rglob("*.py")):
            if "Message(" in path.read_text(encoding="utf-8") and path.name != "problems.py":
                module = importlib.import_module(".".join(path.relative_to(root).with_suffix("").parts))
                found += [
                    (f"{module.__name__}.{name}", value)
                    for name, value in vars(module).items()
                    if isinstance(value, Message)
                ]
    return found


def places(text: str) -> set[str]:
    """Places of a text; those that hold one language's words count as the same place in the other."""
    names = {name.split("|")[0] for _, name, _, _ in string.Formatter().parse(text) if name}
    return {re.sub(r"(^|_)(es|en|spanish|english)$", r"\1<language>", name) for name in names}


def test_every_message_speaks_both_languages(root: Path) -> None:
    for name, message in messages(root):
        assert message.es.strip() and message.en.strip(), name
        assert message.es != message.en, name


def test_every_message_fills_the_same_places(root: Path) -> None:
    differing = {
        name: (places(message.es), places(message.en))
        for name, message in messages(root)
        if places(message.es) != places(message.en)
    }
    assert differing == {}


def test_message_codes_are_unique(root: Path) -> None:
    codes: dict[str, Message] = {}
    for name, message in messages(root):
        assert codes.setdefault(message.code, message) == message, f"{name}: the code '{message.code}' is taken"


def test_no_message_is_made_up_on_the_spot(root: Path) -> None:
    """A Message is a constant of its module, so that these tests and a translator can find it."""
    found = []
    for room in PACKAGES:
        for path in sorted((root / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            inside = [n for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for n in ast.walk(f)]
            found += [
                f"{path.relative_to(root)}:{node.lineno}"
                for node in inside
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Message"
            ]
    assert found == []


@pytest.mark.parametrize("stage", STAGES.values(), ids=list(STAGES))
def test_stages_are_named_in_both_languages(stage: object) -> None:
    assert getattr(stage, "es", "") and getattr(stage, "en", "")
