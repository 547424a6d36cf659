"""A picture of a few report pages side by side, for the README."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

from PIL import Image

PAPER_EDGE = "#c3ccd1"
BACKGROUND = "#e9eef0"
GAP = 26


def picture(pdf: Path, pages: list[int], *, width: int = 1500) -> Image.Image:
    """Place pages of a PDF side by side.

    Parameters
    ----------
    pdf : Path
        A finished report.
    pages : list of int
        Page numbers, from 1.
    width : int
        Width of the picture in pixels.

    Returns
    -------
    Image
        Needs the program ``pdftoppm`` (Debian: poppler-utils).
    """
    each = (width - GAP * (len(pages) + 1)) // len(pages)
    drawn = [_page(pdf, number, each) for number in pages]
    board = Image.new("RGB", (width, drawn[0].height + 2 * GAP), BACKGROUND)
    for place, page in enumerate(drawn):
        left = GAP + place * (each + GAP)
        board.paste(PAPER_EDGE, (left - 1, GAP - 1, left + page.width + 1, GAP + page.height + 1))
        board.paste(page, (left, GAP))
    return board


def _page(pdf: Path, number: int, width: int) -> Image.Image:
    command = ["pdftoppm", "-png", "-f", str(number), "-l", str(number), "-scale-to-x", str(width), "-scale-to-y", "-1",
               str(pdf)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return Image.open(io.BytesIO(done.stdout)).convert("RGB")


if __name__ == "__main__":
    source, target, *numbers = sys.argv[1:]
    made = picture(Path(source), [int(number) for number in numbers] or [1, 3, 4])
    made.quantize(128).save(target, optimize=True)
