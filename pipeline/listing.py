"""``make list``: the studies and the state each is in."""

from __future__ import annotations

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


def listing(project: Project, data: Path, build: Path, language: Language) -> str:
    """Return one line for each study of the project, and for each whose results are in the build folder.

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
    folders = sorted(path.parent for path in project.studies.glob("*/study.yaml"))
    ours = {folder.name for folder in folders}
    guests = [results for results in sorted(build.glob("*")) if results.name not in ours and _has_results(results)]
    width = max((len(folder.name) for folder in (*folders, *guests)), default=0)
    lines = []
    for folder in folders:
        ingredients = Ingredients(project, folder.name, folder, data, build / folder.name)
        lines.append(f"{folder.name:<{width}}  {state_of(ingredients, language)}")
    for results in guests:
        state = _WORDS[language]["elsewhere"].format(state=_left_by(results, _WORDS[language]))
        lines.append(f"{results.name:<{width}}  {state}")
    return "\n".join(lines)


def _has_results(results: Path) -> bool:
    return any((results / name / "manifest.json").is_file() for name in STAGES)


def _left_by(results: Path, words: dict[str, str]) -> str:
    """Say what the last run left, where the folder of the study is not known."""
    for name in STAGES:
        if failed_folder(results, name).is_dir():
            return words["failed"].format(stage=name, where=failed_folder(results, name))
    return words["partly"].format(stage=[name for name in STAGES if (results / name).is_dir()][-1])


def state_of(ingredients: Ingredients, language: Language) -> str:
    """Say the state of one study: up to date, to be run again and why, failed, without source files."""
    words = _WORDS[language]
    results = ingredients.build
    if is_published_only(ingredients.study_folder):
        return words["published"]
    try:
        missing = ingredients.missing_sources()
    except ProblemsFound:
        return words["unreadable"]
    for name in STAGES:
        where = failed_folder(results, name)
        if where.is_dir():
            return words["failed"].format(stage=name, where=where)
    if missing:
        return words["missing"].format(files=", ".join(one.file for one in missing))
    if not any((results / name).is_dir() for name in STAGES):
        return words["never"]
    earlier: dict[str, Manifest] = {}
    before = ""
    for stage in STAGES.values():
        state = freshness(stage, ingredients.key(stage, earlier), results / stage.name)
        if not state.fresh or state.manifest is None:
            if state.reason == "new":
                return words["partly"].format(stage=before) if before else words["never"]
            return words["stale"].format(stage=stage.name, reason=_said(state.reason, words))
        earlier[stage.name] = state.manifest
        before = stage.name
    return words["fresh"]


def _said(reason: str, words: dict[str, str]) -> str:
    names = reason.split("; ")
    shown = ", ".join(words.get(name, name) for name in names[:3])
    return shown + (" …" if len(names) > 3 else "")
