"""What is known of every area, read from a CSV of the study folder and held against the list of areas."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from surveys.dictionary import Dictionary
from surveys.problems import Message, Problem, StudyError
from surveys.small_areas import SmallAreas, small_areas_from
from surveys.study import Study

AREA = "area"
SHOWN = 8

NO_FILE = Message(
    "small_areas_file_absent",
    "there is no file '{file}' in the study folder. Put it there, or correct `known: file:`.",
    "no hay un archivo '{file}' en la carpeta del estudio. Póngalo ahí o corrija `known: file:`.")
UNREADABLE = Message(
    "small_areas_file_unreadable",
    "'{file}' is not a CSV in UTF-8 with commas and a header. Save it as such.",
    "'{file}' no es un CSV en UTF-8 con comas y encabezado. Guárdelo así.")
NO_COLUMNS = Message(
    "small_areas_columns",
    "'{file}' lacks the columns {lacking}; it has {found}. Add them, or correct `known:` of the model '{model}'. The "
    "codes of the areas are in the column `area`.",
    "a '{file}' le faltan las columnas {lacking}; tiene {found}. Agréguelas o corrija `known:` del modelo '{model}'. "
    "Los códigos de las áreas van en la columna `area`.")
WRONG_CODES = Message(
    "small_areas_codes",
    "column `area` of '{file}' has {count} {count|code that is|codes that are} not in the list of '{areas}': "
    "{unknown}. Correct them; codes are text and keep their zeros.",
    "la columna `area` de '{file}' tiene {count} {count|código que no está|códigos que no están} en la lista de "
    "'{areas}': {unknown}. Corrija: los códigos son texto y conservan sus ceros.")
REPEATED = Message(
    "small_areas_repeated",
    "'{file}' gives {count} {count|area|areas} more than once: {repeated}. Keep one row for each area.",
    "'{file}' da {count} {count|área|áreas} más de una vez: {repeated}. Deje una fila por área.")
ABSENT_AREAS = Message(
    "small_areas_absent",
    "'{file}' has no row for {count} {count|area|areas} of '{areas}': {absent}. Every area needs its covariates, also "
    "those without sample.",
    "'{file}' no tiene fila para {count} {count|área|áreas} de '{areas}': {absent}. Toda área necesita sus "
    "covariables, también las que no tienen muestra.")
WRONG_NUMBERS = Message(
    "small_areas_numbers",
    "column '{column}' of '{file}' has {count} {count|cell|cells} that cannot be used ({areas}): {needed_en}. Correct "
    "them (decimal point, no thousands mark).",
    "la columna '{column}' de '{file}' tiene {count} {count|celda que no se puede|celdas que no se pueden} usar "
    "({areas}): {needed_es}. Corríjalas (punto decimal, sin separador de miles).")
_NEEDED = {
    "number": ("a number is needed", "se necesita un número"),
    "positive": ("a number above 0 is needed", "se necesita un número mayor que 0"),
    "root": ("a number of 0 or more is needed", "se necesita un número de 0 o más"),
}


def read_known_areas(folders: list[Path], study: Study, dictionary: Dictionary) -> dict[str, pd.DataFrame]:
    """Read what the models of small areas take as known.

    Parameters
    ----------
    folders : list of Path
        Study folder, and that of the study it extends; the first that has the file gives it.
    study, dictionary : Study, Dictionary
        Models, and the code lists of their areas.

    Returns
    -------
    dict of str to DataFrame
        By model: the columns it uses, indexed by the code of the area in the order of the code list.

    Raises
    ------
    StudyError
        With every problem of every file.
    """
    problems: list[Problem] = []
    found: dict[str, pd.DataFrame] = {}
    for model in small_areas_from(study.settings):
        codes = list(dictionary.codes_of(dictionary.breakdowns[model.areas].variable))
        if model.file is None:
            found[model.name] = pd.DataFrame(index=pd.Index(codes, name=AREA))
            continue
        where = f"{study.name}/study.yaml  small_areas.{model.name}.known"
        table = _read(folders, model.file, where, problems)
        if table is None:
            continue
        faults = _faults(table, model, codes, where)
        problems += faults
        if not faults:
            numbers = table.set_index(AREA)[list(model.columns)].astype(np.float64)
            found[model.name] = numbers.loc[codes]
    if problems:
        raise StudyError(problems)
    return found


def _read(folders: list[Path], file: str, where: str, problems: list[Problem]) -> pd.DataFrame | None:
    path = next((folder / file for folder in folders if (folder / file).is_file()), None)
    if path is None:
        problems.append(Problem(NO_FILE, where, {"file": file}))
        return None
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8", comment="#")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError):
        problems.append(Problem(UNREADABLE, where, {"file": file}))
        return None


def _faults(table: pd.DataFrame, model: SmallAreas, codes: list[str], where: str) -> list[Problem]:
    file = {"file": model.file}
    columns = [str(name) for name in table.columns]
    lacking = [name for name in (AREA, *model.columns) if name not in columns]
    if lacking:
        return [Problem(NO_COLUMNS, where, {
            **file, "lacking": ", ".join(lacking), "found": ", ".join(columns), "model": model.name})]
    problems = []
    given = table[AREA].tolist()
    for message, place, some in (
        (WRONG_CODES, "unknown", [code for code in dict.fromkeys(given) if code not in codes]),
        (REPEATED, "repeated", [str(code) for code in table[AREA][table[AREA].duplicated()].unique()]),
        (ABSENT_AREAS, "absent", [code for code in codes if code not in set(given)]),
    ):
        if some:
            problems.append(Problem(message, where, {
                **file, "areas": model.areas, "count": len(some), place: _listed(some)}))
    needs = _needs(model)
    for column in model.columns:
        value = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64)
        good = np.isfinite(value)
        good &= value > 0 if needs[column] == "positive" else value >= 0 if needs[column] == "root" else good
        if not good.all():
            areas = [code for code, fine in zip(given, good, strict=True) if not fine]
            english, spanish = _NEEDED[needs[column]]
            problems.append(Problem(WRONG_NUMBERS, where, {
                **file, "column": column, "count": len(areas), "areas": _listed(areas), "needed_en": english,
                "needed_es": spanish}))
    return problems


def _needs(model: SmallAreas) -> Mapping[str, str]:
    needs = dict.fromkeys(model.columns, "number")
    for item in model.covariates:
        if item.transform != "none":
            needs[item.name] = "positive" if item.transform == "log" else "root"
    for item in model.covariates:
        if item.over is not None:
            needs[item.over] = "positive"
    if model.size is not None:
        needs[model.size] = "positive"
    return needs


def _listed(codes: list[str]) -> str:
    more = f" ... (+{len(codes) - SHOWN})" if len(codes) > SHOWN else ""
    return ", ".join(codes[:SHOWN]) + more
