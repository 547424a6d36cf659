"""Administrative divisions of a country, each code system apart, and which one the lists of a study are written in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveys.dictionary import Dictionary, Label
from surveys.problems import Message, Problem

Where = Callable[[tuple[str | int, ...]], str]
FIXED = ("level", "name", "within_level", "within")
SHOWN = 4
#: What a code system is called; one that is not here is called by its column.
SYSTEMS: Mapping[str, Label] = {
    "census": Label("código censal", "census code"),
    "alphabetical": Label("número por orden alfabético", "number in alphabetical order"),
    "iso_3166_2": Label("código ISO 3166-2", "ISO 3166-2 code"),
    "ocha_pcode": Label("P-code de OCHA", "OCHA P-code"),
}
LEVELS: Mapping[str, Label] = {
    "department": Label("Departamento", "Department"),
    "municipality_2024": Label("Municipio desde 2024", "Municipality since 2024"),
    "district": Label("Distrito, municipio hasta 2024", "District, municipality until 2024"),
}

REPEATED = Message(
    "geography_codes",
    "'{file}': the column '{system}' has codes of '{level}' that repeat or are not all of one length: {codes}. Each "
    "area has a code of its own, as text with its zeros.",
    "'{file}': la columna '{system}' tiene códigos de '{level}' que se repiten o no son todos de la misma longitud: "
    "{codes}. Cada área tiene su propio código, como texto y con sus ceros.")
PARENT = Message(
    "geography_parent",
    "'{file}': {count} {count|area lies|areas lie} within an area that the file does not have: {areas}. Correct "
    "`within_level` and `within`.",
    "'{file}': {count} {count|área está|áreas están} dentro de un área que el archivo no tiene: {areas}. Corrija "
    "`within_level` y `within`.")
UNKNOWN = Message(
    "geography_unknown",
    "`geography:` names {kind_en} '{name}', which does not exist (there are: {known}). Correct it.",
    "`geography:` nombra {kind_es} '{name}', que no existe (hay: {known}). Corríjalo.")
OTHER_SYSTEM = Message(
    "geography_code_system",
    "the list '{list}' is declared as '{system}' of '{level}', but {count} of its codes {count|is not one of them or "
    "names|are not among them or name} another area there: {codes}. {fits_en}",
    "la lista '{list}' se declara como '{system}' de '{level}', pero {count} de sus códigos {count|no es uno de ellos "
    "o nombra|no están entre ellos o nombran} otra área: {codes}. {fits_es}")
OTHER_ISO = Message(
    "geography_sdmx",
    "the list '{list}' is exchanged under codes of ISO 3166-2 that belong to other areas: {codes}. Correct `sdmx:`.",
    "la lista '{list}' se intercambia con códigos ISO 3166-2 que son de otras áreas: {codes}. Corrija `sdmx:`.")


@dataclass(frozen=True)
class Area:
    """One area: its level, name, code in each system that has one, and the area it lies in."""

    level: str
    name: str
    codes: Mapping[str, str]
    within: tuple[str, str] | None = None


@dataclass(frozen=True)
class Geography:
    """The divisions of a country.

    Parameters
    ----------
    file : str
        Where they were read from.
    systems : tuple of str
        Code systems, in order; ``within`` gives the first one that the level above has.
    areas : tuple of Area
        From the largest to the smallest.
    """

    file: str
    systems: tuple[str, ...]
    areas: tuple[Area, ...]

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels, from the largest."""
        return tuple(dict.fromkeys(area.level for area in self.areas))

    def systems_of(self, level: str) -> tuple[str, ...]:
        """Code systems in which areas of a level have codes."""
        return tuple(name for name in self.systems if any(name in one.codes for one in self.at(level)))

    def at(self, level: str) -> tuple[Area, ...]:
        """Areas of a level."""
        return tuple(area for area in self.areas if area.level == level)

    def chain(self, area: Area) -> dict[str, Area]:
        """Give the area and all that it lies in, by level."""
        found = {area.level: area}
        while area.within is not None:
            area = self.first(*area.within)
            found[area.level] = area
        return found

    def first(self, level: str, code: str) -> Area:
        """Find an area by its code in the first system of its level."""
        system = self.systems_of(level)[0]
        return next(area for area in self.at(level) if area.codes.get(system) == code)


@dataclass(frozen=True)
class ListOfAreas:
    """A code list whose codes are areas: which level, in which code system."""

    list: str
    level: str
    system: str


def lists_of_areas(settings: Mapping[str, Any]) -> tuple[ListOfAreas, ...]:
    """Read ``geography: lists:`` from plain data whose shape was checked."""
    lists = (settings.get("geography") or {}).get("lists") or {}
    return tuple(ListOfAreas(name, item["level"], item["codes"]) for name, item in lists.items())


def geography_from(rows: Sequence[Mapping[str, str]], *, file: str, where: str) -> tuple[Geography, list[Problem]]:
    """Build the divisions of a country from the rows of a file.

    Parameters
    ----------
    rows : sequence of mapping
        Cells as text: the columns of `FIXED`, and one for each code system.
    file, where : str
        Shown in problems.

    Returns
    -------
    Geography, list of Problem
        Codes that repeat or have lost their zeros, and areas within none.
    """
    systems = tuple(name for name in rows[0] if name not in FIXED) if rows else ()
    areas = tuple(
        Area(row["level"], row["name"], {name: row[name] for name in systems if row[name]},
             (row["within_level"], row["within"]) if row["within"] else None)
        for row in rows
    )  # fmt: skip
    found = Geography(file, systems, areas)
    problems = []
    for level in found.levels:
        for system in found.systems_of(level):
            codes = [area.codes[system] for area in found.at(level) if system in area.codes]
            length = max(set(map(len, codes)), key=[len(code) for code in codes].count)
            wrong = sorted({code for code in codes if codes.count(code) > 1 or len(code) != length})
            if wrong:
                problems.append(Problem(REPEATED, where, {
                    "file": file, "system": system, "level": level, "codes": _some(wrong)}))  # fmt: skip
    known = {(level, area.codes.get(found.systems_of(level)[0], "")) for level in found.levels
             if found.systems_of(level) for area in found.at(level)}  # fmt: skip
    lost = [area.name for area in areas if area.within is not None and area.within not in known]
    if lost:
        problems.append(Problem(PARENT, where, {"file": file, "count": len(lost), "areas": _some(lost)}))
    return found, problems


