"""A flow diagram: from places of origin to places of residence, bands as thick as their share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Curve

from pipeline.charts import ACCENT, INK, MUTED, TINT, canvas, finished
from pipeline.report_numbers import estimate_text
from pipeline.report_tables import Point
from pipeline.report_text import characters, printable

BAR, GAP = 0.025, 0.045


def draw_routes(
    routes: Mapping[tuple[str, str], Point], origins: Sequence[str], destinations: Sequence[str],
    heads: tuple[str, str], *, fonts: Path, prefix: str,
) -> str:
    """Draw routes that may be shown.

    Parameters
    ----------
    routes : mapping of (origin, destination) to Point
        Shown routes only; names as printed.
    origins, destinations : sequence of str
        Names from top to bottom; those without a route are left out.
    heads : (str, str)
        What stands above each side.
    fonts : Path
        Folder with the fonts of the report.
    prefix : str
        Put before every id.

    Returns
    -------
    str
        An ``<svg>`` element. Routes that stay in their place are dark, the others light with a dark edge.
    """
    known = characters(fonts)
    left = [name for name in origins if any(origin == name for origin, _ in routes)]
    right = [name for name in destinations if any(destination == name for _, destination in routes)]
    with canvas(fonts, 1.0 + 0.55 * max(len(left), len(right))) as figure:
        axes = figure.add_subplot()
        axes.set_axis_off()
        axes.set_xlim(-0.34, 1.34)
        axes.set_ylim(1.03, -0.09)
        total = sum(point.estimate for point in routes.values())
        tops = [_bars(axes, names, routes, side, total, known) for side, names in enumerate((left, right))]
        for side, head in enumerate(heads):
            axes.text(side, -0.05, printable(head, known), ha="right" if side == 0 else "left", color=MUTED,
                      fontsize=8.5)
        unit = (1 - GAP * (max(len(left), len(right)) - 1)) / total
        for origin in left:
            for destination in right:
                point = routes.get((origin, destination))
                if point is None:
                    continue
                height = point.estimate * unit
                start, end = tops[0][origin], tops[1][destination]
                _band(axes, start, end, height, stays=origin == destination, weak=point.status == "weak")
                if height > 0.022:
                    value = estimate_text(point.estimate, point.unit, point.decimals)
                    axes.text(BAR + 0.015, start + height / 2, value, ha="left", va="center", fontsize=8, zorder=4,
                              color=INK, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2})
                tops[0][origin] += height
                tops[1][destination] += height
        return finished(figure, prefix)


def _bars(
    axes: Axes, names: Sequence[str], routes: Mapping[tuple[str, str], Point], side: int, total: float,
    known: frozenset[str],
) -> dict[str, float]:
    """Draw the bars of one side and return where each begins."""
    rows = max(len({origin for origin, _ in routes}), len({destination for _, destination in routes}))
    unit = (1 - GAP * (rows - 1)) / total
    spare = GAP * (rows - 1) / max(len(names) - 1, 1)
    top, tops = 0.0, {}
    for name in names:
        height = unit * sum(point.estimate for pair, point in routes.items() if pair[side] == name)
        axes.add_patch(Rectangle((-BAR if side == 0 else 1.0, top), BAR, height, color=INK, linewidth=0, zorder=3))
        axes.text(-BAR - 0.015 if side == 0 else 1 + BAR + 0.015, top + height / 2, printable(name, known),
                  ha="right" if side == 0 else "left", va="center", color=INK, fontsize=9)
        tops[name] = top
        top += height + spare
    return tops


def _band(axes: Axes, start: float, end: float, height: float, *, stays: bool, weak: bool) -> None:
    points = [(0, start), (0.5, start), (0.5, end), (1, end), (1, end + height), (0.5, end + height),
              (0.5, start + height), (0, start + height), (0, start)]
    codes = [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4, Curve.LINETO, Curve.CURVE4, Curve.CURVE4,
             Curve.CURVE4, Curve.CLOSEPOLY]
    if weak:
        axes.add_patch(PathPatch(Curve(points, codes), facecolor="white", edgecolor=TINT, linewidth=0, hatch="////",
                                 zorder=2))
    axes.add_patch(PathPatch(
        Curve(points, codes), facecolor="none" if weak else ACCENT if stays else TINT, edgecolor=ACCENT,
        linewidth=0.8, alpha=1.0 if weak or not stays else 0.92, zorder=2.5 if weak else 2))
