"""The figures an office printed, read from a study's `published.csv` and checked against its dictionary."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from estimates.reconciliation import PublishedFigure
from surveys.dictionary import Dictionary
from surveys.problems import Message, Problem, StudyError

COLUMNS = ("indicator", "domain", "value", "scale", "digits", "tolerance", "where", "explanation")
RANK_COLUMNS = ("indicator", "domain", "rank", "among", "where", "explanation")
RANK_AMONG = Message(
    "published_rank_among",
    "'{text}' in column 'among' is neither `parts` (of one distribution) nor `domains` (of one indicator). Correct it.",
    "'{text}' en la columna 'among' no es `parts` (de una distribución) ni `domains` (de un indicador). Corríjalo.",
)
PUBLISHED_COLUMNS = Message(
    "published_columns",
    "The columns are {found}, but {expected} were expected. Write the first line again.",
    "Las columnas son {found}, pero se esperaban {expected}. Escriba de nuevo la primera línea.",
)
PUBLISHED_NUMBER = Message(
    "published_number",
    "'{text}' in column '{column}' is not a number; a decimal point and no thousands sign are expected. "
    "Correct it.",
    "'{text}' en la columna '{column}' no es un número; se espera punto decimal y ningún signo de millares. "
    "Corríjalo.",
)
PUBLISHED_INDICATOR = Message(
    "published_indicator",
    "There is no indicator '{name}' in the dictionary. Correct the name, or add the indicator to "
    "dictionary.yaml.",
    "No existe el indicador '{name}' en el diccionario. Corrija el nombre, o agregue el indicador a "
    "dictionary.yaml.",
)
PUBLISHED_DOMAIN = Message(
    "published_domain",
    "'{text}' is not a domain; breakdowns of the dictionary with one of their codes are expected, such as "
    "`sex=2;area=1`. Correct it, or leave it empty for the total.",
    "'{text}' no es un dominio; se esperan desagregaciones del diccionario con uno de sus códigos, como "
    "`sex=2;area=1`. Corríjalo, o déjelo vacío para el total.",
)


def read_published(path: Path, dictionary: Dictionary, *, shown: str) -> list[PublishedFigure]:
    """Read printed figures.

    Parameters
    ----------
    path : Path
        ``published.csv`` of a study folder; a study without one has no printed figures.
    dictionary : Dictionary
        Names the indicators, breakdowns and codes.
    shown : str
        Name of the file in messages.

    Returns
    -------
    list of PublishedFigure
        In the order of the file.

    Raises
    ------
    StudyError
        Wrong columns, or every number, indicator and domain that cannot be read, with its line.
    """
    problems: list[Problem] = []
    figures = [_figure(row, dictionary, where, problems) for row, where in _rows(path, COLUMNS, shown)]
    if problems:
        raise StudyError(problems)
    return figures


def read_published_ranks(path: Path, dictionary: Dictionary, *, shown: str) -> list[PublishedFigure]:
    """Read printed ranks: the order of causes, of places, or of groups.

    Parameters
    ----------
    path : Path
        ``published_ranks.csv`` of a study folder; a study without one has no printed ranks.
    dictionary, shown
        As in `read_published`.

    Returns
    -------
    list of PublishedFigure
        In the order of the file, with ``among`` set; 1 is the largest.

    Raises
    ------
    StudyError
        As `read_published`.
    """
    problems: list[Problem] = []
    figures = []
    for row, where in _rows(path, RANK_COLUMNS, shown):
        among = row["among"]
        if among not in ("parts", "domains"):
            problems.append(Problem(RANK_AMONG, where, {"text": among}))
        number = {**row, "value": row["rank"], "scale": "", "digits": "", "tolerance": ""}
        figures.append(replace(_figure(number, dictionary, where, problems),
                               among="domains" if among == "domains" else "parts"))
    if problems:
        raise StudyError(problems)
    return figures


def _rows(path: Path, columns: tuple[str, ...], shown: str) -> Iterator[tuple[dict[str, str], str]]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as stream:
        # Spreadsheets set to Spanish save with semicolons.
        first = stream.readline()
        stream.seek(0)
        reader = csv.DictReader(stream, delimiter=";" if ";" in first and "," not in first else ",")
        found = tuple(reader.fieldnames or ())
        if found != columns:
            raise StudyError(
                [
                    Problem(
                        PUBLISHED_COLUMNS,
                        f"{shown}:1",
                        {"found": ", ".join(found), "expected": ", ".join(columns)},
                    )
                ]
            )
        for row in reader:
            yield row, f"{shown}:{reader.line_num}"


def _figure(
    row: dict[str, str],
    dictionary: Dictionary,
    where: str,
    problems: list[Problem],
) -> PublishedFigure:
    def number(column: str, otherwise: float) -> float:
        text = (row[column] or "").strip()
        if not text:
            return otherwise
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            problems.append(Problem(PUBLISHED_NUMBER, where, {"text": text, "column": column}))
        return value

    if row["indicator"].partition(".")[0] not in dictionary.indicators:
        problems.append(Problem(PUBLISHED_INDICATOR, where, {"name": row["indicator"]}))
    value, digits = number("value", math.nan), number("digits", 0.0)
    if not (row["value"] or "").strip():
        problems.append(Problem(PUBLISHED_NUMBER, where, {"text": "", "column": "value"}))
    return PublishedFigure(
        indicator=row["indicator"],
        value=value,
        domain=_domain(row["domain"] or "", dictionary, where, problems),
        scale=number("scale", 1.0),
        digits=int(digits) if math.isfinite(digits) else 0,
        tolerance=number("tolerance", 0.0),
        where=row["where"] or "",
        explanation=(row["explanation"] or "").strip(),
    )


def _domain(text: str, dictionary: Dictionary, where: str, problems: list[Problem]) -> dict[str, str]:
    domain: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, equals, code = part.partition("=")
        breakdown = dictionary.breakdowns.get(name.strip())
        if not equals or breakdown is None or code.strip() not in dictionary.codes_of(breakdown.variable):
            problems.append(Problem(PUBLISHED_DOMAIN, where, {"text": part}))
        else:
            domain[name.strip()] = code.strip()
    return domain
