"""Studies side by side in every open form: each tells every cell, and the descriptions hold."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import csvw
import frictionless
import pyarrow.parquet as pq
import pytest

from pipeline.attack_sdmx import sdmx_records
from pipeline.harmonized_cells import Cell, Column, study_cells
from pipeline.harmonized_files import printed_figures, read_figures, read_harmonized
from pipeline.harmonized_open import write_harmonized_open
from pipeline.harmonized_sdmx import write_harmonized_sdmx
from pipeline.harmonized_tables import cells_csv
from pipeline.project import Project
from pipeline.px.reading import read_px
from pipeline.study_files import load_study
from surveys.dictionary import Label

NUMBERS = ("value", "ci_low", "ci_high")


@pytest.fixture(scope="module")
def cells(root: Path) -> list[Cell]:
    """What Honduras and Mexico published, and three estimates: shown, weak, and hidden."""
    project = Project(root)
    common = read_harmonized(project)
    found: list[Cell] = []
    for name in ("hnd_2014", "hnd_2018", "mex_2018"):
        loaded = load_study(root / "surveys" / "studies" / name, project)
        found += study_cells(loaded, read_figures(loaded, common, project), common, printed_figures(loaded), None)
    here, text = Column("slv_2018", "SLV", 2018, "estimated", synthetic=True), Label("uno", "one")
    estimates = ((0.1 + 0.2, "reliable"), (100 / 3, "weak"), (math.nan, "confidential"))
    for figure, (value, status) in zip(common.indicators, estimates, strict=False):
        low, high = (value / 2, value * 2) if math.isfinite(value) else (math.nan, math.nan)
        found.append(Cell(figure, here, value, "percent", text, text, text, low=low, high=high, status=status))
    return found


def write(folder: Path, root: Path, cells: list[Cell]) -> Path:
    folder.mkdir()
    common = read_harmonized(Project(root))
    (folder / "harmonized.csv").write_text(cells_csv(common, cells), encoding="utf-8", newline="\n")
    write_harmonized_sdmx(folder, "harmonized", common, cells)
    write_harmonized_open(folder, "harmonized", common, cells)
    return folder


@pytest.fixture(scope="module")
def written(root: Path, cells: list[Cell], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("open") / "harmonized", root, cells)


def expected(cells: list[Cell]) -> list[dict[str, float]]:
    return [{name: value for name, value in zip(NUMBERS, (cell.value, cell.low, cell.high), strict=True)
             if math.isfinite(value)} for cell in cells]  # fmt: skip


def test_csv_parquet_and_sdmx_tell_every_cell_to_the_last_bit(written: Path, cells: list[Cell]) -> None:
    with (written / "harmonized.csv").open(encoding="utf-8", newline="") as file:
        lines = [{name: float(line[name]) for name in NUMBERS if line[name]} for line in csv.DictReader(file)]
    assert lines == expected(cells)
    rows = [{name: row[name] for name in NUMBERS if row[name] is not None}
            for row in pq.read_table(written / "harmonized.parquet").to_pylist()]  # fmt: skip
    assert rows == expected(cells)
    theirs = dict(zip(NUMBERS, ("OBS_VALUE", "LOWER_BOUND", "UPPER_BOUND"), strict=True))
    for file in ("sdmx_data.csv", "sdmx_data.json", "sdmx_data_2.1.xml"):
        told = [{name: float(record[column]) for name, column in theirs.items() if record.get(column)}
                for record in sdmx_records(written / file)]  # fmt: skip
        assert told == expected(cells), file


def test_the_cube_tells_every_cell_and_hides_the_hidden_one(written: Path, cells: list[Cell]) -> None:
    cube = read_px(written / "harmonized.px")
    seen: dict[tuple[str, str], int] = {}
    for cell, numbers in zip(cells, expected(cells), strict=True):
        study = f"{cell.column.study}.{cell.column.kind}"
        seen[cell.figure, study] = seen.get((cell.figure, study), 0) + 1
        number = seen[cell.figure, study]
        for name in NUMBERS:
            text = cube.cells[cell.figure, study if number == 1 else f"{study}#{number}", name]
            assert text == "..." if cell.status == "confidential" else (
                set(text) == {"."} if name not in numbers else abs(float(text) - numbers[name]) < 1e-14)
    assert any("DATOS SINTÉTICOS" in text or "sintéticos" in text for text in cube.keywords["NOTEX", "", ()])


def test_the_descriptions_are_valid(written: Path) -> None:
    report = frictionless.Package(str(written / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "message"])
    group = csvw.TableGroup.from_file(written / "csv-metadata.json")
    assert {str(table.url) for table in group.tables} == {path.name for path in written.glob("*.csv")}
    assert all(list(table.iterdicts(strict=True)) for table in group.tables)


def test_two_runs_give_the_same_bytes(root: Path, written: Path, cells: list[Cell], tmp_path: Path) -> None:
    again = write(tmp_path / "again", root, cells)
    for path in sorted(written.iterdir()):
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name
