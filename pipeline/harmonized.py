"""``make harmonized``: studies of several countries side by side; and the pages of a study without microdata."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.atomic import publish_folder, remove_folder, sync_below, temporary_beside, tidy
from pipeline.editions.side_by_side import describe_side_by_side
from pipeline.estimate_files import read_estimates
from pipeline.harmonized_cells import Cell, study_cells
from pipeline.harmonized_files import printed_figures, read_figures, read_harmonized
from pipeline.harmonized_open import write_harmonized_open
from pipeline.harmonized_page import build_page
from pipeline.harmonized_sdmx import write_harmonized_sdmx
from pipeline.harmonized_tables import cells_csv, series_csv, write_harmonized_workbook
from pipeline.harmonized_words import WORDS
from pipeline.locks import folder_lock
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.readers.reading import read_source
from pipeline.report_pdf import compile_pdf
from pipeline.report_render import render_html, render_typst
from pipeline.report_words import load_words
from pipeline.runner import Request, mark_as_ours, run_stages
from pipeline.study_files import LoadedStudy, load_study
from surveys.cell_counts import CellFile, cell_file, count_cells, name_problems
from surveys.harmonized_figures import HarmonizedList, StudyFigures
from surveys.problems import DataError, Language, Message, Problem, StudyError
from surveys.study import Source, Study

LANGUAGES: tuple[Language, ...] = ("es", "en")
TEMPLATE = "harmonized.j2"
NO_STAGE = Message(
    "published_only_stage",
    "study '{study}' has published figures and no microdata (`published_only: true`), so there is nothing to "
    "{target}.\n"
    "  `make study STUDY={study}` writes its tables and pages; `make harmonized` sets it beside other studies.",
    "el estudio '{study}' tiene cifras publicadas y no microdatos (`published_only: true`), así que la etapa "
    "{target} no "
    "tiene de qué partir.\n  `make study STUDY={study}` escribe sus cuadros y páginas; `make harmonized` lo pone "
    "al lado "
    "de otros estudios.",
)
ESTIMATES_LEFT_OUT = Message(
    "harmonized_estimates_left_out",
    "The data files of '{study}' are not in the data folder: only what it published is shown.",
    "Los archivos de datos de '{study}' no están en la carpeta de datos: solo se muestra lo que publicó.",
)
PAGES = frozenset({"study", "report", "validate", "disseminate"})


def harmonized(
    project: Project, request: Callable[[str], Request], names: Sequence[str], progress: Progress
) -> list[Path]:
    """Put studies side by side.

    Parameters
    ----------
    project : Project
        Has the common list and the templates.
    request : callable
        From the name of a study, or the path of its folder, to what a run of it needs.
    names : sequence of str
        Studies in the order shown; empty for those of ``surveys/harmonized.yaml``.
    progress : Progress
        Says how far it is.

    Returns
    -------
    list of Path
        ``harmonized.csv``, the same as SDMX and, in both languages, a workbook, a page and a PDF, in
        ``build/harmonized``.

    Raises
    ------
    ProblemsFound
        Whatever is wrong with the list, a study or its release. Estimates are taken from the release of the study,
        which was protected and attacked, and from nothing else.
    """
    common = read_harmonized(project)
    cells: list[Cell] = []
    studies: dict[str, tuple[Study, StudyFigures]] = {}
    counts: dict[str, list[tuple[CellFile, pd.DataFrame]]] = {}
    asked = [request(name) for name in names or common.studies]
    for one in asked:
        loaded = load_study(one.study_folder, one.project)
        figures = read_figures(loaded, common, one.project)
        frame = None if loaded.study.published_only else _released(one, progress)
        cells += study_cells(loaded, figures, common, printed_figures(loaded), frame)
        studies[loaded.study.name] = (loaded.study, figures)
        if loaded.study.published_only:
            counts[loaded.study.name] = _counts(loaded, one)
    folder = asked[0].build / "harmonized"
    return _publish(folder, "harmonized", common, cells, studies, counts, asked[0], alone=False)


def published_study(request: Request, target: str) -> list[Path]:
    """Write the tables and pages of a study without microdata.

    Parameters
    ----------
    request : Request
        The study.
    target : str
        What was asked for; the stages that need microdata are refused.

    Returns
    -------
    list of Path
        Files in ``build/<study>/published``.

    Raises
    ------
    ProblemsFound
        The target needs microdata; or something is wrong with the study, its figures or its cells.
    """
    loaded = load_study(request.study_folder, request.project)
    if target not in PAGES:
        raise StudyError([Problem(NO_STAGE, f"make {target}", {"study": loaded.study.name, "target": target})])
    common = read_harmonized(request.project)
    figures = read_figures(loaded, common, request.project)
    counts = {loaded.study.name: _counts(loaded, request)}
    cells = study_cells(loaded, figures, common, printed_figures(loaded), None)
    request.results.mkdir(parents=True, exist_ok=True)
    return _publish(
        request.results / "published",
        loaded.study.name,
        common,
        cells,
        {loaded.study.name: (loaded.study, figures)},
        {k: v for k, v in counts.items() if v},
        request,
        alone=True,
    )


def _released(request: Request, progress: Progress) -> pd.DataFrame | None:
    """Rows of the study's release, made first where it is not fresh; None where its source files are not here."""
    if request.ingredients.missing_sources():
        text = Problem(ESTIMATES_LEFT_OUT, request.study_name, {"study": request.study_name}).text(request.language)
        progress.line(text)
        return None
    run_stages(request, "disseminate", progress)
    return read_estimates(request.results / "disseminate" / "estimates.csv")


