"""Every kind of exhibit is entered once and known everywhere: schema, registry, templates."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pipeline.report_blocks import Chart, Results
from pipeline.report_kinds import KINDS
from pipeline.report_tables import Table

ROOT = Path(__file__).parents[2]


def test_the_schema_takes_the_kinds_that_exist() -> None:
    schema = json.loads((ROOT / "surveys" / "schemas" / "study.schema.json").read_text(encoding="utf-8"))
    chapter = schema["properties"]["report"]["properties"]["chapters"]["items"]
    exhibit = chapter["properties"]["exhibits"]["items"]
    assert sorted(exhibit["properties"]["kind"]["enum"]) == sorted(KINDS)
    assert exhibit["additionalProperties"] is False


def test_both_backends_print_every_kind_of_block() -> None:
    kinds = {str(block.__dataclass_fields__["kind"].default) for block in (Chart, Results, Table)}
    for name in ("_typst.j2", "_html.j2"):
        text = (ROOT / "report_templates" / name).read_text(encoding="utf-8")
        assert kinds <= set(re.findall(r"{% macro ([a-z0-9_]+)\(", text)), name


def test_every_kind_is_explained_to_whoever_writes_a_study() -> None:
    text = (ROOT / "surveys" / "README.md").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"kind: {kind}" not in text and f"`{kind}`" not in text] == []
