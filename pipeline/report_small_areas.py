"""Small areas in the report: the table of model figures, and the ranking with its uncertainty."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from estimates.small_areas.publishable import LADDER
from pipeline.charts import ACCENT, INK, MUTED, RULE, TINT, canvas, finished
from pipeline.report_blocks import Built, Chart, Material, Place, Results
from pipeline.report_numbers import estimate_text, in_unit, plain, with_sign
from pipeline.report_tables import HIDDEN, MARKS, Note
from pipeline.report_text import characters, printable
from surveys.small_areas import SmallAreas, small_areas_from
from surveys.study import Exhibit

TABLE = "small_areas"
SHOWN = 20
SURE = 0.8
#: Beside an area whose figure is what covariates say.
ALONE = "*"


def build_areas_table(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Make the table of a model of small areas, the highest figures first.

    Parameters
    ----------
    exhibit : Exhibit
        ``model`` names it; ``rows`` is how many areas are listed (20).
    material : Material
        Its table ``small_areas``, which holds only what may be published.
    place : Place
        Number, link target and title.

    Returns
    -------
    Built
        Hidden areas are counted in a note; which they are is in the file, not in the table.
    """
    return Built(_table(exhibit, material, place))


def build_ranking(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Draw areas by rank: figure with its interval, and the probability of being among the worst.

    Parameters
    ----------
    exhibit, material, place
        As `build_areas_table`.

    Returns
    -------
    Built
    """
    model, shown, _ = _chosen(exhibit, material)
    words = material.labels.words
    names = [material.labels.domain(model.areas, str(code)) for code in shown["area"]]
    alone = (shown["basis"] == "model_only").to_numpy(dtype=bool)
    notes = [Note("", words.say("note_ranking", confidence=material.confidence, worst=model.worst))]
    notes += [Note("", words["note_ranking_alone"])] if alone.any() else []
    svg = _draw(shown, names, alone, model, material, place.anchor) if len(shown) else ""
    unit = str(shown["unit"].iloc[0]) if len(shown) else ""
    chart = Chart(place.number, place.anchor, _title(exhibit, model, material, place), material.labels.unit(unit),
                  _alt(shown, names, model, material), svg, tuple(notes))  # fmt: skip
    return Built(chart, lambda at: _table(exhibit, material, at))


def _table(exhibit: Exhibit, material: Material, place: Place) -> Results:
    model, shown, table = _chosen(exhibit, material)
    labels, words = material.labels, material.labels.words
    decimals = area_decimals(table)
    rows, marks = [], {}
    for record in shown.to_dict("records"):
        unit = str(record["unit"])
        mark = MARKS.get(str(record["status"]), "")
        if mark:
            marks[mark] = words["mark_model_weak"]
        if record["basis"] == "model_only":
            mark, marks[ALONE] = mark + ALONE, words["mark_model_only"]
        low, high = (estimate_text(float(record[name]), unit, decimals) for name in ("ci_low", "ci_high"))
        rows.append((
            f"{labels.domain(model.areas, str(record['area']))} {mark}".rstrip(),
            estimate_text(float(record["estimate"]), unit, decimals), words.say("range_of_model", low=low, high=high),
            plain(100 * float(record["cv"]), 0), plain(float(record["rank"]), 0),
            words.say("range_of_model", low=plain(float(record["rank_low"]), 0), high=plain(
                float(record["rank_high"]), 0)),
            plain(100 * float(record["probability_worst"]), 0),
        ))  # fmt: skip
    hidden = int(table["status"].isin(HIDDEN).sum())
    notes = [Note("", words.say("note_small_areas", confidence=material.confidence))]
    notes += [Note(mark, text) for mark, text in marks.items()]
    notes += [Note("", words.say("areas_hidden", count=hidden, all=len(table)))] if hidden else []
    left = len(table) - hidden - len(shown)
    notes += [Note("", words.say("areas_left", count=left))] if left > 0 else []
    columns = (words["area"], words["model_figure"],
               words.say("interval", confidence=material.confidence), words["relative_error"], words["rank"],
               words["rank_range"], words.say("probability_worst", worst=model.worst))  # fmt: skip
    unit = str(table["unit"].iloc[0]) if len(table) else ""
    return Results(place.number, place.anchor, _title(exhibit, model, material, place), labels.unit(unit), columns,
                   tuple(rows), (1, 2, 3, 4, 5, 6), tuple(_sentences(table, model, material)), tuple(notes))


def _chosen(exhibit: Exhibit, material: Material) -> tuple[SmallAreas, pd.DataFrame, pd.DataFrame]:
    """Return the model, its areas that are listed in order of rank, and all its areas."""
    name = str(exhibit.options["model"])
    model = next(model for model in small_areas_from(material.study.settings) if model.name == name)
    table = material.tables[TABLE]
    table = table[table["model"] == name]
    shown = table[~table["status"].isin(HIDDEN)].sort_values(["rank", "area"], kind="stable")
    return model, shown.head(int(exhibit.options.get("rows", SHOWN))), table


def _title(exhibit: Exhibit, model: SmallAreas, material: Material, place: Place) -> str:
    if exhibit.title is not None:
        return place.title
    words = material.labels.words
    if model.label is not None:
        return model.label.get(words.language)
    return words.say("title_small_areas", what=material.labels.indicator(model.indicator))


def area_decimals(table: pd.DataFrame) -> int:
    """Decimals that show every step of rounding, and no more than a step needs."""
    open_rows = table[~table["status"].isin(HIDDEN)]
    if open_rows.empty:
        return 0
    unit = str(open_rows["unit"].iloc[0])
    error = in_unit(float(open_rows["rmse"].astype(float).min()), unit)
    least = 1 if unit == "percent" else 0
    return int(np.clip(np.ceil(-np.log10(error / LADDER[1])), least, 3)) if error > 0 else 1


def _sentences(table: pd.DataFrame, model: SmallAreas, material: Material) -> list[str]:
    words, labels = material.labels.words, material.labels
    shown = table[~table["status"].isin(HIDDEN)].sort_values(["rank", "area"], kind="stable")
    if shown.empty:
        return [words["no_area_shown"]]
    sure = shown[shown["probability_worst"].astype(float) >= SURE]
    names = [labels.domain(model.areas, str(code)) for code in sure["area"]]
    key = "worst_sure" if names else "worst_unsure"
    said = [words.say(key, worst=model.worst, list=", ".join(names), share=plain(100 * SURE, 0))]
    unsampled = int((shown["basis"] == "model_only").sum())
    if unsampled:
        said.append(words.say("areas_alone", count=unsampled, all=len(shown)))
    return said


def _alt(shown: pd.DataFrame, names: Sequence[str], model: SmallAreas, material: Material) -> str:
    words = material.labels.words
    if shown.empty:
        return words["no_area_shown"]
    first, unit = shown.iloc[0], str(shown["unit"].iloc[0])
    decimals = area_decimals(shown)

    def text(name: str) -> str:
        return with_sign(estimate_text(float(first[name]), unit, decimals), unit, words.language)

    return words.say("alt_ranking", count=len(shown), top=names[0], value=text("estimate"), low=text("ci_low"),
                     high=text("ci_high"), worst=model.worst,
                     share=plain(100 * float(first["probability_worst"]), 0))  # fmt: skip


def _draw(
    shown: pd.DataFrame, names: Sequence[str], alone: np.ndarray[tuple[int], np.dtype[np.bool_]], model: SmallAreas,
    material: Material, prefix: str,
) -> str:
    words, known = material.labels.words, characters(material.fonts)
    unit = str(shown["unit"].iloc[0])
    with canvas(material.fonts, 0.9 + 0.24 * max(len(shown), 3)) as figure:
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=[2.2, 1.0])
        for place, record in enumerate(shown.to_dict("records")):
            value, low, high = (in_unit(float(record[name]), unit) for name in ("estimate", "ci_low", "ci_high"))
            left.plot([low, high], [place, place], color=ACCENT, linewidth=1.6, solid_capstyle="round", zorder=2)
            left.plot([value], [place], marker="o", markersize=5.6, color="white" if alone[place] else ACCENT,
                      markeredgecolor=ACCENT, markeredgewidth=1.4, zorder=3)  # fmt: skip
            chance = 100 * float(record["probability_worst"])
            right.barh(place, chance, height=0.6, color=TINT, edgecolor=ACCENT, linewidth=0.8, zorder=2)
            right.text(min(chance + 3, 103), place, plain(chance, 0), va="center", fontsize=7.5, color=INK)
        for axes in (left, right):
            _plain_axes(axes, len(shown))
        left.set_yticks(range(len(shown)), [printable(name, known) for name in names], fontsize=8.0)
        left.set_xlim(left=min(0.0, left.get_xlim()[0]))
        left.set_xlabel(printable(material.labels.unit(unit), known))
        right.set_xlim(0, 118)
        right.set_xticks([0, 50, 100])
        right.set_xlabel(printable(words.say("probability_worst", worst=model.worst), known))
        return finished(figure, prefix)


def _plain_axes(axes: Axes, rows: int) -> None:
    axes.set_ylim(rows - 0.4, -0.6)
    axes.grid(axis="x", color=RULE, linewidth=0.6, zorder=0)
    axes.tick_params(axis="both", length=0, labelcolor=MUTED)
    for name in ("top", "right", "left"):
        axes.spines[name].set_visible(False)
