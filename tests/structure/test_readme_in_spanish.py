"""README.es.md says what README.md says: sections, commands, code, pictures, links, paths and numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def pages(root: Path) -> tuple[str, str]:
    return (root / "README.md").read_text(encoding="utf-8"), (root / "README.es.md").read_text(encoding="utf-8")


def test_sections(pages: tuple[str, str]) -> None:
    english, spanish = (re.findall(r"^(#+) (.+)$", page, re.MULTILINE) for page in pages)
    assert [level for level, _ in english] == [level for level, _ in spanish]
    # the name of the program is the only title that stays
    assert [one for (_, one), (_, other) in zip(english, spanish, strict=True) if one == other] == ["Caracteriza"]


def test_commands_and_code(pages: tuple[str, str]) -> None:
    english, spanish = (
        [(kind, [re.sub(r"\s*#.*", "", line) for line in text.splitlines()]) for kind, text in FENCE.findall(page)]
        for page in pages
    )
    assert english == spanish
    remarks = [re.findall(r"# (.+)", "".join(text for _, text in FENCE.findall(page))) for page in pages]
    assert len(remarks[0]) == len(remarks[1])
    assert [one for one, other in zip(*remarks, strict=True) if one == other] == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"!\[[^\]]*\]\(([^)]+)\)",  # pictures
        r"\]\(([^)]+)\)",  # links
        r"`([^`\n]+)`",  # commands, paths and names in the text
        r"\b(\d[\d.,]*)\b",  # numbers
        r"^\| .* \|$",  # rows of tables
    ],
)
def test_pictures_links_names_numbers(pages: tuple[str, str], pattern: str) -> None:
    english, spanish = (re.findall(pattern, FENCE.sub("", page), re.MULTILINE) for page in pages)
    if pattern.startswith("^"):
        assert len(english) == len(spanish)
        return
    # each page names pages of its own language
    known = {"README.es.md", "README.md", "docs/tutorial.md", "docs/tutorial.es.md", "make dictionary",
             "docs/threat_model.md", "docs/threat_model.es.md"}  # fmt: skip
    assert sorted(set(english) - known) == sorted(set(spanish) - known)


def test_each_names_the_other(pages: tuple[str, str]) -> None:
    assert "[En español](README.es.md)" in pages[0]
    assert "[In English](README.md)" in pages[1]


def test_paragraphs(pages: tuple[str, str]) -> None:
    """One paragraph for each, but for the remark that the other pages are in English."""
    english, spanish = (len(re.split(r"\n{2,}", FENCE.sub("", page).strip())) for page in pages)
    assert spanish == english + 1


def test_it_is_not_a_copy(pages: tuple[str, str]) -> None:
    english, spanish = (
        {line for line in FENCE.sub("", page).splitlines() if len(line) > 60 and not line.startswith("|")}
        for page in pages
    )
    assert english & spanish == set()