def geography_problems(
    geography: Geography, lists: Sequence[ListOfAreas], dictionary: Dictionary, where: Where
) -> Iterator[Problem]:
    """Hold the code lists of a study against the divisions they are declared to be.

    Parameters
    ----------
    geography : Geography
        The divisions.
    lists : sequence of ListOfAreas
        What the study declares.
    dictionary : Dictionary
        Has the lists.
    where : callable
        Path inside ``study.yaml`` to the place shown.

    Yields
    ------
    Problem
        Names that lead nowhere; a list in another code system than declared, told by the names of the areas, because
        the same digits name an area in several systems; ISO 3166-2 codes of other areas.
    """
    for one in lists:
        at = ("geography", "lists", one.list)
        if one.list not in dictionary.code_lists:
            yield _unknown(("the list", "la lista"), one.list, list(dictionary.code_lists), where(at))
        elif one.level not in geography.levels:
            yield _unknown(("the level", "el nivel"), one.level, geography.levels, where((*at, "level")))
        elif one.system not in geography.systems_of(one.level):
            known = geography.systems_of(one.level)
            yield _unknown(("the code system", "el sistema de códigos"), one.system, known, where((*at, "codes")))
        else:
            yield from _list_problems(geography, one, dictionary, where(at))


def label_of(known: Mapping[str, Label], name: str) -> Label:
    """Say a level or a code system in words; one without words is called by its name."""
    return known.get(name, Label(name, name))


def _list_problems(
    geography: Geography, one: ListOfAreas, dictionary: Dictionary, where: str
) -> Iterator[Problem]:
    codes = {code: item.label.es for code, item in dictionary.code_lists[one.list].codes.items()}
    wrong = _not_fitting(geography, one.level, one.system, codes)
    if wrong:
        english, spanish = _what_fits(geography, one, codes)
        yield Problem(OTHER_SYSTEM, where, {
            "list": one.list, "system": one.system, "level": one.level, "count": len(wrong),
            "codes": _some([f"{code} ({codes[code]})" for code in wrong]), "fits_en": english, "fits_es": spanish,
        })  # fmt: skip
        return
    iso = {area.codes[one.system]: area.codes.get("iso_3166_2") for area in geography.at(one.level)
           if one.system in area.codes}  # fmt: skip
    other = [f"{item.sdmx} ({item.label.es})" for code, item in dictionary.code_lists[one.list].codes.items()
             if item.sdmx is not None and iso.get(code) is not None and _is_iso(item.sdmx) and item.sdmx != iso[code]]
    if other:
        yield Problem(OTHER_ISO, where, {"list": one.list, "codes": _some(other)})


def _what_fits(geography: Geography, one: ListOfAreas, codes: Mapping[str, str]) -> tuple[str, str]:
    """Say in both languages what the codes of a list are instead."""
    length = max(len(area.codes[one.system]) for area in geography.at(one.level) if one.system in area.codes)
    whole = {code.zfill(length): name for code, name in codes.items()}
    if not _not_fitting(geography, one.level, one.system, whole):
        return "They have lost their zeros: write them as text.", "Perdieron sus ceros: escríbalos como texto."
    for level in geography.levels:
        for system in geography.systems_of(level):
            if not _not_fitting(geography, level, system, codes):
                return (f"They are '{system}' of '{level}': declare that.",
                        f"Son '{system}' de '{level}': declárelo así.")
            if not _not_fitting(geography, level, system, codes, digits=True):
                return (f"They are the digits of '{system}' of '{level}'. Never join codes of two systems by number.",
                        f"Son los dígitos de '{system}' de '{level}'. No cruce por número códigos de dos sistemas.")
    return ("They fit no system of the file: correct the codes or the names.",
            "No corresponden a ningún sistema del archivo: corrija los códigos o los nombres.")  # fmt: skip


def _not_fitting(
    geography: Geography, level: str, system: str, codes: Mapping[str, str], *, digits: bool = False
) -> list[str]:
    coded = [(area.codes[system], _plain(area.name)) for area in geography.at(level) if system in area.codes]
    names = {re.sub(r"[^0-9]", "", code) if digits else code: name for code, name in coded}
    return [code for code, name in codes.items() if names.get(code) != _plain(name)]


def _plain(name: str) -> str:
    """Write a name without accents, capitals, and what stands in brackets to tell it from another."""
    bare = unicodedata.normalize("NFKD", re.sub(r"\s*\([^)]*\)", "", name))
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).casefold().strip()


def _is_iso(code: str) -> bool:
    return re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,3}", code) is not None


def _unknown(kind: tuple[str, str], name: str, known: Sequence[str], where: str) -> Problem:
    return Problem(UNKNOWN, where, {"kind_en": kind[0], "kind_es": kind[1], "name": name, "known": _some(known)})


def _some(items: Sequence[str]) -> str:
    return ", ".join(items[:SHOWN]) + (" …" if len(items) > SHOWN else "")
