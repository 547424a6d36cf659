"""The codebook: complete, in both languages, self-contained and escaped."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipeline.codebook import write_codebook
from pipeline.dictionary_file import load_dictionary
from surveys.dictionary import Dictionary, Label

PROJECT = Path(__file__).resolve().parents[3] / "data_dictionary.yaml"


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return load_dictionary(PROJECT)


class Tags(HTMLParser):
    """Collects tags, texts and identifiers."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(path: Path) -> Tags:
    page = Tags()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def test_every_name_and_label_is_told_in_both_languages(dictionary: Dictionary, tmp_path: Path) -> None:
    write_codebook(dictionary, tmp_path)
    for language in ("es", "en"):
        page = read(tmp_path / f"codebook.{language}.html")
        told = "".join(page.texts)
        for item in (*dictionary.variables.values(), *dictionary.indicators.values(), *dictionary.code_lists.values()):
            assert item.name in told and item.label.get(language) in told
        for spec in dictionary.variables.values():
            assert spec.question is None or spec.question.get(language) in told
            assert spec.derive is None or spec.derive in told
        assert len(page.ids) == len(set(page.ids))
        assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
        assert "script" not in page.tags


def test_texts_are_escaped(dictionary: Dictionary, tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>|`x`"
    sex = replace(dictionary.variables["sex"], label=Label(hostile, hostile))
    write_codebook(replace(dictionary, variables={**dictionary.variables, "sex": sex}), tmp_path)
    assert "script" not in read(tmp_path / "codebook.es.html").tags
    markdown = (tmp_path / "codebook.es.md").read_text(encoding="utf-8")
    assert "<script" not in markdown and "&lt;script&gt;" in markdown and "\\|\\`x\\`" in markdown


def test_the_same_dictionary_gives_the_same_bytes(dictionary: Dictionary, tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_codebook(dictionary, tmp_path / "a")]
    assert first == [path.read_bytes() for path in write_codebook(dictionary, tmp_path / "b")]
