"""From draft to signed release and to the next one: nothing is final before all have signed what is there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml

from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, run_stages
from pipeline.signing import finish, sign
from surveys.problems import DataError, StudyError

HERE = Path(__file__).resolve().parent.parent / "data" / "small_country"
OFFICE, COUNCIL = "Oficina que no existe", "Consejo que tampoco existe"
GROUP = [
    {"institution": OFFICE, "role": "leads"},
    {"institution": COUNCIL, "role": "validates", "validates": ["small_displaced"]},
    {"institution": "Mesa imaginaria", "role": "validates"},
    {"institution": "Archivo imaginario", "role": "receives"},
]
QUIET = Progress(quiet=True)


def study_with_group(place: Path) -> Path:
    folder = place / "small_country"
    shutil.copytree(HERE, folder)
    edit(folder, lambda study: study.update(working_group=GROUP))
    return folder


def edit(folder: Path, change) -> None:  # type: ignore[no-untyped-def]  # a lambda on plain values
    path = folder / "study.yaml"
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(study)
    path.write_text(yaml.safe_dump(study, allow_unicode=True, sort_keys=False), encoding="utf-8")


def request_for(root: Path, folder: Path) -> Request:
    return Request(Project(root), folder, folder, folder.parent / "build", "en")


@pytest.fixture(scope="module")
def signed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with one signed release."""
    folder = study_with_group(tmp_path_factory.mktemp("signed"))
    request = request_for(root, folder)
    for name in (COUNCIL, "Mesa imaginaria"):
        sign(request, QUIET, name, "Persona Inventada, directora")
    run_stages(request, "disseminate", QUIET)
    finish(request, QUIET)
    return folder


@pytest.fixture
def released(signed: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    for name in ("small_country", "build"):
        shutil.copytree(signed.parent / name, tmp_path / name)
    return tmp_path / "small_country"


def test_nothing_is_final_before_all_have_signed(root: Path, tmp_path: Path) -> None:
    folder = study_with_group(tmp_path)
    request = request_for(root, folder)
    said = sign(request, QUIET, COUNCIL, "Persona Inventada, directora")
    assert f"{COUNCIL}: signed by Persona Inventada, directora" in said
    assert "Mesa imaginaria: has not signed" in said
    with pytest.raises(DataError) as refused:
        finish(request, QUIET)
    assert {problem.message.code for problem in refused.value.problems} == {"signature_missing"}
    assert "'Mesa imaginaria' has not signed release" in refused.value.text("en")
    assert not (request.results / "release").exists()
    assert not (folder / "releases").exists()


def test_drafts_say_so_and_the_signed_edition_does_not(signed: Path) -> None:
    results = signed.parent / "build" / "small_country"
    for stage, edition in (("disseminate", "draft"), ("release", "final")):
        package = json.loads((results / stage / "datapackage.json").read_text(encoding="utf-8"))
        assert package["edition"] == edition
    book = openpyxl.load_workbook(results / "release" / "small_country_es.xlsx")
    assert not any("BORRADOR" in str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    assert "BORRADOR" in (results / "report" / "report_es.html").read_text(encoding="utf-8")
    assert "BORRADOR" not in (results / "release" / "report_es.html").read_text(encoding="utf-8")
    record = json.loads((results / "release" / "record.json").read_text(encoding="utf-8"))
    assert [one["institution"] for one in record["signatures"]] == [COUNCIL, "Mesa imaginaria"]


def test_finishing_again_keeps_one_release(root: Path, released: Path) -> None:
    finish(request_for(root, released), QUIET)
    assert [path.name for path in (released / "releases").iterdir()] == ["001"]


def test_a_signature_of_another_release_is_refused(root: Path, released: Path) -> None:
    edit(released, lambda study: study["publication"].update(minimum_cases=12))
    with pytest.raises(DataError) as refused:
        sign(request_for(root, released), QUIET, "", "")
        finish(request_for(root, released), QUIET)
    assert {problem.message.code for problem in refused.value.problems} == {"signature_of_other_release"}
    assert "firmó la publicación" in refused.value.text("es")


def test_changes_are_listed_and_need_a_reason(root: Path, released: Path) -> None:
    edit(released, lambda study: study["tabulation"].pop())
    request = request_for(root, released)
    for name in (COUNCIL, "Mesa imaginaria"):
        sign(request, QUIET, name, "Persona Inventada, directora")
    listed = pd.read_csv(request.results / "validate" / "changes.csv", dtype=str, keep_default_na=False)
    assert set(listed["kind"]) == {"dropped"}
    assert {name.partition(".")[0] for name in listed["indicator"]} == {"small_motive", "small_dependency"}
    with pytest.raises(DataError) as refused:
        finish(request, QUIET)
    assert "published numbers changed since release 001 without a reason" in refused.value.text("en")
    reason = {"es": "El cuadro pasa a otro informe.", "en": "The table moves to another report."}
    reasons = [{"indicators": ["small_motive", "small_dependency"], "reason": reason}]
    (released / "changes.yaml").write_text(yaml.safe_dump({"since": "001", "reasons": reasons}), encoding="utf-8")
    finish(request, QUIET)
    assert sorted(path.name for path in (released / "releases").iterdir()) == ["001", "002"]
    kept = pd.read_csv(request.results / "release" / "changes.csv", dtype=str, keep_default_na=False)
    assert set(kept["reason_es"]) == {reason["es"]}


@pytest.mark.parametrize("what", ["table", "record"])
def test_an_earlier_release_that_was_altered_stops(root: Path, released: Path, what: str) -> None:
    kept = released / "releases" / "001"
    file, word = {"table": ("estimates.csv", "small_displaced"), "record": ("release.json", "directora")}[what]
    text = (kept / file).read_text(encoding="utf-8")
    assert word in text
    (kept / file).write_text(text.replace(word, "x"), encoding="utf-8")
    with pytest.raises(DataError) as refused:
        sign(request_for(root, released), QUIET, "", "")
    assert [problem.message.code for problem in refused.value.problems] == ["earlier_release_altered"]
    assert "small_country/releases/001" in refused.value.text("en")


def test_only_those_who_validate_sign_and_in_somebodys_name(root: Path, released: Path) -> None:
    request = request_for(root, released)
    with pytest.raises(StudyError, match="does not validate in this working group"):
        sign(request, QUIET, "Archivo imaginario", "Persona Inventada")
    with pytest.raises(StudyError, match="a signature names the person"):
        sign(request, QUIET, COUNCIL, " ")
