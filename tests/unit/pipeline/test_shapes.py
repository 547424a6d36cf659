"""JSON Schema faults told in plain words."""

from __future__ import annotations

import pytest

from pipeline.shapes import check_shape
from pipeline.yaml_files import parse_yaml

SCHEMA = {
    "type": "object", "additionalProperties": False, "required": ["study"],
    "properties": {
        "study": {"type": "string", "pattern": "^[a-z]+$"},
        "year": {"type": "integer", "minimum": 1950},
        "psu": {"oneOf": [
            {"type": "string"},
            {"type": "object", "additionalProperties": False, "required": ["unavailable"],
             "properties": {"unavailable": {"type": "string"}, "fallback": {"enum": ["none", "household"]}}}]},
        "by": {"type": "array", "minItems": 1, "items": {"type": "string"}}}}


@pytest.mark.parametrize(("text", "expected"), [
    ("study: abc", []),
    ("year: 2019", [("key_required", "f:1")]),
    ("study: abc\nyeer: 1", [("unknown_key", "f:2  yeer")]),
    ("study: 5\nyear: '2019'", [("wrong_type", "f:1  study"), ("wrong_type", "f:2  year")]),
    ("study: ABC", [("wrong_text", "f:1  study")]),
    ("study: abc\nyear: 1900", [("number_out_of_range", "f:2  year")]),
    ("study: abc\npsu: {unavailable: x, fallback: nobody}", [("not_among", "f:2  psu.fallback")]),
    ("study: abc\npsu: {unavailabel: x}", [("key_required", "f:2  psu"), ("unknown_key", "f:2  psu.unavailabel")]),
    ("study: abc\nby: []", [("wrong_size", "f:2  by")]),
    ("study: abc\nby:\n  - a\n  - 1", [("wrong_type", "f:4  by.1")]),
])
def test_faults(text: str, expected: list[tuple[str, str]]) -> None:
    problems = check_shape(parse_yaml(text, shown="f"), SCHEMA)
    assert sorted((problem.message.code, problem.where) for problem in problems) == sorted(expected)
    for problem in problems:
        assert problem.text("es") != problem.text("en")
