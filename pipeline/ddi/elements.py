"""Elements of DDI-Codebook 2.5, added in the order in which they are asked for."""

from __future__ import annotations

import re

from lxml import etree

NAMESPACE = "ddi:codebook:2_5"
_NOT_XML = re.compile("[^\t\n\r -\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
SCHEMA_LOCATION = "http://www.ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd"


def add(parent: etree._Element, name: str, text: str | None = None, /, **attributes: str) -> etree._Element:
    """Add an element.

    Parameters
    ----------
    parent : Element
        Where it goes, at the end.
    name : str
        Name in the namespace of DDI.
    text : str, optional
        What it says; characters that XML does not have are left out.
    attributes : str
        Attributes.

    Returns
    -------
    Element
    """
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    for key, value in attributes.items():
        element.set(key, _allowed(value))
    if text is not None:
        element.text = _allowed(text)
    return element


def _allowed(text: str) -> str:
    return _NOT_XML.sub("", text)
