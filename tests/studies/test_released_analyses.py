"""Comparisons, models and tests leave the house with names, protected, and are attacked in every file."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml

from estimates.release_view import analyses_view
from estimates.table import WHOLE
from pipeline.analysis_files import read_analyses
from pipeline.analysis_release import COLUMNS, LINE
from pipeline.attack_analyses import told_by_analyses
from pipeline.estimate_files import breakdown_columns, read_estimates
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, run_stages
from pipeline.study_files import load_study

HERE = Path(__file__).resolve().parent.parent / "data" / "small_country"
ASKED = {
    "comparisons": [
        {"indicator": "small_poverty", "between": "sex", "codes": ["1", "2"]},
        {"indicator": "small_poverty", "between": "sex", "codes": ["1", "2"], "by": ["small_region"]},
        {"indicator": "small_displaced", "between": "small_region", "against": "rest"},
    ],
    "models": [
        {"name": "poverty", "family": "linear", "outcome": "small_poor == '1'", "terms": ["age", "sex"],
         "level": "person", "label": {"es": "Pobreza por edad", "en": "Poverty by age"}},
        {"name": "displaced", "family": "logistic", "outcome": "small_displaced_person == '1'",
         "terms": ["small_region"], "universe": "sex == '1'", "level": "person"},
    ],
    "independence": [{"rows": "sex", "columns": "small_region", "level": "person"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def made(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("analyses") / "small_country"
    shutil.copytree(HERE, folder)
    path = folder / "study.yaml"
    study = yaml.safe_load(path.read_text(encoding="utf-8")) | ASKED
    path.write_text(yaml.safe_dump(study, allow_unicode=True, sort_keys=False), encoding="utf-8")
    run_stages(Request(Project(root), folder, folder, folder.parent / "build", "en"), "disseminate",
               Progress(quiet=True))  # fmt: skip
    return folder


def results(made: Path) -> Path:
    return made.parent / "build" / "small_country"


def told(root: Path, made: Path, folder: Path) -> set[tuple[str, str]]:
    loaded = load_study(made, Project(root))
    frame = read_estimates(results(made) / "estimate" / "estimates.csv")
    hidden = frame["status"].isin(["withheld", "confidential"]).to_numpy()
    tables = analyses_view(read_analyses(results(made) / "estimate"), loaded.study, loaded.dictionary)
    return set(told_by_analyses(folder, frame, breakdown_columns(frame), hidden, tables, loaded.study,
                                loaded.dictionary))  # fmt: skip


def test_they_are_written_with_names_and_without_hidden_numbers(root: Path, made: Path) -> None:
    out = results(made) / "disseminate"
    assert not list(out.glob("*verdicts*"))
    for name, columns in COLUMNS.items():
        table = pd.read_csv(out / f"{name}.csv", keep_default_na=False, dtype=str)
        assert (table["data"] == "synthetic").all()
        assert (table["label_es"] != "").all() and (table["label_en"] != "").all()
        hidden = table["status"].isin(["withheld", "confidential"])
        assert (table.loc[hidden, list(columns)] == "").all(axis=None)
        assert (table.loc[~hidden, columns[0]] != "").all()
    comparisons = pd.read_csv(out / "comparisons.csv", dtype=str)
    assert comparisons["label_en"].iloc[0] == "Poverty. Sex: Male against Female"
    assert comparisons["label_es"].iloc[0] == "Pobreza. Sexo: Hombre frente a Mujer"
    assert "Poverty by age. Constant" in set(pd.read_csv(out / "models.csv")["label_en"])
    assert told(root, made, out) == set()


def test_the_contents_of_the_workbook_list_them(made: Path) -> None:
    for language, contents in (("es", "Contenido"), ("en", "Contents")):
        book = openpyxl.load_workbook(results(made) / "disseminate" / f"small_country_{language}.xlsx")
        listed = {str(row[0].value): str(row[1].value) for row in book[contents].iter_rows(min_row=4)}
        assert listed.keys() >= {"A001", "A002", "A003"}
        for sheet in ("A001", "A002", "A003"):
            assert book[sheet]["A1"].value == listed[sheet]
            assert book[sheet]["A3"].value == LINE[0 if language == "es" else 1]
            assert book[sheet].max_row > 3


def test_a_number_of_a_hidden_line_is_found_in_either_file(root: Path, made: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(results(made) / "disseminate", out)
    for name, column in (("comparisons", "estimate"), ("models", "coefficient")):
        with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
        place = next(place for place, line in enumerate(lines) if line["status"] == "withheld")
        lines[place] |= {column: "0.25", "status": "reliable"}
        with (out / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, lines[0].keys())
            writer.writeheader()
            writer.writerows(lines)
    assert {file for file, _ in told(root, made, out)} == {"comparisons.csv", "models.csv"}
    path = tmp_path / "book" / "small_country_en.xlsx"
    path.parent.mkdir()
    book = openpyxl.load_workbook(out / path.name)
    place = next(row for row in book["A001"].iter_rows(min_row=4) if row[1].value == "s")
    place[1].value = 0.25
    book.save(path)
    assert {file for file, _ in told(root, made, path.parent)} == {path.name}


def test_a_comparison_of_a_group_that_is_hidden_may_show_nothing(root: Path, made: Path) -> None:
    """The status of the comparison itself is not trusted: the groups are looked up among the hidden estimates."""
    loaded = load_study(made, Project(root))
    frame = read_estimates(results(made) / "estimate" / "estimates.csv")
    names = breakdown_columns(frame)
    hidden = ((frame["indicator"] == "small_poverty") & (frame["sex"] == "1")
              & (frame[[name for name in names if name != "sex"]] == WHOLE).all(axis=1)).to_numpy()  # fmt: skip
    assert hidden.sum() == 1
    tables = {"comparisons": read_analyses(results(made) / "estimate")["comparisons"]}
    found = set(told_by_analyses(results(made) / "disseminate", frame, names, hidden, tables, loaded.study,
                                 loaded.dictionary))  # fmt: skip
    workbooks = {"small_country_es.xlsx", "small_country_en.xlsx"}
    assert {file for file, _ in found} == {"comparisons.csv", "comparisons.parquet", *workbooks}
    assert {line for file, line in found if file.endswith("en.xlsx")} == {"Poverty. Sex: Male against Female"}
