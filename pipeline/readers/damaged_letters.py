"""Recognize text read with the wrong encoding, from its bytes or from its letters."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What UTF-8 leaves when read as latin-1 or windows-1252, and as cp850.
_AS_LATIN = re.compile(
    "[\u00c2\u00c3][\u0080-\u00bf\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|\u00e2\u20ac"
)
_AS_CP850 = re.compile("[\u251c\u252c][\u0080-\u25ff]")
_SHARP_S = re.compile("[a-z\u00e1-\u00fa]\u00df[a-z]")
_UTF8_PAIR = re.compile(rb"[\xc3\xc2][\x80-\xbf]")
_HIGH = re.compile(rb"[\x80-\xff]")
_C1 = re.compile(rb"[\x80-\x9f]")
_DOS = re.compile(rb"[\x80-\xa5]")


def damaged_places(cells: Iterable[str]) -> int:
    """Count places where letters look like another encoding's bytes."""
    found = 0
    for cell in cells:
        if cell.isascii():
            continue
        found += len(_AS_LATIN.findall(cell)) + len(_AS_CP850.findall(cell)) + len(_SHARP_S.findall(cell))
    return found


class ByteCounts:
    """Counts of telling bytes of a text file in a one-byte encoding, block by block."""

    def __init__(self) -> None:
        self.high = 0
        self.c1 = 0
        self.dos = 0
        self.utf8 = 0

    def add(self, block: bytes) -> None:
        """Count one block."""
        if block.isascii():
            return
        self.high += len(_HIGH.findall(block))
        self.c1 += len(_C1.findall(block))
        self.dos += len(_DOS.findall(block))
        self.utf8 += 2 * len(_UTF8_PAIR.findall(block))

    @property
    def looks_utf8(self) -> bool:
        """Most bytes above 127 come in UTF-8 pairs; in real latin-1 text next to none do."""
        return self.high > 0 and self.utf8 >= 0.9 * self.high

    @property
    def looks_dos(self) -> bool:
        """Most bytes above 127 are where cp850 has its letters and latin-1 has controls and signs."""
        return self.high >= 4 and self.dos > 0.5 * self.high


def suggestion(counts: ByteCounts) -> str:
    """Name the encoding the bytes speak for, as a hint that a person must confirm."""
    if counts.high == 0:
        return "utf-8"
    if counts.looks_utf8:
        return "utf-8"
    return "cp850, windows-1252" if counts.looks_dos else "latin-1, windows-1252"
