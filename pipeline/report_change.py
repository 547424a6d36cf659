"""Change between two rounds in the report: a table with what may be said, and dots with whiskers for both rounds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap

import pandas as pd

from pipeline.charts import ACCENT, INK, MUTED, canvas, finished
from pipeline.report_blocks import Built, Chart, Material, Place, Results
from pipeline.report_extended import extended_notes
from pipeline.report_labels import WHOLE, Labels
from pipeline.report_numbers import decimals_of, estimate_text, in_unit, plain, with_sign
from pipeline.report_sentences import p_text
from pipeline.report_tables import MARKS, Note
from pipeline.report_text import characters, printable
from surveys.study import Exhibit

BREAK = "≠"
LABEL = 46  # letters in a line of a row's name


def build_change_table(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Make the table of the change of some figures since an earlier round.

    Parameters
    ----------
    exhibit : Exhibit
        Its indicators and breakdowns; a distribution stands for all its parts.
    material : Material
        Its table ``change``, as the estimation stage left it: rows that may not be shown have no numbers.
    place : Place
        Number, link target and title.

    Returns
    -------
    Built
        Earlier and present figure, change with interval, adjusted p-value and least detectable change; a sentence for
        each row that allows one, and every note on comparability.
    """
    words = material.labels.words
    rows: list[tuple[str, ...]] = []
    sentences, marks = [], {}
    records = list(_records(exhibit, material))
    for record in records:
        unit = str(record["unit"])
        sign = f" ({material.labels.unit_inside(unit)})" if unit else ""
        label = f"{row_label(record, exhibit, material.labels)}{sign}"
        status, decimals = str(record["status"]), _decimals(record, material.labels)
        if status == "withheld":
            mark = MARKS["confidential" if record["reason"] == "confidential_side" else "withheld"]
            marks[mark] = words["mark_confidential" if mark == MARKS["confidential"] else "mark_withheld"]
            rows.append((label, mark, "", "", "", "", ""))
            continue
        text = _texts(record, decimals)
        if status == "break":
            marks[BREAK] = words["change_mark_break"]
            rows.append((label, text["earlier"], text["later"], BREAK, "", "", ""))
        else:
            interval = words.say("range_of", low=text["ci_low"], high=text["ci_high"])
            adjusted = p_text(_number(record["p_adjusted"]))
            rows.append(
                (label, text["earlier"], text["later"], text["estimate"], interval, adjusted,
                 text["minimum_detectable"])
            )  # fmt: skip
        sentences.append(change_sentence(record, exhibit, material.labels))
    notes = [Note("", text) for text in dict.fromkeys(_notes(records, material))]
    notes += [Note(mark, text) for mark, text in marks.items()]
    notes += warning_of(exhibit, material)
    columns = (words["change_what"], words["change_earlier"], words["change_later"], words["change_gap"],
               words.say("interval", confidence=material.confidence), words["p_adjusted"], words["detectable"])
    return Built(Results(place.number, place.anchor, place.title, "", columns, tuple(rows), tuple(range(1, 7)),
                         tuple(sentences), tuple(notes)))  # fmt: skip


def build_change_chart(exhibit: Exhibit, material: Material, place: Place) -> Built:
    """Draw both rounds of some figures, one line for each: white dot the earlier, full dot the present.

    Parameters
    ----------
    exhibit, material, place
        As `build_change_table`; all figures should have one unit.

    Returns
    -------
    Built
        A row that may not be shown keeps its label and mark; a broken series keeps both dots and no connection.
    """
    words = material.labels.words
    records = list(_records(exhibit, material))
    shown = [record for record in records if record["status"] != "withheld"]
    labels = [row_label(record, exhibit, material.labels, alone=True) for record in records]
    svg = _drawn(records, labels, material.fonts, place.anchor) if shown else ""
    notes = [Note("", words.say("note_change_chart", confidence=material.confidence))]
    if any(record["status"] == "break" for record in records):
        notes.append(Note(BREAK, words["change_mark_break"]))
    for status in ("withheld", "confidential"):
        if any(_mark(record) == MARKS[status] for record in records):
            notes.append(Note(MARKS[status], words[f"mark_{status}"]))
    told = " ".join(change_sentence(record, exhibit, material.labels) for record in shown)
    units = dict.fromkeys(material.labels.unit(str(record["unit"])) for record in records)
    chart = Chart(place.number, place.anchor, place.title, " · ".join(units),
                  f"{place.title}. {told}" if told else words.say("alt_none", title=place.title), svg, tuple(notes))

    def table(at: Place) -> Results:
        made = build_change_table(exhibit, material, at).block
        if not isinstance(made, Results):
            raise TypeError("the table of changes is a plain table")
        return made

    return Built(chart, table)


def warning_of(exhibit: Exhibit, material: Material) -> tuple[Note, ...]:
    """Warning of the study where an exhibit shows totals carried beyond the places sampled."""
    extrapolation = material.study.extrapolation
    warning = None if extrapolation is None else extrapolation.warning
    return extended_notes(exhibit, material.frame, material.labels, warning)


def change_sentence(record: Mapping[str, object], exhibit: Exhibit, labels: Labels) -> str:
    """Say what a row allows to be said: a rise, a fall, no change shown, or that the series breaks."""
    words, unit, ratio = labels.words, str(record["unit"]), record["kind"] == "ratio"
    text = _texts(record, _decimals(record, labels))
    points = f" {words['points']}" if unit == "percent" and not ratio else ""
    return words.say(
        f"change_{record['conclusion']}", what=row_label(record, exhibit, labels),
        earlier=with_sign(text["earlier"], unit, words.language), later=with_sign(text["later"], unit, words.language),
        kind=words[f"compare_{record['kind']}"], value=f"{text['estimate']}{points}", low=text["ci_low"],
        high=text["ci_high"], p=p_text(_number(record["p_adjusted"])),
        detectable=f"{text['minimum_detectable']}{points}", note=str(record[f"note_{words.language}"]),
    )  # fmt: skip


