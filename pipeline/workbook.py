"""The analyst's workbook: contents, one sheet a table, notes and metadata; the same bytes on every run."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from estimates.verdicts import UNCERTIFIED
from pipeline.release_metadata import NAMES
from pipeline.table_labels import TOTAL, UNCERTIFIED_MARK, Labels
from pipeline.workbook_page import (
    INDICATOR_SHEET,
    SUPPRESSED,
    fit_row,
    set_up_page,
    write_below,
    write_indicators,
)

NUMBERS = ("estimate", "ci_low", "ci_high", "se", "cv", "deff", "df", "n", "cases", "n_psu", "population")
HEADER_ROW = 3
SHEETS = {
    "contents": ("Contenido", "Contents"),
    "notes": ("Notas", "Notes"),
    "metadata": ("Metadatos", "Metadata"),
}
TOGETHER = ("Indicadores sin desagregar", "Indicators without breakdown")
WIDTHS = {"indicator": 42, "population": 12, "unit": 12, "status": 18, "reason": 26}
NUMBER_WIDTH, TEXT_WIDTH = 11, 22
NOTES = {
    "es": (
        "Estimaciones de una encuesta por muestreo: cada cifra tiene un intervalo de confianza del 95 %.",
        "Los porcentajes se guardan como fracciones con formato de porcentaje.",
        f"«{SUPPRESSED}» significa que la cifra no se publica, por precisión insuficiente o por "
        f"confidencialidad; "
        "sus demás números tampoco.",
        "«Poco fiable» pide cautela: úsese junto con su intervalo.",
        "Personas o familias de la base y casos son números sin ponderar de la muestra.",
        "El motivo nombra la norma y su regla, o la protección, que decidieron el estado: «cepal_2023:cases_30_49» son "
        "entre 30 y 49 casos.",
        f"«{UNCERTIFIED_MARK}» junto al estado: con menos de cinco casos, o menos de cinco sin la característica, el "
        "intervalo puede no alcanzar su nivel de confianza.",
    ),
    "en": (
        "Estimates from a sample survey: every figure has a 95% confidence interval.",
        "Percentages are stored as fractions with a percentage format.",
        f'"{SUPPRESSED}" means that the figure is not published, because it is not precise enough or '
        "because it is confidential; nor are its other numbers.",
        '"Weak" asks for caution: use it together with its interval.',
        "Persons or families in the base and cases are unweighted numbers of the sample.",
        "The reason names the standard and its rule, or the protection, that decided the status: "
        '"cepal_2023:cases_30_49" is 30 to 49 cases.',
        f'"{UNCERTIFIED_MARK}" beside the status: with fewer than five cases, or fewer than five without the '
        "characteristic, the interval may fall short of its confidence level.",
    ),
}


@dataclass(frozen=True)
class Sheet:
    """One table of the workbook.

    Parameters
    ----------
    name : str
        Name of the sheet, at most 31 characters.
    title : str
        Title in the first cell and in the contents.
    breakdowns : tuple of str
        Breakdowns shown as columns.
    rows : DataFrame
        Rows of the published view.
    """

    name: str
    title: str
    breakdowns: tuple[str, ...]
    rows: pd.DataFrame


@dataclass(frozen=True)
class PlainSheet:
    """A table that is no part of the estimates: texts and numbers under a header; NaN stands for a hidden number."""

    name: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]


def write_workbook(
    path: Path,
    view: pd.DataFrame,
    breakdowns: Sequence[str],
    labels: Labels,
    *,
    title: str,
    banner: str,
    metadata: Mapping[str, str],
    year: int,
    others: Sequence[PlainSheet] = (),
) -> None:
    """Write the workbook in one language.

    Parameters
    ----------
    path : Path
        File to write.
    view : DataFrame
        Published view of the estimates; see `estimates.release_view.release_view`.
    breakdowns : sequence of str
        Breakdown columns of the view.
    labels : Labels
        Names, in the language of the workbook.
    title, banner : str
        Title of the study, and a line printed on every sheet, such as that data are synthetic; may be empty.
    metadata : mapping of str to str
        Source, hashes and versions for the last sheet.
    year : int
        Year of the study: the workbook is dated with it, so that two runs give the same bytes.
    others : sequence of PlainSheet
        Comparisons, models and tests, after the estimates.
    """
    spanish = labels.language == "es"
    sheets = plan_sheets(view, breakdowns, labels)
    with xlsxwriter.Workbook(
        str(path),
        {
            # A label that starts with an equals sign is a label; it must never run.
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    ) as book:
        book.set_properties({
            "title": title, "subject": banner, "author": metadata.get(NAMES[labels.language]["producer"], ""),
            "comments": banner, "created": datetime.datetime(year, 1, 1),
        })  # fmt: skip
        formats = _formats(book)
        here = 0 if spanish else 1
        start = SHEETS["contents"][here]
        contents = book.add_worksheet(start)
        _heading(contents, title, banner, formats)
        contents.write_string(HEADER_ROW - 1, 0, "Hoja" if spanish else "Sheet", formats["header"])
        contents.write_string(HEADER_ROW - 1, 1, "Cuadro" if spanish else "Table", formats["header"])
        contents.set_column(0, 0, 14)
        contents.set_column(1, 1, 110)
        contents.freeze_panes(HEADER_ROW, 0)
        set_up_page(contents, title=title, banner=banner, portrait=True, head=HEADER_ROW - 1)
        listed = [(sheet.name, sheet.title) for sheet in sheets] + [(other.name, other.title) for other in others]
        listed += [(name[here], name[here]) for name in (INDICATOR_SHEET, SHEETS["notes"], SHEETS["metadata"])]
        for position, (name, table) in enumerate(listed):
            contents.write_url(HEADER_ROW + position, 0, f"internal:'{name}'!A1", formats["link"], name)
            contents.write_string(HEADER_ROW + position, 1, table, formats["wrap"])
            fit_row(contents, HEADER_ROW + position, [table], [110])
        for sheet in sheets:
            written = book.add_worksheet(sheet.name)
            _write_sheet(written, sheet, labels, banner, formats, start)
            set_up_page(written, title=title, banner=banner, head=HEADER_ROW - 1)
        for other in others:
            written = book.add_worksheet(other.name)
            _write_plain(written, other, banner, formats)
            set_up_page(written, title=title, banner=banner, head=HEADER_ROW - 1)
        described = book.add_worksheet(INDICATOR_SHEET[here])
        _heading(described, INDICATOR_SHEET[here], banner, formats)
        units = dict(zip(view["indicator"].astype(str), view["unit"].astype(str), strict=True))
        write_indicators(described, HEADER_ROW - 1, list(units), labels, formats, units)
        set_up_page(described, title=title, banner=banner, head=HEADER_ROW - 1)
        notes = book.add_worksheet(SHEETS["notes"][here])
        _heading(notes, SHEETS["notes"][here], banner, formats)
        notes.set_column(0, 0, 110)
        set_up_page(notes, title=title, banner=banner, portrait=True)
        for position, note in enumerate(NOTES[labels.language]):
            notes.write_string(HEADER_ROW + position, 0, note, formats["wrap"])
            fit_row(notes, HEADER_ROW + position, [note], [110])
        described = book.add_worksheet(SHEETS["metadata"][here])
        _heading(described, SHEETS["metadata"][here], banner, formats)
        described.set_column(0, 0, 36)
        described.set_column(1, 1, 90)
        set_up_page(described, title=title, banner=banner)
        for position, (name, text) in enumerate(metadata.items()):
            described.write_string(HEADER_ROW + position, 0, name, formats["wrap"])
            described.write_string(HEADER_ROW + position, 1, text, formats["wrap"])
            fit_row(described, HEADER_ROW + position, [name, text], [36, 90])


def plan_sheets(view: pd.DataFrame, breakdowns: Sequence[str], labels: Labels) -> list[Sheet]:
    """Put rows into tables: one for each pair of indicator and set of breakdowns, in order of the view.

    Categories of a distribution share the table of their indicator; indicators that have one row each, without
    breakdown, share the first table.
    """
    whole = view["indicator"].str.partition(".")[0]
    shown = (view[list(breakdowns)] != TOTAL) if breakdowns else pd.DataFrame(index=view.index)
    pattern = (
        [tuple(name for name, used in zip(breakdowns, row, strict=True) if used) for row in shown.to_numpy()]
        if breakdowns
        else [()] * len(view)
    )
    groups: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    alone = (view["indicator"] == whole).tolist()
    for position, key in enumerate(zip(whole, pattern, strict=True)):
        groups.setdefault(("", ()) if alone[position] and key[1] == () else key, []).append(position)
    if ("", ()) in groups:
        groups = {("", ()): groups.pop(("", ())), **groups}
    sheets = []
    for number, ((indicator, used), rows) in enumerate(groups.items(), start=1):
        title = labels.indicator(indicator) if indicator else TOGETHER[0 if labels.language == "es" else 1]
        if used:
            joint = "según" if labels.language == "es" else "by"
            title = f"{title}, {joint} {_lower(labels.breakdowns(used))}"
        sheets.append(Sheet(f"T{number:03d}", title, used, view.iloc[rows]))
    return sheets


def _write_sheet(
    sheet: Any, table: Sheet, labels: Labels, banner: str, formats: Mapping[str, Any], contents: str
) -> None:
    _heading(sheet, table.title, banner, formats)
    texts = ["indicator", *table.breakdowns]
    columns = [*texts, *NUMBERS, "unit", "status", "reason"]
    widths = [WIDTHS.get(name, TEXT_WIDTH if name in texts else NUMBER_WIDTH) for name in columns]
    for column, name in enumerate(columns):
        sheet.write_string(HEADER_ROW - 1, column, labels.column(name), formats["header"])
        sheet.set_column(column, column, widths[column])
    fit_row(sheet, HEADER_ROW - 1, [labels.column(name) for name in columns], widths, bold=True)
    used = {name: table.rows[name].tolist() for name in columns}
    for offset in range(len(table.rows)):
        row = {name: values[offset] for name, values in used.items()}
        line = HEADER_ROW + offset
        written = {
            "indicator": labels.indicator(row["indicator"]),
            "unit": labels.unit(row["unit"]),
            "status": _status(row, labels),
            "reason": row["reason"] or "",
        }
        written |= {name: labels.category(name, row[name]) for name in table.breakdowns}
        fit_row(sheet, line, [written.get(name, "") for name in columns], widths)
        hidden = row["status"] in ("withheld", "confidential")
        for column, name in enumerate(columns):
            if name not in NUMBERS:
                weak = name == "status" and row["status"] == "weak"
                style = "weak" if weak else "unit" if name == "unit" else "wrap"
                sheet.write_string(line, column, written[name], formats[style])
            elif hidden:
                sheet.write_string(line, column, SUPPRESSED, formats["suppressed"])
            elif np.isfinite(row[name]):
                sheet.write_number(line, column, row[name], formats[_format_of(name, row["unit"])])
    last = HEADER_ROW + len(table.rows) - 1
    sheet.freeze_panes(HEADER_ROW, len(texts))
    sheet.autofilter(HEADER_ROW - 1, 0, last, len(columns) - 1)
    write_below(sheet, last + 1, table.rows, labels, contents, formats)


def _status(row: Mapping[Any, Any], labels: Labels) -> str:
    unsure = row["status"] in ("reliable", "weak") and UNCERTIFIED in str(row["reason"]).split(";")
    return labels.status(row["status"]) + (f" {UNCERTIFIED_MARK}" if unsure else "")


def _write_plain(sheet: Any, table: PlainSheet, banner: str, formats: Mapping[str, Any]) -> None:
    _heading(sheet, table.title, banner, formats)
    texts = {column for row in table.rows for column, cell in enumerate(row) if isinstance(cell, str)}
    widths = [62 if column == 0 else 24 if column in texts else 12 for column in range(len(table.header))]
    for column, title in enumerate(table.header):
        sheet.write_string(HEADER_ROW - 1, column, title, formats["header"])
        sheet.set_column(column, column, widths[column])
    fit_row(sheet, HEADER_ROW - 1, table.header, widths, bold=True)
    for offset, row in enumerate(table.rows):
        fit_row(sheet, HEADER_ROW + offset, [cell if isinstance(cell, str) else "" for cell in row], widths)
        hidden = not any(isinstance(cell, float) and np.isfinite(cell) for cell in row)
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(HEADER_ROW + offset, column, cell, formats["wrap"])
            elif np.isfinite(cell):
                sheet.write_number(HEADER_ROW + offset, column, cell, formats["fine"])
            elif hidden:
                sheet.write_string(HEADER_ROW + offset, column, SUPPRESSED, formats["suppressed"])
    sheet.freeze_panes(HEADER_ROW, 1)


def _format_of(name: str, unit: str) -> str:
    if name == "cv":
        return "percent"
    if name in ("n", "cases", "n_psu", "population", "df"):
        return "whole"
    if name == "deff":
        return "decimal"
    if unit == "percent":
        return "percent" if name == "estimate" else "fine_percent"
    return "whole" if unit in ("persons", "households") else "decimal"


def _heading(sheet: Any, title: str, banner: str, formats: Mapping[str, Any]) -> None:
    sheet.write_string(0, 0, title, formats["title"])
    if banner:
        sheet.write_string(1, 0, banner, formats["banner"])


def _formats(book: Any) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "banner": book.add_format({"bold": True, "font_color": "#9C2A00"}),
        "header": book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EDF2"}
        ),
        "link": book.add_format({"font_color": "#1F4E79", "underline": 1, "valign": "top"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "unit": book.add_format({"text_wrap": True, "valign": "top", "indent": 1}),
        "weak": book.add_format({"text_wrap": True, "valign": "top", "italic": True, "font_color": "#7A4B00"}),
        "note": book.add_format({"font_size": 9, "font_color": "#404040"}),
        "suppressed": book.add_format({"align": "right", "valign": "top", "italic": True, "font_color": "#595959"}),
        "percent": book.add_format({"num_format": "0.0%", "valign": "top"}),
        "fine_percent": book.add_format({"num_format": "0.00%", "valign": "top"}),
        "whole": book.add_format({"num_format": "#,##0", "valign": "top"}),
        "fine": book.add_format({"num_format": "#,##0.0000", "valign": "top"}),
        "decimal": book.add_format({"num_format": "#,##0.00", "valign": "top"}),
    }


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
