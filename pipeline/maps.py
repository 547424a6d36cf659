"""Maps as SVG text: tiles or true shapes, classes that read in grey, hatching where a figure is weak or withheld."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.legend_handler import HandlerTuple
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path as Shape

from pipeline.charts import INK, MUTED, WIDTH, canvas, finished
from pipeline.map_files import Rings
from pipeline.report_numbers import estimate_text
from pipeline.report_tables import MARKS, Point
from surveys.area_maps import Tile

# One hue from light to dark: the order survives grey print and every kind of colour blindness.
SHADES = ("#e4eff2", "#b5d3dc", "#7fb1c0", "#418397", "#0b4557")
WEAK, WITHHELD = "////", "xxx"
LARGE_GRID = 60
#: Entries of a legend that fit beside one another.
LEGEND_ROW = 7
# Size, face and edge of the circles laid on one another: a mark is seen on every shade, and in grey.
MARKERS = {
    "chosen": ((7.5, "#ffffff", "#ffffff"), (5.0, INK, INK)),
    "given": ((6.0, "#ffffff", INK),),
    "both": ((9.0, "#ffffff", INK), (5.0, INK, INK)),
}


def draw_map(
    points: Mapping[str, Point], tiles: Mapping[str, Tile], *, words: Mapping[str, str], fonts: Path, prefix: str,
    boundaries: Mapping[str, Rings] | None = None, marked: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """Draw one map.

    Parameters
    ----------
    points : mapping of str to Point
        Figure of each place by code; a place without one is drawn as empty. A point that may not be shown is hatched
        the same whatever it hides: no number and no class of it reaches the drawing.
    tiles : mapping of str to Tile
        Where each place stands on the grid.
    words : mapping of str to str
        ``weak``, ``withheld`` and ``none`` of the legend, and ``chosen``, ``given`` and ``both`` for marked places.
    fonts : Path
        Fonts of the report.
    prefix : str
        Put before every id.
    boundaries : mapping of str to rings, optional
        True shapes by code; tiles are then not drawn.
    marked : mapping of str to str, optional
        ``chosen``, ``given`` or ``both`` by code.

    Returns
    -------
    str
        An ``<svg>`` element.
    """
    shown = [points[code] for code in tiles if code in points and points[code].shown]
    edges = class_edges([point.estimate for point in shown])
    rows = 1 + max(tile.row for tile in tiles.values())
    columns = 1 + max(tile.column for tile in tiles.values())
    height = 3.9 if boundaries else min(6.4, max(2.4, 0.55 + WIDTH * rows / columns))
    with canvas(fonts, height) as figure, matplotlib.rc_context(cast("Any", {"hatch.linewidth": 0.7})):
        axes = figure.add_subplot()
        for code, tile in tiles.items():
            outline = _shapes(boundaries[code]) if boundaries else [Rectangle((tile.column, tile.row), 0.94, 0.94)]
            _fill(axes, outline, points.get(code), edges)
        if boundaries:
            axes.autoscale_view()
            axes.set_aspect(
                1 / np.cos(np.radians(np.mean([ring[:, 1].mean() for r in boundaries.values() for ring in r])))
            )
        else:
            axes.set_xlim(-0.06, columns)
            axes.set_ylim(rows, -0.06)
            axes.set_aspect("equal")
            for code, tile in tiles.items():
                _text(axes, tile, points.get(code), edges, small=len(tiles) > LARGE_GRID)
        for code, mark in (marked or {}).items():
            _mark(axes, code, mark, tiles, boundaries)
        _legend(axes, shown, edges, points, tiles, words, marked or {})
        axes.set_axis_off()
        return finished(figure, prefix)


def class_edges(values: Sequence[float], most: int = 5) -> list[float]:
    """Limits of the classes: equal numbers of places in each, fewer classes where values repeat.

    Parameters
    ----------
    values : sequence of float
        Of the places that are shown, and of no other.
    most : int
        Classes at most.

    Returns
    -------
    list of float
        From the least to the greatest value, one more than there are classes; empty without values.
    """
    if not values:
        return []
    wanted = min(most, len(set(values)))
    limits = np.quantile(np.asarray(values), np.linspace(0, 1, wanted + 1), method="closest_observation")
    edges = sorted(set(limits.tolist()))
    return edges if len(edges) > 1 else [edges[0], edges[0]]


def shade_of(value: float, edges: Sequence[float]) -> str:
    """Colour of a value's class; the highest limit belongs to the last class."""
    classes = len(edges) - 1
    place = int(np.clip(np.searchsorted(edges, value, side="right") - 1, 0, classes - 1))
    return SHADES[_spread(classes)[place]]


def _spread(classes: int) -> list[int]:
    return [round(place * (len(SHADES) - 1) / max(classes - 1, 1)) for place in range(classes)]


