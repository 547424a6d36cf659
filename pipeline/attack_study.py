"""The attack on what one study published: as the last step of dissemination, and as a command of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from estimates.disclosure.audit import ProtectionRule
from estimates.disclosure.release_cells import release_cells
from estimates.disclosure.rounded_release import with_rounding
from estimates.release_view import analyses_view
from estimates.study_design import study_design
from pipeline.analysis_files import read_analyses
from pipeline.attack import Attack, attack_release, refuse_leaks
from pipeline.estimate_files import read_estimates
from pipeline.microdata_files import read_microdata
from pipeline.project import Project
from pipeline.study_files import LoadedStudy, load_study
from pipeline.weight_files import read_weights
from surveys.problems import DataError, Language, Message, Problem

NOT_FINISHED = Message(
    "nothing_to_attack",
    "There is no finished release of this study. Run `disseminate` first.",
    "No hay una publicación terminada de este estudio. Ejecute antes `disseminate`.",
)
NO_EARLIER = Message(
    "earlier_release_absent",
    "The earlier release has no estimates.csv. Give EARLIER= the folder that `disseminate` wrote then.",
    "La publicación anterior no tiene estimates.csv. Dé en EARLIER= la carpeta que `disseminate` escribió entonces.",
)


def attack_folder(folder: Path, loaded: LoadedStudy, results: Path, *, earlier: Sequence[Path] = ()) -> Attack:
    """Attack one folder of finished files.

    Parameters
    ----------
    folder : Path
        The files.
    loaded : LoadedStudy
        The study and its dictionary.
    results : Path
        ``build/<study>``, with the finished stages ``ingest``, ``weight`` and ``estimate``.
    earlier : sequence of Path
        Folders of earlier releases.

    Returns
    -------
    Attack
        What was learned.
    """
    study = loaded.study
    microdata = read_microdata(results / "ingest", loaded.dictionary)
    weights = read_weights(results / "weight", microdata)
    frame = read_estimates(results / "estimate" / "estimates.csv")
    design = study_design(study, microdata)
    cells = release_cells(study, loaded.dictionary, microdata, design, weights, frame)
    cells = with_rounding(cells, frame, study, loaded.dictionary)
    rule = ProtectionRule(study.publication.minimum_cases, study.publication.minimum_width)
    analyses = analyses_view(read_analyses(results / "estimate"), study, loaded.dictionary)
    return attack_release(
        folder, frame, cells, rule, loaded.dictionary, microdata, earlier=earlier, study=study, analyses=analyses
    )


def attack_results(
    study_folder: Path, project: Project, build: Path, language: Language, earlier: Path | None = None
) -> str:
    """Attack what a study published and say what was read.

    Parameters
    ----------
    study_folder : Path
        Folder of the study.
    project : Project
        The checkout.
    build : Path
        Folder of results.
    language : {"es", "en"}
        Of the lines returned.
    earlier : Path, optional
        Folder of an earlier release.

    Returns
    -------
    str
        One line for each folder, and one for everything that could not be attacked.

    Raises
    ------
    DataError
        Nothing to attack, or a leak.
    """
    results = build / study_folder.name
    if not (results / "disseminate").is_dir():
        raise DataError([Problem(NOT_FINISHED, f"{study_folder.name}  attack", {})])
    if earlier is not None and not (earlier / "estimates.csv").is_file():
        raise DataError([Problem(NO_EARLIER, str(earlier), {})])
    loaded = load_study(study_folder, project)
    lines = []
    for name in ("disseminate", "report", "factsheets"):
        if not (results / name).is_dir():
            continue
        found = attack_folder(results / name, loaded, results, earlier=[] if earlier is None else [earlier])
        refuse_leaks(found, loaded.study.name)
        lines.append(_line(name, found.files, found.cells, language))
        lines += [f"!! {missing}" for missing in found.not_attacked]
    return "\n".join(lines)


def _line(name: str, files: int, cells: int, language: Language) -> str:
    if language == "es":
        return f"{name}: nada recuperado de {cells} celdas ocultas de víctimas; archivos atacados: {files}."
    return f"{name}: nothing recovered of {cells} hidden victim cells; files attacked: {files}."
