"""Cells of studies side by side as CSV and workbook; every text is a text, never a formula."""

from __future__ import annotations

import csv
import datetime
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from pipeline.harmonized_cells import Cell, columns_of
from pipeline.harmonized_page import Page, column_title
from pipeline.harmonized_words import COUNTRIES, WORDS
from pipeline.open_tables import inert
from surveys.cell_counts import CellFile, tabulate_cells
from surveys.harmonized_figures import HarmonizedList, StudyFigures
from surveys.problems import Language
from surveys.study import Study

HEADER = (
    "figure",
    "label_es",
    "label_en",
    "topic",
    "study",
    "country",
    "year",
    "kind",
    "synthetic",
    "value",
    "text_es",
    "text_en",
    "exactness",
    "unit",
    "ci_low",
    "ci_high",
    "status",
    "error",
    "definition_es",
    "definition_en",
    "period_es",
    "period_en",
    "comparability_es",
    "comparability_en",
    "source",
    "address",
    "derived",
)


def cells_csv(common: HarmonizedList, cells: Sequence[Cell]) -> str:
    """Write one row for each cell.

    Parameters
    ----------
    common : HarmonizedList
        Common list.
    cells : sequence of Cell
        In the order wanted.

    Returns
    -------
    str
        CSV with the columns of `HEADER`; numbers with a point, percentages out of 100, empty where not shown. ``error``
        is ``published_without_error`` where no interval was published.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADER)
    for cell in cells:
        spec, column = common.indicators[cell.figure], cell.column
        text = (cell.text.es, cell.text.en) if cell.text is not None else ("", "")
        error = "published_without_error" if column.kind == "published" and cell.text is None else ""
        texts = (
            cell.figure,
            spec.label.es,
            spec.label.en,
            spec.topic,
            column.study,
            column.country,
            str(column.year),
            column.kind,
            "yes" if column.synthetic else "no",
            _number(cell.value),
            *text,
            cell.quality,
            cell.unit,
            _number(cell.low),
            _number(cell.high),
            cell.status,
            error,
            cell.definition.es,
            cell.definition.en,
            cell.period.es,
            cell.period.en,
            cell.comparability.es,
            cell.comparability.en,
            cell.source,
            cell.address,
            cell.derived,
        )
        writer.writerow([inert(item) for item in texts])
    return stream.getvalue()


def series_csv(study: str, files: Sequence[tuple[CellFile, pd.DataFrame]]) -> str:
    """Write the sums of every table of counts in one long table, for use as an external series.

    Columns: study, series, the table, up to two pairs of breakdown and code, count, unit.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("study", "series", "breakdown_1", "code_1", "breakdown_2", "code_2", "count", "unit"))
    for file, frame in files:
        for table in file.tables:
            for record in tabulate_cells(file, frame, table).to_dict("records"):
                pairs = [part for name in table for part in (name, inert(str(record[name])))]
                writer.writerow(
                    (study, file.name, *pairs, *[""] * (4 - len(pairs)), _number(float(record["count"])), file.unit)
                )
    return stream.getvalue()


def write_harmonized_workbook(
    path: Path,
    page: Page,
    common: HarmonizedList,
    cells: Sequence[Cell],
    studies: Mapping[str, tuple[Study, StudyFigures]],
) -> None:
    """Write the workbook in the language of the page: the tables, a row for each cell, the facts of each study.

    Parameters
    ----------
    path : Path
        File to write; dated with the year of the latest study, so that two runs give the same bytes.
    page : Page
        The page whose tables it repeats.
    common : HarmonizedList
        Common list.
    cells : sequence of Cell
        All cells.
    studies : mapping of str to (Study, StudyFigures)
        For the last sheet.
    """
    language = page.language
    say = WORDS[language]
    options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": page.title, "created": datetime.datetime(page.year, 1, 1)})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EDF2"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        title = book.add_format({"bold": True, "font_size": 14})
        warn = book.add_format({"bold": True, "font_color": "#9C2A00"})
        notice = f"{say['banner']}. {say['banner_long']}" if page.synthetic else ""
        sheet = _sheet(book, say["sheet_side"], page.title, notice, title, warn)
        line = 3
        for table in page.tables:
            sheet.write_string(line, 0, table.title, title)
            for offset, row in enumerate((table.columns, *table.rows), start=line + 1):
                for place, text in enumerate(row):
                    sheet.write_string(offset, place, text, bold if offset == line + 1 else wrap)
            line += len(table.rows) + 3
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 8, 26)
        _cells_sheet(
            _sheet(book, say["sheet_cells"], page.title, notice, title, warn), common, cells, language, bold, wrap
        )
        sheet = _sheet(book, say["sheet_studies"], page.title, notice, title, warn)
        line = 3
        for group in page.designs:
            sheet.write_string(line, 0, group.title, bold)
            for offset, (name, text) in enumerate(group.facts, start=line + 1):
                sheet.write_string(offset, 0, name, wrap)
                sheet.write_string(offset, 1, text, wrap)
            line += len(group.facts) + 2
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 1, 100)


def _cells_sheet(
    sheet: Any, common: HarmonizedList, cells: Sequence[Cell], language: Language, bold: Any, wrap: Any
) -> None:
    say = WORDS[language]
    for place, name in enumerate(say["columns"].split("|")):
        sheet.write_string(2, place, name, bold)
    columns = columns_of(cells)
    exact = {"exact": say["exact"], "about": say["about_word"], "at_least": say["at_least_word"]}
    for line, cell in enumerate(cells, start=3):
        column = cell.column
        error = say["no_error"] if column.kind == "published" and cell.text is None else ""
        record: tuple[str | float, ...] = (
            common.indicators[cell.figure].label.get(language),
            column_title(columns[columns.index(column)], language),
            COUNTRIES[language].get(column.country, column.country),
            str(column.year),
            say[column.kind],
            say["yes" if column.synthetic else "no"],
            cell.text.get(language) if cell.text is not None else cell.value,
            exact[cell.quality],
            say[f"unit_{cell.unit}"],
            cell.low,
            cell.high,
            error or say.get(cell.status, ""),
            cell.definition.get(language),
            cell.period.get(language),
            cell.comparability.get(language),
            cell.source,
            cell.address,
            cell.derived,
        )
        for place, item in enumerate(record):
            if isinstance(item, str):
                sheet.write_string(line, place, item, wrap)
            elif math.isfinite(item):
                sheet.write_number(line, place, item, wrap)
    sheet.freeze_panes(3, 1)
    sheet.set_column(0, 1, 34)
    sheet.set_column(2, 11, 14)
    sheet.set_column(12, 17, 44)


def _sheet(book: Any, name: str, heading: str, notice: str, title: Any, warn: Any) -> Any:
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, heading, title)
    if notice:
        sheet.write_string(1, 0, notice, warn)
    return sheet


def _number(value: float) -> str:
    """Write a number that reads back to the same one: in ten digits where they do, else in as many as it takes."""
    if not math.isfinite(value):
        return ""
    short = f"{value:.10g}"
    return short if float(short) == value else repr(float(value))
