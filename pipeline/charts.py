"""Charts with intervals as SVG text: the same bytes every time, readable in grey and without fonts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from pipeline.report_numbers import estimate_text, in_unit, plain
from pipeline.report_tables import MARKS, Point
from pipeline.report_text import characters, printable

ACCENT, INK, MUTED, RULE, TINT = "#0f5c73", "#1b2733", "#5a6772", "#cfd6db", "#bcd7df"
WIDTH = 6.5
SETTINGS: dict[str, Any] = {
    "svg.fonttype": "path", "svg.hashsalt": "caracteriza", "text.parse_math": False, "axes.unicode_minus": True,
    "font.size": 9.0, "axes.edgecolor": RULE, "axes.labelcolor": MUTED, "xtick.color": MUTED, "ytick.color": INK,
    "axes.linewidth": 0.7, "path.simplify": False, "path.snap": False,
}


def draw(kind: str, points: Sequence[Point], *, total: Point | None, fonts: Path, prefix: str) -> str:
    """Draw one chart.

    Parameters
    ----------
    kind : {'intervals', 'bars', 'line'}
        Dots with whiskers, bars with whiskers, or a line with its band.
    points : sequence of Point
        In drawing order. A point that may not be shown keeps its label and mark, and nothing is drawn.
    total : Point or None
        Drawn as a thin reference line where it may be shown.
    fonts : Path
        Folder with the fonts of the report.
    prefix : str
        Put before every id, so that several charts live in one page.

    Returns
    -------
    str
        An ``<svg>`` element without prolog, comments, style sheets or style attributes.
    """
    known = characters(fonts)
    height = 2.9 if kind == "line" else 0.75 + 0.27 * max(len(points), 2)
    with canvas(fonts, height) as figure:
        axes = figure.add_subplot()
        {"intervals": _intervals, "bars": _bars, "line": _line}[kind](axes, points)
        shown = [point for point in points if point.shown]
        # The total of counts lies far beyond its parts: only a mean or a share is a reference for them.
        if total is not None and total.shown and kind != "line" and shown and \
                total.estimate <= max(point.high for point in shown):
            _reference(axes, total)
        _finish(axes, kind, points, [wrapped(printable(point.label, known)) for point in points])
        return finished(figure, prefix)


@contextmanager
def canvas(fonts: Path, height: float, *, width: float = WIDTH) -> Iterator[Figure]:
    """Open an empty figure in the report's own style; draw and call `finished` inside.

    Parameters
    ----------
    fonts : Path
        Folder with the fonts of the report.
    height, width : float
        Inches.
    """
    with matplotlib.rc_context(cast("Any", {**SETTINGS, "font.family": [_family(fonts)]})):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasSVG(figure)
        yield figure


def finished(figure: Figure, prefix: str) -> str:
    """Write a figure as an ``<svg>`` element that is safe inside a page; ``prefix`` goes before every id."""
    target = io.StringIO()
    figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
                   transparent=True)
    return inline(target.getvalue(), prefix)


def inline(svg: str, prefix: str) -> str:
    """Make an SVG file safe to stand inside a page: one element, own ids, no style sheet, no comments."""
    body = svg[svg.index("<svg"):]
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.S)
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.S)
    body = re.sub(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>\s*", "", body, flags=re.S)
    body = re.sub(r'\bid="', f'id="{prefix}-', body)
    body = re.sub(r'href="#', f'href="#{prefix}-', body)
    body = re.sub(r"url\(#", f"url(#{prefix}-", body)
    body = re.sub(r' style="([^"]*)"', lambda found: _attributes(found.group(1)), body)
    return body.replace("<svg ", '<svg stroke-linejoin="round" stroke-linecap="butt" ', 1).strip() + "\n"


def _attributes(style: str) -> str:
    pairs = [item.split(":", 1) for item in style.split(";") if ":" in item]
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)


def _family(fonts: Path) -> str:
    for name in ("SourceSans3-Regular.otf", "SourceSans3-Semibold.otf"):
        known = {entry.fname for entry in font_manager.fontManager.ttflist}
        if str(fonts / name) not in known:
            font_manager.fontManager.addfont(str(fonts / name))
    return str(font_manager.FontProperties(fname=str(fonts / "SourceSans3-Regular.otf")).get_name())


def _values(point: Point) -> tuple[float, float, float]:
    unit = point.unit
    return in_unit(point.estimate, unit), in_unit(point.low, unit), in_unit(point.high, unit)


def _intervals(axes: Axes, points: Sequence[Point]) -> None:
    for place, point in enumerate(points):
        if place % 2 == 0:
            axes.axhspan(place - 0.5, place + 0.5, color="#f3f6f7", linewidth=0, zorder=0)
        if not point.shown:
            continue
        value, low, high = _values(point)
        weak = point.status == "weak"
        axes.plot([low, high], [place, place], color=ACCENT, linewidth=1.8, solid_capstyle="round", zorder=2,
                  alpha=1.0)
        axes.plot([value], [place], marker="o", markersize=6.4, color="white" if weak else ACCENT,
                  markeredgecolor=ACCENT, markeredgewidth=1.5, zorder=3)


def _bars(axes: Axes, points: Sequence[Point]) -> None:
    for place, point in enumerate(points):
        if not point.shown:
            continue
        value, low, high = _values(point)
        weak = point.status == "weak"
        axes.barh(place, value, height=0.62, color="white" if weak else TINT, edgecolor=ACCENT,
                  linewidth=0.9, hatch="////" if weak else None, zorder=2)
        axes.plot([low, high], [place, place], color=INK, linewidth=1.3, solid_capstyle="butt", zorder=3)
        for end in (low, high):
            axes.plot([end, end], [place - 0.13, place + 0.13], color=INK, linewidth=1.3, zorder=3)


def _line(axes: Axes, points: Sequence[Point]) -> None:
    runs: list[list[int]] = [[]]
    for place, point in enumerate(points):
        if point.shown:
            runs[-1].append(place)
        elif runs[-1]:
            runs.append([])
    for places in runs:
        if not places:
            continue
        triples = [_values(points[place]) for place in places]
        axes.fill_between(places, [low for _, low, _ in triples], [high for _, _, high in triples],
                          color=TINT, linewidth=0, zorder=1)
        axes.plot(places, [value for value, _, _ in triples], color=ACCENT, linewidth=1.9, zorder=2)
        for place, (value, low, high) in zip(places, triples, strict=True):
            weak = points[place].status == "weak"
            axes.plot([place, place], [low, high], color=ACCENT, linewidth=0.8, zorder=2)
            axes.plot([place], [value], marker="o", markersize=6.2, color="white" if weak else ACCENT,
                      markeredgecolor=ACCENT, markeredgewidth=1.5, zorder=3)


def _reference(axes: Axes, total: Point) -> None:
    value = in_unit(total.estimate, total.unit)
    axes.axvline(value, color=INK, linewidth=0.8, dashes=(4, 3), zorder=1)
    axes.annotate(f"{total.label} {estimate_text(total.estimate, total.unit, total.decimals)}", (value, 1.0),
                  xycoords=("data", "axes fraction"), xytext=(0, 3), textcoords="offset points",
                  ha="center", va="bottom", color=INK, fontsize=8.5)


def _finish(axes: Axes, kind: str, points: Sequence[Point], labels: Sequence[str]) -> None:
    names = [label if point.shown else f"{label}  {MARKS.get(point.status, '')}"
             for label, point in zip(labels, points, strict=True)]
    places = range(len(points))
    highest = max((_values(point)[2] for point in points if point.shown), default=1.0)
    decimals = 0 if highest >= 5 else 1 if highest >= 0.5 else 2

    def tick(value: float, _: float) -> str:
        return plain(value, decimals)

    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    if kind == "line":
        axes.set_xticks(list(places), names)
        axes.set_ylim(0, highest * 1.12 or 1)
        axes.set_xlim(-0.4, len(points) - 0.6)
        axes.yaxis.set_major_formatter(tick)
        axes.grid(axis="y", color=RULE, linewidth=0.6, zorder=0)
        axes.tick_params(axis="y", colors=MUTED)
    else:
        axes.set_yticks(list(places), names)
        axes.set_ylim(len(points) - 0.5, -0.5)
        axes.set_xlim(0, highest * 1.06 or 1)
        axes.xaxis.set_major_formatter(tick)
        axes.grid(axis="x", color=RULE, linewidth=0.6, zorder=1)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, pad=5)


def wrapped(label: str, width: int = 34) -> str:
    """Break a label into two lines at most."""
    lines, line = [], ""
    for word in label.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    lines.append(line)
    if len(lines) > 2:
        lines = [lines[0], lines[1][:width - 1].rstrip() + "…"]
    return "\n".join(lines)
