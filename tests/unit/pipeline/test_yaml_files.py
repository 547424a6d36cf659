"""Strict YAML: text stays text, every value has its line, and nothing clever is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.yaml_files import LARGEST, parse_yaml, read_yaml
from surveys.problems import DictionaryError, ProblemsFound, StudyError


def test_unquoted_values_follow_the_core_rules() -> None:
    text = ("a: NO\nb: 22:30\nc: 010\nd: 1e3\ne: -1.5\nf: 2019-01-01\ng:\nh: '3'\ni: 3\nj: true\nk: yes\n"
            "l: 0x10\nm: 1_000\nn: .inf\no: =\n1: x\n")
    assert parse_yaml(text, shown="f").data == {
        "a": "NO", "b": "22:30", "c": "010", "d": 1000.0, "e": -1.5, "f": "2019-01-01", "g": None, "h": "3", "i": 3,
        "j": True, "k": "yes", "l": "0x10", "m": "1_000", "n": ".inf", "o": "=", "1": "x"}


def test_every_place_has_its_line() -> None:
    document = parse_yaml("# first\na:\n  b: 1\n  c:\n    - x\n    - {d: 2}\n", shown="study.yaml")
    assert document.where(("a", "b")) == "study.yaml:3  a.b"
    assert document.where(("a", "c", 1, "d")) == "study.yaml:6  a.c.1.d"
    assert document.where(("a", "absent", "deeper")) == "study.yaml:2  a.absent.deeper"
    assert document.where() == "study.yaml:1"


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert parse_yaml("# nothing\n", shown="f").data == {}


@pytest.mark.parametrize("text", [
    "a: &x 1", "a: *x", "a: !!int '3'", "a: !x 1", "a: 1\na: 2",
    "{[1]: 2}", "- 1", "text", "[" * 100_000, "a: [", "\x00",
    "a: 1\n---\nb: 2", "%YAML 9.9\n---\na: 1", "a: \ud7ff\ufffe",
])
def test_what_is_not_plain_is_refused(text: str) -> None:
    with pytest.raises(DictionaryError) as refusal:
        parse_yaml(text, shown="f.yaml", error=DictionaryError)
    assert refusal.value.text("es").startswith("f.yaml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("a: é".encode("latin-1"))
    (tmp_path / "large.yaml").write_bytes(b"a: '" + b"x" * LARGEST + b"'")
    for name, code in (("absent.yaml", "yaml_not_found"), ("latin.yaml", "yaml_not_utf8"),
                       ("large.yaml", "yaml_too_large")):
        with pytest.raises(StudyError) as refusal:
            read_yaml(tmp_path / name)
        assert [problem.message.code for problem in refusal.value.problems] == [code]


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        parse_yaml(text, shown="f")
    except ProblemsFound as refusal:
        assert refusal.text("es")
