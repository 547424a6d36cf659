"""Names in Spanish and English put into SDMX messages, whose writer knows one language only."""

from __future__ import annotations

import json
from typing import Any

from lxml import etree

from surveys.dictionary import Label

MARK = "␟"
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
PLURALS = {"name": "names", "description": "descriptions", "text": "texts"}


def both(label: Label) -> str:
    """Write both languages as one text, for `in_xml` and `in_json` to set apart."""
    return f"{label.en}{MARK}{label.es}"


def in_xml(message: str) -> bytes:
    """Set the languages apart: one element each, English first, as the schema orders names of one kind."""
    root = etree.fromstring(message.encode("utf-8"), etree.XMLParser(resolve_entities=False, huge_tree=True))
    for element in list(root.iter()):
        text = element.text or ""
        if MARK not in text:
            continue
        english, spanish = text.split(MARK)
        twin = etree.Element(element.tag, nsmap=element.nsmap)
        twin.set(XML_LANGUAGE, "es")
        element.text, twin.text, twin.tail = english, spanish, element.tail
        element.set(XML_LANGUAGE, "en")
        element.addnext(twin)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written + b"\n"


def in_json(message: str) -> bytes:
    """Set the languages apart: ``name`` in English and ``names`` in both; entries that are empty are left out."""
    text = json.dumps(_apart(json.loads(message)), ensure_ascii=False, indent=1, allow_nan=False)
    return (text + "\n").encode("utf-8")


def texts(label: Label) -> dict[str, str]:
    """Give a text by language, as SDMX-JSON holds it."""
    return {"en": label.en, "es": label.es}


def _apart(value: Any) -> Any:
    if isinstance(value, list):
        return [_apart(item) for item in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, item in value.items():
        if item == [] and key == "groups":
            continue
        if isinstance(item, str) and MARK in item:
            english, spanish = item.split(MARK)
            found[key] = english
            found[PLURALS[key]] = {"en": english, "es": spanish}
        elif key in PLURALS.values() and isinstance(item, dict):
            continue
        else:
            found[key] = _apart(item)
    return found
