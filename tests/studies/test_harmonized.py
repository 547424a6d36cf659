"""El Salvador, Honduras and Mexico side by side, and studies that hold published figures only."""

from __future__ import annotations

import ast
import csv
import io
import math
import operator
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from estimates.protection import NUMBER_COLUMNS
from pipeline.harmonized import harmonized, published_study
from pipeline.harmonized_cells import study_cells
from pipeline.harmonized_files import printed_figures, read_figures, read_harmonized
from pipeline.harmonized_page import build_page, precision_text, value_text
from pipeline.harmonized_tables import cells_csv
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.report_words import load_words
from pipeline.runner import Request
from pipeline.study_files import load_study
from pipeline.verbs import find_study

PROJECT = Project.here()
ALONE = ("hnd_2014", "hnd_2018", "mex_2018")
SIGNS = {ast.Div: operator.truediv, ast.Mult: operator.mul, ast.Add: operator.add, ast.Sub: operator.sub}


def request(name: str, build: Path, data: Path | None = None) -> Request:
    return Request(PROJECT, find_study(PROJECT, name), data or build, build, "en")


def release(**rows: tuple[float, str, str]) -> pd.DataFrame:
    """Rows of a release: indicator to estimate, unit and status."""
    records = []
    for name, (estimate, unit, status) in rows.items():
        numbers = dict.fromkeys(NUMBER_COLUMNS, np.nan) | {
            "estimate": estimate,
            "ci_low": 0.9 * estimate,
            "ci_high": 1.1 * estimate,
        }
        records.append(
            {
                "study": "slv_2018",
                "indicator": name.replace("__", "."),
                "displaced": "_T",
                **numbers,
                "unit": unit,
                "status": status,
                "reason": "",
            }
        )
    return pd.DataFrame(records)


def value(text: str) -> float:
    """Value of a sum of products, read without running it."""

    def of(node: ast.expr) -> float:
        if isinstance(node, ast.BinOp):
            return float(SIGNS[type(node.op)](of(node.left), of(node.right)))
        assert isinstance(node, ast.Constant)
        return float(node.value)  # type: ignore[arg-type]

    return of(ast.parse(text, mode="eval").body)


@pytest.mark.parametrize("name", [*ALONE, "slv_census2024", "slv_2018"])
def test_every_derived_figure_is_what_its_arithmetic_gives(name: str) -> None:
    loaded = load_study(find_study(PROJECT, name), PROJECT)
    figures = read_figures(loaded, read_harmonized(PROJECT), PROJECT)
    assert figures.published
    for cell in figures.published:
        if cell.derived:
            assert cell.value is not None
            digits = len(str(cell.value).partition(".")[2])
            assert cell.value == round(value(cell.derived), digits), cell.figure


def test_the_three_countries_stand_side_by_side(tmp_path: Path) -> None:
    files = harmonized(PROJECT, lambda name: request(name, tmp_path), ALONE, Progress())
    names = {file.name for file in files}
    assert names == {
        f"harmonized{end}" for end in (".csv", "_es.html", "_en.html", "_es.pdf", "_en.pdf", "_es.xlsx", "_en.xlsx")
    } | {"sdmx_data.csv", "sdmx_data.json", "sdmx_data_2.1.xml", "sdmx_structure.xml", "sdmx_structure.json",
         "sdmx_structure_2.1.xml", "harmonized.parquet", "harmonized.px", "datapackage.json", "csv-metadata.json",
         "catalogue.jsonld", "SHA256SUMS"}  # fmt: skip
    rows = list(csv.DictReader(io.StringIO((tmp_path / "harmonized" / "harmonized.csv").read_text(encoding="utf-8"))))
    assert {row["country"] for row in rows} == {"HND", "MEX"}
    persons = {(row["study"], row["value"]) for row in rows if row["figure"] == "displaced_persons"}
    assert persons == {
        ("hnd_2014", "174000"),
        ("hnd_2018", "247000"),
        ("mex_2018", "1133041"),
        ("mex_2018", "345000"),
        ("mex_2018", "262400"),
    }
    for row in rows:
        for needed in ("definition_es", "definition_en", "period_es", "period_en", "comparability_es", "source"):
            assert row[needed], (row["study"], row["figure"], needed)
        assert row["error"] == ("" if row["text_es"] else "published_without_error")
    again = {file.name: file.read_bytes() for file in files}
    harmonized(PROJECT, lambda name: request(name, tmp_path), ALONE, Progress())
    assert {file.name: file.read_bytes() for file in files} == again


