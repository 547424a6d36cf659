"""Names of SDMX: identifiers, and the code and code list under which a dictionary's code is exchanged."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.table_labels import TOTAL
from surveys.dictionary import CodeList, Dictionary
from surveys.exchange_checks import LIST_REFERENCE, OFFICIAL_LISTS, sdmx_code

AGENCY = "CARACTERIZA"
VERSION = "1.0"
NOT_AN_ID = re.compile(r"[^A-Za-z0-9_@$\-]")


@dataclass(frozen=True)
class ListIdentity:
    """Which code list a dictionary's list is exchanged under.

    Parameters
    ----------
    agency, id, version : str
        Of the list.
    partial : bool
        Whether it is an international list of which only the codes in use are given.
    follows : str or None
        International list whose codes it uses without being it.
    """

    agency: str
    id: str
    version: str
    partial: bool = False
    follows: str | None = None


def list_identity(codes: CodeList) -> ListIdentity:
    """Identify the list to exchange a dictionary's list under: the international one when it is known whole."""
    found = LIST_REFERENCE.fullmatch(codes.sdmx or "")
    if found is None:
        return ListIdentity(AGENCY, f"CL_{codes.name.upper()}", VERSION)
    agency, name, version = found.group("agency"), found.group("name"), found.group("version")
    if agency is None:
        return ListIdentity(AGENCY, name, version)
    if str(codes.sdmx) in OFFICIAL_LISTS:
        return ListIdentity(agency, name, version, partial=True)
    return ListIdentity(AGENCY, f"CL_{codes.name.upper()}", VERSION, follows=codes.sdmx)


def sdmx_codes(dictionary: Dictionary, breakdown: str) -> dict[str, str]:
    """SDMX code of every code of a breakdown, the total included."""
    codes = breakdown_list(dictionary, breakdown).codes
    return {TOTAL: TOTAL, **{name: sdmx_code(code) for name, code in codes.items()}}


def breakdown_list(dictionary: Dictionary, breakdown: str) -> CodeList:
    """Code list behind a breakdown."""
    variable = dictionary.variables[dictionary.breakdowns[breakdown].variable]
    return dictionary.code_lists[str(variable.codes)]


def sdmx_id(name: str) -> str:
    """Make an SDMX identifier of a name: letters, digits, ``_ @ $ -``."""
    return NOT_AN_ID.sub("-", name)


def component_id(name: str) -> str:
    """Name the dimension of a breakdown."""
    return sdmx_id(name).upper()
