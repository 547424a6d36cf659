"""The attack on the explorer: its embedded data read back and held, number by number, against what may be told."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lxml import html
from numpy.typing import NDArray

from estimates.study_comparisons import REST
from estimates.table import WHOLE
from pipeline.report_numbers import in_unit
from pipeline.web_page.figures import MODEL, PLACES
from pipeline.web_page.printed import IN_UNIT, SHARES

FIGURE, PART, SET, CODES, STATUS, REASON, MARK, NUMBERS = range(len(PLACES))
HIDDEN = ("withheld", "confidential", "empty")
Leaks = Iterator[tuple[str, str, str]]
Line = tuple[tuple[str, ...], Mapping[str, str]]


def page_data(path: Path) -> dict[str, Any] | None:
    """Read the data embedded in a page; None where there are none."""
    for script in html.fromstring(path.read_bytes()).iter("script"):
        if script.get("type") == "application/json" and script.text:
            held: dict[str, Any] = json.loads(script.text)
            return held
    return None


def page_text(path: Path) -> str:
    """Words of a page: what it shows, and every text and number of its embedded data but codes and numbers of rows.

    Numbers of rows are held against the published view one by one (`told_by_pages`), and a code such as that of a place
    looks like a number and is none. Each value stands on a line of its own, so that two are not read as one.
    """
    tree = html.fromstring(path.read_bytes())
    data = page_data(path)
    for script in tree.iter("script", "style"):
        script.text = ""
    shown = "\n".join(str(text) for text in tree.itertext())
    if data is None:
        return shown
    coded = {"rows", "maps", "groups", "within", "places", "edges"}
    return "\n".join([shown, *_values(data, coded)])


def page_lines(path: Path, names: Sequence[str]) -> Iterator[Line]:
    """Read the rows of an explorer as those of other tables are read.

    Parameters
    ----------
    path : Path
        The page; one without data has no rows.
    names : sequence of str
        Breakdown columns.

    Yields
    ------
    (key, numbers)
        Indicator and codes; texts of the counts by our column. The other numbers are printed ones, which
        `told_by_pages` judges; without counts one of them stands for all, so that the row counts as told.
    """
    for key, values in _estimates(page_data(path) or {"rows": ()}, names):
        told = {column: str(values[column]) for column in ("n", "cases") if values.get(column) is not None}
        some = next((str(value) for value in values.values() if value is not None), "")
        yield key, told or {"cv": some}


def told_by_pages(
    folder: Path, frame: pd.DataFrame, names: Sequence[str], hidden: NDArray[np.bool_], view: pd.DataFrame,
    analyses: Mapping[str, pd.DataFrame],
) -> Leaks:  # fmt: skip
    """Find what an explorer tells beyond the release.

    Parameters
    ----------
    folder : Path
        The release.
    frame : DataFrame
        Internal estimates.
    names : sequence of str
        Their breakdown columns.
    hidden : (R,) bool
        Rows of them that may not be shown.
    view : DataFrame
        What of the same rows may be told.
    analyses : mapping of str to DataFrame
        Comparisons and small areas as they may be published.

    Yields
    ------
    kind, file, where : str
        ``number_not_of_view``: a number that is not the published one, rounded; ``number_of_hidden_area``;
        ``number_of_hidden_line``: a sentence on a group that is hidden.
    """
    place = _places(frame, names)
    areas = analyses.get("small_areas", pd.DataFrame())
    allowed = {(str(one["model"]), str(one["area"])): one for one in areas.to_dict("records")}
    for path, data in _pages(folder):
        for key, values in _estimates(data, names):
            row = place.get(key)
            known: Mapping[Any, Any] = {} if row is None else view.iloc[row].to_dict()
            if any(not _is_printed(value, known, column) for column, value in values.items()):
                yield "number_not_of_view", path.name, " ".join(key)
        for model, area, values in _areas(data):
            known = allowed.get((model, area), {"status": "withheld"})
            closed = known["status"] in HIDDEN
            if any(value is not None and (closed or not _is_printed(value, known, column))
                   for column, value in values.items()):  # fmt: skip
                yield "number_of_hidden_area", path.name, f"{model} {area}"
        for figure, edges in _edges(data):
            yield "number_not_of_view", path.name, f"{figure} {edges}"
        for comparison in data["comparisons"]:
            if comparison["text"] and any(hidden[place[key]] for key in _sides(comparison, names) if key in place):
                yield "number_of_hidden_line", path.name, f"{comparison['indicator']} {comparison['between']}"


def _pages(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.rglob("*.html")):
        data = page_data(path)
        if data is not None:
            yield path, data


def _places(frame: pd.DataFrame, names: Sequence[str]) -> dict[tuple[str, ...], int]:
    keys = zip(frame["indicator"].astype(str), *(frame[name].astype(str) for name in names), strict=True)
    return {key: row for row, key in enumerate(keys)}


def _estimates(data: Mapping[str, Any], names: Sequence[str]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    for row in data["rows"]:
        figure = data["figures"][row[FIGURE]]
        if str(figure["name"]).startswith(MODEL):
            continue
        domain = dict(zip(data["sets"][row[SET]], row[CODES], strict=True))
        indicator = figure["parts"][row[PART]][0] if figure["parts"] else figure["name"]
        yield (str(indicator), *(str(domain.get(name, WHOLE)) for name in names)), _numbers(data, figure, row)


def _areas(data: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for row in data["rows"]:
        figure = data["figures"][row[FIGURE]]
        if str(figure["name"]).startswith(MODEL):
            yield str(figure["name"]).removeprefix(MODEL), str(row[CODES][0]), _numbers(data, figure, row)


def _numbers(data: Mapping[str, Any], figure: Mapping[str, Any], row: Sequence[Any]) -> dict[str, Any]:
    columns = data["columns"][figure["kind"]]
    # Whatever follows the marks is a number, one that no column names too.
    held = [value for item in row[NUMBERS:] for value in (item if isinstance(item, list) else [item])]
    return {columns[at] if at < len(columns) else f"{at}": value for at, value in enumerate(held)}


def _edges(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Limits of classes that are no figure of a row, by figure and set."""
    shown: dict[tuple[int, str], set[float]] = {}
    for row in data["rows"]:
        values = row[NUMBERS] if len(row) > NUMBERS else []
        shown.setdefault((row[FIGURE], str(row[SET])), set()).update(values[:1])
    for place, figure in enumerate(data["figures"]):
        for by, edges in figure["edges"].items():
            if not set(edges) <= shown.get((place, by), set()):
                yield str(figure["name"]), by


