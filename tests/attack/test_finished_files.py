"""The attack on finished files: a release with primary rules only must fail it, a protected one must pass."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from estimates.disclosure.audit import ProtectionRule
from estimates.disclosure.cells import LinkedCells
from estimates.disclosure.release import COMPLEMENTARY, audit_release, protect_release
from estimates.disclosure.release_cells import release_cells
from estimates.protection import published_view
from estimates.study_design import study_design
from estimates.study_estimates import estimate_study
from estimates.study_small_areas import INTERNAL, KEYS, PUBLISHED
from pipeline.attack import Attack, attack_release, refuse_leaks, refuse_without_audit
from pipeline.attack_bytes import search_bytes
from pipeline.attack_tables import read_published
from pipeline.estimate_files import breakdown_columns
from pipeline.microdata_files import read_microdata
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.release import Release as WrittenRelease
from pipeline.release_files import write_release
from pipeline.runner import Request, run_stages
from pipeline.study_files import LoadedStudy, load_study
from pipeline.weight_files import read_weights
from surveys.problems import DataError

HERE = Path(__file__).resolve().parent.parent / "data" / "small_country"
TABLES = ("estimates.csv", "estimates.parquet", "sdmx_data.csv", "sdmx_data.json", "sdmx_data_2.1.xml",
          "small_country_en.xlsx", "small_country_es.xlsx", "explorer_es.html", "explorer_en.html")  # fmt: skip
CUBES = ("small_country_total.px", "small_country_by_sex.px", "small_country_by_small_region.px",
         "small_country_by_sex_small_region.px")  # fmt: skip
RULE = ProtectionRule(10, 5)
Release = tuple[LoadedStudy, pd.DataFrame, LinkedCells]


@pytest.fixture(scope="module")
def release(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Primary rules only, and nothing hidden for its precision: what the attacker would like best."""
    place = tmp_path_factory.mktemp("attacked")
    folder = place / "small_country"
    shutil.copytree(HERE, folder)
    run_stages(Request(Project(root), folder, folder, place, "en"), "weight", Progress(quiet=True))
    loaded = load_study(folder, Project(root))
    microdata = read_microdata(place / "small_country" / "ingest", loaded.dictionary)
    weights = read_weights(place / "small_country" / "weight", microdata)
    design = study_design(loaded.study, microdata)
    frame = estimate_study(loaded.study, loaded.dictionary, microdata, design, weights)
    withheld = frame["status"] == "withheld"
    frame.loc[withheld, ["status", "reason"]] = ["weak", ""]
    return loaded, frame, release_cells(loaded.study, loaded.dictionary, microdata, design, weights, frame)


def written(folder: Path, release: Release, frame: pd.DataFrame) -> Path:
    folder.mkdir()
    view = published_view(frame)
    write_release(folder, WrittenRelease(release[0], view, {}, folder / "validation.json", final=False))
    return folder


def attacked(folder: Path, release: Release, frame: pd.DataFrame, **options: Sequence[Path]) -> Attack:
    return attack_release(folder, frame, release[2], RULE, release[0].dictionary, **options)


def test_cells_count_what_the_rows_count(release: Release) -> None:
    _, frame, cells = release
    for column, of_row in (("n", cells.base_of_row), ("cases", cells.cases_of_row)):
        assert (of_row >= 0).all()
        np.testing.assert_array_equal(cells.count[of_row], frame[column].to_numpy())


def test_a_primary_only_release_is_refused(release: Release, tmp_path: Path) -> None:
    frame = release[1]
    assert audit_release(frame, release[2], RULE).exact.any()
    found = attacked(written(tmp_path / "release", release, frame), release, frame)
    assert {leak.kind for leak in found.leaks} == {"count_bounded"}
    with pytest.raises(DataError, match="leaks"):
        refuse_leaks(found, "small_country")


