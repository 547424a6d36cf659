"""The numbers that a finished page prints, with the label each stands beside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import html

# a number alone, as in a table of a report; and one of a side-by-side table: "about 174,000 (170,000 – 180,000) [3]"
ALONE = re.compile(r"([-−]?[\d,]+(?:\.\d+)?)\s?%?[ †‡§◊*]*")
BESIDE = re.compile(r"(?:[^\d;]*\s)?([-−]?[\d,]+(?:\.\d+)?)\s?%?(?: \([^)]*\))? \[\d+\]")


@dataclass(frozen=True)
class Printed:
    """Cells of one line of a page: its label, where it stands, and its texts."""

    label: str
    under: str
    texts: tuple[str, ...]


def printed_lines(path: Path) -> list[Printed]:
    """Read the tables and the key figures of a page.

    Parameters
    ----------
    path : Path
        HTML.

    Returns
    -------
    list of Printed
        ``under`` is the title of the table and of the group of rows.
    """
    root = html.fromstring(path.read_bytes(), parser=html.HTMLParser(encoding="utf-8"))
    found = [
        Printed(_text(_all(figure, "./p[@class='label']")), "", (_text(_all(figure, "./p[@class='value']")),))
        for figure in _all(root, "//ul[@class='cards']/li")
    ]
    for table in _all(root, "//table"):
        title, group = _text(_all(table, "./caption")), ""
        for row in _all(table, ".//tr[./th]"):
            cells = [_text([cell]) for cell in _all(row, "./td")]
            if "group" in str(row.get("class") or ""):
                group = _text(_all(row, "./th"))
            elif cells:
                found.append(Printed(_text(_all(row, "./th[1]")), f"{title} {group}".strip(), tuple(cells)))
    return found


def prints(lines: list[Printed], label: str, value: float) -> bool:
    """Tell whether a page prints a number in the line of a label, to the digits that it prints.

    A label of the database may name the indicator first ("Region: West"); the page may print the last part alone, under
    a title with the first, and with its unit behind.
    """
    first, _, last = label.rpartition(": ")
    for line in lines:
        whole = _plain(line.label) == _plain(label)
        part = bool(first) and _plain(line.label) == _plain(last) and _plain(first) in _plain(line.under)
        if (whole or part) and any(_equal(text, value) for text in line.texts):
            return True
    return False


def _equal(text: str, value: float) -> bool:
    for part in text.split("; "):
        found = ALONE.fullmatch(part) or BESIDE.fullmatch(part)
        if found is not None:
            number = found.group(1).replace(",", "").replace("−", "-")
            decimals = len(number.partition(".")[2])
            if abs(float(number) - value) <= 0.5 * 10.0**-decimals + 1e-9:
                return True
    return False


def _plain(text: str) -> str:
    """Take away a unit in brackets and the marks of notes."""
    return re.sub(r"\s*\([^()]*\)$", "", text).casefold().strip(" †‡§◊*")


def _all(element: Any, path: str) -> list[Any]:
    return list(element.xpath(path))


def _text(found: list[Any]) -> str:
    return " ".join(str(found[0].text_content()).split()) if found else ""
