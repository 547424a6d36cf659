"""Studies side by side as Parquet and as a PC-Axis cube, and every CSV beside them described."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from pipeline.harmonized_cells import Cell, Column
from pipeline.harmonized_sdmx import SYNTHETIC_ROWS
from pipeline.harmonized_words import COUNTRIES, WORDS
from pipeline.open_data.data_package import write_data_package
from pipeline.open_data.found_tables import found_tables
from pipeline.open_data.parquet_files import write_parquet
from pipeline.open_data.table import Table
from pipeline.open_data.web_metadata import write_web_metadata
from pipeline.px.cube import CONFIDENTIAL, NOT_COMPUTED, NOT_POSSIBLE, NOT_PRECISE, Cube, Dimension, distinct
from pipeline.px.view_cubes import shifted
from pipeline.px.writing import write_px
from surveys.dictionary import Dictionary, Label
from surveys.harmonized_figures import HarmonizedList

SIGNS = {"withheld": NOT_PRECISE, "confidential": CONFIDENTIAL, "empty": NOT_POSSIBLE}
HEADERS = {
    "figure": Label("Código de la cifra", "Code of the figure"),
    "label_es": Label("Nombre en español", "Name in Spanish"),
    "label_en": Label("Nombre en inglés", "Name in English"),
    "topic": Label("Tema", "Topic"),
    "country": Label("País (ISO 3166-1 alfa-3)", "Country (ISO 3166-1 alpha-3)"),
    "kind": Label("Publicado o estimado aquí", "Published or estimated here"),
    "synthetic": Label("De datos sintéticos", "From synthetic data"),
    "text_es": Label("Texto en lugar de un número, en español", "Text in place of a number, in Spanish"),
    "text_en": Label("Texto en lugar de un número, en inglés", "Text in place of a number, in English"),
    "exactness": Label("Exactitud con que se publicó", "Exactness of what was published"),
    "error": Label("Si se publicó sin error", "Whether it was published without error"),
    "period_es": Label("Periodo de la medición, en español", "Period of the measurement, in Spanish"),
    "period_en": Label("Periodo de la medición, en inglés", "Period of the measurement, in English"),
    "comparability_es": Label("Comparabilidad, en español", "Comparability, in Spanish"),
    "comparability_en": Label("Comparabilidad, en inglés", "Comparability, in English"),
    "address": Label("Dirección de la fuente", "Address of the source"),
    "derived": Label("De qué cifras se calculó", "Figures it was computed from"),
    "breakdown_1": Label("Primera desagregación", "First breakdown"),
    "code_1": Label("Código de la primera", "Code of the first"),
    "breakdown_2": Label("Segunda desagregación", "Second breakdown"),
    "code_2": Label("Código de la segunda", "Code of the second"),
    "count": Label("Número de personas o casos", "Number of persons or cases"),
}
MEASURES = {
    "value": Label("Valor", "Value"),
    "ci_low": Label("Límite inferior (95 %)", "Lower limit (95%)"),
    "ci_high": Label("Límite superior (95 %)", "Upper limit (95%)"),
}


def write_harmonized_open(folder: Path, name: str, common: HarmonizedList, cells: Sequence[Cell]) -> None:
    """Write what programs read of a side-by-side table.

    Parameters
    ----------
    folder : Path
        Where its CSV files are.
    name : str
        Of the table.
    common : HarmonizedList
        Names of the figures.
    cells : sequence of Cell
        All cells, estimates from protected releases only.
    """
    notes = {"synthetic": SYNTHETIC_ROWS} if any(cell.column.synthetic for cell in cells) else {}
    if cells:
        write_px(folder, side_by_side_cube(name, common, cells, tuple(notes.values())), ("es", "en"))
    tables = found_tables(folder, (), Dictionary(), words=HEADERS)
    for table in tables:
        if table.name != "sdmx_data":
            write_parquet(folder, replace(table, frame=_typed(table)), notes)
    synthetic = bool(notes)
    write_data_package(folder, tables, name=name, title=common.title, synthetic=synthetic, draft=True)
    write_web_metadata(folder, tables, title=common.title, notes=notes)


def side_by_side_cube(name: str, common: HarmonizedList, cells: Sequence[Cell], warnings: tuple[Label, ...]) -> Cube:
    """Arrange cells as a cube: figures down, what each study published or estimated across.

    A figure that a study has twice is numbered. Texts in place of a number are notes of their cell.
    """
    told: dict[tuple[str, ...], str] = {}
    remarks: dict[tuple[str, ...], Label] = {}
    columns: dict[str, Label] = {}
    for cell in cells:
        number = 1
        while (cell.figure, _code(cell.column, number), "value") in told:
            number += 1
        code = _code(cell.column, number)
        columns[code] = _named(cell.column, number)
        for measure, value in zip(MEASURES, (cell.value, cell.low, cell.high), strict=True):
            sign = SIGNS.get(cell.status, NOT_COMPUTED)
            told[cell.figure, code, measure] = shifted(value, 0) if math.isfinite(value) else sign
        if cell.text is not None:
            remarks[cell.figure, code, "value"] = cell.text
    figures = list(dict.fromkeys(cell.figure for cell in cells))
    units = {cell.figure: Label(*(WORDS[language].get(f"unit_{cell.unit}", cell.unit) for language in ("es", "en")))
             for cell in cells}  # fmt: skip
    order = sorted(columns, key=lambda code: [_code(cell.column, 1) for cell in cells].index(code.partition("#")[0]))
    return Cube(
        name=name, matrix=name[:20], title=common.title, contents=Label("Cifras", "Figures"),
        stub=(Dimension("figure", Label("Cifra", "Figure"), distinct({one: common.indicators[one].label
                                                                     for one in figures})),),
        heading=(Dimension("study", Label("Estudio", "Study"), distinct({code: columns[code] for code in order})),
                 Dimension("measure", Label("Medida", "Measure"), MEASURES)),
        content="figure", units=units, decimals=dict.fromkeys(MEASURES, 1), cells=told, warnings=warnings,
        cell_notes=remarks, year=max(cell.column.year for cell in cells),
    )  # fmt: skip


def _code(column: Column, number: int) -> str:
    return f"{column.study}.{column.kind}" + ("" if number == 1 else f"#{number}")


def _named(column: Column, number: int) -> Label:
    again = "" if number == 1 else f" ({number})"
    said = []
    for language in ("es", "en"):
        country = COUNTRIES[language].get(column.country, column.country)
        said.append(f"{country} {column.year}, {WORDS[language][column.kind]}{again}")
    return Label(*said)


def _typed(table: Table) -> pd.DataFrame:
    """Give the columns read as text their types."""
    typed = {}
    for column in table.columns:
        cells = table.frame[column.name]
        if column.kind == "text":
            typed[column.name] = cells
            continue
        numbers = pd.to_numeric(cells.where(cells != "")).astype(float)
        typed[column.name] = numbers.astype("Int64") if column.kind == "integer" else numbers
    return pd.DataFrame(typed)