def test_a_protected_release_passes(release: Release, tmp_path: Path) -> None:
    protected = protect_release(release[1], release[2], RULE)
    assert (protected.frame["reason"] == COMPLEMENTARY).any()
    assert not audit_release(protected.frame, release[2], RULE).exposed.any()
    found = attacked(written(tmp_path / "release", release, protected.frame), release, protected.frame)
    assert found.leaks == ()
    assert set(found.figures) == {*TABLES, *CUBES}
    assert len({found.figures[name] for name in TABLES}) == 1, "every table tells the same rows"
    assert sum(found.figures[name] for name in CUBES) >= found.figures["estimates.csv"], "cubes tell margins twice"
    refuse_leaks(found, "small_country")


def test_files_are_read_where_another_edition_has_a_breakdown_more(release: Release, tmp_path: Path) -> None:
    protected = protect_release(release[1], release[2], RULE).frame
    folder = written(tmp_path / "release", release, protected)
    wider = protected.copy()
    wider.insert(list(wider.columns).index("indicator") + 1, "department", "_T")
    dictionary = release[0].dictionary
    told = [
        {one.file: int(one.has_number.sum())
         for one in read_published(folder, frame, breakdown_columns(frame), dictionary)}
        for frame in (protected, wider)
    ]  # fmt: skip
    assert told[0] == told[1] and min(told[0].values()) > 0


@pytest.mark.parametrize("file", [*TABLES, *CUBES])
def test_one_file_that_was_not_protected_is_found(release: Release, tmp_path: Path, file: str) -> None:
    protected = protect_release(release[1], release[2], RULE).frame
    good = written(tmp_path / "good", release, protected)
    bad = written(tmp_path / "bad", release, protected.assign(status="reliable"))
    shutil.copy(bad / file, good / file)
    found = attacked(good, release, protected)
    assert ("number_of_hidden_row", file) in {(leak.kind, leak.file) for leak in found.leaks}


def test_a_small_change_since_the_last_release_is_found(release: Release, tmp_path: Path) -> None:
    protected = protect_release(release[1], release[2], RULE).frame
    folder = written(tmp_path / "now", release, protected)
    assert attacked(folder, release, protected, earlier=[folder]).leaks == ()
    sensitive = protected["indicator"].eq("small_displaced") & protected["status"].isin(["reliable", "weak"])
    before = protected.copy()
    before.loc[before.index[sensitive][0], "cases"] -= 3
    earlier = written(tmp_path / "before", release, before)
    assert {leak.kind for leak in attacked(folder, release, protected, earlier=[earlier]).leaks} == {"small_change"}


def planted(folder: Path, file: str, text: str) -> None:
    """Put a text where a description of a format has room for one."""
    path = folder / file
    if file.endswith(".parquet"):
        table = pq.read_table(path)
        pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), "remark": text}), path)
    elif file.endswith(".px"):
        content = path.read_text(encoding="utf-8")
        path.write_text(content.replace('NOTEX="', f'NOTEX="{text} ', 1), encoding="utf-8")
    elif file.endswith(".json"):
        held = json.loads(path.read_text(encoding="utf-8")) | {"rdfs:comment": [{"@value": text}]}
        path.write_text(json.dumps(held), encoding="utf-8")
    else:
        content = path.read_text(encoding="utf-8")
        path.write_text(content.replace("SYNTHETIC DATA", f"{text} SYNTHETIC DATA", 1), encoding="utf-8")


@pytest.mark.parametrize("file", ["csv-metadata.json", "datapackage.json", "estimates.parquet", "labels.parquet",
                                  "small_country_total.px", "sdmx_structure.xml"])  # fmt: skip
def test_a_hidden_number_in_the_words_of_a_description_is_found(release: Release, tmp_path: Path, file: str) -> None:
    protected = protect_release(release[1], release[2], RULE).frame
    folder = written(tmp_path / "release", release, protected)
    hidden = protected[protected["status"].eq("confidential") & protected["unit"].eq("percent")].iloc[0]
    planted(folder, file, f"about {100 * hidden['estimate']:.4f} percent of {hidden['population']:.0f}")
    found = attacked(folder, release, protected)
    assert {(leak.kind, leak.file) for leak in found.leaks} == {("number_in_description", file)}
    assert str(hidden["indicator"]) in {leak.where for leak in found.leaks}
    planted(folder, file, "about half of a population of the year 20161231")
    assert attacked(written(tmp_path / "again", release, protected), release, protected).leaks == ()


