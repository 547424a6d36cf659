"""Microdata are deleted only when somebody means it, and what proves them stays and is enough."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.atomic import sync
from pipeline.hashing import file_hashes, files_below
from pipeline.progress import Progress
from pipeline.provenance import retire as module
from pipeline.provenance.explain import explain
from pipeline.provenance.retire import PRIVATE, retire
from pipeline.provenance.retired import FOLDER, PROOF, read_proof
from pipeline.provenance.verify import Checked, verified_text, verify
from pipeline.stages import STAGES
from surveys.problems import DataError

GONE = {"ingest/household.parquet", "ingest/person.parquet", "weight/weights_household.parquet"}


def retired(study: Any, confirm: str = "small_country") -> Any:
    return retire(study.request, Progress(quiet=True), confirm)


def looked(study: Any) -> dict[str, Checked]:
    return {one.what: one for one in verify(study.results, study.request.study_folder)}


def code(caught: pytest.ExceptionInfo[DataError]) -> str:
    return caught.value.problems[0].message.code


def private(results: Path) -> list[Path]:
    """Files of the stages that hold microdata; the same endings elsewhere are published tables."""
    found = [path for stage in ("ingest", "weight", "estimate") for path in (results / stage).rglob("*")]
    return [path for path in found if path.suffix in {".parquet", ".npz"}]


def hashes(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): value for path, value in file_hashes(files_below(folder)).items()}


def test_without_the_word_nothing_is_touched(own: Any) -> None:
    before = hashes(own.results)
    for confirm in ("", "yes", "small_countr"):
        with pytest.raises(DataError) as caught:
            retired(own, confirm)
        assert code(caught) == "retire_not_confirmed"
        assert "person.parquet" in caught.value.text("es") and "CONFIRM=small_country" in caught.value.text("es")
    assert hashes(own.results) == before


def test_microdata_go_and_everything_else_stays(own: Any) -> None:
    before = hashes(own.results)
    explained = explain(own.results, own.request.study_folder, own.request.project, "small_poverty", "sex=2", "es")
    proof = retired(own)
    after = hashes(own.results)
    gone = set(before) - set(after)
    assert gone >= GONE
    assert gone == set(proof.files) and all(Path(path).suffix in {".parquet", ".npz"} for path in gone)
    assert private(own.results) == []
    assert {path: value for path, value in before.items() if path in after and path != "run_log.jsonl"} == {
        path: value for path, value in after.items() if path in before and path != "run_log.jsonl"
    }
    assert proof.files == {path: before[path] for path in gone}
    rows = {one["path"]: one["rows"] for one in proof.value["files"]}
    record = json.loads((own.results / "ingest" / "record.json").read_text())
    assert rows["ingest/person.parquet"] == record["levels"]["person"]["rows"]
    assert (own.results / FOLDER).stat().st_mode & 0o777 == 0o700
    # the same explanation as before, but for the state of the stages
    again = explain(own.results, own.request.study_folder, own.request.project, "small_poverty", "sex=2", "es")
    assert again.parts[:-1] == explained.parts[:-1]
    assert "microdatos retirados" in again.text() and "ALTERADA" not in again.text()


def test_afterwards_the_release_is_verified_and_a_run_says_what_is_missing(own: Any) -> None:
    retired(own)
    found = looked(own)
    states = {what: one.state for what, one in found.items()}
    assert {what for what, state in states.items() if state == "retired"} >= {"ingest", "weight"}
    assert states["disseminate/SHA256SUMS"] == states["report"] == states["run_log"] == "whole"
    assert {*STAGES, "run_log"} <= set(states) and "broken" not in states.values()
    assert "retirado" in verified_text(list(found.values()), "es")
    for target in ("study", "estimate"):
        with pytest.raises(DataError) as caught:
            own.run(target)
        assert code(caught) == "study_retired"
        for language in ("es", "en"):
            text = caught.value.text(language)
            assert "ingest/person.parquet" in text and "persons.csv" in text
    shutil.move(own.results / FOLDER, own.results.parent / "kept")
    assert {"ingest", "weight"} <= set(own.run())
    assert looked(own)["ingest"].state == "whole"


@pytest.mark.parametrize("moment", range(6))
def test_an_interrupted_retirement_goes_on(own: Any, monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    left = moment

    def stopping(path: Path) -> None:
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        sync(path)

    monkeypatch.setattr(module, "sync", stopping)
    try:
        retired(own)
    except KeyboardInterrupt:
        proof = read_proof(own.results, "small_country")
        assert proof is not None and not proof.finished
        with pytest.raises(DataError):
            own.run()
    monkeypatch.undo()
    proof = retired(own)
    assert proof.finished and set(proof.files) >= GONE
    assert private(own.results) == []
    assert retired(own).value == proof.value


def test_a_study_that_is_not_what_was_made_is_not_retired(own: Any) -> None:
    weights = next((own.results / "weight").glob("*.parquet"))
    weights.write_bytes(weights.read_bytes() + b" ")
    with pytest.raises(DataError) as caught:
        retired(own)
    assert code(caught) == "retire_unfinished" and "weight" in caught.value.text("es")
    assert weights.exists()


def test_an_edited_proof_is_refused_everywhere(own: Any) -> None:
    retired(own)
    path = own.results / FOLDER / PROOF
    path.write_text(path.read_text().replace('"sha256": "', '"sha256": "0', 1))
    for act in (lambda: retired(own), own.run, lambda: looked(own)):
        with pytest.raises(DataError) as caught:
            act()
        assert code(caught) == "retirement_proof_altered"


def test_what_is_altered_is_told_by_name(own: Any) -> None:
    report = own.results / "report" / "report_es.html"
    report.write_text(report.read_text() + " ")
    (own.results / "plan" / "manifest.json").write_text("{}")
    labels = own.results / "disseminate" / "labels.csv"
    labels.write_text("edited\n")
    found = looked(own)
    codes = {what: [problem.message.code for problem in one.problems] for what, one in found.items() if one.problems}
    assert codes["report"] == ["stage_files_differ"] and codes["plan"] == ["manifest_broken"]
    assert codes["disseminate/SHA256SUMS"] == ["checksums_differ"] and codes["run_log"] == ["stage_not_logged"]
    assert "report_es.html" in found["report"].problems[0].text("es")


def test_nothing_built_is_said(own: Any) -> None:
    shutil.rmtree(own.results)
    with pytest.raises(DataError) as caught:
        looked(own)
    assert code(caught) == "nothing_to_verify"
    with pytest.raises(DataError) as caught:
        retired(own)
    assert code(caught) == "retire_unfinished"


def test_every_private_kind_of_file_is_named_once() -> None:
    assert {stage for stage, _ in PRIVATE} == {"ingest", "weight", "estimate"}
