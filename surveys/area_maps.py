"""The maps a study declares: for each breakdown whose codes are places, a layout of tiles and perhaps boundaries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveys.dictionary import Dictionary
from surveys.problems import Message, Problem
from surveys.small_areas import small_areas_from
from surveys.study import Study

Where = Callable[[tuple[str | int, ...]], str]
TILE_CODES = Message(
    "map_tile_codes",
    "'{file}' does not fit the list of '{by}': {absent_en}{unknown_en}. Every code of the list needs one tile, "
    "and codes "
    "keep their zeros.",
    "'{file}' no corresponde a la lista de '{by}': {absent_es}{unknown_es}. Cada código de la lista necesita un "
    "cuadro, y "
    "los códigos conservan sus ceros.",
)
TILE_PLACES = Message(
    "map_tile_places",
    "'{file}' puts more than one place on the same tile, or has a row or column that is not a whole number of 0 "
    "or more "
    "({codes}). Give every place a tile of its own.",
    "'{file}' pone más de un lugar en el mismo cuadro, o tiene una fila o columna que no es un entero de 0 o más "
    "({codes}). Dé a cada lugar su propio cuadro.",
)
SHOWN = 6


@dataclass(frozen=True)
class Tile:
    """A place on the grid: row from the north, column from the west, and a short name to print in it."""

    code: str
    row: int
    column: int
    short: str = ""


@dataclass(frozen=True)
class Boundaries:
    """A GeoJSON file of the study folder; ``field`` names each shape by code or label, ``names`` by other names."""

    file: str
    field: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class AreaMap:
    """How the codes of one breakdown, or of a variable whose distribution is mapped, are laid out."""

    by: str
    tiles: str
    boundaries: Boundaries | None = None


def area_maps(settings: Mapping[str, Any]) -> dict[str, AreaMap]:
    """Build the maps of ``map:`` from plain data whose shape was checked."""
    found = {}
    for name, item in (settings.get("map") or {}).items():
        shapes = item.get("boundaries")
        boundaries = None if shapes is None else Boundaries(
            shapes["file"], shapes["field"], {str(key): str(code) for key, code in (shapes.get("names") or {}).items()}
        )  # fmt: skip
        found[name] = AreaMap(name, item["tiles"], boundaries)
    return found


def tiles_from(
    rows: Sequence[Mapping[str, str]], codes: Sequence[str], *, by: str, file: str, where: str
) -> tuple[dict[str, Tile], list[Problem]]:
    """Build the tiles of a layout and hold them against the list of codes.

    Parameters
    ----------
    rows : sequence of mapping
        Cells ``code``, ``row``, ``column`` and ``short`` as text.
    codes : sequence of str
        Codes of the list, all of which need a tile.
    by, file, where : str
        Breakdown, file and place shown in problems.

    Returns
    -------
    dict of str to Tile, list of Problem
        Tiles by code, in the order of the list; problems where the layout cannot be used.
    """
    given = [row["code"] for row in rows]
    absent = [code for code in codes if code not in given]
    unknown = [code for code in dict.fromkeys(given) if code not in codes]
    problems = []
    if absent or unknown:
        problems.append(Problem(TILE_CODES, where, {
            "file": file, "by": by, "absent_en": f"without a tile: {_some(absent)}; " if absent else "",
            "absent_es": f"sin cuadro: {_some(absent)}; " if absent else "",
            "unknown_en": f"not in the list: {_some(unknown)}" if unknown else "all others are there",
            "unknown_es": f"no están en la lista: {_some(unknown)}" if unknown else "los demás están"}))  # fmt: skip
    places: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        places.setdefault((row["row"], row["column"]), []).append(row["code"])
    wrong = [code for place, some in places.items() for code in some
             if len(some) > 1 or not all(part.isdecimal() for part in place)]  # fmt: skip
    if wrong:
        problems.append(Problem(TILE_PLACES, where, {"file": file, "codes": _some(sorted(wrong))}))
    if problems:
        return {}, problems
    tiles = {
        row["code"]: Tile(row["code"], int(row["row"]), int(row["column"]), row.get("short") or "") for row in rows
    }
    return {code: tiles[code] for code in codes}, []


def _some(codes: Sequence[str]) -> str:
    return ", ".join(codes[:SHOWN]) + (" …" if len(codes) > SHOWN else "")


NO_LAYOUT = Message(
    "map_layout_absent",
    "a map of '{name}' needs a layout, and `map:` has none for it (it has: {known}).\n"
    "  Add `map: {{{name}: {{tiles: file.csv}}}}`.",
    "un mapa de '{name}' necesita una disposición, y `map:` no tiene ninguna para él (tiene: {known}).\n"
    "  Agregue `map: {{{name}: {{tiles: archivo.csv}}}}`.",
)
ONE_FIGURE = Message(
    "map_one_figure",
    "a map shows one indicator by one breakdown, or one distribution without breakdown; this one names {indicators} "
    "{indicators|indicator|indicators} and {breakdowns} {breakdowns|breakdown|breakdowns}.\n  Make a map of each.",
    "un mapa muestra un indicador según un desglose, o una distribución sin desglose; este nombra {indicators} "
    "{indicators|indicador|indicadores} y {breakdowns} {breakdowns|desglose|desgloses}.\n  Haga un mapa de cada uno.",
)
NO_CODES = Message(
    "map_without_codes",
    "`map:` lays out '{name}', which is no breakdown and no variable with a list of codes.\n  Correct the name.",
    "`map:` dispone '{name}', que no es un desglose ni una variable con lista de códigos.\n  Corrija el nombre.",
)


def map_problems(study: Study, dictionary: Dictionary, where: Where) -> Iterator[Problem]:
    """Find maps without a layout, layouts without a list, and maps of several figures.

    Parameters
    ----------
    study, dictionary : Study, Dictionary
        What to hold against one another.
    where : callable
        Path inside ``study.yaml`` to the place shown.

    Yields
    ------
    Problem
        In the order of the file.
    """
    maps = area_maps(study.settings)
    for name in maps:
        known = dictionary.breakdowns.get(name)
        variable = dictionary.variables.get(name if known is None else str(known.variable))
        if variable is None or variable.codes is None:
            yield Problem(NO_CODES, where(("map", name)), {"name": name})
    for number, chapter in enumerate(study.report.chapters):
        for place, exhibit in enumerate(chapter.exhibits):
            if exhibit.kind != "map":
                continue
            at = where(("report", "chapters", number, "exhibits", place))
            models = {model.name: model.areas for model in small_areas_from(study.settings)}
            if exhibit.options.get("model") in models:
                name = models[str(exhibit.options["model"])]
                if name not in maps:
                    yield Problem(NO_LAYOUT, at, {"name": name, "known": ", ".join(maps) or "-"})
                continue
            spec = dictionary.indicators.get(exhibit.indicators[0]) if len(exhibit.indicators) == 1 else None
            parts = spec is not None and spec.statistic == "distribution" and not exhibit.by
            if len(exhibit.indicators) != 1 or (len(exhibit.by) != 1 and not parts):
                yield Problem(ONE_FIGURE, at, {"indicators": len(exhibit.indicators), "breakdowns": len(exhibit.by)})
                continue
            name = str(spec.of) if parts and spec is not None else exhibit.by[0]
            if name not in maps:
                yield Problem(NO_LAYOUT, at, {"name": name, "known": ", ".join(maps) or "-"})
