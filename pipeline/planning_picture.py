"""The forecast as a picture: one sign for each indicator and domain, and the coefficient of variation beside it."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from pipeline.charts import ACCENT, INK, MUTED, RULE, SETTINGS, TINT, inline
from pipeline.report_text import characters, printable

ROW, COLUMN, LEFT, TOP, FOOT = 0.235, 0.72, 2.0, 1.75, 0.55


@dataclass(frozen=True)
class Cell:
    """What is expected of one indicator in one domain.

    Parameters
    ----------
    row, column : int
        Its place.
    status : str
        reliable, weak, withheld or confidential.
    text : str
        Written beside the sign.
    """

    row: int
    column: int
    status: str
    text: str


def draw_forecast(
    rows: Sequence[tuple[str, bool]],
    columns: Sequence[str],
    cells: Sequence[Cell],
    words: Mapping[str, str],
    fonts: Path,
) -> str:
    """Draw the table of signs.

    Parameters
    ----------
    rows : sequence of (str, bool)
        Label of each domain, or of a group of domains that begins there (True).
    columns : sequence of str
        Label of each indicator.
    cells : sequence of Cell
        In any order; places without a cell stay empty.
    words : mapping
        ``reliable``, ``weak``, ``withheld`` and ``confidential`` for the legend, ``alt`` for readers of the screen.
    fonts : Path
        Folder with the fonts of the report.

    Returns
    -------
    str
        An ``<svg>`` element; the signs differ in shape, so that it reads in grey.
    """
    family, known = _family(fonts), characters(fonts)
    width, height = LEFT + COLUMN * len(columns) + 0.2, TOP + ROW * len(rows) + FOOT
    with matplotlib.rc_context(cast("Any", {**SETTINGS, "font.family": [family]})):
        figure = Figure(figsize=(max(width, 6.5), height))
        FigureCanvasSVG(figure)
        total = max(width, 6.5)
        axes = figure.add_axes((LEFT / total, FOOT / height, COLUMN * len(columns) / total, ROW * len(rows) / height))
        _grid(axes, rows, columns)
        for cell in cells:
            _sign(axes, cell.column - 0.24, cell.row, cell.status)
            axes.text(
                cell.column - 0.1,
                cell.row,
                cell.text,
                va="center",
                ha="left",
                fontsize=6.6,
                color=INK if cell.status in ("reliable", "weak") else MUTED,
            )
        axes.set_xticks(
            range(len(columns)),
            [_short(printable(name, known), 24) for name in columns],
            rotation=90,
            fontsize=7,
            color=INK,
        )
        axes.set_yticks(
            range(len(rows)),
            [textwrap.shorten(printable(name, known), 38, placeholder="…") for name, _ in rows],
            fontsize=7.5,
        )
        for label, (_, begins) in zip(axes.get_yticklabels(), rows, strict=True):
            label.set_color(ACCENT if begins else INK)
            label.set_fontsize(8 if begins else 7.5)
        _legend(figure, words, height)
        target = io.StringIO()
        figure.savefig(
            target,
            format="svg",
            transparent=False,
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    svg = inline(target.getvalue(), "forecast")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{_quoted(words["alt"])}" ', 1)


def _grid(axes: Axes, rows: Sequence[tuple[str, bool]], columns: Sequence[str]) -> None:
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for place in range(1, len(columns)):
        axes.axvline(place - 0.5, color=RULE, linewidth=0.4, zorder=0)
    for place, (_, begins) in enumerate(rows):
        if begins and place:
            axes.axhline(place - 0.5, color=MUTED, linewidth=0.9, zorder=1)
        elif place % 2:
            axes.axhspan(place - 0.5, place + 0.5, color="#f3f6f7", linewidth=0, zorder=0)


def _sign(axes: Axes, x: float, y: float, status: str) -> None:
    if status == "reliable":
        axes.plot([x], [y], marker="o", markersize=6, color=ACCENT, markeredgecolor=ACCENT, zorder=3)
    elif status == "weak":
        axes.plot([x], [y], marker="o", markersize=6, color=TINT, markeredgecolor=ACCENT, markeredgewidth=1.2, zorder=3)
    elif status == "withheld":
        axes.plot([x], [y], marker="x", markersize=4.5, color=MUTED, markeredgewidth=1.1, zorder=3)
    else:
        axes.plot(
            [x], [y], marker="s", markersize=4.5, color="white", markeredgecolor=MUTED, markeredgewidth=1.1, zorder=3
        )


def _legend(figure: Figure, words: Mapping[str, str], height: float) -> None:
    axes = figure.add_axes((0.02, 0.01, 0.96, (FOOT - 0.12) / height))
    axes.set_axis_off()
    axes.set_xlim(0, 4)
    axes.set_ylim(-1, 1)
    for place, status in enumerate(("reliable", "weak", "withheld", "confidential")):
        _sign(axes, place + 0.03, 0, status)
        axes.text(place + 0.09, 0, words[status], va="center", ha="left", fontsize=7, color=INK)


def _short(text: str, width: int) -> str:
    lines = textwrap.wrap(text, width)
    return "\n".join(lines[:3]) + ("…" if len(lines) > 3 else "")


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _family(fonts: Path) -> str:
    path = str(fonts / "SourceSans3-Regular.otf")
    if path not in {entry.fname for entry in font_manager.fontManager.ttflist}:
        font_manager.fontManager.addfont(path)
    return str(font_manager.FontProperties(fname=path).get_name())
