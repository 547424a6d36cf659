"""A picture of what weighting did, step by step: sample size it leaves, range of the factors, known totals met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from pipeline.charts import ACCENT, INK, MUTED, RULE, TINT, canvas, finished, wrapped
from pipeline.report_blocks import Built, Chart, Material, Place, Results
from pipeline.report_numbers import plain
from pipeline.report_tables import Note
from pipeline.report_words import Words
from surveys.study import Exhibit

Step = Mapping[str, Any]
HEIGHT_OF_STEP, HEIGHT_OF_REST = 0.42, 1.0


def build_weighting(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Draw what each step of the recipe did to the weights of the level of the design.

    Parameters
    ----------
    exhibit : Exhibit
        Names nothing.
    material : Material
        Its record of the weighting stage.
    place : Place
        Number, link target and title.

    Returns
    -------
    Built
        Three panels that share the steps: effective sample size, range of the factors, and how far the known totals
        were before and after. The table in the annex has all the numbers.
    """
    words = material.labels.words
    steps = weighted_steps(material.records.get("weight") or {}, material.study.design.level)
    svg = _drawn(steps, words, material, place.anchor) if steps else ""
    notes = [Note("", words["weighting_picture_note"])]
    alt = _finding(steps, words) if steps else words["weighting_picture_none"]
    chart = Chart(place.number, place.anchor, place.title, words["weighting_picture_unit"], alt, svg, tuple(notes))
    return Built(chart, lambda at: _table(steps, words, at))


def weighted_steps(record: Mapping[str, Any], level: str) -> list[Step]:
    """Take the steps of one level in order from the record of the weighting stage; only those with diagnostics."""
    return [step for step in record.get("steps", ()) if step.get("level") == level and step.get("effective_n")]


def factor_range(step: Step) -> tuple[float, float] | None:
    """Find the least and greatest factor that a step gave to units that stay; None where it recorded none."""
    if step.get("g_min") is not None:
        return float(step["g_min"]), float(step["g_max"])
    values = [float(row["value"]) for row in step.get("tables") or ()
              if row.get("measure") in ("class_factor", "group_factor") and row.get("value") is not None]  # fmt: skip
    return (min(values), max(values)) if values else None


def farthest(step: Step) -> tuple[float, float] | None:
    """Measure how far the farthest known total was, relative to itself, before and after; None without totals."""
    rows = [row for row in step.get("tables") or () if str(row.get("measure", "")).startswith("total:")]
    rows = [row for row in rows if float(row["target"]) > 0]
    if not rows:
        return None

    def far(key: str) -> float:
        return max(abs(float(row[key]) / float(row["target"]) - 1) for row in rows)

    return far("before"), far("after")


def _name(step: Step, words: Words) -> str:
    return words.either(f"step_{step['step']}", str(step["step"]))


def _finding(steps: Sequence[Step], words: Words) -> str:
    last = steps[-1]
    return words.say(
        "weighting_picture_alt", steps=plain(float(len(steps)), 0),
        first=plain(float(steps[0]["effective_n"]), 0), last=plain(float(last["effective_n"]), 0),
        deff=plain(float(last["kish_deff"]), 2),
    )  # fmt: skip


def _drawn(steps: Sequence[Step], words: Words, material: Material, prefix: str) -> str:
    height = HEIGHT_OF_REST + HEIGHT_OF_STEP * len(steps)
    with canvas(material.fonts, height) as figure:
        sizes, factors, totals = figure.subplots(1, 3, sharey=True)
        rows = range(len(steps))
        sizes.barh(rows, [float(step["effective_n"]) for step in steps], color=TINT, height=0.6)
        for row, step in enumerate(steps):
            sizes.annotate(plain(float(step["effective_n"]), 0), (float(step["effective_n"]), row), (2, 0),
                           textcoords="offset points", va="center", fontsize=8, color=INK)  # fmt: skip
            limits, far = factor_range(step), farthest(step)
            if limits is not None:
                factors.plot(limits, (row, row), color=ACCENT, linewidth=2, solid_capstyle="butt")
                factors.plot(limits, (row, row), "|", color=ACCENT)
            if far is not None:
                totals.plot([100 * far[0]], [row], "o", color=MUTED, fillstyle="none")
                totals.plot([100 * far[1]], [row], "o", color=ACCENT)
        sizes.set_xlim(0, 1.5 * max(float(step["effective_n"]) for step in steps))
        sizes.xaxis.set_major_locator(MaxNLocator(2, integer=True))
        sizes.xaxis.set_major_formatter(lambda value, _: plain(value, 0))
        factors.axvline(1.0, color=RULE, linewidth=0.8)
        for axes, word in ((sizes, "effective"), (factors, "factors"), (totals, "distance")):
            _panel(axes, words[f"weighting_panel_{word}"])
        totals.set_xlim(left=min(-0.2, totals.get_xlim()[0]))
        sizes.set_yticks(list(rows), [wrapped(_name(step, words)) for step in steps], fontsize=8)
        sizes.invert_yaxis()
        return finished(figure, prefix)


def _panel(axes: Axes, title: str) -> None:
    axes.set_title(title, fontsize=8.5, loc="left", color=INK)
    axes.tick_params(length=0, labelsize=8)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _table(steps: Sequence[Step], words: Words, place: Place) -> Results:
    rows = []
    for step in steps:
        limits, far = factor_range(step), farthest(step)
        rows.append((
            _name(step, words), plain(float(step["effective_n"]), 0), plain(float(step["kish_deff"]), 2),
            "" if limits is None else f"{plain(limits[0], 3)} – {plain(limits[1], 3)}",
            "" if far is None else f"{plain(100 * far[0], 2)} → {plain(100 * far[1], 2)}",
        ))  # fmt: skip
    columns = (words["step"], words["weighting_panel_effective"], words["kish"], words["weighting_panel_factors"],
               words["weighting_panel_distance"])  # fmt: skip
    return Results(place.number, place.anchor, place.title, "", columns, tuple(rows), (1, 2, 3, 4), (), ())
