"""The attack on what one study published: as the last step of dissemination, and as a command of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.disclosure.audit import ProtectionRule
from estimates.disclosure.cells import LinkedCells
from estimates.disclosure.edition_rules import edition_rows, in_public, rule_of, with_edition_rules
from estimates.disclosure.release_cells import release_cells
from estimates.disclosure.rounded_release import with_rounding
from estimates.release_view import analyses_view
from estimates.study_design import study_design
from pipeline.analysis_files import read_analyses
from pipeline.attack import Attack, attack_release, bounded_counts, refuse_leaks
from pipeline.editions.rows import as_published_in, editions_of
from pipeline.estimate_files import read_every_estimate
from pipeline.microdata_files import read_microdata
from pipeline.project import Project
from pipeline.study_files import LoadedStudy, load_study
from pipeline.weight_files import read_weights
from surveys.editions import Edition
from surveys.microdata import Microdata
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


@dataclass(frozen=True)
class Known:
    """What the attacks on the folders of one study have in common.

    Parameters
    ----------
    loaded : LoadedStudy
        The study and its dictionary.
    results : Path
        ``build/<study>``, with the finished stages ``ingest``, ``weight`` and ``estimate``.
    """

    loaded: LoadedStudy
    results: Path

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Internal rows of all editions."""
        return read_every_estimate(self.results / "estimate")

    @cached_property
    def microdata(self) -> Microdata:
        """Whose keys must be nowhere."""
        return read_microdata(self.results / "ingest", self.loaded.dictionary)

    @cached_property
    def ruled_cells(self) -> tuple[LinkedCells, ProtectionRule]:
        """Cells of all editions and the rule of each; nothing of them rounded."""
        study, dictionary = self.loaded.study, self.loaded.dictionary
        weights = read_weights(self.results / "weight", self.microdata)
        design = study_design(study, self.microdata)
        cells = release_cells(study, dictionary, self.microdata, design, weights, self.frame)
        rule = rule_of(study)
        return with_edition_rules(self.frame, cells, rule, study.editions)


def attack_folder(
    folder: Path, loaded: LoadedStudy, results: Path, *, earlier: Sequence[Path] = (), edition: Edition | None = None,
    known: Known | None = None,
) -> Attack:  # fmt: skip
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
    edition : Edition, optional
        Whose folder it is; what everybody may see by default.
    known : Known, optional
        What attacks on other folders of the study have read already.

    Returns
    -------
    Attack
        What was learned.
    """
    known = known or Known(loaded, results)
    study = loaded.study if edition is None else as_published_in(edition, loaded.study)
    frame, dictionary = known.frame, loaded.dictionary
    cells, rule = known.ruled_cells
    cells = with_rounding(cells, frame, study, dictionary)
    includes = in_public(frame, study.editions) if edition is None else edition_rows(frame, [edition])[0]
    analyses = analyses_view(read_analyses(results / "estimate"), study, dictionary)
    return attack_release(
        folder, frame, cells, rule, dictionary, known.microdata, earlier=earlier, study=study, analyses=analyses,
        includes=includes,
    )  # fmt: skip


def attack_editions(
    folders: Mapping[str, Path], known: Known, *, told: NDArray[np.bool_] | None = None
) -> dict[str, Attack]:  # fmt: skip
    """Attack the folders of editions, each for itself and then all of them together.

    Parameters
    ----------
    folders : mapping of str to Path
        Folder of each edition to attack, by its name.
    known : Known
        Of the study.
    told : (R,) bool, optional
        Rows that files attacked before have told.

    Returns
    -------
    dict of str to Attack
        By name of the edition; under ``all`` what the reader of all editions works out.
    """
    loaded = known.loaded
    found: dict[str, Attack] = {}
    every = np.zeros(len(known.frame), dtype=bool) if told is None else told.copy()
    for edition in editions_of(loaded.study):
        if edition.name in folders:
            one = attack_folder(folders[edition.name], loaded, known.results, edition=edition, known=known)
            found[edition.name] = one
            every |= np.asarray(one.told)
    cells, rule = known.ruled_cells
    # What one edition rounds another may print exact: only what is rounded for everybody counts as rounded here.
    cells = with_rounding(cells, known.frame, loaded.study, loaded.dictionary)
    bounded, leaks = bounded_counts(known.frame, cells, rule, every)
    figures = {name: int(np.asarray(one.told).sum()) for name, one in found.items()}
    found["all"] = Attack(
        tuple(leaks), sum(one.files for one in found.values()), figures, int(bounded.cell.size),
        int(bounded.exposed.sum()), told=every,
    )  # fmt: skip
    return found


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
    known = Known(load_study(study_folder, project), results)
    before = [] if earlier is None else [earlier]
    lines = []
    told = np.zeros(len(known.frame), dtype=bool)
    for name in ("disseminate", "report", "factsheets"):
        if (results / name).is_dir():
            found = attack_folder(results / name, known.loaded, results, earlier=before, known=known)
            told |= np.asarray(found.told)
            lines += _checked(name, found, known, language)
    for name in ("editions", "final_editions"):
        folders = {path.name: path for path in sorted((results / name).glob("*")) if path.is_dir()}
        for edition, found in attack_editions(folders, known, told=told).items() if folders else ():
            lines += _checked(f"{name}/{edition}", found, known, language)
    return "\n".join(lines)


def _checked(name: str, found: Attack, known: Known, language: Language) -> list[str]:
    refuse_leaks(found, known.loaded.study.name)
    return [_line(name, found.files, found.cells, language), *(f"!! {missing}" for missing in found.not_attacked)]


def _line(name: str, files: int, cells: int, language: Language) -> str:
    if language == "es":
        return f"{name}: nada recuperado de {cells} celdas ocultas de víctimas; archivos atacados: {files}."
    return f"{name}: nothing recovered of {cells} hidden victim cells; files attacked: {files}."
