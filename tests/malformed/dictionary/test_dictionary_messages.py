"""Every malformed dictionary says, in both languages, where it fails, what was expected and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.dictionary_file import load_dictionary
from surveys.problems import DictionaryError

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[2] / "data_dictionary.yaml"
CASES = sorted(HERE.glob("*.yaml"))


def told(path: Path) -> str:
    with pytest.raises(DictionaryError) as refusal:
        if path.name.endswith(".study.yaml"):
            load_dictionary(PROJECT, path, shown=path.name)
        else:
            load_dictionary(path)
    return f"{refusal.value.text('en')}\n----\n{refusal.value.text('es')}\n"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_message_is_exactly_this(path: Path) -> None:
    expected = path.with_suffix(".expected.txt")
    assert told(path) == expected.read_text(encoding="utf-8")


def test_every_expected_text_has_its_case() -> None:
    assert {path.name.removesuffix(".expected.txt") for path in HERE.glob("*.expected.txt")} == {
        path.stem for path in CASES}
