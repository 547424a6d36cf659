"""A PC-Axis file read back: every cell by the codes of its dimensions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

QUOTED = re.compile(r'"([^"]*)"')
CELLS = re.compile(r'"[^"]*"|[^\s"]+')
KEYWORD = re.compile(r'\s*([A-Z0-9-]+)(?:\[(\w+)\])?(?:\(((?:\s*"[^"]*"\s*,?)+)\))?\s*=', re.DOTALL)


@dataclass(frozen=True)
class PxTable:
    """What a PC-Axis file tells.

    Parameters
    ----------
    keywords : mapping of (keyword, language, names) to list of str
        Texts in quotes; language is empty for that of the file.
    codes : mapping of str to tuple of str
        Codes of every dimension, by its own code, in the order of the data.
    cells : mapping of tuple of str to str
        Number as text, or a sign of points, by the codes of all dimensions.
    """

    keywords: Mapping[tuple[str, str, tuple[str, ...]], list[str]]
    codes: Mapping[str, tuple[str, ...]]
    cells: Mapping[tuple[str, ...], str]


def read_px(path: Path) -> PxTable:
    """Read a file in UTF-8.

    Raises
    ------
    ValueError
        The data have more or fewer cells than the dimensions.
    """
    keywords: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    data: list[str] = []
    for keyword, language, names, value in _statements(path.read_text(encoding="utf-8-sig")):
        if keyword == "DATA":
            data = [cell.strip('"') for cell in CELLS.findall(value)]
        else:
            keywords[keyword, language, names] = QUOTED.findall(value)
    order = [*keywords.get(("STUB", "", ()), []), *keywords.get(("HEADING", "", ()), [])]
    codes = {}
    for name in order:
        own = keywords.get(("VARIABLECODE", "", (name,)), [name])[0]
        codes[own] = tuple(keywords.get(("CODES", "", (name,))) or keywords["VALUES", "", (name,)])
    places = list(product(*codes.values()))
    if len(places) != len(data):
        raise ValueError(f"{path.name}: {len(data)} cells for {len(places)} places")
    return PxTable(keywords, codes, dict(zip(places, data, strict=True)))


def _statements(text: str) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    at = 0
    while (found := KEYWORD.match(text, at)) is not None:
        end = _end(text, found.end())
        names = tuple(QUOTED.findall(found.group(3) or ""))
        yield found.group(1), found.group(2) or "", names, text[found.end() : end]
        at = end + 1


def _end(text: str, start: int) -> int:
    """Find the semicolon that ends a statement, outside quotes."""
    inside = False
    for place in range(start, len(text)):
        if text[place] == '"':
            inside = not inside
        elif text[place] == ";" and not inside:
            return place
    return len(text)
