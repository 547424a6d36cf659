"""Every CSV of a release is described, and what describes it holds: read by frictionless and by csvw."""

from __future__ import annotations

import json
from pathlib import Path

import csvw
import frictionless
import pandas as pd
import pyarrow.parquet as pq
import pytest

from estimates.protection import NUMBER_COLUMNS
from estimates.release_view import release_view
from pipeline.estimate_files import read_estimates
from pipeline.project import Project
from pipeline.px.reading import read_px
from pipeline.release import Release
from pipeline.release_files import write_release
from pipeline.study_files import load_study

ASKED = ("csv", "sdmx", "parquet", "px", "geography", "datapackage", "csvw")


@pytest.fixture(scope="module")
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The open files of the reference study: its geography, and a few estimates with every status."""
    loaded = load_study(root / "surveys" / "studies" / "slv_2018", Project(root))
    numbers = "0.25,0.01,0.2,0.3,0.04,1.5,20,400,40,100,1000"
    header = ("study", "indicator", "department", *NUMBER_COLUMNS, "unit", "status", "reason")
    lines = [",".join(header)]
    states = ("reliable", "weak", "withheld", "confidential")
    lines += [f"slv_2018,internal_mobility,{code},{numbers},percent,{status},"
              for code, status in zip(("_T", "01", "06", "08"), states, strict=True)]  # fmt: skip
    made = tmp_path_factory.mktemp("described")
    (made / "in.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    view = release_view(read_estimates(made / "in.csv"), loaded.study, loaded.dictionary)
    out = made / "out"
    out.mkdir()
    write_release(out, Release(loaded, view, {}, made / "validation.json", final=False), ASKED)
    return out


def test_both_descriptions_name_every_csv_and_hold(folder: Path) -> None:
    files = {path.name for path in folder.glob("*.csv")}
    assert {"estimates.csv", "labels.csv", "geography.csv", "geography_crosswalk.csv", "sdmx_data.csv"} <= files
    package = frictionless.Package(str(folder / "datapackage.json"))
    assert {resource.path for resource in package.resources} == files
    assert package.validate().valid
    group = csvw.TableGroup.from_file(folder / "csv-metadata.json")
    assert {str(table.url) for table in group.tables} == files
    for table in group.tables:
        assert list(table.iterdicts(strict=True))
        table.check_primary_key()


@pytest.mark.parametrize(("file", "before", "after"), [
    ("estimates.csv", "internal_mobility,06,", "internal_mobility,99,"),
    ("estimates.csv", "internal_mobility,06,", "internal_mobility,6,"),
    ("geography.csv", "department,06,SV-SS,SV10", "department,SV10,SV-SS,06"),
    ("geography_crosswalk.csv", "06,SV-SS,SV10", "6,SV-SS,SV10"),
])  # fmt: skip
def test_codes_of_another_system_and_lost_zeros_break_the_description(
    folder: Path, tmp_path: Path, file: str, before: str, after: str
) -> None:
    for path in folder.glob("*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert before in text
    (tmp_path / file).write_text(text.replace(before, after, 1), encoding="utf-8")
    assert not frictionless.Package(str(tmp_path / "datapackage.json")).validate().valid
    group = csvw.TableGroup.from_file(tmp_path / "csv-metadata.json")
    (table,) = (one for one in group.tables if str(one.url) == file)
    with pytest.raises(ValueError):
        list(table.iterdicts(strict=True))


def test_columns_of_places_hold_one_level_and_one_system_each(folder: Path) -> None:
    areas = pd.read_csv(folder / "geography.csv", dtype=str, keep_default_na=False)
    assert areas["level"].value_counts().to_dict() == {"department": 14, "municipality_2024": 44, "district": 262}
    assert areas["department_census"].str.fullmatch(r"\d{2}").all()
    assert areas["department_ocha_pcode"].str.fullmatch(r"SV\d{2}").all()
    both = areas[areas["level"] == "department"].set_index("department_census")
    assert (both.loc["06", "department_ocha_pcode"], both.loc["06", "department_iso_3166_2"]) == ("SV10", "SV-SS")
    assert both.loc["08", "department_ocha_pcode"] == "SV06", "the digits 06 are two departments"
    crosswalk = pd.read_csv(folder / "geography_crosswalk.csv", dtype=str, keep_default_na=False)
    assert crosswalk["district_census"].is_unique and len(crosswalk) == 262
    assert crosswalk["municipality_2024_alphabetical"].nunique() == 44
    assert (crosswalk["district_census"].str[:2] == crosswalk["department_census"]).all()
    same = crosswalk["district_census"] == crosswalk["municipality_2024_alphabetical"]
    assert same.any() and not same.all(), "the same digits name a district and a municipality"
    parquet = pq.read_table(folder / "geography.parquet").to_pandas()
    assert parquet.astype(str).equals(areas.astype(str))


def test_every_column_is_named_in_both_languages(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            assert field["title"] and field["title_es"], field["name"]
    for path in folder.glob("*.parquet"):
        schema = pq.read_schema(path)
        assert {b"title_es", b"title_en", b"synthetic_es", b"draft_en"} <= set(schema.metadata)
        assert all({b"label_es", b"label_en"} <= set(field.metadata) for field in schema), path.name


def test_a_cube_says_by_its_signs_why_there_is_no_number(folder: Path) -> None:
    cube = read_px(folder / "slv_2018_by_department.px")
    told = {code: cube.cells["internal_mobility", code, "estimate"] for code in ("_T", "01", "06", "08")}
    assert told == {"_T": "25", "01": "25", "06": "..", "08": "..."}
    assert cube.keywords["DATASYMBOL3", "en", ()] == ["Withheld: confidential"]
    assert any(key[0] == "CELLNOTE" for key in cube.keywords)
    assert "DATOS SINTÉTICOS" in "".join(cube.keywords["NOTEX", "", ()])