def _sides(comparison: Mapping[str, Any], names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for code in comparison["groups"]:
        if code not in (REST, WHOLE):
            domain = {**comparison["within"], comparison["between"]: code}
            yield (str(comparison["indicator"]), *(str(domain.get(name, WHOLE)) for name in names))


def _is_printed(value: Any, known: Mapping[Any, Any], column: str) -> bool:
    """Tell whether a number of a page is that of the view, rounded to the digits it shows."""
    if value is None:
        return True
    if column not in known or not pd.notna(known[column]):
        return False
    exact = float(known[column])
    exact = 100 * exact if column in SHARES else exact
    exact = in_unit(exact, str(known["unit"])) if column in IN_UNIT or column in ("se", "rmse") else exact
    digits = len(str(value).partition(".")[2])
    return abs(float(value) - exact) <= 0.5 * 10.0**-digits * (1 + 1e-6) + 1e-9 * abs(exact)


def _values(held: Any, left_out: Collection[str]) -> Iterator[str]:
    if isinstance(held, dict):
        for key, value in held.items():
            # A year is the label of its own code.
            if key not in left_out and key != value:
                yield from _values(value, left_out)
    elif isinstance(held, list):
        for value in held:
            yield from _values(value, left_out)
    elif held is not None:
        yield str(held)