def row_label(record: Mapping[str, object], exhibit: Exhibit, labels: Labels, *, alone: bool = False) -> str:
    """Name a row: indicator and domain; the domain only where it stands alone below the name of its one indicator."""
    codes = [labels.domain_alone(name, str(record[name])) for name in exhibit.by]
    if alone and codes and len(exhibit.indicators) == 1:
        return " · ".join(codes)
    return " · ".join([labels.indicator(str(record["indicator"])), *codes])


def _notes(records: list[dict[str, object]], material: Material) -> Iterator[str]:
    words = material.labels.words
    yield words["note_change"]
    for since in dict.fromkeys(str(record["since"]) for record in records):
        spec = next(item for item in material.study.rounds.change if item.since == since)
        yield words.say("change_rounds", earlier=spec.label.get(words.language))
        if spec.overlap == "independent":
            yield words["change_independent"]
            continue
        shared = [_number(record["shared_psus"]) for record in records if record["since"] == since]
        overlap = [_number(record["overlap"]) for record in records if record["since"] == since]
        correlation = [_number(record["correlation"]) for record in records if record["since"] == since]
        if any(math.isfinite(value) for value in shared):
            yield words.say(
                f"change_{spec.overlap}", shared=_span(shared, 0), overlap=_span([100 * value for value in overlap], 0),
                correlation=_span(correlation, 2),
            )  # fmt: skip
    yield from (str(record[f"note_{words.language}"]) for record in records if record[f"note_{words.language}"])


def _span(values: list[float], decimals: int) -> str:
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return "–"
    low, high = plain(min(known), decimals), plain(max(known), decimals)
    return low if low == high else f"{low}–{high}"


def _records(exhibit: Exhibit, material: Material) -> Iterator[dict[str, object]]:
    table = material.tables.get("change", pd.DataFrame(columns=["study", "since", "indicator", "kind"]))
    names = [str(name) for name in table.columns]
    within = names[names.index("indicator") + 1 : names.index("kind")]
    for wanted in exhibit.indicators:
        for record in table.to_dict("records"):
            indicator = str(record["indicator"])
            held = {name for name in within if record[name] != WHOLE}
            if wanted in (indicator, indicator.partition(".")[0]) and held == set(exhibit.by):
                yield {str(name): value for name, value in record.items()}


def _texts(record: Mapping[str, object], decimals: int) -> dict[str, str]:
    unit, ratio = str(record["unit"]), record["kind"] == "ratio"
    found = {name: estimate_text(_number(record[name]), unit, decimals) for name in ("earlier", "later")}
    for name in ("estimate", "ci_low", "ci_high", "minimum_detectable"):
        value = _number(record[name])
        found[name] = plain(value, 2) if ratio else estimate_text(value, unit, decimals)
    return found


def _decimals(record: Mapping[str, object], labels: Labels) -> int:
    unit = str(record["unit"])
    size = max((abs(_number(record[name])) for name in ("earlier", "later")), default=math.nan)
    return decimals_of(unit, in_unit(size, unit), counted=labels.counted(str(record["indicator"])))


def _mark(record: Mapping[str, object]) -> str:
    if record["status"] == "break":
        return BREAK
    if record["status"] != "withheld":
        return ""
    return MARKS["confidential" if record["reason"] == "confidential_side" else "withheld"]


def _drawn(records: list[dict[str, object]], labels: list[str], fonts: Path, prefix: str) -> str:
    known = characters(fonts)
    with canvas(fonts, 0.6 + 0.44 * max(len(records), 2)) as figure:
        axes = figure.add_subplot()
        for row, record in enumerate(records):
            if row % 2 == 0:
                axes.axhspan(row - 0.5, row + 0.5, color="#f3f6f7", linewidth=0, zorder=0)
            if _mark(record):
                axes.annotate(_mark(record), (1.0, row), xycoords=("axes fraction", "data"), xytext=(6, 0),
                              textcoords="offset points", va="center", color=MUTED)  # fmt: skip
            if record["status"] == "withheld":
                continue
            unit = str(record["unit"])
            value = {name: in_unit(_number(record[name]), unit) for name in (
                "earlier", "earlier_low", "earlier_high", "later", "later_low", "later_high")}  # fmt: skip
            if record["status"] != "break":
                axes.plot([value["earlier"], value["later"]], [row - 0.16, row + 0.16], color=MUTED, linewidth=0.8,
                          linestyle=":", zorder=1)  # fmt: skip
            for side, shift, fill in (("earlier", -0.16, "white"), ("later", 0.16, ACCENT)):
                at = row + shift
                axes.plot([value[f"{side}_low"], value[f"{side}_high"]], [at, at], color=ACCENT, linewidth=1.5,
                          solid_capstyle="round", zorder=2)  # fmt: skip
                axes.plot([value[side]], [at], marker="o", markersize=5.6, color=fill, markeredgecolor=ACCENT,
                          markeredgewidth=1.4, zorder=3)  # fmt: skip
        names = ["\n".join(wrap(printable(text, known), LABEL)) for text in labels]
        axes.set_yticks(range(len(records)), names, color=INK)
        axes.set_ylim(len(records) - 0.5, -0.5)
        axes.grid(axis="x", color="#e4e9ec", linewidth=0.7)
        axes.set_axisbelow(True)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.tick_params(length=0)
        return finished(figure, prefix)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
