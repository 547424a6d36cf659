"""Text that the report's own fonts can print."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

REPLACEMENT = "□"
HARD_SPACE = "\u00a0"


@cache
def characters(fonts: Path) -> frozenset[str]:
    """Characters that all text fonts in a folder hold."""
    sets = [frozenset(map(chr, TTFont(path, lazy=True).getBestCmap())) for path in sorted(fonts.glob("*Sans*.otf"))]
    return frozenset.intersection(*sets)


def printable(text: str, known: frozenset[str]) -> str:
    """Make text printable: one kind of space, no control signs, an empty box for what the fonts lack.

    A missing sign would break the archive standard, and an invisible one, such as a change of writing
    direction, could make a label read as another.
    """
    spaced = re.sub(r"\s", lambda found: found.group() if found.group() == HARD_SPACE else " ", text)
    kept = "".join(character for character in unicodedata.normalize("NFC", spaced)
                   if unicodedata.category(character) not in ("Cc", "Cf", "Cs"))
    return "".join(character if character in known else REPLACEMENT for character in kept)
