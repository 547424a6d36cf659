"""The recommendations that the authors wrote, from a small subset of Markdown that cannot reach the layout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

_ADDRESS = re.compile(r"(https?://|mailto:)", re.IGNORECASE)


@dataclass(frozen=True)
class Span:
    """A piece of text in one face."""

    text: str
    strong: bool = False
    emphasis: bool = False


@dataclass(frozen=True)
class Passage:
    """A heading, a paragraph, or an item of a list with its mark; ``level`` 1 or 2 of a heading, or of an item."""

    kind: Literal["heading", "paragraph", "item"]
    spans: tuple[Span, ...]
    level: int = 1
    mark: str = ""


def recommendations_of(folder: Path | None, language: str) -> tuple[Passage, ...]:
    """Read ``recommendations.<language>.md`` of a study folder; empty where there is none."""
    path = None if folder is None else folder / f"recommendations.{language}.md"
    return passages(path.read_text(encoding="utf-8-sig")) if path is not None and path.is_file() else ()


def passages(text: str) -> tuple[Passage, ...]:
    """Split Markdown into passages of plain text.

    Parameters
    ----------
    text : str
        Headings, paragraphs, lists of two levels, bold and italic are understood. Everything else, tags of HTML,
        pictures, tables and templates included, stays the text it is. A link is its text with the address behind it.

    Returns
    -------
    tuple of Passage
        In order; the templates escape every span.
    """
    parser = MarkdownIt("zero").enable(["heading", "list", "emphasis", "escape", "link", "newline"])
    return tuple(_passages(parser.parse(text)))


def _passages(tokens: Sequence[Token]) -> Iterator[Passage]:
    lists: list[tuple[bool, int]] = []  # whether numbered, and the number of the item
    heading = 0
    first = True
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append((token.type.startswith("ordered"), int(token.attrGet("start") or 1) - 1))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            lists[-1] = (lists[-1][0], lists[-1][1] + 1)
            first = True
        elif token.type == "heading_open":
            heading = int(token.tag[1])
        elif token.type == "heading_close":
            heading = 0
        elif token.type == "inline" and (spans := tuple(_spans(token.children or ()))):
            if heading:
                yield Passage("heading", spans, min(heading, 2))
            elif lists:
                numbered, number = lists[-1]
                mark = (f"{number}." if numbered else "•") if first else ""
                yield Passage("item", spans, min(len(lists), 2), mark)
                first = False
            else:
                yield Passage("paragraph", spans)


def _spans(children: Sequence[Token]) -> Iterator[Span]:
    strong = emphasis = 0
    address, linked = "", ""
    for child in children:
        if child.type in ("strong_open", "strong_close"):
            strong += child.nesting
        elif child.type in ("em_open", "em_close"):
            emphasis += child.nesting
        elif child.type == "link_open":
            address, linked = str(child.attrGet("href") or ""), ""
        elif child.type == "link_close":
            if _ADDRESS.match(address) and address not in (linked, f"mailto:{linked}"):
                yield Span(f" ({address})", bool(strong), bool(emphasis))
            address = ""
        else:
            text = " " if child.type in ("softbreak", "hardbreak") else child.content
            linked += text
            if text:
                yield Span(text, bool(strong), bool(emphasis))
