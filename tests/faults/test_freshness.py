"""A stage runs again when the content of something it reads changed, and never for another reason."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.provenance.log_check import log_problems
from surveys.problems import DataError


@pytest.fixture
def done(fake: ModuleType, folder: Path) -> Path:
    assert fake.run(folder) == ["ingest", "weight", "report"]
    return folder


def test_nothing_to_do(fake: ModuleType, done: Path) -> None:
    assert fake.run(done) == []


def test_touching_rebuilds_nothing(fake: ModuleType, done: Path) -> None:
    for path in (done / "data" / "persons.csv", done / "studies" / "tiny" / "study.yaml"):
        os.utime(path, (1, 1))
        os.utime(path)
    assert fake.run(done) == []


def test_same_size_and_time_but_another_content(fake: ModuleType, done: Path) -> None:
    source = done / "data" / "persons.csv"
    before = source.stat()
    source.write_text("1 2 3 6")
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (source.stat().st_size, source.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert fake.run(done) == ["ingest", "weight", "report"]
    assert (done / "build" / "tiny" / "report" / "report.txt").read_text() == "8 of 4"


def test_a_change_that_does_not_reach_the_data_stops_early(fake: ModuleType, done: Path) -> None:
    (done / "data" / "persons.csv").write_text("1 3 2 4 5")
    assert fake.run(done) == ["ingest", "report"]  # only the record changed, which `weight` does not read
    (done / "data" / "persons.csv").write_text("7 3 2 4 5")
    assert fake.run(done) == ["ingest"]


@pytest.mark.parametrize("name", ["studies/tiny/study.yaml", "project/surveys/code.py", "project/data_dictionary.yaml"])
def test_every_ingredient_counts(fake: ModuleType, done: Path, name: str) -> None:
    with (done / name).open("a") as file:
        file.write("# another line\n")
    assert fake.run(done) == ["ingest", "weight", "report"]


def test_a_package_counts(fake: ModuleType, done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sysconfig.get_python_version", lambda: "3.99")
    assert fake.run(done) == ["ingest", "weight", "report"]


def test_a_note_in_the_study_folder_does_not(fake: ModuleType, done: Path) -> None:
    (done / "studies" / "tiny" / "README.md").write_text("a note")
    assert fake.run(done) == []


def edit_output(stage: Path) -> None:
    (stage / "sum.txt").write_text("7")


def edit_manifest(stage: Path) -> None:
    path = stage / "manifest.json"
    value = json.loads(path.read_text())
    value["outputs"]["sum.txt"] = "0" * 64
    path.write_text(json.dumps(value))


def halve_manifest(stage: Path) -> None:
    path = stage / "manifest.json"
    path.write_text(path.read_text()[:100])


def add_file(stage: Path) -> None:
    (stage / "unknown.csv").write_text("1")


def remove_output(stage: Path) -> None:
    (stage / "sum.txt").unlink()


@pytest.mark.parametrize("damage", [edit_output, edit_manifest, halve_manifest, add_file, remove_output])
def test_what_was_damaged_is_made_again(fake: ModuleType, done: Path, damage: Callable[[Path], None]) -> None:
    stage = done / "build" / "tiny" / "weight"
    damage(stage)
    assert fake.run(done) == ["weight"]
    assert (stage / "sum.txt").read_text() == "6"
    assert not (stage / "unknown.csv").exists()


def test_only_what_a_target_needs(fake: ModuleType, folder: Path) -> None:
    assert fake.run(folder, "weight") == ["ingest", "weight"]
    assert fake.run(folder) == ["report"]


def test_a_missing_source_says_where_to_get_it(fake: ModuleType, done: Path) -> None:
    (done / "data" / "persons.csv").unlink()
    with pytest.raises(DataError) as caught:
        fake.run(done)
    for language, words in (("en", "At the office"), ("es", "En la oficina")):
        text = caught.value.text(language)
        assert "persons.csv" in text and words in text and "00" in text
    assert (done / "build" / "tiny" / "report" / "report.txt").read_text() == "6 of 4"


def test_results_are_private_and_the_log_is_a_chain(fake: ModuleType, done: Path) -> None:
    place = done / "build" / "tiny"
    assert (place / "ingest" / "even.csv").stat().st_mode & 0o077 == 0
    log = place / "run_log.jsonl"
    assert [json.loads(line)["stage"] for line in log.read_text().splitlines()] == ["ingest", "weight", "report"]
    assert log_problems(place, "tiny") == []
    log.write_text(log.read_text().replace("ingest", "insect"))
    assert [problem.message.code for problem in log_problems(place, "tiny")] == ["log_line_altered"]
