"""Layouts of tiles (CSV) and boundaries (GeoJSON) on disk, read and held against the list of places."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.area_maps import AreaMap, Boundaries, Tile, tiles_from
from surveys.problems import Message, Problem, StudyError

Rings = tuple[NDArray[np.float64], ...]
TILES_HOME = Path(__file__).resolve().parents[1] / "surveys" / "tiles"
COLUMNS = ("code", "row", "column")
# About 500 metres, a third of a millimetre on the page. Vertices that neighbours share go to the same point, so no gap
# opens between them.
STEP = 0.005

FILE_ABSENT = Message(
    "map_file_absent",
    "there is no file '{file}' in the study folder{also_en}. Put it there, or correct its name.",
    "no hay un archivo '{file}' en la carpeta del estudio{also_es}. Póngalo ahí o corrija su nombre.",
)
TILE_FILE = Message(
    "map_tile_file",
    "'{file}' is not a CSV in UTF-8 with the columns code, row and column (short is optional). Save it as such.",
    "'{file}' no es un CSV en UTF-8 con las columnas code, row y column (short es opcional). Guárdelo así.",
)
BOUNDARY_FILE = Message(
    "map_boundary_file",
    "'{file}' is not a GeoJSON of polygons in degrees ({why}). Save the boundaries as GeoJSON, longitude first.",
    "'{file}' no es un GeoJSON de polígonos en grados ({why}). Guarde los límites como GeoJSON, con la longitud "
    "primero.",
)
BOUNDARY_NAMES = Message(
    "map_boundary_names",
    "the boundaries of '{file}' and the list of '{by}' do not match: shapes without a code: {unknown}; codes "
    "without a "
    "shape: {absent}. Correct `field:`, or give the codes under `names:`.",
    "los límites de '{file}' y la lista de '{by}' no coinciden: formas sin código: {unknown}; códigos sin forma: "
    "{absent}. "
    "Corrija `field:`, o dé los códigos en `names:`.",
)


def read_tiles(declared: AreaMap, codes: Sequence[str], folders: Sequence[Path], *, where: str) -> dict[str, Tile]:
    """Read a layout of tiles.

    Parameters
    ----------
    declared : AreaMap
        Names the file: of the study folder, or one of those that come with the project in ``surveys/tiles``.
    codes : sequence of str
        Codes of the list; all need a tile.
    folders : sequence of Path
        The study's folder, and that of the study it extends.
    where : str
        Place shown in problems.

    Returns
    -------
    dict of str to Tile
        In the order of the list.

    Raises
    ------
    StudyError
        No such file, another form, or tiles that do not fit the list.
    """
    path = _find(declared.tiles, (*folders, TILES_HOME), where, (" nor in surveys/tiles", " ni en surveys/tiles"))
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            rows = [{str(name): str(cell or "").strip() for name, cell in row.items()} for row in reader]
    except (UnicodeDecodeError, csv.Error):
        rows = []
    if not rows or any(name not in rows[0] for name in COLUMNS):
        raise StudyError([Problem(TILE_FILE, where, {"file": declared.tiles})])
    tiles, problems = tiles_from(rows, codes, by=declared.by, file=declared.tiles, where=where)
    if problems:
        raise StudyError(problems)
    return tiles


def read_boundaries(
    declared: Boundaries, labels: Mapping[str, str], folders: Sequence[Path], *, by: str, where: str
) -> dict[str, Rings]:
    """Read boundaries, simplified to the precision of a page.

    Parameters
    ----------
    declared : Boundaries
        Names the file, and the property that says which place a shape is.
    labels : mapping of str to str
        Label of every code of the list.
    folders : sequence of Path
        The study's folder, and that of the study it extends.
    by, where : str
        Breakdown, and place shown in problems.

    Returns
    -------
    dict of str to tuple of (k, 2) float
        Outer and inner rings of every place, longitude and latitude in degrees; a shape with several parts has several
        rings. Coordinates are rounded to 0.005 degrees.

    Raises
    ------
    StudyError
        No such file, no polygons, or shapes and codes that do not match one to one.
    """
    path = _find(declared.file, folders, where, ("", ""))
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        shapes = [(str(item["properties"][declared.field]), _rings(item["geometry"])) for item in features]
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, IndexError) as error:
        why = type(error).__name__
        raise StudyError([Problem(BOUNDARY_FILE, where, {"file": declared.file, "why": why})]) from error
    by_name = {**{label: code for code, label in labels.items()}, **{code: code for code in labels}, **declared.names}
    unknown = sorted({name for name, _ in shapes if by_name.get(name) not in labels})
    found: dict[str, list[NDArray[np.float64]]] = {}
    for name, rings in shapes:
        found.setdefault(by_name.get(name, ""), []).extend(rings)
    absent = [code for code in labels if code not in found]
    if unknown or absent:
        raise StudyError([Problem(BOUNDARY_NAMES, where, {
            "file": declared.file, "by": by, "unknown": ", ".join(unknown[:6]) or "-",
            "absent": ", ".join(absent[:6]) or "-"})])  # fmt: skip
    return {code: tuple(found[code]) for code in labels}


def _find(file: str, folders: Sequence[Path], where: str, also: tuple[str, str]) -> Path:
    for folder in folders:
        path = folder / file
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return path
    raise StudyError([Problem(FILE_ABSENT, where, {"file": file, "also_en": also[0], "also_es": also[1]})])


def _rings(geometry: Mapping[str, Any]) -> list[NDArray[np.float64]]:
    parts: list[Any] = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}[geometry["type"]]
    simple = [_simple(np.asarray([point[:2] for point in ring], dtype=np.float64)) for part in parts for ring in part]
    kept = [ring for ring in simple if len(ring) >= 4]
    if not kept:
        raise ValueError("no ring is left")
    return kept


def _simple(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    if ring.ndim != 2 or ring.shape[1] != 2 or not (np.abs(ring) <= (180.0, 90.0)).all():
        raise ValueError("not degrees")
    snapped = np.round(ring / STEP) * STEP
    moved = np.ones(len(snapped), dtype=bool)
    moved[1:] = (snapped[1:] != snapped[:-1]).any(axis=1)
    return snapped[moved]
