"""The published view as SDMX-CSV 2.0, with its structure as SDMX-ML 3.0."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from pysdmx.io.csv.sdmx20.writer import write as write_csv
from pysdmx.io.pd import PandasDataset
from pysdmx.io.xml.sdmx30.writer.structure import write as write_structure
from pysdmx.model import (
    Code,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataStructureDefinition,
    DataType,
    ItemReference,
    Organisation,
    Role,
)
from pysdmx.model.message import Header

from pipeline.table_labels import TOTAL, Labels
from surveys.dictionary import Dictionary

AGENCY = "CARACTERIZA"
VERSION = "1.0"
MEASURES = {"OBS_VALUE": "estimate", "LOWER_BOUND": "ci_low", "UPPER_BOUND": "ci_high"}
NUMBER_ATTRIBUTES = {
    "STD_ERR": "se",
    "CV": "cv",
    "DEFF": "deff",
    "DEG_FREEDOM": "df",
    "N_UNWEIGHTED": "n",
    "N_CASES": "cases",
    "N_PSU": "n_psu",
    "POPULATION": "population",
}
OBS_STATUS = {"reliable": "A", "weak": "U", "withheld": "Q", "confidential": "Q", "empty": "M"}
CONF_STATUS = {"reliable": "F", "weak": "F", "withheld": "F", "confidential": "A", "empty": "F"}
FIXED_CODES = {
    "CL_FREQ": {"A": "Annual"},
    "CL_OBS_STATUS": {
        "A": "Normal value",
        "U": "Low reliability",
        "Q": "Missing value; suppressed",
        "M": "Missing value; data cannot exist",
    },
    "CL_CONF_STATUS": {"F": "Free", "A": "Primary confidentiality due to small counts"},
}
NOT_AN_ID = re.compile(r"[^A-Za-z0-9_@$\-]")


def write_sdmx(
    folder: Path,
    view: pd.DataFrame,
    breakdowns: Sequence[str],
    labels: Labels,
    *,
    country: str,
    year: int,
    title: str,
) -> None:
    """Write ``sdmx_data.csv`` and ``sdmx_structure.xml``.

    Parameters
    ----------
    folder : Path
        Where to write.
    view : DataFrame
        Published view of the estimates.
    breakdowns : sequence of str
        Its breakdown columns.
    labels : Labels
        English names of indicators, breakdowns and codes.
    country, title : str
        Reference area (ISO 3166-1 alpha-3) and name of the dataflow.
    year : int
        Reference year; also dates the message, so that two runs give the same bytes.
    """
    study = sdmx_id(str(view["study"].iloc[0])).upper() if len(view) else "STUDY"
    lists = code_lists(view, breakdowns, labels, country)
    structure, concepts = _structure(study, breakdowns, labels, lists, title)
    flow = Dataflow(id=study, agency=AGENCY, version=VERSION, name=title, structure=structure)
    data = data_frame(view, breakdowns, labels.dictionary, country=country, year=year)
    dataset = PandasDataset(structure=structure.to_schema(), data=data)
    text = write_csv([dataset])
    (folder / "sdmx_data.csv").write_text(str(text), encoding="utf-8", newline="")
    header = Header(
        id=f"{study}_{year}",
        prepared=datetime.datetime(year, 1, 1, tzinfo=datetime.UTC),
        sender=Organisation(id=AGENCY),
    )
    document = write_structure([*lists.values(), concepts, structure, flow], header=header)
    (folder / "sdmx_structure.xml").write_text(str(document), encoding="utf-8", newline="")


def data_frame(
    view: pd.DataFrame,
    breakdowns: Sequence[str],
    dictionary: Dictionary,
    *,
    country: str,
    year: int,
) -> pd.DataFrame:
    """Rows of the published view as SDMX observations, every value as text, empty where not published."""
    columns: dict[str, object] = {
        "FREQ": "A",
        "REF_AREA": country,
        "INDICATOR": [sdmx_id(name) for name in view["indicator"]],
    }
    for name in breakdowns:
        codes = sdmx_codes(dictionary, name)
        columns[sdmx_id(name).upper()] = [codes[code] for code in view[name]]
    columns["TIME_PERIOD"] = str(year)
    for identifier, name in (MEASURES | NUMBER_ATTRIBUTES).items():
        columns[identifier] = [repr(float(value)) if np.isfinite(value) else "" for value in view[name]]
    columns["UNIT_MEASURE"] = [sdmx_id(str(unit)).upper() for unit in view["unit"]]
    columns["OBS_STATUS"] = view["status"].map(OBS_STATUS).to_numpy()
    columns["CONF_STATUS"] = view["status"].map(CONF_STATUS).to_numpy()
    return pd.DataFrame(columns, index=range(len(view)))


def sdmx_codes(dictionary: Dictionary, breakdown: str) -> dict[str, str]:
    """SDMX code of every code of a breakdown: the international one when all codes of the list have one."""
    variable = dictionary.variables[dictionary.breakdowns[breakdown].variable]
    codes = dictionary.code_lists[str(variable.codes)].codes
    international = [code.sdmx for code in codes.values()]
    if all(international) and len(set(international)) == len(codes):
        chosen = {name: str(code.sdmx) for name, code in codes.items()}
    else:
        chosen = {name: sdmx_id(name) for name in codes}
    return {TOTAL: TOTAL, **chosen}


def sdmx_id(name: str) -> str:
    """Make an SDMX identifier of a name: letters, digits, ``_ @ $ -``."""
    return NOT_AN_ID.sub("-", name)


def code_lists(
    view: pd.DataFrame,
    breakdowns: Sequence[str],
    labels: Labels,
    country: str,
) -> dict[str, Codelist]:
    """Code lists of the dataflow by the component that uses them."""
    lists = {
        "FREQ": _list("CL_FREQ", "Frequency", FIXED_CODES["CL_FREQ"]),
        "REF_AREA": _list("CL_AREA", "Reference area", {country: country}),
        "INDICATOR": _list(
            "CL_INDICATOR",
            "Indicator",
            {sdmx_id(name): labels.indicator(name) for name in dict.fromkeys(view["indicator"])},
        ),
    }
    for name in breakdowns:
        codes = sdmx_codes(labels.dictionary, name)
        identifier = sdmx_id(name).upper()
        lists[identifier] = _list(
            f"CL_{identifier}",
            labels.breakdown(name),
            {code: labels.category(name, own) for own, code in codes.items()},
        )
    lists["UNIT_MEASURE"] = _list(
        "CL_UNIT_MEASURE",
        "Unit of measure",
        {sdmx_id(str(unit)).upper(): labels.unit(str(unit)) for unit in dict.fromkeys(view["unit"])},
    )
    lists["OBS_STATUS"] = _list("CL_OBS_STATUS", "Observation status", FIXED_CODES["CL_OBS_STATUS"])
    lists["CONF_STATUS"] = _list("CL_CONF_STATUS", "Confidentiality status", FIXED_CODES["CL_CONF_STATUS"])
    return lists


def _list(identifier: str, name: str, codes: Mapping[str, str]) -> Codelist:
    return Codelist(
        id=identifier,
        agency=AGENCY,
        version=VERSION,
        name=name,
        items=[Code(id=code, name=label) for code, label in codes.items()],
    )


def _structure(
    study: str,
    breakdowns: Sequence[str],
    labels: Labels,
    lists: Mapping[str, Codelist],
    title: str,
) -> tuple[DataStructureDefinition, ConceptScheme]:
    dimensions = [
        "FREQ",
        "REF_AREA",
        "INDICATOR",
        *(sdmx_id(name).upper() for name in breakdowns),
        "TIME_PERIOD",
    ]
    roles = dict.fromkeys(dimensions, Role.DIMENSION) | dict.fromkeys(MEASURES, Role.MEASURE)
    roles |= dict.fromkeys([*NUMBER_ATTRIBUTES, "UNIT_MEASURE", "OBS_STATUS", "CONF_STATUS"], Role.ATTRIBUTE)
    names = {sdmx_id(name).upper(): labels.breakdown(name) for name in breakdowns}
    names |= {
        identifier: labels.column(column) for identifier, column in (MEASURES | NUMBER_ATTRIBUTES).items()
    }
    scheme = f"CS_{study}"
    components = [
        Component(
            id=identifier,
            required=role is Role.DIMENSION or identifier in ("OBS_STATUS", "CONF_STATUS"),
            role=role,
            concept=ItemReference(
                sdmx_type="Concept", agency=AGENCY, id=scheme, version=VERSION, item_id=identifier
            ),
            local_dtype=_type(identifier),
            local_codes=lists.get(identifier),
            attachment_level="O" if role is Role.ATTRIBUTE else None,
        )
        for identifier, role in roles.items()
    ]
    structure = DataStructureDefinition(
        id=f"DSD_{study}", agency=AGENCY, version=VERSION, name=title, components=Components(components)
    )
    concepts = ConceptScheme(
        id=scheme,
        agency=AGENCY,
        version=VERSION,
        name=title,
        items=[
            Concept(id=identifier, name=names.get(identifier, identifier.replace("_", " ").capitalize()))
            for identifier in roles
        ],
    )
    return structure, concepts


def _type(identifier: str) -> DataType:
    if identifier == "TIME_PERIOD":
        return DataType.PERIOD
    return DataType.DOUBLE if identifier in MEASURES or identifier in NUMBER_ATTRIBUTES else DataType.STRING
