"""Observations of a release as SDMX-JSON 2.0: each under its key, codes by position, numbers as numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pysdmx.model import Code, Component, Role

from pipeline.sdmx_annotations import About, flow_annotations
from pipeline.sdmx_codes import AGENCY
from pipeline.sdmx_components import MEASURES, NUMBER_ATTRIBUTES
from pipeline.sdmx_languages import MARK, texts
from pipeline.sdmx_structure import Structure
from surveys.dictionary import Label

SCHEMA = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/schemas/2.0.0/sdmx-json-data-schema.json"
DATAFLOW = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow"


def data_json(structure: Structure, data: pd.DataFrame, about: About) -> bytes:
    """SDMX-JSON 2.0 data message.

    Parameters
    ----------
    structure : Structure
        Of the data.
    data : DataFrame
        Result of `pipeline.sdmx_data.observations`.
    about : About
        What the release says of itself.

    Returns
    -------
    bytes
        One data set with all dimensions at the observation. An observation holds its measures first, then its
        attributes: numbers as they are, codes as positions in the list of values; missing is null.
    """
    parts = list(structure.definition.components)
    by_role = {role: [part for part in parts if part.role is role] for role in Role}
    dimensions, measures = by_role[Role.DIMENSION], by_role[Role.MEASURE]
    attributes = by_role[Role.ATTRIBUTE]
    values = {
        part.id: list(dict.fromkeys(text for text in data[part.id] if text))
        for part in parts if part.id not in MEASURES and part.id not in NUMBER_ATTRIBUTES
    }  # fmt: skip
    places = {name: {text: place for place, text in enumerate(known)} for name, known in values.items()}
    keys = zip(*([str(places[part.id][text]) for text in data[part.id]] for part in dimensions), strict=True)
    told = [_cells(data[part.id].tolist(), places.get(part.id)) for part in [*measures, *attributes]]
    cells = zip(*told, strict=True)
    links = [{"rel": "dataflow", "urn": f"{DATAFLOW}={AGENCY}:{structure.flow.id}({structure.flow.version})"}]
    described = {
        "links": links,
        **_named(structure.flow.name or ""),
        "dimensions": {"observation": [
            _part(part, structure, values) | {"keyPosition": place} for place, part in enumerate(dimensions)
        ]},
        "measures": {"observation": [_part(part, structure, values) for part in measures]},
        "attributes": {"observation": [
            _part(part, structure, values) | {"relationship": {"observation": {}}, "isMandatory": part.required}
            for part in attributes
        ]},
        "annotations": [_annotation(note.id or "", note.text or "") for note in flow_annotations(about)],
        "dataSets": [0],
    }  # fmt: skip
    message = {
        "meta": {
            "schema": SCHEMA, "id": f"{structure.flow.id}_{structure.year}", "test": structure.test,
            "prepared": f"{structure.year}-01-01T00:00:00Z", "contentLanguages": ["en", "es"],
            "sender": {"id": AGENCY},
        },
        "data": {
            "structures": [described],
            "dataSets": [{
                "structure": 0, "action": "Replace", "links": links,
                "annotations": list(range(len(described["annotations"]))),
                "observations": {":".join(key): list(cell) for key, cell in zip(keys, cells, strict=True)},
            }],
        },
    }  # fmt: skip
    return (json.dumps(message, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")


def _cells(texts_of: Sequence[str], places: Mapping[str, int] | None) -> list[int | float | None]:
    if places is not None:
        return [places.get(text) for text in texts_of]
    return [(int(text) if text.lstrip("-").isdigit() else float(text)) if text else None for text in texts_of]


def _part(part: Component, structure: Structure, values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    concept = next(item for item in structure.concepts.items if item.id == part.id)
    told = {"id": part.id, **_named(concept.name or "")}
    if part.id not in values:
        return told
    if part.id == "TIME_PERIOD":
        return told | {"values": [{"value": text} for text in values[part.id]]}
    known: dict[str, Code] = {code.id: code for code in structure.lists[part.id]} if part.id in structure.lists else {}
    return told | {"values": [
        {"id": text, **_named(known[text].name or "")} if text in known else {"value": text} for text in values[part.id]
    ]}  # fmt: skip


def _named(text: str) -> dict[str, Any]:
    english, spanish = text.split(MARK)
    return {"name": english, "names": texts(Label(spanish, english))}


def _annotation(kind: str, text: str) -> dict[str, Any]:
    english, spanish = text.split(MARK)
    return {"id": kind, "type": kind, "text": english, "texts": texts(Label(spanish, english))}
