"""Known denominators of rates, read from CSV files of the study folder and held against the dictionary."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from surveys.analyses import DenominatorSpec
from surveys.dictionary import Dictionary
from surveys.problems import Message, Problem, StudyError
from surveys.study import Study

WHOLE = "_T"
NO_FILE = Message(
    "denominator_file_absent",
    "there is no file '{file}' in the study folder. Put it there, or correct `file:`.",
    "no hay un archivo '{file}' en la carpeta del estudio. Póngalo ahí o corrija `file:`.")
WRONG_COLUMNS = Message(
    "denominator_columns",
    "the columns of '{file}' are {found}; expected are `value` and breakdowns of the dictionary. Rename: {unknown}.",
    "las columnas de '{file}' son {found}; se esperan `value` y desagregaciones del diccionario. Renombre: {unknown}.")
WRONG_CODES = Message(
    "denominator_codes",
    "column '{column}' of '{file}' has the codes {unknown}, which are not in its list. Use its codes, or _T for all.",
    "la columna '{column}' de '{file}' tiene los códigos {unknown}, que no están en su lista. Use sus códigos, o _T "
    "para el total.")
WRONG_VALUES = Message(
    "denominator_values",
    "{rows} values of '{file}' are not numbers above 0. Correct them (decimal point, no thousands mark).",
    "{rows} valores de '{file}' no son números mayores que 0. Corríjalos (punto decimal, sin separador de miles).")
REPEATED_DOMAIN = Message(
    "denominator_repeated",
    "'{file}' gives {rows} domains more than once. Keep one row for each domain.",
    "'{file}' da {rows} dominios más de una vez. Deje una fila por dominio.")
UNREADABLE = Message(
    "denominator_unreadable",
    "'{file}' is not a CSV in UTF-8 with commas and a header. Save it as such.",
    "'{file}' no es un CSV en UTF-8 con comas y encabezado. Guárdelo así.")


NUMBERS = ("value", "standard_error")


def read_denominators(folders: list[Path], study: Study, dictionary: Dictionary) -> dict[str, pd.DataFrame]:
    """Read the denominators that a study declares.

    Parameters
    ----------
    folders : list of Path
        Study folder, and that of the study it extends; the first that has the file gives it.
    study, dictionary : Study, Dictionary
        What is declared, and the breakdowns it may use.

    Returns
    -------
    dict of str to DataFrame
        By name: a text column for each breakdown, ``value``, and ``standard_error`` where the number was estimated
        elsewhere (NaN where it is taken as known).

    Raises
    ------
    StudyError
        With every problem of every file.
    """
    problems: list[Problem] = []
    found: dict[str, pd.DataFrame] = {}
    for name, spec in (study.analyses.denominators or {}).items():
        where = f"{study.name}/study.yaml  denominators.{name}"
        path = next((folder / spec.file for folder in folders if (folder / spec.file).is_file()), None)
        if path is None:
            problems.append(Problem(NO_FILE, where, {"file": spec.file}))
            continue
        try:
            table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
        except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError):
            problems.append(Problem(UNREADABLE, where, {"file": spec.file}))
            continue
        faults = _faults(table, spec, dictionary, where)
        problems += faults
        if not faults:
            numbers = [column for column in NUMBERS if column in table.columns]
            found[name] = table.assign(
                **{column: pd.to_numeric(table[column].replace("", np.nan)).astype(np.float64) for column in numbers}
            )
    if problems:
        raise StudyError(problems)
    return found


def _faults(table: pd.DataFrame, spec: DenominatorSpec, dictionary: Dictionary, where: str) -> list[Problem]:
    columns = [str(name) for name in table.columns]
    unknown = [name for name in columns if name not in NUMBERS and name not in dictionary.breakdowns]
    if unknown or "value" not in columns:
        return [Problem(WRONG_COLUMNS, where, {
            "file": spec.file, "found": ", ".join(columns), "unknown": ", ".join(unknown) or "value"})]
    problems = []
    for name in columns:
        if name in NUMBERS:
            continue
        codes = {*dictionary.codes_of(dictionary.breakdowns[name].variable), WHOLE}
        foreign = [code for code in dict.fromkeys(table[name]) if code not in codes]
        if foreign:
            problems.append(Problem(WRONG_CODES, where, {
                "column": name, "file": spec.file, "unknown": ", ".join(foreign[:8])}))
    value = pd.to_numeric(table["value"], errors="coerce").to_numpy(dtype=np.float64)
    bad = int(np.count_nonzero(~(np.isfinite(value) & (value > 0))))
    if "standard_error" in columns:
        given = table["standard_error"][table["standard_error"] != ""]
        error = pd.to_numeric(given, errors="coerce").to_numpy(dtype=np.float64)
        bad += int(np.count_nonzero(~(np.isfinite(error) & (error > 0))))
    if bad:
        problems.append(Problem(WRONG_VALUES, where, {"rows": bad, "file": spec.file}))
    keys = [name for name in columns if name not in NUMBERS]
    repeated = int(table.duplicated(keys).sum()) if keys else max(len(table) - 1, 0)
    if repeated:
        problems.append(Problem(REPEATED_DOMAIN, where, {"rows": repeated, "file": spec.file}))
    return problems
