"""What a user may write is what the README of studies says, and every path that a page of the project names exists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SCHEMAS = ("study", "mapping", "dictionary", "figures", "changes")
# Files that a run or a user makes; a page may name them though the checkout does not hold them.
MADE = re.compile(
    r"^(plan|ingest|weight|estimate|report|validate|disseminate)/|build/|\.venv|releases?/|signatures/|[<>*{}$~]"
    r"|my_study|my_survey|\.\.\."
)
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)+/?)`|\]\(([^)#:]+)\)")


def keys(schema: object) -> Iterator[str]:
    """Name every entry of a schema, at any depth."""
    if isinstance(schema, dict):
        yield from schema.get("properties") or {}
        for part in schema.values():
            yield from keys(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from keys(part)


def schema(root: Path, name: str) -> Any:
    return json.loads((root / "surveys" / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_entry_is_explained(root: Path, name: str) -> None:
    told = "".join((root / room / "README.md").read_text(encoding="utf-8") for room in ("surveys", "weights"))
    words = set(re.findall(r"\w+", told))
    assert sorted(set(keys(schema(root, name))) - words) == []


def test_every_kind_of_exhibit_is_explained(root: Path) -> None:
    told = (root / "surveys" / "README.md").read_text(encoding="utf-8")
    chapters = schema(root, "study")["properties"]["report"]["properties"]["chapters"]
    kinds = chapters["items"]["properties"]["exhibits"]["items"]["properties"]["kind"]["enum"]
    assert len(kinds) > 20
    assert [kind for kind in kinds if f"`{kind}`" not in told and f"kind: {kind}" not in told] == []


def pages(root: Path) -> list[Path]:
    rooms = ("", "surveys", "weights", "estimates", "pipeline", "report_templates", "tests", "benchmarks")
    return [path for room in rooms for name in ("README.md", "DECISIONS.md") if (path := root / room / name).is_file()]


def test_every_path_that_a_page_names_exists(root: Path) -> None:
    missing = []
    for page in pages(root):
        for quoted, linked in PATH.findall(page.read_text(encoding="utf-8")):
            path = quoted or linked
            formula = "." not in path and not any((home / path.split("/")[0]).exists() for home in (root, page.parent))
            if formula or MADE.search(path) or path.startswith(("http", "/", "../shared")):
                continue
            if not any((home / path).exists() for home in (page.parent, root, *page.parent.glob("*/"))):
                missing.append(f"{page.relative_to(root)}: {path}")
    assert missing == []
