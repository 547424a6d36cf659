"""Rounds on disk: the private totals that a round leaves for a later one, and the series of other producers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from estimates.change.round_totals import CellKey, RoundTotals
from pipeline.estimate_files import breakdown_columns
from pipeline.private_store.private_files import private_input, private_output
from surveys.design import Design
from surveys.microdata import Microdata
from surveys.problems import DataError, Message, Problem, StudyError
from surveys.study import Study

ROUND_FILE = "round_totals.npz"
WHOLE = "_T"
SERIES_COLUMNS = ("series", "year", "value", "unit", "label_es", "label_en", "definition_es", "definition_en",
                  "differs_es", "differs_en", "source")  # fmt: skip

MATCH_VARIES = Message(
    "change_match_varies",
    "'{name}' differs inside {count} {count|PSU|PSUs}; a PSU needs one name to be found again. Correct the mapping, or "
    "name another variable in `match:`.",
    "'{name}' varía dentro de {count} {count|UPM|UPM}; una UPM necesita un solo nombre para ser reconocida. Corrija el "
    "mapping o indique otra variable en `match:`.")
MATCH_REPEATED = Message(
    "change_match_repeated",
    "'{name}' gives {count} {count|PSU|PSUs} a name that another has. Name in `match:` one that tells all apart.",
    "'{name}' da a {count} {count|UPM|UPM} un nombre que ya tiene otra. Indique en `match:` una variable que las "
    "distinga todas.")
NOT_RUN = Message(
    "earlier_round_not_run",
    "the earlier round '{since}' has no estimates in the build folder. Run `make estimate STUDY={since}` first.",
    "la ronda anterior '{since}' no tiene estimaciones en la carpeta de resultados. Ejecute antes "
    "`make estimate STUDY={since}`.")
SERIES_ABSENT = Message(
    "external_series_absent",
    "there is no file '{file}' in the study folder. Put it there, or correct `file:`.",
    "no hay un archivo '{file}' en la carpeta del estudio. Póngalo ahí o corrija `file:`.")
SERIES_WRONG = Message(
    "external_series_wrong",
    "'{file}' is not a CSV in UTF-8 with the columns {columns}, whole years and numbers, one row by series and year. "
    "Correct: {fault}.",
    "'{file}' no es un CSV en UTF-8 con las columnas {columns}, años enteros y números, una fila por serie y año. "
    "Corrija: {fault}.")


def psu_names(study: Study, microdata: Microdata, design: Design, match: str | None = None) -> tuple[str, ...]:
    """Name the PSUs of a design so that another round finds them, (P,), hashed.

    Parameters
    ----------
    study, microdata, design : Study, Microdata, Design
        Design and microdata agree row by row at the design's level.
    match : str, optional
        Variable of the design's level with the name that a PSU had in the earlier round, missing where it is new; by
        default the PSU of the design, with its stratum where numbers begin again in each.

    Returns
    -------
    tuple of str
        Short hashes: a file beside microdata needs no second list of places in plain words. Whoever may read it may
        read the microdata too.

    Raises
    ------
    DataError
        A name that varies inside a PSU, or belongs to two.
    """
    roles = study.design
    frame = microdata.levels[roles.level].frame
    if match is None and roles.psu.variable is None:
        return tuple(_hashed(f"new {study.name} {number}") for number in range(design.psus))
    nested = [roles.stratum.variable] if match is None and roles.nested and roles.stratum.variable else []
    columns = [*nested, match or str(roles.psu.variable)]
    texts = frame[columns[0]].astype("string").fillna("")
    for column in columns[1:]:
        texts = texts + "\x1f" + frame[column].astype("string").fillna("")
    values = texts.to_numpy(dtype=object)
    first = np.empty(design.psus, dtype=np.int64)
    first[design.psu[::-1]] = np.arange(design.rows)[::-1]
    of_psu = values[first]
    where, name = f"{study.name}/study.yaml  change", columns[-1]
    varies = int(np.unique(design.psu[values != of_psu[design.psu]]).size)
    if varies:
        raise DataError([Problem(MATCH_VARIES, where, {"name": name, "count": varies})])
    named = [text for text in of_psu.tolist() if text]
    repeated = len(named) - len(set(named))
    if repeated:
        raise DataError([Problem(MATCH_REPEATED, where, {"name": name, "count": repeated})])
    return tuple(_hashed(text or f"new {study.name} {number}") for number, text in enumerate(of_psu.tolist()))


def write_round(folder: Path, totals: RoundTotals) -> None:
    """Write what a later round needs as ``round_totals.npz``, readable by the owner only and never published.

    Parameters
    ----------
    folder : Path
        Of the stage `estimate`.
    totals : RoundTotals
        Of this round, its PSUs under hashed names.
    """
    text = {
        "study": totals.study, "keys": [[indicator, [list(pair) for pair in by]] for indicator, by in totals.keys],
        "status": list(totals.status), "definition": dict(totals.definition), "names": list(totals.psu_name),
    }  # fmt: skip
    said = np.frombuffer(json.dumps(text, ensure_ascii=False, sort_keys=True).encode(), dtype=np.uint8)
    with private_output(folder / ROUND_FILE) as out:
        np.savez_compressed(
            out, text=said, estimate=totals.estimate, se=totals.se, df=totals.df, psu=totals.psu.astype(np.int32),
            cell=totals.cell.astype(np.int32), total=totals.total, member=totals.member, stratum=totals.stratum,
            psu_population=totals.psu_population,
        )  # fmt: skip


def read_round(folder: Path, since: str, where: str) -> RoundTotals:
    """Read what an earlier round left.

    Parameters
    ----------
    folder : Path
        Its published stage `estimate`.
    since, where : str
        Its name, and the place that names it, for messages.

    Raises
    ------
    DataError
        The round was not run.
    """
    path = folder / ROUND_FILE
    if not path.is_file():
        raise DataError([Problem(NOT_RUN, where, {"since": since})])
    with private_input(path) as stream, np.load(stream, allow_pickle=False) as held:
        text = json.loads(held["text"].tobytes().decode())
        numbers = {name: held[name] for name in held.files if name != "text"}
    keys = tuple((indicator, tuple((by, code) for by, code in domain)) for indicator, domain in text["keys"])
    return RoundTotals(
        study=text["study"], keys=keys, estimate=numbers["estimate"], se=numbers["se"], df=numbers["df"],
        status=tuple(text["status"]), psu=numbers["psu"].astype(np.int64), cell=numbers["cell"].astype(np.int64),
        total=numbers["total"], member=numbers["member"], psu_name=tuple(text["names"]), stratum=numbers["stratum"],
        psu_population=numbers["psu_population"], definition=text["definition"],
    )  # fmt: skip


def limits_of(frame: pd.DataFrame) -> dict[CellKey, tuple[float, float]]:
    """Intervals of an estimate table by cell."""
    names = sorted(breakdown_columns(frame))
    columns = [frame[name].astype(str).tolist() for name in names]
    found: dict[CellKey, tuple[float, float]] = {}
    limits = zip(frame["ci_low"].tolist(), frame["ci_high"].tolist(), strict=True)
    for number, (indicator, ends) in enumerate(zip(frame["indicator"].astype(str), limits, strict=True)):
        domain = ((name, column[number]) for name, column in zip(names, columns, strict=True))
        found[(indicator, tuple((name, code) for name, code in domain if code != WHOLE))] = ends
    return found


def read_external_series(folders: Sequence[Path], study: Study) -> pd.DataFrame:
    """Read the series of other producers that a study sets beside its own.

    Parameters
    ----------
    folders : sequence of Path
        Study folder, and that of the study it extends; the first that has the file gives it.
    study : Study
        Declares the file.

    Returns
    -------
    DataFrame
        `SERIES_COLUMNS`; no rows where nothing is declared.

    Raises
    ------
    StudyError
        No such file, or not of that form.
    """
    spec = study.rounds.external
    if spec is None:
        return pd.DataFrame(columns=list(SERIES_COLUMNS))
    where = f"{study.name}/study.yaml  external_series"
    path = next((folder / spec.file for folder in folders if (folder / spec.file).is_file()), None)
    if path is None:
        raise StudyError([Problem(SERIES_ABSENT, where, {"file": spec.file})])
    details = {"file": spec.file, "columns": ", ".join(SERIES_COLUMNS)}
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError):
        raise StudyError([Problem(SERIES_WRONG, where, {**details, "fault": "UTF-8, CSV"})]) from None
    fault = _fault(table)
    if fault:
        raise StudyError([Problem(SERIES_WRONG, where, {**details, "fault": fault})])
    return table.assign(year=table["year"].astype(int), value=pd.to_numeric(table["value"]).astype(np.float64))


def _fault(table: pd.DataFrame) -> str:
    if list(table.columns) != list(SERIES_COLUMNS):
        odd = {*table.columns} ^ set(SERIES_COLUMNS)
        return ", ".join(sorted(str(name) for name in odd)) or "order"
    if not table["year"].str.fullmatch(r"[12][0-9]{3}").all():
        return "year"
    if not np.isfinite(pd.to_numeric(table["value"], errors="coerce")).all():
        return "value"
    blank = [name for name in SERIES_COLUMNS if name not in ("differs_es", "differs_en") and table[name].eq("").any()]
    if blank:
        return ", ".join(blank)
    return "series, year" if table.duplicated(["series", "year"]).any() else ""


def _hashed(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8, person=b"rounds").hexdigest()
