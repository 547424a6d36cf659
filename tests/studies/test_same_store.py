"""One protected store feeds every format: each read back on its own and compared with it, number by number."""

from __future__ import annotations

import csv
import itertools
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from lxml import html

from estimates.protection import NUMBER_COLUMNS
from estimates.release_view import analyses_view, release_view
from pipeline.analysis_files import read_analyses
from pipeline.attack_sdmx import sdmx_lines
from pipeline.estimate_files import breakdown_columns, read_estimates
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.release import Release
from pipeline.release_files import FORMATS, write_release
from pipeline.runner import Request, run_stages
from pipeline.sdmx_codes import component_id, sdmx_codes, sdmx_id
from pipeline.sdmx_components import MEASURES, NUMBER_ATTRIBUTES
from pipeline.study_files import LoadedStudy, load_study
from pipeline.table_labels import TOTAL, Labels

Key = tuple[str, ...]
Store = dict[Key, dict[str, float]]
HIDDEN = ("withheld", "confidential")
IN_UNITS = ("estimate", "se", "ci_low", "ci_high")
NUMBER = re.compile(r"[−-]?[\d,]*\.?\d+")


@dataclass(frozen=True)
class Made:
    """A study brought to its release: what was protected, and the folder of everything written from it."""

    loaded: LoadedStudy
    view: pd.DataFrame
    results: Path
    folder: Path

    @property
    def names(self) -> list[str]:
        return breakdown_columns(self.view)

    @property
    def store(self) -> Store:
        """Numbers of every row by its key; a row that may not be shown has none."""
        return {
            (row["indicator"], *(row[name] for name in self.names)):
                {name: row[name] for name in NUMBER_COLUMNS if np.isfinite(row[name])}
            for row in self.view.to_dict("records")
        }  # fmt: skip


STUDIES = [
    pytest.param("small_country"),
    pytest.param("slv_2018", marks=pytest.mark.slow),
    pytest.param("bol_2019", marks=pytest.mark.slow),
]


