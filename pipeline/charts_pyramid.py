"""Population pyramids side by side on one scale, with intervals: the group studied beside those it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes

from pipeline.charts import ACCENT, INK, MUTED, RULE, TINT, canvas, finished
from pipeline.report_numbers import in_unit, plain
from pipeline.report_tables import MARKS, Point
from pipeline.report_text import characters, printable


@dataclass(frozen=True)
class Panel:
    """One pyramid: its name, and points of both sides from the youngest up."""

    name: str
    left: tuple[Point, ...]
    right: tuple[Point, ...]


def draw_pyramids(panels: Sequence[Panel], ages: Sequence[str], sides: tuple[str, str], *, fonts: Path,
                  prefix: str) -> str:
    """Draw pyramids of shares.

    Parameters
    ----------
    panels : sequence of Panel
        In drawing order, with as many points on each side as there are ages.
    ages : sequence of str
        Names of the age groups, youngest first.
    sides : (str, str)
        Names of the left and the right side.
    fonts : Path
        Folder with the fonts of the report.
    prefix : str
        Put before every id.

    Returns
    -------
    str
        An ``<svg>`` element. The left side is filled, the right side hatched, so that grey print tells them apart; a
        share that may not be shown leaves its mark at the axis.
    """
    known = characters(fonts)
    points = [point for panel in panels for point in (*panel.left, *panel.right) if point.shown]
    highest = max((in_unit(point.high, point.unit) for point in points), default=1.0) * 1.06
    with canvas(fonts, 0.95 + 0.19 * len(ages)) as figure:
        axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for place, (panel, drawn) in enumerate(zip(panels, axes, strict=True)):
            _side(drawn, panel.left, -1)
            _side(drawn, panel.right, 1)
            drawn.set_title(printable(panel.name, known), fontsize=9.5, color=INK, pad=16)
            for side, name in zip((-1, 1), sides, strict=True):
                drawn.annotate(printable(name, known), (side * highest / 2, 1.0), xycoords=("data", "axes fraction"),
                               xytext=(0, 3), textcoords="offset points", ha="center", color=MUTED, fontsize=8.5)
            _finish(drawn, highest, [printable(age, known) for age in ages] if place == 0 else None, len(ages))
        return finished(figure, prefix)


def _side(axes: Axes, points: Sequence[Point], side: int) -> None:
    for place, point in enumerate(points):
        if not point.shown:
            axes.annotate(MARKS.get(point.status, ""), (0, place), xytext=(side * 6, 0), textcoords="offset points",
                          ha="center", va="center", color=MUTED, fontsize=7)
            continue
        value, low, high = (side * in_unit(number, point.unit) for number in (point.estimate, point.low, point.high))
        weak = point.status == "weak"
        axes.barh(place, value, height=0.84, color="white" if weak else ACCENT if side < 0 else TINT, edgecolor=ACCENT,
                  linewidth=0.6, hatch="////" if weak else None, zorder=2)
        # Ink inside white is seen on a dark bar and beyond it.
        for width, colour in ((2.6, "white"), (1.0, INK)):
            axes.plot([low, high], [place, place], color=colour, linewidth=width, solid_capstyle="butt", zorder=3)


def _finish(axes: Axes, highest: float, ages: Sequence[str] | None, rows: int) -> None:
    for spine in ("top", "right", "left"):
        axes.spines[spine].set_visible(False)
    axes.axvline(0, color=INK, linewidth=0.8, zorder=4)
    axes.set_xlim(-highest, highest)
    axes.set_ylim(-0.7, rows - 0.3)
    step = next(step for step in (1, 2, 5, 10, 20, 50) if highest / step < 3.4)
    axes.set_xticks([step * place for place in range(-3, 4) if abs(step * place) < 0.93 * highest])
    axes.xaxis.set_major_formatter(lambda value, _: plain(abs(value), 0))
    axes.grid(axis="x", color=RULE, linewidth=0.5, zorder=0)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, pad=4, labelsize=8)
    if ages is not None:
        axes.set_yticks(range(rows), list(ages))
