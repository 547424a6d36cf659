"""A tiny study with invented stages, run in a process of its own so that it can be killed.

``python fake_study.py FOLDER [die_at=N] [slow]`` runs it; ``die_at`` kills the process at the N-th sync or rename,
the moments at which a run changes what others can see.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pipeline.atomic as atomic
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.run import Run
from pipeline.runner import Request, StageFunction, run_stages
from pipeline.stages import Stage

STAGES = {
    "ingest": Stage("ingest", "", (), ("published.csv",), "a", "a", sources=True),
    "weight": Stage("weight", "", ("ingest",), ("published.csv",), "b", "b", records=False),
    "report": Stage("report", "", ("ingest", "weight"), ("published.csv",), "c", "c"),
}
STUDY = """study: tiny
sources:
  persons: {file: persons.csv, sha256: "00", format: csv, obtain: {es: "En la oficina", en: "At the office"}}
"""


def ingest(run: Run) -> None:
    """Keep the even numbers; the record keeps the size of the source."""
    numbers = [int(text) for text in run.source("persons.csv").read_text().split()]
    (run.output / "even.csv").write_text("\n".join(str(n) for n in numbers if n % 2 == 0))
    (run.output / "record.json").write_text(str(len(numbers)))
    if "slow" in sys.argv:
        time.sleep(1.5)


def weight(run: Run) -> None:
    """Add the numbers up."""
    numbers = [int(text) for text in (run.input("ingest") / "even.csv").read_text().split()]
    (run.output / "sum.txt").write_text(str(sum(numbers)))
    (run.output / "deep").mkdir()
    (run.output / "deep" / "many.txt").write_text("x" * 200_000)


def report(run: Run) -> None:
    """Say the sum and the size of the source."""
    text = (run.input("weight") / "sum.txt").read_text() + " of " + (run.input("ingest") / "record.json").read_text()
    (run.output / "report.txt").write_text(text)


FUNCTIONS: dict[str, StageFunction] = {"ingest": ingest, "weight": weight, "report": report}


def make(folder: Path, numbers: str = "1 2 3 4") -> Path:
    """Write the project, the study and its source file below ``folder``."""
    for name in ("project/surveys", "studies/tiny", "data"):
        (folder / name).mkdir(parents=True)
    (folder / "project" / "surveys" / "code.py").write_text("x = 1\n")
    (folder / "project" / "data_dictionary.yaml").write_text("version: 1\n")
    (folder / "studies" / "tiny" / "study.yaml").write_text(STUDY)
    (folder / "data" / "persons.csv").write_text(numbers)
    return folder


def request(folder: Path) -> Request:
    """Ask for the study below ``folder``."""
    project = Project(folder / "project")
    return Request(project, folder / "studies" / "tiny", folder / "data", folder / "build", "en")


def run(folder: Path, target: str = "study", functions: dict[str, StageFunction] | None = None) -> list[str]:
    """Bring the study up to date and return the stages that ran."""
    chosen = FUNCTIONS | (functions or {})
    return run_stages(
        request(folder), target, Progress(quiet=True), stages=STAGES, load=lambda stage: chosen[stage.name]
    )


def die_at(count: int) -> None:
    """Kill this process without warning at the ``count``-th sync or rename."""
    left = count

    def counting(function):  # type: ignore[no-untyped-def]  # wraps functions of any shape
        def counted(*arguments, **options):  # type: ignore[no-untyped-def]  # passes everything on
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)

        return counted

    atomic.sync = counting(atomic.sync)
    atomic._exchange = counting(atomic._exchange)
    atomic.remove_folder = counting(atomic.remove_folder)
    Path.rename = counting(Path.rename)  # type: ignore[method-assign]  # a fault point, in this process only
    Path.replace = counting(Path.replace)  # type: ignore[method-assign]  # the same


if __name__ == "__main__":
    for word in sys.argv[2:]:
        if word.startswith("die_at="):
            die_at(int(word.removeprefix("die_at=")))
    print(" ".join(run(Path(sys.argv[1]))))
