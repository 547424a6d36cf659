"""``make list``: the studies and the state each is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.freshness import Ingredients, freshness
from pipeline.manifest import Manifest
from pipeline.project import Project
from pipeline.runner import failed_folder
from pipeline.sources import is_published_only
from pipeline.stages import STAGES
from surveys.problems import Language, ProblemsFound

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "published": "published figures only; nothing to run",
        "fresh": "up to date",
        "never": "never run",
        "stale": "to be run again from: {stage} ({reason})",
        "partly": "done up to: {stage}",
        "failed": "failed at: {stage}; see {where}",
        "missing": "source files missing: {files}",
        "unreadable": "study.yaml cannot be read",
        "damaged": "results changed by hand or damaged",
        "code": "the program",
        "packages": "the packages",
        "parameters": "the parameters",
        "elsewhere": "{state} (its study folder is elsewhere)",
    },
    "es": {
        "published": "solo cifras publicadas; nada que ejecutar",
        "fresh": "al día",
        "never": "sin ejecutar",
        "stale": "por repetir desde: {stage} ({reason})",
        "partly": "hecho hasta: {stage}",
        "failed": "falló en: {stage}; véase {where}",
        "missing": "faltan archivos de datos: {files}",
        "unreadable": "study.yaml no se puede leer",
        "damaged": "resultados cambiados a mano o dañados",
        "code": "el programa",
        "packages": "los paquetes",
        "parameters": "los parámetros",
        "elsewhere": "{state} (su carpeta de estudio está en otro lugar)",
    },
}


@dataclass(frozen=True)
class StudyState:
    """The state of one study.

    Parameters
    ----------
    study : str
        Its name.
    state : str
        One of the names of `_WORDS`, such as ``fresh``.
    text : str
        The state in words.
    details : mapping of str to str
        What the words are filled with: a stage, a reason, files.
    """

    study: str
    state: str
    text: str
    details: Mapping[str, str]

    def as_data(self) -> dict[str, object]:
        """Give it as plain data."""
        return {"study": self.study, "state": self.state, "text": self.text, "details": dict(self.details)}


def states(project: Project, data: Path, build: Path, language: Language) -> list[StudyState]:
    """Return the state of each study of the project, and of each whose results are in the build folder.

    Parameters
    ----------
    project : Project
        The checkout.
    data : Path
        Folder of source files.
    build : Path
        Folder of results.
    language : {"es", "en"}
        Language of the text.
    """
    words = _WORDS[language]
    folders = sorted(path.parent for path in project.studies.glob("*/study.yaml"))
    ours = {folder.name for folder in folders}
    found = []
    for folder in folders:
        state, details = state_of(Ingredients(project, folder.name, folder, data, build / folder.name), words)
        found.append(StudyState(folder.name, state, words[state].format(**details), details))
    for results in sorted(build.glob("*")):
        if results.name not in ours and _has_results(results):
            state, details = _left_by(results)
            text = words["elsewhere"].format(state=words[state].format(**details))
            found.append(StudyState(results.name, "elsewhere", text, {"state": state, **details}))
    return found


def listing(found: Sequence[StudyState]) -> str:
    """Write one line for each study."""
    width = max((len(one.study) for one in found), default=0)
    return "\n".join(f"{one.study:<{width}}  {one.text}" for one in found)


def _has_results(results: Path) -> bool:
    return any((results / name / "manifest.json").is_file() for name in STAGES)


def _left_by(results: Path) -> tuple[str, dict[str, str]]:
    """Say what the last run left, where the folder of the study is not known."""
    for name in STAGES:
        if failed_folder(results, name).is_dir():
            return "failed", {"stage": name, "where": str(failed_folder(results, name))}
    return "partly", {"stage": [name for name in STAGES if (results / name).is_dir()][-1]}


def state_of(ingredients: Ingredients, words: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Tell the state of one study: up to date, to be run again and why, failed, without source files.

    Parameters
    ----------
    ingredients : Ingredients
        What the study is made from.
    words : mapping of str to str
        Words for the reasons, in the language wanted.

    Returns
    -------
    str, dict of str to str
        The name of the state and what its words are filled with.
    """
    results = ingredients.build
    if is_published_only(ingredients.study_folder):
        return "published", {}
    try:
        missing = ingredients.missing_sources()
    except ProblemsFound:
        return "unreadable", {}
    for name in STAGES:
        where = failed_folder(results, name)
        if where.is_dir():
            return "failed", {"stage": name, "where": str(where)}
    if missing:
        return "missing", {"files": ", ".join(one.file for one in missing)}
    if not any((results / name).is_dir() for name in STAGES):
        return "never", {}
    earlier: dict[str, Manifest] = {}
    before = ""
    for stage in STAGES.values():
        state = freshness(stage, ingredients.key(stage, earlier), results / stage.name)
        if not state.fresh or state.manifest is None:
            if state.reason == "new":
                return ("partly", {"stage": before}) if before else ("never", {})
            return "stale", {"stage": stage.name, "reason": _said(state.reason, words)}
        earlier[stage.name] = state.manifest
        before = stage.name
    return "fresh", {}


def _said(reason: str, words: Mapping[str, str]) -> str:
    names = reason.split("; ")
    shown = ", ".join(words.get(name, name) for name in names[:3])
    return shown + (" …" if len(names) > 3 else "")
