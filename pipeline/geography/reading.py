"""The file of a country's divisions, read and held against the code lists that a study declares to be areas."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from surveys.dictionary import Dictionary
from surveys.geography import FIXED, Geography, Where, geography_from, geography_problems, lists_of_areas
from surveys.problems import Message, Problem, StudyError

HOME = Path(__file__).resolve().parents[2] / "surveys" / "geographies"
FILE_ABSENT = Message(
    "geography_file_absent",
    "there is no file '{file}' in the study folder nor in surveys/geographies. Put it there, or correct its name.",
    "no hay un archivo '{file}' en la carpeta del estudio ni en surveys/geographies. Póngalo ahí o corrija su nombre.")
FILE_SHAPE = Message(
    "geography_file",
    "'{file}' is not a CSV in UTF-8 with the columns level, name, within_level, within and a column for each code "
    "system. Save it as such.",
    "'{file}' no es un CSV en UTF-8 con las columnas level, name, within_level, within y una columna por cada sistema "
    "de códigos. Guárdelo así.")


def read_geography(settings: Mapping[str, Any], folders: Sequence[Path], where: Where) -> Geography | None:
    """Read the divisions that a study declares.

    Parameters
    ----------
    settings : mapping
        Plain data of ``study.yaml`` whose shape was checked.
    folders : sequence of Path
        The study's folder, and that of the study it extends; after them come the files of the project.
    where : callable
        Path inside ``study.yaml`` to the place shown.

    Returns
    -------
    Geography or None
        None where the study declares none.

    Raises
    ------
    StudyError
        No such file, another form, or divisions that do not hold together.
    """
    declared = settings.get("geography")
    if declared is None:
        return None
    file, place = str(declared["file"]), where(("geography", "file"))
    found = [folder / file for folder in (*folders, HOME)
             if (folder / file).is_file() and (folder / file).resolve().is_relative_to(folder.resolve())]  # fmt: skip
    if not found:
        raise StudyError([Problem(FILE_ABSENT, place, {"file": file})])
    try:
        with found[0].open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, restkey="", strict=True)
            header = list(reader.fieldnames or ())
            rows = [{str(name): str(cell or "").strip() for name, cell in row.items()} for row in reader]
    except (UnicodeDecodeError, csv.Error):
        header, rows = [], []
    if not rows or tuple(header[: len(FIXED)]) != FIXED or len(header) == len(FIXED) or "" in rows[0]:
        raise StudyError([Problem(FILE_SHAPE, place, {"file": file})])
    geography, problems = geography_from(rows, file=file, where=place)
    if problems:
        raise StudyError(problems)
    return geography


def refuse_other_codes(
    settings: Mapping[str, Any], dictionary: Dictionary, folders: Sequence[Path], where: Where
) -> None:
    """Stop a study whose lists are not in the code system that it declares.

    Parameters
    ----------
    settings, folders, where
        As in `read_geography`.
    dictionary : Dictionary
        Has the lists.

    Raises
    ------
    StudyError
        Every problem at once.
    """
    geography = read_geography(settings, folders, where)
    if geography is None:
        return
    problems = list(geography_problems(geography, lists_of_areas(settings), dictionary, where))
    if problems:
        raise StudyError(problems)