def area_rows() -> pd.DataFrame:
    row: dict[str, object] = dict.fromkeys(KEYS, "m") | dict.fromkeys(PUBLISHED, 4.25) | dict.fromkeys(INTERNAL, 17.0)
    frame = pd.DataFrame([row | {"area": "01", "status": "reliable"}, row | {"area": "02", "status": "withheld"}])
    return frame.assign(unit="percent", basis="sample_and_model", reason="")


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_numbers_of_small_areas_that_are_not_the_protected_ones_are_found(
    release: Release, tmp_path: Path, ending: str
) -> None:
    held = {"small_areas": area_rows()}
    frame = protect_release(release[1], release[2], RULE).frame
    loaded, view = release[0], published_view(frame)

    def leaks(name: str, rows: pd.DataFrame) -> set[tuple[str, str, str]]:
        folder = tmp_path / name
        folder.mkdir()
        write_release(folder, WrittenRelease(loaded, view, held, folder / "validation.json", final=False))
        if name != "good":
            told = rows.drop(columns=list(INTERNAL[1:]))
            told.to_csv(folder / "small_areas.csv") if ending == ".csv" else told.to_parquet(
                folder / "small_areas.parquet")  # fmt: skip
        found = attack_release(folder, frame, release[2], RULE, loaded.dictionary, analyses=held)
        return {(leak.kind, leak.file, leak.where) for leak in found.leaks if leak.kind == "number_of_hidden_area"}

    file, kind = f"small_areas{ending}", "number_of_hidden_area"
    assert leaks("good", area_rows()) == set()
    bad = leaks("bad", area_rows())
    assert (kind, file, "m 01 step") in bad, "a column from inside the house"
    assert (kind, file, "m 02 estimate") in bad, "a hidden area"
    assert (kind, file, "m 01 estimate") not in bad, "what may be told"
    changed = area_rows()
    changed.loc[0, "estimate"] = 4.251
    assert (kind, file, "m 01 estimate") in leaks("exact", changed), "a figure that is not the rounded one"


@pytest.mark.parametrize(
    ("kind", "text"),
    [("identity_document", "caso 04821775-3 de 2016"), ("phone", "llamar al 7712-4456"), ("phone", "+50377124456"),
     ("e_mail", "madre@example.org"), ("coordinates", "13.698912, -89.191455"),
     ("coordinates", "family;13.698912;-89.191455"), ("canary", "x Zunzuncán-Q7 x")],
)  # fmt: skip
def test_identifiers_and_canaries_are_found_in_any_part_of_any_file(tmp_path: Path, kind: str, text: str) -> None:
    (tmp_path / "a.csv").write_text(f"x\n{text}\n", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("docProps/core.xml", f"<a>{text}</a>")
    leaks, files = search_bytes(tmp_path, None, ["Zunzuncán-Q7"])
    assert files == 2
    assert {(kind, "a.csv"), (kind, "b.xlsx")} <= set(leaks)


def test_ordinary_figures_are_no_identifiers(tmp_path: Path) -> None:
    text = "0.0044821775123,23443.390000000000,12345678,2006-2016,4.1 (3.2-5.0)\n 1,234; -5.25 2018-03-20 1.25,-3.50\n"
    text += "17.6419,45.0167\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert search_bytes(tmp_path, None, [])[0] == []


def test_without_a_passed_audit_nothing_is_disseminated() -> None:
    passed = {"passed": True, "checks": {"disclosure_audit": {"checked": 3, "failed": 0}}}
    refuse_without_audit(passed, "s")
    for record in ({}, {"passed": True, "checks": {}}, {"passed": False, **{"checks": passed["checks"]}},
                   {"passed": True, "checks": {"disclosure_audit": {"checked": 3, "failed": 1}}}):  # fmt: skip
        with pytest.raises(DataError):
            refuse_without_audit(record, "s")
