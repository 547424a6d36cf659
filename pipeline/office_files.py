"""Where places are and how far apart: points, distances or tiles on disk, for the choice of offices."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from estimates.office_choice import great_circle
from pipeline.map_files import TILES_HOME, read_tiles
from pipeline.small_area_files import AREA
from surveys.area_maps import AreaMap
from surveys.offices import OfficePlan
from surveys.problems import Message, Problem, StudyError
from surveys.small_areas import SmallAreas

FloatArray = NDArray[np.float64]

FILE_ABSENT = Message(
    "offices_file_absent",
    "there is no file '{file}' in the study folder. Put it there, or correct its name.",
    "no hay un archivo '{file}' en la carpeta del estudio. Póngalo ahí o corrija su nombre.",
)
FILE_COLUMNS = Message(
    "offices_file_columns",
    "'{file}' is not a CSV in UTF-8 with the columns {columns}. Save it as such.",
    "'{file}' no es un CSV en UTF-8 con las columnas {columns}. Guárdelo así.",
)
FILE_CODES = Message(
    "offices_file_codes",
    "'{file}' does not fit the list of '{places}': {codes} are missing or not in it. Every place needs its row.",
    "'{file}' no corresponde a la lista de '{places}': {codes} faltan o no están en ella. Cada lugar necesita su fila.",
)
FILE_NUMBERS = Message(
    "offices_file_numbers",
    "'{file}' has {count} {count|row|rows} with a number that cannot be used; degrees, or kilometres or sizes of 0 or "
    "more, were expected. Correct them (decimal point).",
    "'{file}' tiene {count} {count|fila|filas} con un número que no se puede usar; se esperaban grados, o kilómetros o "
    "tamaños de 0 o más. Corríjalas (punto decimal).",
)
PAIRS_MISSING = Message(
    "offices_pairs_missing",
    "'{file}' states no distance for {count} {count|pair|pairs} of places, and a mean distance needs all.\n"
    "  Complete the file, or use `method: coverage`, for which an unstated pair is out of reach.",
    "'{file}' no da la distancia de {count} {count|par|pares} de lugares, y una distancia media las necesita todas.\n"
    "  Complete el archivo, o use `method: coverage`, para el que un par sin distancia está fuera de alcance.",
)
NO_SIZE = Message(
    "offices_size",
    "`size: {size}` is not a column of '{file}', which the model '{model}' knows of its areas ({known}).\n"
    "  Name one of them; the figure of an area times it is the number of affected people or families.",
    "`size: {size}` no es una columna de '{file}', lo que el modelo '{model}' sabe de sus áreas ({known}).\n"
    "  Nombre una de ellas; la cifra de un área por ella es el número de personas o familias afectadas.",
)


def read_size(
    plan: OfficePlan, model: SmallAreas, areas: Sequence[str], folders: Sequence[Path], *, where: str
) -> FloatArray:
    """Read by what the figure of every area is multiplied, (A,) float of 0 or more.

    Raises
    ------
    StudyError
        The file that the model knows its areas from lacks the column, an area, or a number.
    """
    file = model.file or ""
    rows = _rows(file, (AREA,), folders, where)
    if plan.size not in rows[0]:
        known = ", ".join(name for name in rows[0] if name != AREA)
        raise StudyError([Problem(NO_SIZE, where, {
            "size": plan.size, "file": file, "model": model.name, "known": known})])  # fmt: skip
    sizes = {row[AREA]: _number(row[plan.size]) for row in rows}
    values = np.array([sizes.get(area, math.nan) for area in areas], dtype=np.float64)
    _check_numbers(file, int((~(values >= 0)).sum()), where)
    return values


def read_distances(plan: OfficePlan, codes: Sequence[str], folders: Sequence[Path], *, where: str) -> FloatArray:
    """Read how far the places of a choice are from one another.

    Parameters
    ----------
    plan : OfficePlan
        Names the file.
    codes : sequence of str
        Codes of the places, in order.
    folders : sequence of Path
        The study's folder, and that of the study it extends.
    where : str
        Place shown in problems.

    Returns
    -------
    (S, S) float
        From the place that an area lies in to the place of an office: kilometres over the globe from points,
        kilometres as stated (a pair that is not stated is out of reach; the way back is the same unless stated), or
        steps between the centres of tiles.

    Raises
    ------
    StudyError
        A file that is absent, of another form, or does not fit the list.
    """
    if plan.tiles is not None:
        tiles = read_tiles(AreaMap(plan.places, plan.tiles), codes, folders, where=where)
        spots = np.array([(tile.row, tile.column) for tile in tiles.values()], dtype=np.float64)
        return np.asarray(np.sqrt(((spots[:, None] - spots[None]) ** 2).sum(axis=2)), dtype=np.float64)
    if plan.points is not None:
        rows = _rows(plan.points, ("code", "longitude", "latitude"), folders, where)
        place = {row["code"]: row for row in rows}
        _check_codes(plan, plan.points, list(place), codes, where)
        spots = np.array([[_number(place[code][name]) for name in ("longitude", "latitude")] for code in codes])
        bad = ~(np.abs(spots) <= (180.0, 90.0)).all(axis=1)
        _check_numbers(plan.points, int(bad.sum()), where)
        return great_circle(spots[:, 0], spots[:, 1])
    file = str(plan.distances)
    rows = _rows(file, ("from", "to", "km"), folders, where)
    _check_codes(plan, file, [row[name] for row in rows for name in ("from", "to")], codes, where)
    numbers = [_number(row["km"]) for row in rows]
    _check_numbers(file, sum(not value >= 0 for value in numbers), where)
    position = {code: number for number, code in enumerate(codes)}
    apart = np.full((len(codes), len(codes)), np.inf)
    np.fill_diagonal(apart, 0.0)
    for back in (True, False):  # what is stated wins over the way back of another row
        for row, km in zip(rows, numbers, strict=True):
            one, other = position[row["from"]], position[row["to"]]
            apart[(other, one) if back else (one, other)] = km
    if plan.method == "p_median" and not np.isfinite(apart).all():
        raise StudyError([Problem(PAIRS_MISSING, where, {"file": file, "count": int(np.isinf(apart).sum())})])
    return apart


def read_within(plan: OfficePlan, areas: Sequence[str], codes: Sequence[str], folders: Sequence[Path], *,
                where: str) -> NDArray[np.int64]:  # fmt: skip
    """Read which place every area of the model lies in, (A,) int: position among ``codes``.

    Raises
    ------
    StudyError
        A file that is absent or of another form, or an area without a place of the list.
    """
    if plan.within is None:
        belongs = {code: code for code in codes}
        file = plan.places
    else:
        file = plan.within
        belongs = {row["code"]: row["within"] for row in _rows(file, ("code", "within"), (*folders, TILES_HOME), where)}
    position = {code: number for number, code in enumerate(codes)}
    wrong = [area for area in areas if belongs.get(area) not in position]
    if wrong:
        raise StudyError([Problem(FILE_CODES, where, {
            "file": file, "places": plan.places, "codes": ", ".join(wrong[:6])})])  # fmt: skip
    return np.array([position[belongs[area]] for area in areas], dtype=np.int64)


def _rows(file: str, columns: Sequence[str], folders: Sequence[Path], where: str) -> list[dict[str, str]]:
    path = next((folder / file for folder in folders if (folder / file).is_file()
                 and (folder / file).resolve().is_relative_to(folder.resolve())), None)  # fmt: skip
    if path is None:
        raise StudyError([Problem(FILE_ABSENT, where, {"file": file})])
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = [
                {str(name): str(cell or "").strip() for name, cell in row.items()} for row in csv.DictReader(stream)
            ]
    except (UnicodeDecodeError, csv.Error):
        rows = []
    if not rows or any(name not in rows[0] for name in columns):
        raise StudyError([Problem(FILE_COLUMNS, where, {"file": file, "columns": ", ".join(columns)})])
    return rows


def _check_codes(plan: OfficePlan, file: str, given: Sequence[str], codes: Sequence[str], where: str) -> None:
    wrong = sorted(set(given) ^ set(codes))
    if wrong:
        raise StudyError([Problem(FILE_CODES, where, {
            "file": file, "places": plan.places, "codes": ", ".join(wrong[:6])})])  # fmt: skip


def _check_numbers(file: str, count: int, where: str) -> None:
    if count:
        raise StudyError([Problem(FILE_NUMBERS, where, {"file": file, "count": count})])


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