def _shapes(rings: Rings) -> list[PathPatch]:
    codes = [code for ring in rings for code in
             (Shape.MOVETO, *[Shape.LINETO] * (len(ring) - 2), Shape.CLOSEPOLY)]  # fmt: skip
    return [PathPatch(Shape(np.concatenate(rings), codes))]


def _fill(axes: Axes, outline: Sequence[Rectangle | PathPatch], point: Point | None, edges: Sequence[float]) -> None:
    for patch in outline:
        patch.set_linewidth(0.6)
        patch.set_edgecolor(MUTED)
        if point is not None and point.shown:
            dark = shade_of(point.estimate, edges) in SHADES[3:]
            patch.set_facecolor(shade_of(point.estimate, edges))
            if point.status == "weak":
                patch.set_hatch(WEAK)
                patch.set_edgecolor("#ffffff" if dark else INK)
        else:
            patch.set_facecolor("#ffffff")
            if point is not None and point.status != "empty":
                patch.set_hatch(WITHHELD)
        axes.add_patch(patch)


def _text(axes: Axes, tile: Tile, point: Point | None, edges: Sequence[float], *, small: bool) -> None:
    if small:
        return
    shown = point is not None and point.shown
    dark = shown and point is not None and shade_of(point.estimate, edges) in SHADES[3:]
    colour = "#ffffff" if dark else INK
    # A box behind the words keeps them readable over the hatching.
    back = shade_of(point.estimate, edges) if shown and point is not None else "#ffffff"
    box = {"facecolor": back, "edgecolor": "none", "pad": 1.5}
    size = 9.0 if len(tile.short) < 3 else 6.8
    axes.text(tile.column + 0.47, tile.row + 0.33, tile.short, ha="center", va="center", color=colour, fontsize=size,
              bbox=box)  # fmt: skip
    text = (
        ""
        if point is None
        else (estimate_text(point.estimate, point.unit, point.decimals) if shown else MARKS.get(point.status, ""))
    )
    if text:
        axes.text(tile.column + 0.47, tile.row + 0.68, text, ha="center", va="center", color=colour,
                  fontsize=8.0 if len(text) < 5 else 6.4, bbox=box)  # fmt: skip


def _mark(axes: Axes, code: str, mark: str, tiles: Mapping[str, Tile], boundaries: Mapping[str, Rings] | None) -> None:
    if boundaries:
        largest = max(boundaries[code], key=len)
        x, y = (float(value) for value in largest.mean(axis=0))
    else:
        x, y = tiles[code].column + 0.82, tiles[code].row + 0.13
    for size, face, edge in MARKERS[mark]:
        axes.plot(
            [x], [y], marker="o", markersize=size, color=face, markeredgecolor=edge, markeredgewidth=0.9, zorder=5
        )


def _legend(
    axes: Axes, shown: Sequence[Point], edges: Sequence[float], points: Mapping[str, Point],
    tiles: Mapping[str, Tile], words: Mapping[str, str], marked: Mapping[str, str],
) -> None:  # fmt: skip
    handles: list[Any] = []
    if shown:
        unit, decimals = shown[0].unit, shown[0].decimals
        for low, high in pairwise(edges):
            texts = [estimate_text(value, unit, decimals) for value in (low, high)]
            label = texts[0] if texts[0] == texts[1] else f"{texts[0]} – {texts[1]}"
            handles.append(Patch(facecolor=shade_of(low, edges), edgecolor=MUTED, linewidth=0.6, label=label))
    statuses = {points[code].status if code in points else "none" for code in tiles}
    if "weak" in statuses:
        handles.append(Patch(facecolor="#ffffff", edgecolor=INK, hatch=WEAK, linewidth=0.6, label=words["weak"]))
    if statuses & {"withheld", "confidential"}:
        handles.append(
            Patch(facecolor="#ffffff", edgecolor=MUTED, hatch=WITHHELD, linewidth=0.6, label=words["withheld"])
        )
    if statuses & {"none", "empty"}:
        handles.append(Patch(facecolor="#ffffff", edgecolor=MUTED, linewidth=0.6, label=words["none"]))
    names = [str(handle.get_label()) for handle in handles]
    for mark in ("chosen", "given", "both"):
        if mark in marked.values():
            circles = [
                axes.plot([], [], linestyle="none", marker="o", markersize=size, color=face, markeredgecolor=edge)[0]
                for size, face, edge in MARKERS[mark]
            ]
            handles.append(tuple(circles))
            names.append(words[mark])
    if handles:
        columns = len(handles) if len(handles) <= LEGEND_ROW else -(-len(handles) // 2)
        # A legend fills its columns one by one; a reader goes along its lines.
        order = [place for column in range(columns) for place in range(column, len(handles), columns)]
        axes.legend(handles=[handles[place] for place in order], labels=[names[place] for place in order],
                    loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=columns, frameon=False, fontsize=8.0,
                    handlelength=1.5, columnspacing=1.2,
                    handler_map={tuple: HandlerTuple(ndivide=1)})  # fmt: skip
