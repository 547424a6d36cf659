"""An earlier round is brought up to date first, and its estimates count among what a later one is made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.run import Run
from pipeline.runner import Request, run_stages
from pipeline.stages import Stage

STAGES = {
    "ingest": Stage("ingest", "", (), (), "a", "a", sources=True),
    "estimate": Stage("estimate", "", ("ingest",), (), "b", "b", rounds=True),
}
STUDY = "study: {name}\nsources:\n  persons: {{file: {name}.csv, format: csv}}\n"
SINCE = "change: [{since: early, indicators: [x], overlap: segments}]\n"


def ingest(run: Run) -> None:
    (run.output / "data.csv").write_text(run.source(f"{run.study_name}.csv").read_text())


def estimate(run: Run) -> None:
    own = (run.input("ingest") / "data.csv").read_text()
    before = ""
    if run.study_name == "later":
        before = (run.earlier_round("early") / "estimates.csv").read_text()
    (run.output / "estimates.csv").write_text(own[:1] + before)
    (run.output / "round_totals.npz").write_text(own[:2])
    (run.output / "comparisons.csv").write_text(own)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("project/surveys", "studies/early", "studies/later", "data"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "project" / "data_dictionary.yaml").write_text("version: 1\n")
    for name, more in (("early", ""), ("later", SINCE)):
        (tmp_path / "studies" / name / "study.yaml").write_text(STUDY.format(name=name) + more)
        (tmp_path / "data" / f"{name}.csv").write_text(f"{name}")
    return tmp_path


def run(folder: Path, name: str, target: str = "study") -> list[str]:
    ran: list[str] = []
    functions = {"ingest": ingest, "estimate": estimate}

    def noting(stage: Stage):  # type: ignore[no-untyped-def]  # a stage function
        def noted(asked: Run) -> None:
            ran.append(f"{asked.study_name} {stage.name}")
            functions[stage.name](asked)

        return noted

    request = Request(Project(folder / "project"), folder / "studies" / name, folder / "data", folder / "build", "en")
    run_stages(request, target, Progress(quiet=True), stages=STAGES, load=noting)
    return ran


def test_the_earlier_round_comes_first_and_once(folder: Path) -> None:
    assert run(folder, "later") == ["early ingest", "early estimate", "later ingest", "later estimate"]
    assert (folder / "build" / "later" / "estimate" / "estimates.csv").read_text() == "le"
    assert run(folder, "later") == []


def test_a_stage_that_reads_no_round_does_not_run_it(folder: Path) -> None:
    assert run(folder, "later", "ingest") == ["later ingest"]


def test_what_changes_in_the_earlier_estimates_counts_and_nothing_else_of_it(folder: Path) -> None:
    run(folder, "later")
    (folder / "data" / "early.csv").write_text("ears")  # estimates and totals stay as they are
    assert run(folder, "later") == ["early ingest", "early estimate"]
    (folder / "data" / "early.csv").write_text("every")  # totals change
    assert run(folder, "later") == ["early ingest", "early estimate", "later estimate"]


def test_a_stage_that_does_not_declare_rounds_may_not_read_them(folder: Path) -> None:
    study = folder / "studies" / "later"
    asked = Run(Project(folder), "later", study, folder, folder, "en", Progress(quiet=True), "weight", folder)
    with pytest.raises(ValueError, match="does not declare that it reads earlier rounds"):
        asked.earlier_round("early")
