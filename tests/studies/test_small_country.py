"""A small made-up country through every stage: one protected store feeds every file, and nothing bad gets out."""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from estimates.protection import NUMBER_COLUMNS, published_view
from pipeline.estimate_files import breakdown_columns, read_estimates
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, run_stages
from pipeline.workbook import NUMBERS
from surveys.problems import DataError, DesignError

HERE = Path(__file__).resolve().parent.parent / "data" / "small_country"
HIDDEN = ("withheld", "confidential")


def bring(root: Path, folder: Path, build: Path, target: str) -> Path:
    """Run a target on a study folder that holds its own source files."""
    run_stages(Request(Project(root), folder, folder, build, "en"), target, Progress(quiet=True))
    return build / folder.name


def copy(to: Path) -> Path:
    """Copy the study to a folder of its own."""
    folder = to / "small_country"
    shutil.copytree(HERE, folder)
    return folder


@pytest.fixture(scope="module")
def results(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of all stages up to dissemination."""
    place = tmp_path_factory.mktemp("small")
    return bring(root, copy(place), place / "build", "disseminate")


@pytest.fixture(scope="module")
def internal(results: Path) -> pd.DataFrame:
    """The estimates as the house keeps them."""
    return read_estimates(results / "estimate" / "estimates.csv")


def test_the_country_has_rows_of_every_status_that_matters(internal: pd.DataFrame) -> None:
    assert {"reliable", "withheld", "confidential"} <= set(internal["status"])


def test_figures_equal_a_plain_count(results: Path, internal: pd.DataFrame) -> None:
    with (HERE / "households.csv").open() as stream:
        weight = {row["folio"]: float(row["factor"]) for row in csv.DictReader(stream)}
    with (HERE / "persons.csv").open() as stream:
        persons = list(csv.DictReader(stream))
    women = [row for row in persons if row["sexo"] == "2.Mujer" and row["pobre"]]
    poor = sum(weight[row["folio"]] for row in women if row["pobre"] == "1")
    share = poor / sum(weight[row["folio"]] for row in women)
    row = internal[
        (internal["indicator"] == "small_poverty") & (internal["sex"] == "2") & (internal["small_region"] == "_T")
    ].iloc[0]
    assert row["estimate"] == pytest.approx(share, rel=1e-12)
    assert row["n"] == len(women)


def test_microdata_and_weights_are_for_their_owner_only(results: Path) -> None:
    for path in (
        *results.glob("ingest/*.parquet"),
        *results.glob("weight/*.parquet"),
        results / "estimate" / "estimates.csv",
    ):
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_the_csv_is_the_published_view(results: Path, internal: pd.DataFrame) -> None:
    written = read_estimates(results / "disseminate" / "estimates.csv")
    pd.testing.assert_frame_equal(written, published_view(internal))
    hidden = written["status"].isin(HIDDEN)
    assert hidden.any()
    assert written.loc[hidden, list(NUMBER_COLUMNS)].isna().all().all()


def test_sdmx_says_the_same(results: Path, internal: pd.DataFrame) -> None:
    sdmx = pd.read_csv(results / "disseminate" / "sdmx_data.csv", dtype=str, keep_default_na=False)
    view = published_view(internal)
    assert len(sdmx) == len(view)
    for column, name in (("OBS_VALUE", "estimate"), ("LOWER_BOUND", "ci_low"), ("STD_ERR", "se"), ("N_CASES", "cases")):
        np.testing.assert_array_equal(pd.to_numeric(sdmx[column]).to_numpy(np.float64), view[name].to_numpy())
    hidden = view["status"].isin(HIDDEN).to_numpy()
    assert (sdmx.loc[hidden, "OBS_STATUS"] == "Q").all()
    assert set(sdmx["SEX"]) == {"_T", "M", "F"}


def test_the_sdmx_structure_is_valid_and_reads_the_data(results: Path) -> None:
    from pysdmx.io import get_datasets, read_sdmx

    folder = results / "disseminate"
    read_sdmx(folder / "sdmx_structure.xml", validate=True)
    (dataset,) = get_datasets(folder / "sdmx_data.csv", folder / "sdmx_structure.xml")
    assert len(dataset.data) == len(read_estimates(folder / "estimates.csv"))


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_workbook_equals_the_estimates(results: Path, internal: pd.DataFrame, language: str) -> None:
    book = openpyxl.load_workbook(results / "disseminate" / f"small_country_{language}.xlsx")
    view = published_view(internal).reset_index(drop=True)
    tables = [sheet for sheet in book.worksheets if re.fullmatch(r"T\d{3}", sheet.title)]
    shown: list[list[object]] = []
    for sheet in tables:
        assert ("SINT" if language == "es" else "SYNTH") in str(sheet["A2"].value)
        first = next(place for place, cell in enumerate(sheet[3]) if cell.value in ("Estimación", "Estimate"))
        rows = itertools.takewhile(lambda row: row[0].value is not None, sheet.iter_rows(min_row=4))
        shown += [[cell.value for cell in row[first : first + len(NUMBERS)]] for row in rows]
    whole = view["indicator"].str.partition(".")[0]
    pattern = (view[breakdown_columns(view)] != "_T").apply(tuple, axis=1)
    # What has one row and no breakdown stands together, before all tables.
    alone = (view["indicator"] == whole) & ~pattern.map(any)
    expected = view.loc[alone, [*NUMBERS, "status"]].to_dict("records")
    for _, rows in view[~alone].groupby([whole[~alone], pattern[~alone]], sort=False):
        expected += rows[[*NUMBERS, "status"]].to_dict("records")
    assert len(shown) == len(expected)
    for cells, row in zip(shown, expected, strict=True):
        if row["status"] in HIDDEN:
            assert cells == ["s"] * len(NUMBERS)
        else:
            assert [np.nan if cell is None else float(str(cell)) for cell in cells] == pytest.approx(
                [row[name] for name in NUMBERS], rel=1e-15, nan_ok=True
            )


def test_numbers_of_hidden_rows_are_in_no_file(results: Path, internal: pd.DataFrame) -> None:
    hidden = internal[internal["status"].isin(HIDDEN)]
    kept = internal[~internal["status"].isin(HIDDEN)]
    numbers = {
        f"{value:.6g}"
        for name in ("estimate", "se", "ci_low", "ci_high", "population")
        for value in hidden[name]
        if np.isfinite(value)
    }
    numbers -= {f"{value:.6g}" for name in NUMBER_COLUMNS for value in kept[name] if np.isfinite(value)}
    number = re.compile(r"\d+\.\d+(?:[eE][-+]?\d+)?")
    for path in [*sorted((results / "disseminate").iterdir()), *sorted((results / "validate").iterdir())]:
        for text in _texts(path):
            found = {f"{float(piece):.6g}" for piece in number.findall(text)}
            assert not found & numbers, path.name


def test_labels_that_look_like_formulas_stay_text(results: Path) -> None:
    folder = results / "disseminate"
    for path in folder.glob("*.xlsx"):
        assert not any("<f>" in text for text in _texts(path))
    labels = (folder / "labels.csv").read_text(encoding="utf-8")
    assert "'=1+1 North" in labels
    assert not re.search(r"(^|,)=", labels, re.MULTILINE)


def test_checksums_and_data_package_describe_the_files(results: Path) -> None:
    folder = results / "disseminate"
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        header = (folder / resource["path"]).read_text(encoding="utf-8").splitlines()[0].split(",")
        assert header == [field["name"] for field in resource["schema"]["fields"]]


def test_a_second_run_gives_the_same_bytes(root: Path, results: Path, tmp_path: Path) -> None:
    again = bring(root, copy(tmp_path), tmp_path / "build", "disseminate")
    for stage in ("weight", "estimate", "validate", "disseminate"):
        for path in sorted((results / stage).iterdir()):
            if path.name != "manifest.json":
                assert path.read_bytes() == (again / stage / path.name).read_bytes(), path.name


def test_the_second_engine_agrees(results: Path) -> None:
    validation = json.loads((results / "validate" / "validation.json").read_text(encoding="utf-8"))
    assert validation["passed"] is True
    assert validation["second_engine"] == {"equal": len(validation["headlines"])}
    assert len(validation["headlines"]) >= 8


def test_a_printed_figure_that_differs_stops_after_the_page_is_written(root: Path, tmp_path: Path) -> None:
    folder = copy(tmp_path)
    printed = (folder / "published.csv").read_text(encoding="utf-8").splitlines()
    altered = [
        "small_poverty,,99.9,100,1,0,Page 7," if line.startswith("small_poverty,,") else line for line in printed
    ]
    (folder / "published.csv").write_text("\n".join(altered) + "\n", encoding="utf-8")
    with pytest.raises(DataError) as raised:
        bring(root, folder, tmp_path / "build", "validate")
    (problem,) = raised.value.problems
    assert problem.message.code == "published_unexplained"
    assert "99.9 (Page 7)" in raised.value.text("en") and "sin explicación" in raised.value.text("es")
    page = tmp_path / "build" / "small_country" / "validate.failed" / "validation_es.html"
    assert "Sin explicación" in page.read_text(encoding="utf-8")
    assert not (tmp_path / "build" / "small_country" / "validate").exists()


def test_an_explanation_lets_a_difference_pass(root: Path, tmp_path: Path) -> None:
    folder = copy(tmp_path)
    with (folder / "published.csv").open("a", encoding="utf-8") as stream:
        stream.write("small_poverty,sex=1,99.9,100,1,0,Page 7,Printed with last year's line\n")
    results = bring(root, folder, tmp_path / "build", "validate")
    validation = json.loads((results / "validate" / "validation.json").read_text(encoding="utf-8"))
    assert validation["reconciliation"] == {"equal": 3, "explained": 1}


def test_a_stratum_with_one_psu_stops_the_run(root: Path, tmp_path: Path) -> None:
    folder = copy(tmp_path)
    lines = (folder / "households.csv").read_text(encoding="utf-8").splitlines()
    # Every family of stratum 3 now lies in PSU 1.
    changed = [re.sub(r"^(3\d+),3,\d+,", r"\1,3,1,", line) for line in lines]
    _replace_source(folder, "households.csv", "\n".join(changed) + "\n")
    with pytest.raises((DesignError, DataError)) as raised:
        bring(root, folder, tmp_path / "build", "estimate")
    assert "1 stratum has a single PSU (3)" in raised.value.text("en")
    assert "1 estrato tiene una sola UPM (3)" in raised.value.text("es")


def test_a_negative_weight_stops_the_run_without_naming_a_family(root: Path, tmp_path: Path) -> None:
    folder = copy(tmp_path)
    lines = (folder / "households.csv").read_text(encoding="utf-8").splitlines()
    first = lines[1].split(",")
    lines[1] = ",".join([*first[:4], f"-{first[4]}", *first[5:]])
    _replace_source(folder, "households.csv", "\n".join(lines) + "\n")
    with pytest.raises(DataError) as raised:
        bring(root, folder, tmp_path / "build", "weight")
    said = raised.value.text("en") + raised.value.text("es")
    assert "weight" in said and first[0] not in said and first[4] not in said


def _replace_source(folder: Path, name: str, text: str) -> None:
    before = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / name).write_text(text, encoding="utf-8")
    after = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    study = folder / "study.yaml"
    study.write_text(study.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


def _texts(path: Path) -> list[str]:
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return [archive.read(name).decode("utf-8") for name in archive.namelist()]
    if path.suffix == ".parquet":
        return [repr(row) for row in pq.read_table(path).to_pylist()] + [str(pq.read_schema(path).metadata)]
    return [path.read_text(encoding="utf-8")]
