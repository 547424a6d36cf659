"""The attack on finished files: a release with primary rules only must fail it, a protected one must pass."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.disclosure.audit import ProtectionRule
from estimates.disclosure.cells import LinkedCells
from estimates.disclosure.release import COMPLEMENTARY, audit_release, protect_release
from estimates.disclosure.release_cells import release_cells
from estimates.protection import published_view
from estimates.study_design import study_design
from estimates.study_estimates import estimate_study
from pipeline.attack import Attack, attack_release, refuse_leaks, refuse_without_audit
from pipeline.attack_bytes import search_bytes
from pipeline.estimate_files import breakdown_columns
from pipeline.microdata_files import read_microdata
from pipeline.open_tables import write_open_tables
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, run_stages
from pipeline.sdmx_annotations import about_study
from pipeline.sdmx_files import write_sdmx
from pipeline.study_files import LoadedStudy, load_study
from pipeline.table_labels import Labels
from pipeline.weight_files import read_weights
from pipeline.workbook import write_workbook
from surveys.problems import DataError

HERE = Path(__file__).resolve().parent.parent / "data" / "small_country"
TABLES = ("estimates.csv", "sdmx_data.csv", "sdmx_data.json", "sdmx_data_2.1.xml", "small_en.xlsx")
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
    loaded = release[0]
    view, names = published_view(frame), breakdown_columns(frame)
    labels = Labels(loaded.dictionary, "es"), Labels(loaded.dictionary, "en")
    write_open_tables(folder, view, names, labels)
    write_workbook(folder / "small_en.xlsx", view, names, labels[1], title="t", banner="", metadata={}, year=2016)
    write_sdmx(folder, view, names, labels, about_study(loaded.study, draft=True))
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
    assert set(found.figures) == set(TABLES)
    assert len(set(found.figures.values())) == 1, "every file tells the same rows"
    refuse_leaks(found, "small_country")


@pytest.mark.parametrize("file", TABLES)
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
