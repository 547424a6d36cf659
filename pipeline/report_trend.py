"""Trend inside a round's window in the report: picture over an external series, table with tests, external figures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from pipeline.charts import ACCENT, INK, MUTED, RULE, TINT, canvas, finished
from pipeline.report_blocks import Built, Chart, Material, Place, Results
from pipeline.report_change import warning_of
from pipeline.report_numbers import decimals_of, estimate_text, in_unit, plain
from pipeline.report_sentences import p_text
from pipeline.report_tables import HIDDEN, MARKS, Note
from pipeline.report_text import characters, printable
from surveys.rounds import TrendSpec
from surveys.study import Exhibit


def build_trend_table(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Make the table of a trend: yearly figures, recall band, external series, and sentences from the tests.

    Parameters
    ----------
    exhibit : Exhibit
        One indicator by one breakdown; ``beside`` names an external series.
    material : Material
        Its tables ``trend``, ``trend_tests`` and ``external_series``.
    place : Place
        Number, link target and title.

    Returns
    -------
    Built
    """
    words, labels = material.labels.words, material.labels
    records = _yearly(exhibit, material)
    beside = _beside(exhibit, material)
    decimals = _decimals(records, material, exhibit)
    rows, marks = [], {}
    for record in records:
        name = labels.domain(exhibit.by[0], str(record["code"]))
        outside = [plain(_mean(beside, record), 0)] if exhibit.options.get("beside") else []
        status = str(record["status"])
        if status in HIDDEN:
            marks[MARKS[status]] = words[f"mark_{status}"]
            rows.append((name, MARKS[status], "", "", *outside))
            continue
        if _number(record["truncated"]) < 1:
            name = f"{name} *"
            marks["*"] = words.say("trend_truncated", share=plain(100 * _number(record["truncated"]), 0))
        text = {key: estimate_text(_number(record[key]), str(record["unit"]), decimals) for key in
                ("estimate", "ci_low", "ci_high", "band_low", "band_high")}  # fmt: skip
        rows.append((name, text["estimate"], words.say("range_of", low=text["ci_low"], high=text["ci_high"]),
                     words.say("range_of", low=text["band_low"], high=text["band_high"]), *outside))  # fmt: skip
    columns = [labels.breakdown(exhibit.by[0]), words["trend_per_year"],
               words.say("interval", confidence=material.confidence), words["trend_band"]]  # fmt: skip
    if exhibit.options.get("beside"):
        columns.append(_label(beside, words.language))
    notes = [Note("", text) for text in _notes(exhibit, material)] + [Note(mark, text) for mark, text in marks.items()]
    notes += warning_of(exhibit, material)
    return Built(Results(place.number, place.anchor, place.title, "", tuple(columns), tuple(rows),
                         tuple(range(1, len(columns))), tuple(trend_sentences(exhibit, material)), tuple(notes)))


