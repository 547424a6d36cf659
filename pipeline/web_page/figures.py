"""Everything the page can show, as plain data in one language: figures, places and tested comparisons."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from estimates.verdicts import UNCERTIFIED
from pipeline.release import Release
from pipeline.report_extended import is_extended
from pipeline.report_labels import WHOLE, Labels
from pipeline.report_sentences import comparison_sentence, number_of, records_of, withheld
from pipeline.report_small_areas import area_decimals
from pipeline.report_tables import EXTENDED_MARK, HIDDEN, precision
from pipeline.table_labels import UNCERTIFIED_MARK
from pipeline.web_page.places import edges_of, tile_maps
from pipeline.web_page.printed import MODEL_NUMBERS, NUMBERS, decimals_at, printed
from pipeline.web_page.reasons import reason_text
from surveys.small_areas import small_areas_from

#: In the page a model stands among the figures under its name with this before it.
MODEL = "model."
ONLY_MODEL = "*"
#: Positions in a row: figure, part of it, set of breakdowns, codes, status, reason, marks, numbers.
PLACES = ("figure", "part", "by", "codes", "status", "reason", "marks", "numbers")


class _Listed:
    """Texts in the order in which they were met, each named by its position."""

    def __init__(self) -> None:
        self.items: dict[Any, int] = {}

    def __getitem__(self, item: Any) -> int:
        return self.items.setdefault(item, len(self.items))


def page_data(release: Release, labels: Labels) -> dict[str, Any]:
    """Arrange a release for the page.

    Parameters
    ----------
    release : Release
        Protected rows; a row that may not be shown loses its numbers here again, whatever it holds.
    labels : Labels
        Names and phrases in the language of the page.

    Returns
    -------
    dict
        JSON-able. ``rows`` are lists in the order of `PLACES`; without numbers where none may be shown.
    """
    sets, reasons = _Listed(), _Listed()
    figures: list[dict[str, Any]] = []
    rows: list[list[Any]] = []
    maps = tile_maps(release.loaded, labels)
    for whole, frame in labels.rows(release.view).by_whole.items():
        figure, made = _estimated(len(figures), whole, frame, release, labels, sets, reasons)
        figures.append(_with_map(figure, made, maps, labels))
        rows += made
    for figure, made in _modelled(len(figures), release, labels, sets, reasons):
        figures.append(_with_map(figure, made, maps, labels))
        rows += made
    used = [name for names in sets.items for name in names]
    return {
        "columns": {"estimate": list(NUMBERS), "model": list(MODEL_NUMBERS)},
        "statuses": {name: labels.words[f"web_status_{name}"] for name in ("reliable", "weak", *sorted(HIDDEN))},
        "reasons": [reason_text(reason, labels.words) for reason in reasons.items],
        "reason_codes": list(reasons.items),
        "sets": [list(names) for names in sets.items],
        "breakdowns": {name: _breakdown(name, labels) for name in dict.fromkeys(used)},
        "maps": maps,
        "figures": figures,
        "rows": rows,
        "comparisons": _comparisons(release, labels, [figure["name"] for figure in figures]),
    }


def comparisons_of(release: Release) -> pd.DataFrame:
    """Comparisons of figures and groups that this edition has."""
    table = release.analyses.get("comparisons", pd.DataFrame())
    if table.empty:
        return table
    figures = set(release.view["indicator"].astype(str))
    return table[table["indicator"].astype(str).isin(figures) & table["between"].isin(release.breakdowns)]


def _estimated(
    place: int, whole: str, frame: pd.DataFrame, release: Release, labels: Labels, sets: _Listed, reasons: _Listed
) -> tuple[dict[str, Any], list[list[Any]]]:
    names = list(dict.fromkeys(frame["indicator"].astype(str)))
    parts = [] if names == [whole] else names
    decimals = precision(release.view, whole, labels)
    unit = str(frame["unit"].iloc[0])
    order = {name: {code: at for at, code in enumerate((WHOLE, *labels.codes(name)))} for name in release.breakdowns}
    made = []
    for record in records_of(frame):
        by = tuple(name for name in release.breakdowns if record[name] != WHOLE)
        codes = [str(record[name]) for name in by]
        part = parts.index(str(record["indicator"])) if parts else -1
        rank = [order[name].get(code, 0) for name, code in zip(by, codes, strict=True)]
        made.append((sets[by], part, rank, _row(place, part, sets[by], codes, record, decimals, reasons)))
    made.sort(key=lambda item: item[:3])
    spec = labels.dictionary.indicators[whole]
    definition = "" if spec.definition is None else spec.definition.get(labels.words.language)
    figure = {
        "name": whole, "label": labels.indicator(whole), "topic": _topic(spec.topic, labels), "unit": unit,
        "unit_label": labels.unit(unit), "decimals": _decimals(NUMBERS, decimals), "definition": definition,
        "parts": [[name, labels.part(name)] for name in parts],
        "of": str(spec.of) if parts and spec.statistic == "distribution" else "",
        "of_label": labels.distribution(whole) if parts and spec.statistic == "distribution" else "",
        "kind": "estimate",
    }  # fmt: skip
    return figure, [row for *_, row in made]


def _row(
    place: int, part: int, by: int, codes: list[str], record: Mapping[str, Any], decimals: int, reasons: _Listed
) -> list[Any]:
    status, reason = str(record["status"]), str(record["reason"])
    row = [place, part, by, codes, status, reasons[reason]]
    if status in HIDDEN or not math.isfinite(number_of(record["estimate"])):
        return row
    marks = UNCERTIFIED_MARK * (UNCERTIFIED in reason.split(";")) + EXTENDED_MARK * is_extended(reason)
    return [*row, marks, printed(record, NUMBERS, str(record["unit"]), decimals)]


def _modelled(
    first: int, release: Release, labels: Labels, sets: _Listed, reasons: _Listed
) -> list[tuple[dict[str, Any], list[list[Any]]]]:
    table = release.analyses.get("small_areas", pd.DataFrame())
    found: list[tuple[dict[str, Any], list[list[Any]]]] = []
    for model in small_areas_from(release.loaded.study.settings):
        rows = table[table["model"] == model.name] if len(table) else table
        if rows.empty:
            continue
        place, unit = first + len(found), str(rows["unit"].iloc[0])
        decimals = area_decimals(rows)
        made = []
        for record in records_of(rows):
            status = str(record["status"])
            row = [place, -1, sets[(model.areas,)], [str(record["area"])], status, reasons[str(record["reason"])]]
            if status not in HIDDEN and math.isfinite(number_of(record["estimate"])):
                mark = ONLY_MODEL if record["basis"] == "model_only" else ""
                row += [mark, printed(record, MODEL_NUMBERS, unit, decimals)]
            made.append(row)
        title = labels.indicator(model.indicator) if model.label is None else model.label.get(labels.words.language)
        found.append(({
            "name": f"{MODEL}{model.name}", "label": title, "topic": labels.words["web_topic_models"], "unit": unit,
            "unit_label": labels.unit(unit), "decimals": _decimals(MODEL_NUMBERS, decimals, model=True),
            "definition": labels.indicator(model.indicator), "parts": [], "of": "", "of_label": "", "kind": "model",
            "worst": model.worst,
        }, made))  # fmt: skip
    return found


def _with_map(
    figure: dict[str, Any], rows: Sequence[Sequence[Any]], maps: Mapping[str, Any], labels: Labels
) -> dict[str, Any]:
    figure["edges"] = edges_of(rows, len(PLACES) - 1)
    # A distribution over places is a map of its parts.
    if figure["of"] in maps:
        breakdown = _breakdown(figure["of"], labels)
        figure["places"] = {name: name.partition(".")[2] for name, _ in figure["parts"]
                            if name.partition(".")[2] in breakdown["codes"]}  # fmt: skip
    return figure


def _breakdown(name: str, labels: Labels) -> dict[str, Any]:
    return {"label": labels.breakdown(name), "codes": {code: labels.domain(name, code) for code in labels.codes(name)}}


def _decimals(columns: tuple[str, ...], decimals: int, *, model: bool = False) -> list[int]:
    return [decimals_at(column, decimals, model=model) for column in columns]


def _topic(topic: str | None, labels: Labels) -> str:
    return labels.words.either(f"web_topic_{topic}", labels.words["web_topic_other"])


def _comparisons(release: Release, labels: Labels, names: Sequence[str]) -> list[dict[str, Any]]:
    """Sentences of what was tested, in the order of the study; none of a comparison that may not be told."""
    found = []
    for record in records_of(comparisons_of(release)):
        whole = str(record["indicator"]).partition(".")[0]
        if withheld(record):
            continue
        within = {name: str(record[name]) for name in release.breakdowns
                  if name in record and record[name] != WHOLE}  # fmt: skip
        found.append({
            "figure": names.index(whole), "indicator": str(record["indicator"]), "between": str(record["between"]),
            "groups": [str(record["group_a"]), str(record["group_b"])], "within": within,
            "text": comparison_sentence(record, labels, precision(release.view, whole, labels)),
        })  # fmt: skip
    return found
