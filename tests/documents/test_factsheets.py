"""Fact sheets: one page a place, hundreds in seconds, the same bytes, and no hidden number in any."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pikepdf
import pytest
from pypdf import PdfReader

from pipeline.factsheet_model import Sheet, factsheets_of
from pipeline.factsheets import write_factsheets
from pipeline.report_blocks import Material
from surveys.dictionary import Dictionary
from surveys.study import FactsheetPlan, Study

TEMPLATES = Path(__file__).parents[2] / "report_templates"
MakeMaterial = Callable[..., Material]


@pytest.fixture(scope="module")
def sheets(
    material_of: MakeMaterial, study: Study, dictionary: Dictionary, estimates: pd.DataFrame,
    records: Mapping[str, Mapping[str, object]],
) -> Callable[[str, str], list[Sheet]]:
    """Sheets of the invented study by a breakdown, in a language."""
    def build(by: str, language: str) -> list[Sheet]:
        asked = replace(study, report=replace(study.report, factsheets=FactsheetPlan((by,))))
        return factsheets_of(material_of(language, estimates, asked, dictionary, records))
    return build


def test_there_is_a_sheet_for_each_place(sheets: Callable[[str, str], list[Sheet]], tmp_path: Path) -> None:
    for language in ("es", "en"):
        made = sheets("department", language)
        assert len(made) == 14
        (tmp_path / language).mkdir()
        assert write_factsheets(tmp_path / language, made, TEMPLATES) == 14
        for sheet in made:
            path = tmp_path / language / f"{sheet.name}.pdf"
            reader = PdfReader(path)
            text = " ".join(reader.pages[0].extract_text().split()).replace("\u00a0", " ")
            assert len(reader.pages) == 1
            assert sheet.place in text and sheet.words["draft"] in text and sheet.words["banner"] in text
            for line in sheet.lines:
                assert line.here.replace("\u00a0", " ") in text
            with pikepdf.open(path) as pdf:
                assert str(pdf.Root.Lang) == language
                with pdf.open_metadata() as metadata:
                    assert (metadata["pdfuaid:part"], metadata["pdfaid:conformance"]) == ("1", "A")


def test_hidden_rows_are_a_symbol_without_a_place_on_the_scale(sheets: Callable[[str, str], list[Sheet]]) -> None:
    lines = [line for sheet in sheets("department", "es") for line in sheet.lines]
    hidden = [line for line in lines if line.here in ("‡", "§", "–")]
    assert hidden and all((line.scale, line.reference, line.interval) == ((), (), "") for line in hidden)
    assert all(0 <= place <= 1 for line in lines for place in line.scale)


def test_without_a_test_no_difference_is_claimed(sheets: Callable[[str, str], list[Sheet]]) -> None:
    for sheet in sheets("department", "en"):
        assert sheet.findings == ()
        assert not re.search(r"higher|lower|more than|less than", sheet.alt)


def test_three_hundred_sheets_take_seconds_and_the_same_bytes(
    sheets: Callable[[str, str], list[Sheet]], tmp_path: Path,
) -> None:
    made = sheets("place", "es")
    many = [replace(sheet, name=f"{sheet.name}_{copy}") for copy in range(-(-300 // len(made))) for sheet in made][:300]
    started = time.process_time()  # of all threads: a neighbour on the machine does not count
    assert write_factsheets(tmp_path, many, TEMPLATES) == 300
    assert time.process_time() - started < 20
    for sheet in made[:5]:
        first, second = (tmp_path / f"{sheet.name}_{copy}.pdf" for copy in (0, 1))
        assert first.read_bytes() == second.read_bytes()
