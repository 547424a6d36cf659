"""Where protection hides nearly everything, validation says which breakdown to join, in both languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lxml import html

from estimates.disclosure.audit import ProtectionRule
from estimates.disclosure.cells import CellBook
from estimates.disclosure.release import protect_release
from estimates.table import NUMBERS
from pipeline.project import Project
from pipeline.release_changes import Changes
from pipeline.study_files import load_study
from pipeline.validation_page import write_pages
from pipeline.validation_results import Validation
from surveys.study import Study

HERE = Path(__file__).resolve().parent.parent / "data" / "small_country"
NO_CHANGES = Changes("", pd.DataFrame(columns=["indicator", "kind", "reason_es", "reason_en"]))
SAID = {"es": ("Personas desplazadas: Sexo y Región", "Región (small_region)"),
        "en": ("Displaced persons: Sex and Region", "Region (small_region)")}  # fmt: skip


def rows(hidden: int) -> pd.DataFrame:
    """Six cells of two sexes and three regions, some of them confidential."""
    number = dict.fromkeys(NUMBERS, 12.0)
    keys = [(sex, region) for sex in "12" for region in "123"]
    table = pd.DataFrame(
        [{"study": "s", "indicator": "small_displaced_total", "sex": sex, "small_region": region, **number,
          "unit": "persons", "status": "confidential" if place < hidden else "reliable",
          "reason": "disclosure:small_cell" if place < hidden else ""} for place, (sex, region) in enumerate(keys)]
    )  # fmt: skip
    return table


def suggested(hidden: int) -> tuple[dict[str, object], ...]:
    book = CellBook()
    cells = np.array([book.cell("person", 12, mark + 1) for mark in range(6)])
    none = np.full(6, -1)
    return protect_release(rows(hidden), book.close(cells, none, none), ProtectionRule(10, 5)).coarsen


def test_a_table_is_named_once_nearly_all_of_it_is_hidden() -> None:
    assert suggested(3) == ()
    (found,) = suggested(4)
    assert found == {"indicator": "small_displaced_total", "by": "sex x small_region", "hidden": 4, "rows": 6,
                     "breakdown": "small_region"}  # fmt: skip


@pytest.fixture
def study(root: Path) -> Study:
    return load_study(HERE, Project(root)).study


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_validation_page_says_which_breakdown_to_join(
    root: Path, study: Study, tmp_path: Path, language: str
) -> None:
    dictionary = load_study(HERE, Project(root)).dictionary
    checked = Validation(study.name, (), (), ())
    for folder, coarsen in (("with", suggested(4)), ("without", ())):
        (tmp_path / folder).mkdir()
        write_pages(tmp_path / folder, checked, NO_CHANGES, study, dictionary, root / "report_templates",
                    coarsen)  # fmt: skip
    page = html.parse(tmp_path / "with" / f"validation_{language}.html")
    (row,) = [row for row in page.xpath("//tr[td]") if row.xpath("string(td[1])") == SAID[language][0]]
    assert [cell.text for cell in row.xpath("td")] == [SAID[language][0], "4", "6", SAID[language][1]]
    nothing = (tmp_path / "without" / f"validation_{language}.html").read_text(encoding="utf-8")
    assert ("Ningún cuadro oculta casi todo." if language == "es" else "No table hides nearly everything.") in nothing
