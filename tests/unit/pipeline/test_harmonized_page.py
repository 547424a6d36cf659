"""Few studies stand beside one another; many stand in rows, so that a page holds fifty."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.harmonized_cells import Cell, Column
from pipeline.harmonized_files import read_harmonized
from pipeline.harmonized_page import FIGURES, MANY, Page, build_page
from pipeline.project import Project
from pipeline.report_words import load_words
from surveys.dictionary import Label
from surveys.harmonized_figures import StudyFigures

TEXT = Label(es="texto", en="text")


class _Study:
    """What the page reads of a study."""

    def __init__(self, number: int) -> None:
        self.country, self.year, self.title = "SLV", 2000 + number, TEXT
        self.reference_period, self.producer = TEXT, TEXT


def page(root: Any, count: int, language: str) -> Page:
    project = Project(root)
    common = read_harmonized(project)
    names = [name for name, item in common.indicators.items() if item.topic == "magnitude"]
    cells = [
        Cell(name, Column(f"land_{n}", "SLV", 2000 + n, "published", False), 100.0 + n, "persons", TEXT, TEXT, TEXT)
        for n in range(count)
        for name in names
    ]
    studies: Any = {f"land_{n}": (_Study(n), StudyFigures()) for n in range(count)}
    return build_page(common, cells, studies, load_words(project.templates, language), counts={}, alone=False)


def test_six_studies_are_columns(root: Any) -> None:
    (table,) = page(root, MANY, "en").tables
    assert len(table.columns) == 1 + MANY
    assert table.rows[0][1] == "100 [1]"


@pytest.mark.parametrize("language", ["es", "en"])
def test_fifty_studies_are_rows(root: Any, language: str) -> None:
    made = page(root, 50, language)
    assert all(len(table.columns) <= 1 + FIGURES and len(table.rows) == 50 for table in made.tables)
    assert len({table.anchor for table in made.tables}) == len(made.tables) > 1
    assert made.tables[0].rows[7][0].endswith(": land_7")
    assert made.tables[0].rows[7][1].startswith("107 [")
    assert made.foreword[0].startswith("Each row is a study" if language == "en" else "Cada fila es un estudio")
    assert "Each column is a study" not in made.foreword[0] and "Cada columna es un estudio" not in made.foreword[0]