def build_trend_chart(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Draw a trend with intervals and recall band, over bars of an external series.

    Parameters
    ----------
    exhibit, material, place
        As `build_trend_table`.

    Returns
    -------
    Built
        Hidden years keep their place and mark.
    """
    words = material.labels.words
    records, beside = _yearly(exhibit, material), _beside(exhibit, material)
    shown = [record for record in records if str(record["status"]) not in HIDDEN]
    notes = [Note("", words.say("note_trend", confidence=material.confidence))]
    if len(beside):
        notes.append(Note("", words.say("trend_beside", series=_label(beside, words.language))))
    for status in ("withheld", "confidential", "empty"):
        if any(record["status"] == status for record in records):
            notes.append(Note(MARKS[status], words[f"mark_{status}"]))
    if any(_number(record["truncated"]) < 1 for record in shown):
        notes.append(Note("", words["trend_hollow"]))
    notes += [*(Note("", text) for text in _notes(exhibit, material, beside_table=_tabulated(exhibit, material))),
              *warning_of(exhibit, material)]  # fmt: skip
    names = [material.labels.domain(exhibit.by[0], str(record["code"])) for record in records]
    svg = _drawn(records, names, beside, material.fonts, place.anchor, words) if shown else ""
    told = " ".join(trend_sentences(exhibit, material))
    unit = material.labels.unit(str(records[0]["unit"])) if records else ""
    chart = Chart(place.number, place.anchor, place.title, unit,
                  f"{place.title}. {told}" if told else words.say("alt_none", title=place.title), svg, tuple(notes))

    def table(at: Place) -> Results:
        made = build_trend_table(exhibit, material, at).block
        if not isinstance(made, Results):
            raise TypeError("the table of a trend is a plain table")
        return made

    return Built(chart, table)


def build_external_table(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Make the table of external series: values by year, definition, and why they differ from the study.

    Parameters
    ----------
    exhibit : Exhibit
        ``series`` picks some; all are shown without it.
    material, place
        As `build_trend_table`.

    Returns
    -------
    Built
    """
    words = material.labels.words
    table = material.tables.get("external_series", pd.DataFrame(columns=["series"]))
    rows, sentences = [], []
    for name in exhibit.options.get("series") or list(dict.fromkeys(table["series"])):
        records = table[table["series"] == name].to_dict("records")
        if not records:
            continue
        label, definition, differs = (
            str(records[0][f"{column}_{words.language}"]) for column in ("label", "definition", "differs")
        )
        rows += [(label, str(int(record["year"])), _external_text(record)) for record in records]
        sentences.append(words.say("external_about", label=label, definition=definition, differs=differs))
    spec = material.study.rounds.external
    notes = (Note("", spec.source.get(words.language)),) if spec is not None else ()
    columns = (words["external_series"], words["external_year"], words["external_value"])
    title = place.title or words["title_external"]
    return Built(Results(place.number, place.anchor, title, "", columns, tuple(rows), (1, 2), tuple(sentences), notes))


def trend_sentences(exhibit: Exhibit, material: Material) -> list[str]:
    """Say what the tests of a trend allow, and whether it holds under every loss of memory declared."""
    words = material.labels.words
    table = material.tables.get("trend_tests", pd.DataFrame(columns=["indicator", "by", "test"]))
    mine = table[(table["indicator"] == exhibit.indicators[0]) & (table["by"] == exhibit.by[0])]
    found = []
    for test in ("linear", "contrast"):
        records = [{str(k): v for k, v in record.items()} for record in mine[mine["test"] == test].to_dict("records")]
        told = [record for record in records if record["status"] != "withheld"]
        if not told:
            found.append(words[f"trend_{test}_withheld"])
            continue
        plainly = next((record for record in told if _number(record["yearly_loss"]) == 0), told[0])
        unit = str(plainly["unit"])
        size = abs(_number(plainly["estimate"]))
        decimals = decimals_of(unit, size, counted=material.labels.counted(exhibit.indicators[0]))
        quiet = "_quietly" if plainly["reason"] == "withheld_years" else ""
        found.append(words.say(
            f"trend_{test}_{plainly['conclusion']}{quiet}", value=plain(abs(_number(plainly["estimate"])), decimals),
            relative=plain(100 * abs(_number(plainly["relative"])), 0),
            low=plain(_number(plainly["ci_low"]), decimals), high=plain(_number(plainly["ci_high"]), decimals),
            p=p_text(_number(plainly["p_value"])), years=len(str(plainly["years"]).split()),
        ))  # fmt: skip
        others = [record for record in told if record is not plainly]
        if others:
            losses = [100 * _number(record["yearly_loss"]) for record in others]
            same = all(record["conclusion"] == plainly["conclusion"] for record in others)
            key = "trend_holds" if same else "trend_depends"
            conclusions = "; ".join(
                words.say("trend_under", loss=plain(loss, 1), conclusion=words[f"trend_{record['conclusion']}"])
                for loss, record in zip(losses, others, strict=True)
            )
            depends = words.say(key, low=plain(min(losses), 1), high=plain(max(losses), 1), each=conclusions)
            found[-1] = f"{found[-1]} {depends}"
    return found


def _notes(exhibit: Exhibit, material: Material, *, beside_table: bool = False) -> list[str]:
    """List the notes of a trend; a picture whose table stands in a chapter leaves to it what is about the tests."""
    spec, language = _spec(exhibit, material), material.labels.words.language
    if beside_table:
        return [] if spec.recall is None else [spec.recall.source.get(language)]
    notes = [material.labels.words["trend_years_shown"]]
    if spec.recall is not None:
        notes.append(spec.recall.source.get(language))
    return notes + [note.get(language) for note in spec.notes]


def _tabulated(exhibit: Exhibit, material: Material) -> bool:
    return any(
        item.kind == "trend_table" and item.indicators == exhibit.indicators and item.by == exhibit.by
        for chapter in material.study.report.chapters for item in chapter.exhibits
    )  # fmt: skip


def _spec(exhibit: Exhibit, material: Material) -> TrendSpec:
    return next(
        item for item in material.study.rounds.trend
        if item.indicator == exhibit.indicators[0] and item.by == exhibit.by[0]
    )  # fmt: skip


def _yearly(exhibit: Exhibit, material: Material) -> list[dict[str, object]]:
    table = material.tables.get("trend", pd.DataFrame(columns=["indicator", "by"]))
    mine = table[(table["indicator"] == exhibit.indicators[0]) & (table["by"] == exhibit.by[0])]
    return [{str(name): value for name, value in record.items()} for record in mine.to_dict("records")]


def _beside(exhibit: Exhibit, material: Material) -> pd.DataFrame:
    table = material.tables.get("external_series", pd.DataFrame(columns=["series", "year", "value"]))
    return table[table["series"] == exhibit.options.get("beside")]


def _mean(series: pd.DataFrame, record: Mapping[str, object]) -> float:
    """Mean of a series over the years of a code; NaN where it lacks one."""
    first, last = _number(record["first_year"]), _number(record["last_year"])
    inside = series[(series["year"] >= first) & (series["year"] <= last)]
    return float(inside["value"].mean()) if len(inside) == last - first + 1 else math.nan


def _label(series: pd.DataFrame, language: str) -> str:
    return str(series[f"label_{language}"].iloc[0]) if len(series) else ""


def _external_text(record: Mapping[object, object]) -> str:
    value = _number(record["value"])
    if record["unit"] == "percent":
        return f"{plain(value, 1)} %"
    return plain(value, 0 if value == int(value) else 1)


def _decimals(records: list[dict[str, object]], material: Material, exhibit: Exhibit) -> int:
    shown = [abs(_number(record["estimate"])) for record in records if str(record["status"]) not in HIDDEN]
    unit = str(records[0]["unit"]) if records else ""
    size = in_unit(max(shown, default=math.nan), unit)
    return decimals_of(unit, size, counted=material.labels.counted(exhibit.indicators[0]))


def _drawn(
    records: list[dict[str, object]], names: list[str], beside: pd.DataFrame, fonts: Path, prefix: str, words: object
) -> str:
    known = characters(fonts)
    with canvas(fonts, 3.1) as figure:
        axes = figure.add_subplot()
        if len(beside):
            second = axes.twinx()
            values = [_mean(beside, record) for record in records]
            second.bar(range(len(records)), [0 if math.isnan(value) else value for value in values], width=0.72,
                       color="#e7e4dc", linewidth=0, zorder=0)  # fmt: skip
            second.set_ylabel(printable(_label(beside, getattr(words, "language", "en")), known), color=MUTED)
            second.tick_params(length=0, labelcolor=MUTED)
            second.yaxis.set_major_formatter(lambda value, _: plain(value, 0))
            for side in ("top", "left", "right"):
                second.spines[side].set_visible(False)
            axes.set_zorder(second.get_zorder() + 1)
            axes.patch.set_visible(False)
        for place, record in enumerate(records):
            status = str(record["status"])
            if status in HIDDEN:
                axes.annotate(MARKS[status], (place, 0), xytext=(0, 4), textcoords="offset points", ha="center",
                              color=MUTED)  # fmt: skip
                continue
            axes.fill_between([place - 0.2, place + 0.2], [_number(record["band_low"])] * 2,
                              [_number(record["band_high"])] * 2, color=TINT, linewidth=0, zorder=1)  # fmt: skip
            axes.plot([place, place], [_number(record["ci_low"]), _number(record["ci_high"])], color=ACCENT,
                      linewidth=1.4, solid_capstyle="round", zorder=2)  # fmt: skip
            hollow = status == "weak" or _number(record["truncated"]) < 1
            axes.plot([place], [_number(record["estimate"])], marker="o", markersize=6, markeredgewidth=1.4,
                      color="white" if hollow else ACCENT, markeredgecolor=ACCENT, zorder=3)  # fmt: skip
        axes.set_ylim(bottom=0)
        axes.set_xlim(-0.6, len(records) - 0.4)
        axes.set_xticks(range(len(records)), [printable(name, known) for name in names], color=INK)
        axes.grid(axis="y", color="#e4e9ec", linewidth=0.7)
        axes.spines["bottom"].set_color(RULE)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.yaxis.set_major_formatter(lambda value, _: plain(value, 0))
        axes.tick_params(length=0)
        return finished(figure, prefix)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