def _counts(loaded: LoadedStudy, request: Request) -> list[tuple[CellFile, pd.DataFrame]]:
    found = []
    for name, data in (loaded.study.settings.get("cells") or {}).items():
        file = cell_file(name, data)
        where = loaded.files.study.where(("cells", name))
        problems = name_problems(file, where)
        if problems:
            raise StudyError(problems)
        source = Source(
            name,
            "csv",
            data["file"],
            data["sha256"],
            data.get("encoding"),
            data.get("separator", ","),
            rows=data.get("rows"),
        )
        wanted = [file.count, *(spec.column for spec in file.breakdowns.values())]
        table = read_source(source, request.data, wanted, study=loaded.study.name, where=where).table
        frame, problems = count_cells(file, {name: list(values) for name, values in table.columns.items()}, where)
        if problems:
            raise DataError(problems)
        found.append((file, frame))
    return found


def _publish(
    folder: Path,
    name: str,
    common: HarmonizedList,
    cells: Sequence[Cell],
    studies: Mapping[str, tuple[Study, StudyFigures]],
    counts: Mapping[str, list[tuple[CellFile, pd.DataFrame]]],
    request: Request,
    *,
    alone: bool,
) -> list[Path]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    mark_as_ours(request.build)
    half = temporary_beside(folder)
    try:
        half.mkdir()
        (half / f"{name}.csv").write_text(cells_csv(common, cells), encoding="utf-8", newline="\n")
        write_harmonized_sdmx(half, name, common, cells)
        for study, files in counts.items():
            if files:
                series = f"series_{study}.csv" if not alone else "series.csv"
                (half / series).write_text(series_csv(study, files), encoding="utf-8", newline="\n")
        for language in LANGUAGES:
            _write_language(half, name, language, common, cells, studies, counts, request.project.templates, alone)
        write_harmonized_open(half, name, common, cells)
        describe_side_by_side(half, name, common.title, [study for study, _ in studies.values()], request.project)
        sync_below(half)
        with folder_lock(folder.parent):
            tidy(folder.parent)
            publish_folder(half, folder)
    finally:
        remove_folder(half)
    return sorted(folder.iterdir())


def _write_language(
    folder: Path,
    name: str,
    language: Language,
    common: HarmonizedList,
    cells: Sequence[Cell],
    studies: Mapping[str, tuple[Study, StudyFigures]],
    counts: Mapping[str, list[tuple[CellFile, pd.DataFrame]]],
    templates: Path,
    alone: bool,
) -> None:
    page = build_page(
        common,
        cells,
        studies,
        load_words(templates, language),
        counts={study: files for study, files in counts.items() if files},
        alone=alone,
    )
    write_harmonized_workbook(folder / f"{name}_{language}.xlsx", page, common, cells, studies)
    extra: dict[str, Any] = {
        "say": WORDS[language],
        "index": [[table.anchor, table.title] for table in page.tables],
    }
    html = render_html(page, templates, TEMPLATE, **extra)
    (folder / f"{name}_{language}.html").write_text(html, encoding="utf-8", newline="\n")
    pdf = compile_pdf(
        render_typst(page, templates, TEMPLATE, **extra),
        {},
        templates,
        year=page.year,
        where=f"report_templates  {name}_{language}.pdf",
    )
    (folder / f"{name}_{language}.pdf").write_bytes(pdf)
