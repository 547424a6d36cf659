"""``make studies``: bring many studies up to date, tell what became of each, and set them side by side."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.freshness import Ingredients
from pipeline.harmonized import harmonized
from pipeline.many_studies.outcome import ABSENT, FAILED, Outcome
from pipeline.many_studies.workers import work
from pipeline.problem_texts import STUDY_NOT_FOUND
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request
from pipeline.sources import is_published_only
from pipeline.stages import STAGES, needed_for
from surveys.problems import Language, Message, Problem, ProblemsFound, StudyError

STUDY_FAILED = Message("study_of_many_failed", "{text_en}", "{text_es}")
SAME_NAME = Message(
    "studies_of_one_name",
    "two of the studies are called '{name}' ({folders}), and both would write to the same results; names must differ. "
    "Rename one of the folders, or run them with a BUILD= of its own each.",
    "dos de los estudios se llaman '{name}' ({folders}), y ambos escribirían en los mismos resultados; los nombres "
    "deben ser distintos. Cambie el nombre de una carpeta, o ejecútelos con un BUILD= para cada uno.",
)
UNTIL_UNKNOWN = Message(
    "studies_until_unknown",
    "'{name}' is no stage. One of these was expected: {known}. Correct UNTIL=, or leave it out to run them all.",
    "'{name}' no es una etapa. Se esperaba una de estas: {known}. Corrija UNTIL=, u omítalo para ejecutarlas todas.",
)
_STATES: dict[Language, dict[str, str]] = {
    "es": {"done": "listo", "fresh": "al día", "published": "solo cifras publicadas", "failed": "FALLÓ",
           "absent": "sus archivos de datos no están aquí"},
    "en": {"done": "done", "fresh": "up to date", "published": "published figures only", "failed": "FAILED",
           "absent": "its data files are not here"},
}  # fmt: skip


@dataclass(frozen=True)
class ManyStudies:
    """What became of all of them.

    Parameters
    ----------
    outcomes : tuple of Outcome
        In the order asked for.
    problems : tuple of Problem
        Those of studies that failed, and of the table.
    files : tuple of Path
        Files of the table.
    """

    outcomes: tuple[Outcome, ...]
    problems: tuple[Problem, ...]
    files: tuple[Path, ...]


def run_many(
    project: Project,
    request: Callable[[str], Request],
    names: Sequence[str],
    progress: Progress,
    *,
    jobs: int = 0,
    until: str = "study",
) -> ManyStudies:
    """Bring many studies up to date and set those that have a release side by side.

    Parameters
    ----------
    project : Project
        The checkout.
    request : callable
        From the name of a study, or the path of its folder, to what a run of it needs.
    names : sequence of str
        Studies, or folders that hold studies; empty, or ``all``, for every study of the project.
    progress : Progress
        Takes a line for each study as it ends.
    jobs : int
        How many at a time; 0 for as many as there are cores.
    until : str
        The stage to go up to; ``study`` for all. Before ``disseminate`` there is no release, hence no table.

    Returns
    -------
    ManyStudies
        A study that fails stops no other; what was wrong with it is told at the end.

    Raises
    ------
    StudyError
        A name that is no study, two studies of one name, a stage that does not exist: told before anything runs.
    """
    if until != "study" and until not in STAGES:
        details = {"name": until, "known": ", ".join(STAGES)}
        raise StudyError([Problem(UNTIL_UNKNOWN, f"UNTIL={until}", details)])
    everything = not names or list(names) == ["all"]
    found = [request(name) for name in _spread(project, () if everything else names)]
    asked = list({one.study_folder: one for one in found}.values())
    _refuse_same_names(asked)
    absent = [one for one in asked if everything and _data_absent(one)]
    outcomes = {one.study_name: Outcome(one.study_name, str(one.study_folder), ABSENT) for one in absent}
    at_once = jobs or len(os.sched_getaffinity(0))
    alone = "yes" if at_once == 1 else "no"
    orders = [
        {"folder": str(one.study_folder), "data": str(one.data), "build": str(one.build), "language": one.language,
         "until": until, "alone": alone}
        for one in asked if one not in absent
    ]  # fmt: skip
    teller = _Teller(progress, asked[0].language, len(asked), max(len(one.study_name) for one in asked))
    for outcome in outcomes.values():
        teller.tell(outcome)
    for outcome in work(orders, at_once, project.root):
        outcomes[outcome.study] = outcome
        teller.tell(outcome)
    ordered = tuple(outcomes[one.study_name] for one in asked)
    problems = [problem for outcome in ordered for problem in _problems(outcome)]
    files: tuple[Path, ...] = ()
    if "disseminate" in {stage.name for stage in needed_for(until)}:
        files = _table(project, request, ordered, progress, problems)
    teller.sum_up(ordered)
    return ManyStudies(ordered, tuple(problems), files)


class _Teller:
    """Says what became of each study, one line for each."""

    def __init__(self, progress: Progress, language: Language, total: int, width: int) -> None:
        self._progress, self._words, self._language = progress, _STATES[language], language
        self._total, self._width, self._told = total, width, 0

    def tell(self, outcome: Outcome) -> None:
        self._told += 1
        digits = len(str(self._total))
        text = f"[{self._told:>{digits}}/{self._total}] {outcome.study:<{self._width}}  {self._words[outcome.state]}"
        if outcome.state == "done":
            text += f"  {outcome.seconds:.1f} s  {' '.join(outcome.ran)}"
        if outcome.state == FAILED:
            text += f": {outcome.problems[0]['where']} ({outcome.problems[0]['code']})"
        self._progress.line(text)

    def sum_up(self, outcomes: Sequence[Outcome]) -> None:
        counted = Counter(outcome.state for outcome in outcomes)
        self._progress.line(", ".join(f"{counted[state]} {word}" for state, word in self._words.items()
                                      if counted[state]))  # fmt: skip


def _spread(project: Project, names: Sequence[str]) -> list[str]:
    """Replace a folder of studies by the studies in it."""
    if not names:
        return sorted(str(path.parent) for path in project.studies.glob("*/study.yaml"))
    found: list[str] = []
    for name in names:
        folder = Path(name).expanduser()
        inside = sorted(str(path.parent) for path in folder.glob("*/study.yaml")) if folder.is_dir() else []
        found += [name] if (folder / "study.yaml").is_file() or not inside else inside
    if not found:
        raise StudyError([Problem(STUDY_NOT_FOUND, "STUDIES=", {"known": "-"})])
    return list(dict.fromkeys(found))


def _refuse_same_names(asked: Sequence[Request]) -> None:
    folders: dict[str, list[str]] = {}
    for one in asked:
        folders.setdefault(one.study_name, []).append(str(one.study_folder))
    problems = [
        Problem(SAME_NAME, "STUDIES=", {"name": name, "folders": ", ".join(some)})
        for name, some in folders.items() if len(some) > 1
    ]  # fmt: skip
    if problems:
        raise StudyError(problems)


def _data_absent(request: Request) -> bool:
    """Tell whether the source files of a study are not here; a study that cannot be read fails when it runs."""
    if is_published_only(request.study_folder):
        return False
    try:
        return bool(Ingredients(request.project, request.study_name, request.study_folder, request.data,
                                request.results).missing_sources())  # fmt: skip
    except ProblemsFound:
        return False


def _problems(outcome: Outcome) -> list[Problem]:
    return [
        Problem(STUDY_FAILED, f"{outcome.study}: {one['where']}",
                {"text_es": one["text"]["es"], "text_en": one["text"]["en"]})
        for one in outcome.problems
    ]  # fmt: skip


def _table(
    project: Project,
    request: Callable[[str], Request],
    outcomes: Sequence[Outcome],
    progress: Progress,
    problems: list[Problem],
) -> tuple[Path, ...]:
    """Write the table of the studies that ended well; what is wrong with it joins the other problems."""
    good = [outcome.folder for outcome in outcomes if outcome.state != FAILED]
    if not good:
        return ()
    try:
        return tuple(harmonized(project, request, good, progress))
    except ProblemsFound as found:
        problems += found.problems
        return ()
