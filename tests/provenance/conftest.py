"""The small invented country, brought to its release once for all tests of provenance and secrecy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, run_stages
from pipeline.study_files import LoadedStudy, load_study

SMALL = Path(__file__).resolve().parent.parent / "data" / "small_country"


@dataclass(frozen=True)
class Finished:
    """A study that was run, and where."""

    request: Request

    @property
    def results(self) -> Path:
        """Its results."""
        return self.request.results

    @property
    def loaded(self) -> LoadedStudy:
        """The study itself."""
        return load_study(self.request.study_folder, self.request.project)

    def run(self, target: str = "study") -> list[str]:
        """Bring it up to date; return the stages that ran."""
        return run_stages(self.request, target, Progress(quiet=True))


@pytest.fixture(scope="session")
def make(root: Path) -> Callable[[Path], Finished]:
    """Copy the small country to a folder, with its source files, without running it."""

    def made(place: Path) -> Finished:
        folder = place / "small_country"
        shutil.copytree(SMALL, folder)
        return Finished(Request(Project(root), folder, folder, place / "build", "en"))

    return made


@pytest.fixture(scope="session")
def finished(make: Callable[[Path], Finished], tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The small country after every stage; tests that change anything work on a copy."""
    study = make(tmp_path_factory.mktemp("finished"))
    study.run()
    return study


@pytest.fixture
def own(finished: Finished, tmp_path: Path) -> Finished:
    """A copy of the finished country to change at will."""
    place = finished.request.study_folder.parent
    shutil.copytree(place, tmp_path / "own", symlinks=True)
    here = tmp_path / "own"
    asked = finished.request
    return Finished(Request(asked.project, here / "small_country", here / "small_country", here / "build", "en"))
