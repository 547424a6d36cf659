"""A process that runs one study after another: a line of JSON in for each, a line of JSON out."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from pipeline.answers.answer import problem_as_data
from pipeline.command import problem_of
from pipeline.harmonized_files import read_figures, read_harmonized
from pipeline.many_studies.outcome import DONE, FAILED, FRESH, PUBLISHED, Outcome
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, load_stage, run_stages
from pipeline.sources import is_published_only
from pipeline.study_files import load_study
from surveys.problems import Language, Problem, ProblemsFound


def work_off() -> None:
    """Run every study that standard input names, until it ends; nothing but outcomes goes to standard output."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        order = json.loads(line)
        out.write(json.dumps(run_one(order).as_data(), ensure_ascii=False) + "\n")
        out.flush()


def run_one(order: Mapping[str, str]) -> Outcome:
    """Run one study, and tell whatever goes wrong instead of raising it.

    Parameters
    ----------
    order : mapping of str to str
        ``folder`` of the study, ``data``, ``build``, ``language``, the stage ``until`` which it runs, and ``alone``:
        ``yes`` where no other study runs at the same time.

    Returns
    -------
    Outcome
    """
    language: Language = "es" if order["language"] == "es" else "en"
    request = Request(Project.here(), Path(order["folder"]), Path(order["data"]), Path(order["build"]), language)
    began = time.monotonic()
    problems: tuple[Problem, ...] = ()
    state, ran = DONE, []
    try:
        if is_published_only(request.study_folder):
            state = PUBLISHED
        else:
            ran = _stages(request, order)
            state = DONE if ran else FRESH
        # what the one table at the end needs is judged here, where a fault stops nobody else
        read_figures(load_study(request.study_folder, request.project), read_harmonized(request.project),
                     request.project)  # fmt: skip
    except ProblemsFound as found:
        state, problems = FAILED, found.problems
    except Exception as error:  # as in `pipeline.command`: where it failed, never the values that caused it
        state, problems = FAILED, (problem_of(error, str(request.build)),)
    seconds = round(time.monotonic() - began, 3)
    told = tuple(problem_as_data(problem) for problem in problems)
    return Outcome(request.study_name, str(request.study_folder), state, tuple(ran), seconds, told)


def _stages(request: Request, order: Mapping[str, str]) -> list[str]:
    quiet = Progress(quiet=True)
    if order["alone"] == "yes":
        return run_stages(request, order["until"], quiet)
    # The cores are taken by other studies: a function of its own keeps stages from running beside one another.
    return run_stages(request, order["until"], quiet, load=lambda stage: load_stage(stage))


if __name__ == "__main__":
    # who interrupts all of them is told once, by the process that started this one
    with contextlib.suppress(KeyboardInterrupt):
        work_off()
