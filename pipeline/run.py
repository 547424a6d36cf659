"""What a stage is given: the study, its source files, a place for its results and a way to say how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.stages import STAGES
from surveys.problems import Language


@dataclass(frozen=True)
class Run:
    """One stage of one study, on its way.

    Parameters
    ----------
    project : Project
        The checkout.
    study_name : str
        Name of the study's folder.
    study_folder : Path
        The study's folder, anywhere on disk.
    data : Path
        Folder where source files are looked for.
    build : Path
        ``build/<study>``; finished stages are inside.
    language : {"es", "en"}
        Language of what is said on the terminal; results come in every language of the study.
    progress : Progress
        Says how far the stage is.
    stage : str
        Name of the stage that runs.
    output : Path
        Folder that the stage writes plain files into. It is temporary: its files are published together when
        the stage returns, or not at all.
    reads : tuple of str, optional
        The earlier stages that it may read; None for any.
    """

    project: Project
    study_name: str
    study_folder: Path
    data: Path
    build: Path
    language: Language
    progress: Progress
    stage: str = ""
    output: Path = Path()
    reads: tuple[str, ...] | None = None

    def input(self, stage: str) -> Path:
        """Return the published folder of an earlier stage.

        Raises
        ------
        ValueError
            The stage does not declare ``stage`` in `pipeline.stages`, so a change there would go unnoticed.
        """
        if self.reads is not None and stage not in self.reads:
            raise ValueError(f"'{self.stage}' does not declare that it reads '{stage}': see pipeline/stages.py")
        return self.build / stage

    def earlier_round(self, study: str) -> Path:
        """Return the published estimates of an earlier round, beside those of this study.

        Raises
        ------
        ValueError
            The stage does not declare ``rounds`` in `pipeline.stages`, so a change there would go unnoticed.
        """
        if self.stage and not STAGES[self.stage].rounds:
            raise ValueError(f"'{self.stage}' does not declare that it reads earlier rounds: see pipeline/stages.py")
        return self.build.parent / study / "estimate"

    def source(self, file: str) -> Path:
        """Return the path of a source file as `pipeline.sources.find_source` finds it."""
        from pipeline.sources import find_source

        return find_source(self.data, self.study_name, file)

    def say(self, *, es: str, en: str) -> None:
        """Tell the user how far the stage is, in the user's language."""
        self.progress.note(es if self.language == "es" else en)
