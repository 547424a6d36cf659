"""The report's type faces inside the page, with the signs of its languages only: it looks the same everywhere."""

from __future__ import annotations

import base64
from functools import cache
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

#: Name in the page, weight, file. Under a name of our own: the licence reserves the original's for unaltered copies.
FACES = (
    ("Caracteriza Text", 400, "SourceSans3-Regular.otf"),
    ("Caracteriza Text", 600, "SourceSans3-Semibold.otf"),
    ("Caracteriza Display", 600, "SourceSerif4Display-Semibold.otf"),
)
SIGNS = (*range(0x20, 0x7F), *range(0xA0, 0x180), *map(ord, "–—‘’“”‚„•…‹›€−≤≥√×†‡§¶◊±·→↑↓↕✓"))
FAMILY, FULL, POSTSCRIPT = (1, 16), 4, 6


@cache
def faces_as_css(fonts: Path) -> str:
    """Write the ``@font-face`` rules of the page.

    Parameters
    ----------
    fonts : Path
        Folder of the report's fonts.

    Returns
    -------
    str
        Rules with the fonts inside them, the same bytes every time.
    """
    rules = []
    for family, weight, file in FACES:
        held = base64.b64encode(_subset(fonts / file, family)).decode()
        rules.append(f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:swap;'
                     f'src:url("data:font/woff;base64,{held}") format("woff")}}')  # fmt: skip
    return "\n".join(rules)


def _subset(path: Path, family: str) -> bytes:
    with TTFont(path, recalcTimestamp=False, recalcBBoxes=False) as font:
        kept = {"layout_features": ["kern", "tnum", "lnum"], "hinting": False, "name_IDs": [0, 1, 2, 4, 6, 13]}
        subsetter = Subsetter(Options(**kept))
        subsetter.populate(unicodes=SIGNS)
        subsetter.subset(font)
        names = font["name"]
        for record in list(names.names):
            if record.nameID in FAMILY or record.nameID == FULL:
                record.string = family
            elif record.nameID == POSTSCRIPT:
                record.string = family.replace(" ", "")
        font.flavor = "woff"
        held = BytesIO()
        font.save(held, reorderTables=None)
    return held.getvalue()