def test_estimates_say_synthetic_beside_what_was_published() -> None:
    common = read_harmonized(PROJECT)
    loaded = load_study(find_study(PROJECT, "slv_2018"), PROJECT)
    frame = release(
        displacement_prevalence=(0.0127, "percent", "reliable"), displaced_households=(23443.0, "households", "weak")
    )
    figures = read_figures(loaded, common, PROJECT)
    printed = printed_figures(loaded)
    cells = study_cells(loaded, figures, common, printed, frame)
    rates = [cell for cell in cells if cell.figure == "household_prevalence"]
    stated = printed["displacement_prevalence", ()].value
    assert [(cell.column.kind, cell.column.synthetic, cell.value) for cell in rates] == [
        ("published", False, stated),
        ("estimated", True, pytest.approx(1.27)),
    ]
    assert [value_text(cell, "en") for cell in rates] == [f"{stated:g}%", "1.3%"]
    assert precision_text(rates[0], "es") == "publicado sin error"
    assert precision_text(rates[1], "en") == "95% interval: 1.1% to 1.4%"
    for language in ("es", "en"):
        page = build_page(
            common,
            cells,
            {"slv_2018": (loaded.study, figures)},
            load_words(PROJECT.templates, language),
            counts={},
            alone=False,
        )
        assert page.synthetic
        assert page.words["banner"] in ("CONTIENE DATOS SINTÉTICOS", "HOLDS SYNTHETIC DATA")
        assert ("SINTÉTICO" if language == "es" else "SYNTHETIC") in page.tables[0].columns[2]


@pytest.mark.parametrize("status", ["withheld", "confidential", "empty"])
def test_a_row_that_may_not_be_shown_has_no_number_anywhere(status: str) -> None:
    common = read_harmonized(PROJECT)
    loaded = load_study(find_study(PROJECT, "slv_2018"), PROJECT)
    frame = release(displacement_triggers__3=(0.0777123, "percent", status))
    figures = read_figures(loaded, common, PROJECT)
    cells = study_cells(loaded, figures, common, printed_figures(loaded), frame)
    hidden = [cell for cell in cells if cell.figure == "trigger_murder"]
    assert [math.isnan(cell.value) and math.isnan(cell.low) and math.isnan(cell.high) for cell in hidden] == [True]
    assert "7.77" not in cells_csv(common, cells)
    page = build_page(
        common,
        cells,
        {"slv_2018": (loaded.study, figures)},
        load_words(PROJECT.templates, "en"),
        counts={},
        alone=False,
    )
    assert "7.77" not in repr(page)
    assert "7.8" not in repr(page.tables)


@pytest.mark.parametrize("name", ALONE)
def test_a_study_without_microdata_has_its_own_page(name: str, tmp_path: Path) -> None:
    files = published_study(request(name, tmp_path), "study")
    page = next(file for file in files if file.name.endswith("_en.html")).read_text(encoding="utf-8")
    assert "no microdata" in page
    assert "SYNTHETIC" not in page
    book = openpyxl.load_workbook(next(file for file in files if file.name.endswith("_es.xlsx")))
    assert book.sheetnames == ["Lado a lado", "Celdas", "Estudios"]
    assert not any(str(cell.value).startswith("=") for sheet in book for line in sheet for cell in line)


def test_census_cells_add_up_to_the_published_totals(shared_data: Path, tmp_path: Path) -> None:
    files = published_study(request("slv_census2024", tmp_path, shared_data), "study")
    text = next(file for file in files if file.name == "series.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    causes = {
        row["code_1"]: float(row["count"]) for row in rows if row["breakdown_1"] == "cause" and not row["breakdown_2"]
    }
    assert (sum(causes.values()), causes["insecurity_violence"]) == (226808.0, 32647.0)
    years = [row for row in rows if row["breakdown_1"] == "year" and row["code_2"] == "insecurity_violence"]
    assert [row["code_1"] for row in years] == [str(year) for year in range(2014, 2025)]
    assert sum(float(row["count"]) for row in years) == 32647.0