@pytest.fixture(scope="module", params=STUDIES)
def made(request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    name, build = str(request.param), tmp_path_factory.mktemp("same_store")
    home = root / "tests" / "data" / name if name == "small_country" else root / "surveys" / "studies" / name
    data = request.getfixturevalue("shared_data") if name == "bol_2019" else home
    for target in ("disseminate", "report"):
        run_stages(Request(Project(root), home, data, build, "en"), target, Progress(quiet=True))
    loaded = load_study(home, Project(root))
    view = release_view(read_estimates(build / name / "estimate" / "estimates.csv"), loaded.study, loaded.dictionary)
    assert set(view["status"]) & {"reliable"} and set(view["status"]) & set(HIDDEN)
    return Made(loaded, view, build / name, build / name / "disseminate")




def from_csv(made: Made) -> Store:
    with (made.folder / "estimates.csv").open(encoding="utf-8", newline="") as file:
        return {
            (line["indicator"].lstrip("'"), *(line[name].lstrip("'") for name in made.names)):
                {name: float(line[name]) for name in NUMBER_COLUMNS if line[name]}
            for line in csv.DictReader(file)
        }  # fmt: skip


def from_parquet(made: Made) -> Store:
    return {
        (row["indicator"], *(row[name] for name in made.names)):
            {name: float(row[name]) for name in NUMBER_COLUMNS if row[name] is not None}
        for row in pq.read_table(made.folder / "estimates.parquet").to_pylist()
    }  # fmt: skip


def from_sdmx(file: str) -> Callable[[Made], Store]:
    def read(made: Made) -> Store:
        indicators = list(made.view["indicator"].unique())
        lines = sdmx_lines(made.folder / file, indicators, made.names, made.loaded.dictionary)
        return {key: {name: float(text) for name, text in told.items() if text} for key, told in lines}
    return read


def from_records(made: Made, records: Iterator[Mapping[str, Any]]) -> Store:
    """Observations as a library gave them, back under our names."""
    indicators = {sdmx_id(name): name for name in made.view["indicator"].unique()}
    codes = {name: {theirs: ours for ours, theirs in sdmx_codes(made.loaded.dictionary, name).items()}
             for name in made.names}  # fmt: skip
    found: Store = {}
    for record in records:
        key = (indicators[record["INDICATOR"]], *(codes[name][record[component_id(name)]] for name in made.names))
        told = {ours: str(record.get(theirs, "")) for theirs, ours in {**MEASURES, **NUMBER_ATTRIBUTES}.items()}
        found[key] = {name: float(text) for name, text in told.items() if text not in ("", "nan", "None", "<NA>")}
    return found


def by_pysdmx(data: str, structure: str) -> Callable[[Made], Store]:
    def read(made: Made) -> Store:
        from pysdmx.io import get_datasets

        (dataset,) = get_datasets(made.folder / data, made.folder / structure)
        return from_records(made, iter(dataset.data.to_dict("records")))
    return read


def by_sdmx1(made: Made) -> Store:
    sdmx = import_module("sdmx")
    (structure,) = sdmx.read_sdmx(made.folder / "sdmx_structure_2.1.xml").structure.values()
    (dataset,) = sdmx.read_sdmx(made.folder / "sdmx_data_2.1.xml", structure=structure).data

    def records() -> Iterator[Mapping[str, Any]]:
        for one in dataset.obs:
            record = {name: str(part.value) for name, part in one.key.values.items()}
            record |= {name: str(part.value) for name, part in one.attached_attribute.items()}
            yield record | {"OBS_VALUE": "" if one.value is None else str(one.value)}
    return from_records(made, records())


def from_workbook(language: str) -> Callable[[Made], Store]:
    def read(made: Made) -> Store:
        labels = Labels(made.loaded.dictionary, "es" if language == "es" else "en")
        indicators = {labels.indicator(name): name for name in made.view["indicator"].unique()}
        assert len(indicators) == made.view["indicator"].nunique(), "two indicators have one name"
        columns = {labels.column(name): name for name in (*NUMBER_COLUMNS, *made.names)}
        codes = {name: {labels.category(name, code): code for code in made.view[name].unique()} for name in made.names}
        book = openpyxl.load_workbook(made.folder / f"{made.loaded.study.name}_{language}.xlsx")
        found: Store = {}
        for sheet in book.worksheets:
            rows = [list(row) for row in sheet.iter_rows(values_only=True)]
            start = next((place for place, row in enumerate(rows) if labels.column("estimate") in row
                          and row[0] == labels.column("indicator")), None)  # fmt: skip
            for row in [] if start is None else rows[start + 1:]:
                if row[0] not in indicators:
                    continue
                held = {columns[title]: cell for title, cell in zip(rows[start or 0], row, strict=True)
                        if title in columns}  # fmt: skip
                key = (indicators[row[0]], *(codes[by][held[by]] if by in held else TOTAL for by in made.names))
                assert key not in found
                found[key] = {name: float(held[name]) for name in NUMBER_COLUMNS if isinstance(held[name], int | float)}
        return found
    return read


def read_cube(path: Path, mark: str) -> tuple[list[str], list[list[str]], list[str]]:
    """Names, codes and cells of a cube, read by other means than the product does."""
    text = path.read_text(encoding="utf-8")
    head, data = text.split("\nDATA=\n", 1)
    statements = [part.replace("\n", "") for part in re.split(r";\n(?=[A-Z])", head)]
    said = dict(part.split("=", 1) for part in statements)
    parts = [re.findall(r'"([^"]*)"', said[f"{key}{mark}"]) for key in ("STUB", "HEADING")]
    order = [name for part in parts for name in part]
    codes = [re.findall(r'"([^"]*)"', said[f'CODES{mark}("{name}")']) for name in order]
    names = [re.findall(r'"([^"]*)"', said[f'VARIABLECODE{mark}("{name}")'])[0] for name in order]
    values = [re.findall(r'"([^"]*)"', said[f'VALUES{mark}("{name}")']) for name in order]
    assert [len(one) for one in values] == [len(one) for one in codes] and all(len(set(v)) == len(v) for v in values)
    return names, codes, data.replace(";", "").split()


def from_cubes(mark: str) -> Callable[[Made], Store]:
    def read(made: Made) -> Store:
        units = dict(zip(made.view["indicator"], made.view["unit"], strict=True))
        found: Store = {}
        for path in sorted(made.folder.glob("*.px")):
            names, codes, cells = read_cube(path, mark)
            for place, cell in zip(itertools.product(*codes), cells, strict=True):
                held = dict(zip(names, place, strict=True))
                key = (held["indicator"], *(held.get(name, TOTAL) for name in made.names))
                told, measure = found.setdefault(key, {}), held["measure"]
                if cell.startswith('"'):
                    assert set(cell.strip('"')) == {"."} and measure not in told
                    continue
                hundred = measure == "cv" or (units[key[0]] == "percent" and measure in IN_UNITS)
                value = float(Decimal(cell).scaleb(-2 if hundred else 0))
                assert told.setdefault(measure, value) == value, "a margin is the same in every cube"
        # A cube has places for rows that were never tabulated; they tell nothing.
        return {key: told for key, told in found.items() if told or key in made.store}
    return read


READERS: dict[str, Callable[[Made], Store]] = {
    "csv": from_csv,
    "parquet": from_parquet,
    "sdmx-csv": from_sdmx("sdmx_data.csv"),
    "sdmx-json": from_sdmx("sdmx_data.json"),
    "sdmx-ml": from_sdmx("sdmx_data_2.1.xml"),
    "pysdmx csv": by_pysdmx("sdmx_data.csv", "sdmx_structure.xml"),
    "pysdmx ml": by_pysdmx("sdmx_data_2.1.xml", "sdmx_structure_2.1.xml"),
    "sdmx1 ml": by_sdmx1,
    "workbook es": from_workbook("es"),
    "workbook en": from_workbook("en"),
    "px es": from_cubes(""),
    "px en": from_cubes("[en]"),
}


@pytest.mark.parametrize("format", READERS)
def test_every_format_tells_the_numbers_of_the_store_and_no_other(made: Made, format: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = READERS[format](made)
    store = made.store
    assert set(found) == set(store)
    # PC-Axis holds fifteen decimals, of which a double is the nearest; a workbook sixteen digits; the others every bit.
    relative, absolute = {"px": (2.3e-16, 6e-16), "workbook": (1e-15, 0.0)}.get(format.partition(" ")[0], (0.0, 0.0))
    for key, told in store.items():
        assert set(found[key]) == set(told), key
        for name, value in told.items():
            assert abs(found[key][name] - value) <= relative * abs(value) + absolute, (key, name)


def test_a_row_that_may_not_be_shown_has_its_reason_and_no_number_anywhere(made: Made) -> None:
    hidden = {key for key, told in made.store.items() if not told}
    assert len(hidden) >= made.view["status"].isin(HIDDEN).sum() > 0
    for format, read in READERS.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert all(read(made)[key] == {} for key in hidden), format


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_report_prints_the_numbers_of_the_store(made: Made, language: str) -> None:
    labels = Labels(made.loaded.dictionary, "es" if language == "es" else "en")
    rows = {labels.indicator(row["indicator"]): row for row in made.view.to_dict("records")
            if all(row[name] == TOTAL for name in made.names)}  # fmt: skip
    page = html.parse(str(made.results / "report" / f"report_{language}.html")).getroot()
    pdf = import_module("pypdf").PdfReader(made.results / "report" / f"report_{language}.pdf")
    printed = " ".join(part.extract_text() for part in pdf.pages).replace("\u00a0", " ")
    compared = 0
    for table in page.xpath("//table"):
        title = table.xpath("string(.//caption)")
        head = [" ".join(cell.text_content().split()) for cell in table.xpath(".//thead//th")]
        grouped = any(len(line.xpath("./th|./td")) == 1 for line in table.xpath(".//tbody/tr"))
        if grouped or head[1:2] != [labels.column("estimate")]:
            continue
        for line in table.xpath(".//tbody/tr"):
            cells = [" ".join(cell.text_content().split()) for cell in line.xpath("./th|./td")]
            row = rows.get(cells[0])
            # Tables of indicators of the whole: name, estimate, both limits.
            if row is None or len(cells) < 5 or any(f" {by}" in title for by in ("según", "por ", "by ")):
                continue
            if row["status"] in HIDDEN:
                assert not any(NUMBER.fullmatch(cell) for cell in cells[1:]), cells[0]
                continue
            shown = [cell for cell in cells[1:4] if NUMBER.fullmatch(cell)]
            if len(shown) < 3:
                continue
            for text, name in zip(shown, ("estimate", "ci_low", "ci_high"), strict=True):
                plain = text.replace(",", "").replace("−", "-")
                step = 10.0 ** -len(plain.partition(".")[2])
                value = row[name] * (100 if row["unit"] == "percent" else 1)
                assert abs(float(plain) - value) <= 0.5 * step * (1 + 1e-9), (cells[0], name)
                assert text in printed, (cells[0], name)
            compared += 1
    # The report of the small country has tables by region only.
    assert compared >= (0 if made.loaded.study.name == "small_country" else 10)


def test_other_tables_tell_the_same_in_every_form(made: Made) -> None:
    """Comparisons, models, tests, trends and small areas: Parquet beside CSV; and the workbook's sheets of them."""
    for path in sorted(made.folder.glob("*.parquet")):
        table = pq.read_table(path).to_pylist()
        with path.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
        assert len(table) == len(lines), path.name
        for row, line in zip(table, lines, strict=True):
            assert list(row) == list(line)
            for name, cell in row.items():
                text = line[name]
                same = text.removeprefix("'") == cell.removeprefix("'") if isinstance(cell, str) else (
                    text == "" if cell is None else float(text) == cell)  # fmt: skip
                assert same, (path.name, name)


def test_two_runs_give_the_same_bytes(made: Made, tmp_path: Path) -> None:
    analyses = analyses_view(read_analyses(made.results / "estimate"), made.loaded.study, made.loaded.dictionary)
    validated = made.results / "validate" / "validation.json"
    write_release(tmp_path, Release(made.loaded, made.view, analyses, validated, final=False), list(FORMATS))
    written = sorted(path.name for path in tmp_path.iterdir())
    assert {Path(name).suffix for name in written} >= {".csv", ".parquet", ".px", ".xlsx", ".xml", ".json"}
    for name in written:
        assert (tmp_path / name).read_bytes() == (made.folder / name).read_bytes(), name
