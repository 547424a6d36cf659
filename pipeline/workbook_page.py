"""How a sheet of a workbook is printed, what stands below its table, and the sheet that says what each indicator is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from estimates.verdicts import UNCERTIFIED
from pipeline.table_labels import UNCERTIFIED_MARK, Labels

SUPPRESSED = "s"
A4 = 9
LINE = 15.0  # points
MOST = 250  # signs that a page header or footer may have
BACK = ("← Contenido", "← Contents")
LEGEND = {
    "es": {
        "suppressed": f"{SUPPRESSED}: no se publica, por precisión insuficiente o por confidencialidad.",
        "mark": f"{UNCERTIFIED_MARK}: el intervalo puede no alcanzar su nivel de confianza.",
    },
    "en": {
        "suppressed": f"{SUPPRESSED}: withheld, because it is not precise enough or because it is confidential.",
        "mark": f"{UNCERTIFIED_MARK}: the interval may fall short of its confidence level.",
    },
}
INDICATOR_SHEET = ("Indicadores", "Indicators")
INDICATOR_COLUMNS = {
    "es": ("Indicador", "Código en los archivos", "Unidad", "Definición"),
    "en": ("Indicator", "Code in the files", "Unit", "Definition"),
}


def set_up_page(sheet: Any, *, title: str, banner: str, portrait: bool = False, head: int | None = None) -> None:
    """Make a sheet print on A4, as wide as the page, with title, notices and page number on every page.

    Parameters
    ----------
    sheet : xlsxwriter worksheet
        To set up.
    title, banner : str
        Of the study; the notice that its data are synthetic or that it is a draft, which may be empty.
    portrait : bool
        Upright; across by default.
    head : int, optional
        Last row to repeat on every page, from the first one.
    """
    sheet.set_paper(A4)
    sheet.set_portrait() if portrait else sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.8)
    sheet.set_header(f"&L&9{_plain(title)}&R&9&A"[:MOST])
    sheet.set_footer(f"&L&8{_plain(banner)[: MOST - 30]}&R&9&P / &N")
    if head is not None:
        sheet.repeat_rows(0, head)


def fit_row(sheet: Any, line: int, texts: Sequence[str], widths: Sequence[float], *, bold: bool = False) -> None:
    """Make a row as high as its longest text needs; programs do not do it by themselves when they open a file."""
    wide = 0.95 if bold else 1.1
    lines = [_lines(text, width * wide) for text, width in zip(texts, widths, strict=True)]
    if max(lines, default=1) > 1:
        sheet.set_row(line, LINE * max(lines))


def _lines(text: str, width: float) -> int:
    """Count the lines that words take in a cell so many signs wide."""
    count, used = 1, 0
    for word in text.split():
        if used and used + 1 + len(word) > width:
            count, used = count + 1, len(word)
        else:
            used += len(word) + (1 if used else 0)
        while used > width:
            count, used = count + 1, used - int(width)
    return count


def write_below(sheet: Any, line: int, rows: pd.DataFrame, labels: Labels, contents: str, formats: Any) -> None:
    """Say under a table what its signs mean, and lead back to the contents."""
    said = LEGEND[labels.language]
    shown = rows["status"].isin(("reliable", "weak"))
    notes = [said["suppressed"]] * bool(rows["status"].isin(("withheld", "confidential")).any())
    notes += [said["mark"]] * bool(rows.loc[shown, "reason"].astype(str).str.split(";").map(_unsure).any())
    for offset, note in enumerate(notes):
        sheet.write_string(line + 1 + offset, 0, note, formats["note"])
    back = BACK[0 if labels.language == "es" else 1]
    sheet.write_url(line + 1 + len(notes), 0, f"internal:'{contents}'!A1", formats["link"], back)


def write_indicators(sheet: Any, first: int, indicators: Sequence[str], labels: Labels, formats: Mapping[str, Any],
                     units: Mapping[str, str]) -> None:  # fmt: skip
    """List the indicators with the code under which the other files hold them, and their definition."""
    widths = (56, 36, 14, 74)
    for column, (name, width) in enumerate(zip(INDICATOR_COLUMNS[labels.language], widths, strict=True)):
        sheet.write_string(first, column, name, formats["header"])
        sheet.set_column(column, column, width)
    for offset, name in enumerate(indicators, start=1):
        known = labels.dictionary.indicators[name.partition(".")[0]]
        definition = "" if known.definition is None else known.definition.get(labels.language)
        texts = (labels.indicator(name), name, labels.unit(units[name]), definition)
        for column, text in enumerate(texts):
            sheet.write_string(first + offset, column, text, formats["wrap"])
        fit_row(sheet, first + offset, texts, widths)
    sheet.freeze_panes(first + 1, 1)
    sheet.autofilter(first, 0, first + len(indicators), 3)


def _unsure(parts: list[str]) -> bool:
    return UNCERTIFIED in parts


def _plain(text: str) -> str:
    """Write a text so that no sign of it is an instruction of a page header."""
    return text.replace("&", "&&")
