"""What an importer learns from an SDMX 3.0 structure message: columns, types, key and code lists of its CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree

from pipeline.import_proof.described import CodeTable, Column, Described, Import, Kind
from pipeline.sdmx_files import DATA_CSV, STRUCTURE_30

_NAMES = {
    "s": "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/structure",
    "c": "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/common",
}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_KINDS: dict[str, Kind] = {"Integer": "integer", "Long": "integer", "Double": "number", "Decimal": "number"}
OBSERVATIONS = "observations"


def read_sdmx(folder: Path) -> Import:
    """Read the structure of a folder; nothing of this program is asked.

    Parameters
    ----------
    folder : Path
        With ``sdmx_structure.xml`` and ``sdmx_data.csv``; nothing is described where either is absent.

    Returns
    -------
    Import
        One table ``observations`` and its code lists.
    """
    if not (folder / STRUCTURE_30).is_file() or not (folder / DATA_CSV).is_file():
        return Import(())
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    root = etree.parse(folder / STRUCTURE_30, parser).getroot()
    definition = _all(root, ".//s:DataStructure")[0]
    columns: list[Column] = []
    key: list[str] = []
    for part in _all(definition, ".//s:DimensionList/s:Dimension | .//s:DimensionList/s:TimeDimension"):
        columns.append(_column(part, required=True))
        key.append(str(part.get("id")))
    for part in _all(definition, ".//s:MeasureList/s:Measure | .//s:AttributeList/s:Attribute"):
        columns.append(_column(part, required=part.get("usage") == "mandatory"))
    identity = f"{definition.get('agencyID')}:{definition.get('id')}({definition.get('version')})"
    beside = {"STRUCTURE": "datastructure", "STRUCTURE_ID": identity, "ACTION": "I"}
    table = Described(OBSERVATIONS, folder / DATA_CSV, tuple(columns), tuple(key), beside)
    used = {column.codes for column in columns}
    lists = [_list(one) for one in _all(root, ".//s:Codelist") if one.get("id") in used]
    return Import((table,), tuple(lists))


def _column(part: Any, *, required: bool) -> Column:
    listed = _all(part, ".//s:Enumeration")
    # urn:sdmx:org.sdmx.infomodel.codelist.Codelist=AGENCY:ID(VERSION)
    codes = str(listed[0].text).rpartition(":")[2].partition("(")[0] if listed else None
    formats = _all(part, ".//s:TextFormat")
    kind = _KINDS.get(str(formats[0].get("textType")), "text") if formats else "text"
    return Column(str(part.get("id")), kind, required, codes)


def _list(one: Any) -> CodeTable:
    rows = []
    for code in _all(one, "./s:Code"):
        names = {name.get(_LANGUAGE): str(name.text) for name in _all(code, "./c:Name")}
        said = _all(code, "./c:Annotations/c:Annotation[@id='STATISTIC']/c:AnnotationText")
        statistic = str(said[0].text) if said else ""
        rows.append((str(code.get("id")), names.get("es", ""), names.get("en", ""), statistic))
    return CodeTable(str(one.get("id")), tuple(rows))


def _all(element: Any, path: str) -> list[Any]:
    return list(element.xpath(path, namespaces=_NAMES))
