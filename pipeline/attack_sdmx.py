"""Rows read back from the SDMX data files of a release, each as the attacker's key and the numbers it tells."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from pipeline.sdmx_codes import component_id, sdmx_codes, sdmx_id
from pipeline.sdmx_components import MEASURES, NUMBER_ATTRIBUTES
from pipeline.sdmx_files import DATA_CSV, DATA_GENERIC, DATA_JSON
from pipeline.table_labels import TOTAL
from surveys.dictionary import Dictionary

Line = tuple[tuple[str, ...], Mapping[str, str]]
GENERIC = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic}"


def sdmx_lines(
    path: Path, indicators: Sequence[str], names: Sequence[str], dictionary: Dictionary
) -> Iterator[Line]:
    """Read one SDMX data file.

    Parameters
    ----------
    path : Path
        The file.
    indicators : sequence of str
        Names of the indicators there are.
    names : sequence of str
        Breakdown columns.
    dictionary : Dictionary
        SDMX codes, which the release publishes too.

    Yields
    ------
    (key, numbers)
        Indicator and codes, ``?`` where unknown; texts of the numbers by our column.
    """
    own = {sdmx_id(name): name for name in indicators}
    codes = {name: {code: inner for inner, code in sdmx_codes(dictionary, name).items()} for name in names}
    for record in sdmx_records(path):
        indicator = record.get("INDICATOR", "?")
        # A file of one edition has no column for a breakdown that only another has: its rows are of everybody there.
        held = {name: record.get(component_id(name)) for name in names}
        domain = (TOTAL if code is None else codes[name].get(code, "?") for name, code in held.items())
        key = (own.get(indicator, indicator), *domain)
        yield key, {ours: record.get(theirs, "") for theirs, ours in {**MEASURES, **NUMBER_ATTRIBUTES}.items()}


def is_sdmx_data(path: Path) -> bool:
    """Whether a file holds SDMX observations."""
    return path.name in (DATA_CSV, DATA_GENERIC, DATA_JSON)


def sdmx_records(path: Path) -> Iterator[Mapping[str, str]]:
    """Read the observations of a file, each as text by component; what is missing has no text."""
    if path.name == DATA_CSV:
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
    elif path.name == DATA_GENERIC:
        yield from _generic(path)
    else:
        yield from _json(path)


def _generic(path: Path) -> Iterator[Mapping[str, str]]:
    parser = etree.XMLParser(resolve_entities=False, huge_tree=True)
    for observation in etree.parse(str(path), parser).iter(f"{GENERIC}Obs"):
        record = {str(part.get("id")): str(part.get("value")) for part in observation.iter(f"{GENERIC}Value")}
        value = observation.find(f"{GENERIC}ObsValue")
        yield record | ({} if value is None else {"OBS_VALUE": str(value.get("value"))})


def _json(path: Path) -> Iterator[Mapping[str, str]]:
    message = json.loads(path.read_text(encoding="utf-8"))["data"]
    for held in message["dataSets"]:
        structure = message["structures"][held["structure"]]
        dimensions = structure["dimensions"]["observation"]
        cells = [*structure["measures"]["observation"], *structure["attributes"]["observation"]]
        for key, values in held["observations"].items():
            positions = [int(place) for place in key.split(":")]
            record = {part["id"]: _value(part, place) for part, place in zip(dimensions, positions, strict=True)}
            record |= {
                part["id"]: _value(part, value) for part, value in zip(cells, values, strict=True) if value is not None
            }
            yield record


def _value(part: Mapping[str, Any], value: Any) -> str:
    if "values" not in part:
        return repr(value)
    known = part["values"][value]
    return str(known["id"] if "id" in known else known["value"])
