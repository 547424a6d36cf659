"""Observations of a release for SDMX: the published view as text, in SDMX-CSV 2.0 and in SDMX-ML 2.1 generic."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from lxml import etree
from pysdmx.io.csv.sdmx20.writer import write as write_csv
from pysdmx.io.pd import PandasDataset
from pysdmx.io.xml.sdmx21.writer.generic import write as write_generic
from pysdmx.model import DataType, Role

from pipeline.sdmx_annotations import About
from pipeline.sdmx_codes import component_id, sdmx_codes, sdmx_id
from pipeline.sdmx_components import MEASURES, NUMBER_ATTRIBUTES, confidentiality, edition, observation_status, scale
from pipeline.sdmx_languages import MARK
from pipeline.sdmx_structure import COUNTS, Structure
from surveys.dictionary import Dictionary

GENERIC = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic}"


def observations(
    view: pd.DataFrame, breakdowns: Sequence[str], dictionary: Dictionary, about: About
) -> pd.DataFrame:
    """Rows of the published view as SDMX observations, every value as text, empty where not published.

    Parameters
    ----------
    view : DataFrame
        Published view of the estimates.
    breakdowns : sequence of str
        Its breakdown columns.
    dictionary : Dictionary
        Holds the SDMX codes.
    about : About
        Country, year, and whether it is a draft.

    Returns
    -------
    DataFrame
        A column for each component, a row for each row of the view, in its order; numbers as the shortest text that
        reads back to the same number.
    """
    columns: dict[str, object] = {
        "FREQ": "A",
        "REF_AREA": about.country,
        "INDICATOR": [sdmx_id(name) for name in view["indicator"]],
    }
    for name in breakdowns:
        codes = sdmx_codes(dictionary, name)
        columns[component_id(name)] = [codes[code] for code in view[name]]
    columns["TIME_PERIOD"] = str(about.year)
    for identifier, name in {**MEASURES, **NUMBER_ATTRIBUTES}.items():
        columns[identifier] = [_number(value, whole=identifier in COUNTS) for value in view[name]]
    states = list(zip(view["status"].astype(str), view["reason"].astype(str), strict=True))
    columns["UNIT_MEASURE"] = [sdmx_id(str(unit)).upper() for unit in view["unit"]]
    scales = [scale(str(unit)) for unit in view["unit"]]
    columns["UNIT_MULT"], columns["DECIMALS"] = ([pair[place] for pair in scales] for place in (0, 1))
    columns["OBS_STATUS"] = [observation_status(status, reason, draft=about.draft) for status, reason in states]
    columns["CONF_STATUS"] = [confidentiality(status, reason) for status, reason in states]
    columns["EDITION"] = edition(synthetic=about.synthetic, draft=about.draft)
    columns["PUB_STATUS"] = [status for status, _ in states]
    columns["REASON"] = [reason for _, reason in states]
    return pd.DataFrame(columns, index=range(len(view)))


def data_csv(structure: Structure, data: pd.DataFrame) -> bytes:
    """SDMX-CSV 2.0 data message."""
    dataset = PandasDataset(structure=structure.definition.to_schema(), data=data.copy())
    return str(write_csv([dataset])).encode("utf-8")


def data_generic(structure: Structure, data: pd.DataFrame) -> bytes:
    """SDMX-ML 2.1 generic data message, for importers of that age; one measure only."""
    # The writer spoils quotes and backslashes, so texts go through it by number.
    free = _texts(structure)
    known = list(dict.fromkeys(text for name in sorted(free) for text in data[name] if text))
    number = {text: place for place, text in enumerate(known)}
    numbered = data.assign(**{
        name: [str(number[text]) if text else "" for text in data[name]] for name in sorted(free)
    })  # fmt: skip
    dataset = PandasDataset(structure=structure.definition.to_schema(), data=numbered)
    message = str(write_generic([dataset], header=structure.header()))
    # A name in the header would be its place, but a common reader (sdmx1) stops at it.
    said = (structure.flow.name or "").replace(MARK, " · ").replace("--", "–")
    root = etree.fromstring(message.encode("utf-8"), etree.XMLParser(resolve_entities=False, huge_tree=True))
    for value in root.iter(f"{GENERIC}Value"):
        if value.get("id") in free:
            value.set("value", known[int(str(value.get("value")))])
    root.addprevious(etree.Comment(f" {said} "))
    written: bytes = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
    return written + b"\n"


def _texts(structure: Structure) -> set[str]:
    """Find the attributes that hold texts, neither codes nor numbers."""
    return {
        part.id for part in structure.definition.components
        if part.role is Role.ATTRIBUTE and part.local_codes is None and part.local_dtype is DataType.STRING
    }  # fmt: skip


def _number(value: float, *, whole: bool) -> str:
    if not np.isfinite(value):
        return ""
    return str(int(value)) if whole and float(value).is_integer() else repr(float(value))
