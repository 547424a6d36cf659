"""The study that a notebook asks about: its folder, its data, its results, and a run of it where one is needed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.answers.spoken import language_of
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request
from pipeline.study_files import LoadedStudy, load_study
from pipeline.verbs import find_study
from surveys.problems import Language, Message, Problem, ProblemsFound

RUN_FAILED = Message("number_run_failed", "{text_en}", "{text_es}")


class NoNumber(ProblemsFound):
    """There is no such number, or it could not be made; says why in the language that was asked for.

    Parameters
    ----------
    problems : iterable of Problem
        What is wrong.
    language : {"es", "en"}
        Language of the text.
    """

    def __init__(self, problems: Iterable[Problem], language: Language) -> None:
        super().__init__(problems)
        self.args = (self.text(language),)


@dataclass(frozen=True)
class Place:
    """A study, where its files are and the language to speak.

    Parameters
    ----------
    request : Request
        What a run of the study needs.
    """

    request: Request

    @property
    def language(self) -> Language:
        """Language to speak."""
        return self.request.language

    def loaded(self) -> LoadedStudy:
        """Load the study.

        Raises
        ------
        NoNumber
            The study folder does not hold together.
        """
        try:
            return load_study(self.request.study_folder, self.request.project)
        except ProblemsFound as found:
            raise NoNumber(found.problems, self.language) from None

    def bring(self, target: str, progress: Progress) -> None:
        """Bring a stage up to date, in a process of its own: a notebook has threads, and a run divides itself.

        Parameters
        ----------
        target : str
            The stage.
        progress : Progress
            Says that the study runs, where it does.

        Raises
        ------
        NoNumber
            What the run found wrong.
        """
        request = self.request
        command = [
            sys.executable, "-m", "pipeline", target, "--json", "--language", self.language,
            "--study", str(request.study_folder), "--data", str(request.data), "--build", str(request.build),
        ]  # fmt: skip
        progress.line(f"{request.study_name}: make {target} ...")
        done = subprocess.run(command, cwd=request.project.root, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        problems = json.loads(done.stdout)["problems"]
        raise NoNumber(
            [
                Problem(RUN_FAILED, one["where"], {f"text_{key}": one["text"][key] for key in ("es", "en")})
                for one in problems
            ],
            self.language,
        )


def place_of(study: str | Path, data: str | Path | None, build: str | Path | None, language: str | None) -> Place:
    """Find a study, its data and its results.

    Parameters
    ----------
    study : str or Path
        Name of a study of the project, or the path of a study folder.
    data, build : str or Path, optional
        As ``DATA=`` and ``BUILD=`` of make; its own without them.
    language : str, optional
        ``es`` or ``en``; that of the system without it.

    Returns
    -------
    Place

    Raises
    ------
    NoNumber
        No such study.
    """
    project, spoken = Project.here(), language_of(language)
    try:
        folder = find_study(project, str(study))
    except ProblemsFound as found:
        raise NoNumber(found.problems, spoken) from None
    beside = project.root.parent / "shared" / "data"
    files = Path(data) if data is not None else beside if beside.is_dir() else project.root / "data"
    results = Path(build) if build is not None else project.root / "build"
    return Place(Request(project, folder, files.resolve(), results.resolve(), spoken))
