"""An interval that cannot be certified says so beside the number, in the report and in the workbook."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from estimates.table import NUMBERS
from pipeline.report_labels import Labels
from pipeline.report_tables import build_table, row_of
from pipeline.report_words import load_words
from pipeline.table_labels import Labels as TableLabels
from pipeline.workbook import NOTES, write_workbook
from surveys.dictionary import Dictionary, Indicator, Label

ROOT = Path(__file__).resolve().parents[3]
INDICATOR = Indicator("moved", "person", "proportion", "x", "percent", Label("Se mudó", "Moved"))
DICTIONARY = Dictionary(code_lists={}, variables={}, breakdowns={}, indicators={"moved": INDICATOR})
KEPT = {"weak": "† ¶", "reliable": "¶", "withheld": "‡", "confidential": "§"}


def frame(status: str, reason: str) -> pd.DataFrame:
    numbers = dict.fromkeys(NUMBERS, 0.02) | {"n": 200.0, "cases": 4.0, "n_psu": 20.0, "df": 18.0}
    row = {"study": "s", "indicator": "moved", **numbers, "unit": "percent", "status": status, "reason": reason}
    return pd.DataFrame([row])


@pytest.mark.parametrize("status", KEPT)
@pytest.mark.parametrize("language", ["es", "en"])
def test_the_mark_and_its_note_are_printed(status: str, language: str) -> None:
    words = load_words(ROOT / "report_templates", language)
    rows = frame(status, "n_under_500;interval_not_certified")
    table = build_table(rows, ["moved"], [], Labels(DICTIONARY, words), number="1", anchor="a", title="t",
                        confidence="95")  # fmt: skip
    (row,) = table.groups[0].rows
    assert row.mark == KEPT[status]
    said = [note.text for note in table.notes if note.mark == "¶"]
    assert said == ([words["mark_interval_not_certified"]] if "¶" in KEPT[status] else [])
    assert (words["short_interval_not_certified"] in row.spoken) == ("¶" in KEPT[status])


def test_a_certified_interval_has_no_mark() -> None:
    words = load_words(ROOT / "report_templates", "en")
    assert row_of(frame("reliable", "").iloc[0], "x", words, decimals=1).mark == ""


@pytest.mark.parametrize("status", KEPT)
def test_the_workbook_marks_the_status_and_explains_it(tmp_path: Path, status: str) -> None:
    path = tmp_path / "s_en.xlsx"
    write_workbook(path, frame(status, "interval_not_certified"), (), TableLabels(DICTIONARY, "en"), title="t",
                   banner="", metadata={}, year=2020)  # fmt: skip
    book = openpyxl.load_workbook(path)
    cells = [str(cell.value) for row in book["T001"].iter_rows() for cell in row]
    assert any(text.endswith(" ¶") for text in cells) == ("¶" in KEPT[status])
    notes = [str(cell.value) for row in book["Notes"].iter_rows() for cell in row]
    assert any(text.startswith('"¶"') for text in notes)
    assert any(text.startswith("«¶»") for text in NOTES["es"])
