"""Divisions of a country as open tables: every code system of every level in a column of its own."""

from __future__ import annotations

import re

import pandas as pd

from pipeline.open_data.table import Column, Table, published_frame
from pipeline.open_data.words import TABLES
from surveys.dictionary import Label
from surveys.geography import LEVELS, SYSTEMS, Area, Geography, label_of

GEOGRAPHY, CROSSWALK = "geography", "geography_crosswalk"


def area_tables(geography: Geography) -> list[Table]:
    """Arrange the divisions.

    Parameters
    ----------
    geography : Geography
        Divisions of the country.

    Returns
    -------
    list of Table
        ``geography``: a row for each area of any level. ``geography_crosswalk``: a row for each of the smallest areas,
        with all that it lies in, so that figures of the old division can be added up to the new one. No column holds
        codes of two levels or of two systems: ``06`` the census code, ``SV10`` the P-code and ``0603`` the municipality
        stand in columns of different names, each with the shape of its codes.
    """
    smallest = geography.levels[-1]
    return [
        _table(GEOGRAPHY, geography, geography.areas),
        _table(CROSSWALK, geography, geography.at(smallest)),
    ]


def _table(name: str, geography: Geography, areas: tuple[Area, ...]) -> Table:
    columns: list[Column] = []
    cells: dict[str, list[str]] = {}
    if name == GEOGRAPHY:
        said = Label("Nivel del área", "Level of the area")
        columns.append(Column("level", "text", said, geography.levels, required=True))
        cells["level"] = [area.level for area in areas]
    chains = [geography.chain(area) for area in areas]
    for level in geography.levels:
        called = label_of(LEVELS, level)
        for system in geography.systems_of(level):
            held = f"{level}_{system}"
            words = label_of(SYSTEMS, system)
            codes = [chain[level].codes.get(system, "") if level in chain else "" for chain in chains]
            label = Label(f"{called.es}: {words.es}", f"{called.en}: {words.en}")
            columns.append(Column(held, "text", label, pattern=_shape(codes), required=all(codes)))
            cells[held] = codes
        names = [chain[level].name if level in chain else "" for chain in chains]
        words = Label(f"{called.es}: nombre", f"{called.en}: name")
        columns.append(Column(f"{level}_name", "text", words, required=all(names)))
        cells[f"{level}_name"] = names
    frame = published_frame(pd.DataFrame(cells, dtype=object))
    firsts = tuple(f"{level}_{geography.systems_of(level)[0]}" for level in geography.levels)
    key = ("level", *firsts) if name == GEOGRAPHY else firsts[-1:]
    return Table(name, TABLES[name], frame, tuple(columns), key)


def _shape(codes: list[str]) -> str:
    """Give the shape of codes that look alike: as many digits, letters and signs in the same places."""
    shapes = {re.sub(r"[0-9]", "0", re.sub(r"[A-Z]", "A", code)) for code in codes if code}
    if len(shapes) != 1:
        return ""
    parts = []
    for found in re.finditer(r"0+|A+|[^0A]+", shapes.pop()):
        run = found.group()
        kind = {"0": "[0-9]", "A": "[A-Z]"}.get(run[0])
        parts.append(re.escape(run) if kind is None else f"{kind}{{{len(run)}}}")
    return "".join(parts)
