"""Where the places of a study stand on the page: the layouts of tiles that the study declares, and their classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.map_files import read_tiles
from pipeline.maps import class_edges
from pipeline.report_labels import Labels
from pipeline.report_map import labels_of
from pipeline.study_files import LoadedStudy
from surveys.area_maps import area_maps


def tile_maps(loaded: LoadedStudy, labels: Labels) -> dict[str, list[list[Any]]]:
    """Read the layouts of a study.

    Parameters
    ----------
    loaded : LoadedStudy
        The study; its folder and that of the study it extends may hold layouts of their own.
    labels : Labels
        For the codes of each list of places.

    Returns
    -------
    dict of str to list
        By breakdown or variable: code, row, column and short name of every tile, in the order of the list.
    """
    folders = list(dict.fromkeys([loaded.files.folder, *(path.parent for path in loaded.files.paths)]))
    found = {}
    for name, declared in area_maps(loaded.study.settings).items():
        where = f"{loaded.study.name}/study.yaml  map.{name}"
        tiles = read_tiles(declared, list(labels_of(name, labels)), folders, where=where)
        found[name] = [[tile.code, tile.row, tile.column, tile.short] for tile in tiles.values()]
    return found


def edges_of(rows: Sequence[Sequence[Any]], numbers: int) -> Mapping[str, list[float]]:
    """Limits of the classes of a map, by position of its set of breakdowns, from shown figures only.

    Parameters
    ----------
    rows : sequence of sequence
        Rows of one figure as `pipeline.web_page.figures` makes them.
    numbers : int
        Position of the numbers in a row.

    Returns
    -------
    mapping of str to list of float
        One more limit than classes; the same classes as on the map of the report.
    """
    shown: dict[str, list[float]] = {}
    for row in rows:
        if len(row) > numbers and row[numbers][0] is not None:
            shown.setdefault(str(row[2]), []).append(float(row[numbers][0]))
    return {place: class_edges(values) for place, values in shown.items()}
