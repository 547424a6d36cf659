"""``make new-study``: a commented study folder to fill in."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.atomic import publish_folder, remove_folder, sync_below, temporary_beside, tidy
from pipeline.problem_texts import FOLDER_EXISTS, NAME_NOT_USABLE
from surveys.problems import Language, Problem, StudyError

TEMPLATE = Path(__file__).resolve().parent / "study_template"


def new_study(name: str, at: Path, language: Language) -> str:
    """Write a study folder to fill in.

    Parameters
    ----------
    name : str
        Name of the study: small letters, digits and underscores.
    at : Path
        Folder in which the study's folder is made.
    language : {"es", "en"}
        Language of the answer; the files themselves speak both.

    Returns
    -------
    str
        What was made and what to do next.

    Raises
    ------
    StudyError
        The name cannot be used, or something of that name is there already: nothing is written over.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise StudyError([Problem(NAME_NOT_USABLE, f"NAME={name}", {})])
    folder = at.expanduser() / name
    if folder.exists():
        raise StudyError([Problem(FOLDER_EXISTS, str(folder), {})])
    folder.parent.mkdir(parents=True, exist_ok=True)
    tidy(folder.parent)
    half = temporary_beside(folder)
    try:
        half.mkdir()
        for path in sorted(TEMPLATE.iterdir()):
            text = path.read_text(encoding="utf-8").replace("@NAME@", name).replace("@INDICATOR@", f"{name}_under_15")
            (half / path.name).write_text(text, encoding="utf-8")
        sync_below(half)
        publish_folder(half, folder)
    finally:
        remove_folder(half)
    return _next(folder, language)


def _next(folder: Path, language: Language) -> str:
    if language == "es":
        return (
            f"Se creó {folder}\n"
            "  1. Copie sus archivos de datos a una carpeta y anótelos en study.yaml (sources).\n"
            "  2. Asigne sus columnas en mapping.yaml; `make dictionary` muestra las variables.\n"
            f"  3. make study STUDY={folder} DATA=carpeta_de_datos"
        )
    return (
        f"Made {folder}\n"
        "  1. Put your data files in a folder and name them in study.yaml (sources).\n"
        "  2. Map your columns in mapping.yaml; `make dictionary` shows the variables.\n"
        f"  3. make study STUDY={folder} DATA=folder_of_data"
    )
