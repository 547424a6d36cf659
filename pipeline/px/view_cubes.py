"""The published view of the estimates as cubes: one for each set of breakdowns, indicators down, measures across."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pandas as pd

from estimates.protection import NUMBER_COLUMNS
from pipeline.px.cube import (
    CONFIDENTIAL,
    NOT_COMPUTED,
    NOT_POSSIBLE,
    NOT_PRECISE,
    Cube,
    Dimension,
    distinct,
)
from pipeline.release_metadata import notices
from pipeline.table_labels import STATUS_LABELS, TOTAL, Labels
from surveys.dictionary import Label
from surveys.study import Study

INDICATOR, MEASURE = "indicator", "measure"
IN_UNITS = ("estimate", "se", "ci_low", "ci_high")
SHOWN_DECIMALS = {"estimate": 2, "se": 2, "ci_low": 2, "ci_high": 2, "cv": 1, "deff": 2}
SIGNS = {"withheld": NOT_PRECISE, "confidential": CONFIDENTIAL}
MOST_DECIMALS = 15
PERCENT_NOTE = Label(
    "Los porcentajes y el coeficiente de variación están en puntos de cien.",
    "Percentages and the coefficient of variation are out of one hundred.",
)


def view_cubes(
    view: pd.DataFrame, breakdowns: Sequence[str], labels: tuple[Labels, Labels], study: Study, *, draft: bool
) -> list[Cube]:
    """Arrange the published view as cubes.

    Parameters
    ----------
    view : DataFrame
        Published view of the estimates.
    breakdowns : sequence of str
        Its breakdown columns.
    labels : (Labels, Labels)
        Spanish and English names.
    study : Study
        For its title, period, producer and notices.
    draft : bool
        Not yet signed by all who validate.

    Returns
    -------
    list of Cube
        One for each set of breakdowns in use, in order of the view. Each has the indicators that are tabulated so, with
        their margins; a row that may not be shown has a sign in every cell, and tells by it which rule hides it.
    """
    used = _used(view, breakdowns)
    cubes = []
    for number, names in enumerate(dict.fromkeys(used), start=1):
        own = [pattern == names for pattern in used]
        tabulated = list(dict.fromkeys(view.loc[own, "indicator"].astype(str)))
        margin = [set(pattern) <= set(names) for pattern in used]
        rows = view[view["indicator"].isin(tabulated) & np.array(margin, dtype=bool)]
        cubes.append(_cube(rows, tabulated, names, number, labels, study, draft=draft))
    return cubes


def shifted(value: float, places: int) -> str:
    """Write a number in plain digits, its point moved to the right: as PC-Axis holds it, exact to 15 decimals."""
    exact = Decimal(repr(float(value))).scaleb(places)
    if int(exact.as_tuple().exponent) < -MOST_DECIMALS:
        exact = exact.quantize(Decimal(1).scaleb(-MOST_DECIMALS))
    text = f"{exact:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def places_of(measure: str, unit: str) -> int:
    """Places by which the point moves: percentages and coefficients of variation are stored as fractions."""
    return 2 if measure == "cv" or (unit == "percent" and measure in IN_UNITS) else 0


def _used(view: pd.DataFrame, breakdowns: Sequence[str]) -> list[tuple[str, ...]]:
    if not breakdowns:
        return [()] * len(view)
    shown = (view[list(breakdowns)] != TOTAL).to_numpy()
    return [tuple(name for name, here in zip(breakdowns, row, strict=True) if here) for row in shown]


def _cube(
    rows: pd.DataFrame, indicators: Sequence[str], names: tuple[str, ...], number: int, labels: tuple[Labels, Labels],
    study: Study, *, draft: bool,
) -> Cube:  # fmt: skip
    spanish, english = labels
    dictionary = english.dictionary
    stub = [Dimension(INDICATOR, Label("Indicador", "Indicator"), distinct({
        name: Label(spanish.indicator(name), english.indicator(name)) for name in indicators}))]  # fmt: skip
    for by in names:
        present = set(rows[by].astype(str))
        codes = [code for code in (TOTAL, *dictionary.codes_of(dictionary.breakdowns[by].variable)) if code in present]
        stub.append(Dimension(by, Label(spanish.breakdown(by), english.breakdown(by)), distinct({
            code: Label(spanish.category(by, code), english.category(by, code)) for code in codes})))  # fmt: skip
    measures = {name: Label(spanish.column(name), english.column(name)) for name in NUMBER_COLUMNS}
    heading = Dimension(MEASURE, Label("Medida", "Measure"), measures)
    units: dict[str, Label] = {}
    cells: dict[tuple[str, ...], str] = {}
    remarks: dict[tuple[str, ...], Label] = {}
    for row in rows.to_dict("records"):
        key = (str(row["indicator"]), *(str(row[by]) for by in names))
        unit, status = str(row["unit"]), str(row["status"])
        units[key[0]] = Label(spanish.unit(unit), english.unit(unit))
        for measure in NUMBER_COLUMNS:
            cells[(*key, measure)] = _cell(float(row[measure]), measure, unit, status)
        if status == "weak":
            remarks[(*key, "*")] = Label(*STATUS_LABELS["weak"])
    by_es, by_en = spanish.breakdowns(names), english.breakdowns(names)
    contents = Label("Indicadores", "Indicators")
    return Cube(
        name=f"{study.name}_by_{'_'.join(names)}" if names else f"{study.name}_total",
        matrix=f"{study.name[:16]}_{number:02d}",
        title=Label(
            f"{study.title.es}: {'total' if not names else 'según ' + by_es}, {study.year}",
            f"{study.title.en}: {'total' if not names else 'by ' + by_en}, {study.year}",
        ),
        contents=contents, stub=tuple(stub), heading=(heading,), content=INDICATOR, units=units,
        decimals={name: SHOWN_DECIMALS.get(name, 0) for name in NUMBER_COLUMNS}, cells=cells,
        warnings=tuple(notices(study, draft=draft).values()), notes=(PERCENT_NOTE,), cell_notes=remarks,
        source=study.producer or study.title, period=study.reference_period or Label(str(study.year), str(study.year)),
        year=study.year,
    )  # fmt: skip


def _cell(value: float, measure: str, unit: str, status: str) -> str:
    if status in SIGNS:
        return SIGNS[status]
    if np.isfinite(value):
        return shifted(value, places_of(measure, unit))
    return NOT_POSSIBLE if status == "empty" else NOT_COMPUTED
