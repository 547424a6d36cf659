"""Stage `factsheets`: one sheet for each place or group, in every language of the study."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.factsheet_model import Sheet, factsheets_of
from pipeline.report_material import read_material
from pipeline.report_pdf import compile_pdf
from pipeline.report_render import render_typst
from pipeline.run import Run
from pipeline.study_files import load_study
from pipeline.weight_files import write_json
from surveys.problems import Message, Problem, StudyError

NO_FACTSHEETS = Message(
    "factsheets_not_declared",
    "the study does not say by what its fact sheets are made. Add `factsheets: {{by: department}}` under `report:`, "
    "with a breakdown that is tabulated.",
    "el estudio no dice según qué se hacen sus fichas. Agregue `factsheets: {{by: department}}` en `report:`, con un "
    "desglose que se tabule.",
)


def run(run: Run) -> None:
    """Write the fact sheets of one study.

    Parameters
    ----------
    run : Run
        Reads the estimates and the records of the stages before; leaves ``<language>/<breakdown>_<code>.pdf`` and
        ``record.json``.

    Raises
    ------
    StudyError
        The study declares no fact sheets, or by a breakdown that it does not tabulate alone.
    """
    loaded = load_study(run.study_folder, run.project)
    absent = StudyError([Problem(NO_FACTSHEETS, loaded.files.study.where(("report",)), {})])
    if loaded.study.report.factsheets is None:
        raise absent
    made = 0
    for material in read_material(run, loaded):
        folder = run.output / material.labels.words.language
        folder.mkdir()
        made += write_factsheets(folder, factsheets_of(material), run.project.templates)
    if not made:
        raise absent
    write_json(run.output / "record.json", {"sheets": made})


def write_factsheets(folder: Path, sheets: list[Sheet], templates: Path) -> int:
    """Write sheets side by side on the processors there are; the bytes of each depend on nothing but the sheet.

    Parameters
    ----------
    folder : Path
        Where the files go.
    sheets : list of Sheet
        In one language.
    templates : Path
        Folder of the templates.

    Returns
    -------
    int
        How many were written.
    """
    def write(sheet: Sheet) -> None:
        pdf = compile_pdf(render_typst(sheet, templates, "factsheet.j2"), {}, templates, year=sheet.year,
                          where=f"report_templates  {sheet.name}.pdf")
        (folder / f"{sheet.name}.pdf").write_bytes(pdf)

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return len(list(threads.map(write, sheets)))
