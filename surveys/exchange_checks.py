"""Whether the names and codes of a dictionary can be exchanged as SDMX, each fault found before a run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

from surveys.dictionary import Code, CodeList, Dictionary
from surveys.dictionary_entries import Data, Where, entries
from surveys.problems import Message, Problem

IDENTIFIER = re.compile(r"[A-Za-z0-9_@$\-]+")
LIST_REFERENCE = re.compile(
    r"(?:(?P<agency>[A-Za-z][A-Za-z0-9_\-.]*):)?(?P<name>[A-Za-z][A-Za-z0-9_\-]*)\((?P<version>[0-9]+(?:\.[0-9]+)*)\)")
# International lists that are known whole; of the others (177 age bands) only that our codes follow their pattern.
OFFICIAL_LISTS = MappingProxyType({
    "SDMX:CL_SEX(2.1)": frozenset({"F", "M", "_N", "_O", "_T", "_U", "_Z"}),
    "IAEG-SDGs:CL_URBANISATION(1.10)": frozenset({"_T", "U", "R", "CITY", "TSUB"}),
})
# Lists whose name promises something else: SDMX:CL_AGE holds units of duration.
TRAPS = MappingProxyType({"SDMX:CL_AGE": "IAEG-SDGs:CL_AGE"})
RESERVED = frozenset({
    "freq", "ref_area", "indicator", "time_period", "obs_value", "lower_bound", "upper_bound", "std_err", "cv", "deff",
    "deg_freedom", "n_unweighted", "n_cases", "n_psu", "population", "unit_measure", "unit_mult", "decimals",
    "obs_status", "conf_status", "pub_status", "edition", "reason"})

CODE_MISSING = Message(
    "sdmx_code_missing",
    "code '{code}' has no `sdmx:` code, and the others of the list '{list}' have one. Give it one, or leave it out "
    "of all of them.",
    "el código '{code}' no tiene código `sdmx:`, y los demás de la lista '{list}' sí. Déselo, o quítelo de todos.")
CODE_TWICE = Message(
    "sdmx_code_twice",
    "codes {codes} of the list '{list}' have the same `sdmx:` code '{sdmx}'. Give each its own.",
    "los códigos {codes} de la lista '{list}' tienen el mismo código `sdmx:` '{sdmx}'. Dé a cada uno el suyo.")
NOT_AN_IDENTIFIER = Message(
    "sdmx_not_an_id",
    "'{code}' is no SDMX identifier (letters, digits, _ @ $ -). Give the code an `sdmx:` code.",
    "'{code}' no es un identificador de SDMX (letras, dígitos, _ @ $ -). Dé al código un código `sdmx:`.")
TOTAL_TAKEN = Message(
    "sdmx_total_taken",
    "the `sdmx:` code '_T' of code '{code}' means the total of all codes. Give it another.",
    "el código `sdmx:` '_T' del código '{code}' significa el total de todos los códigos. Dele otro.")
LIST_UNREADABLE = Message(
    "sdmx_list_unreadable",
    "'{list}' is no reference to a code list. Write `AGENCY:LIST(VERSION)`, such as `SDMX:CL_SEX(2.1)`, or "
    "`LIST(VERSION)` for one of your own.",
    "'{list}' no es una referencia a una lista de códigos. Escriba `AGENCIA:LISTA(VERSIÓN)`, como "
    "`SDMX:CL_SEX(2.1)`, o `LISTA(VERSIÓN)` para una propia.")
LIST_TRAP = Message(
    "sdmx_list_trap",
    "'{list}' is not what its name says: it holds units of duration, not age bands. Write `{instead}`, with its "
    "version.",
    "'{list}' no es lo que su nombre dice: contiene unidades de duración, no tramos de edad. Escriba `{instead}`, "
    "con su versión.")
NOT_IN_OFFICIAL = Message(
    "sdmx_code_not_in_list",
    "'{sdmx}' is not a code of {list} ({codes}). Correct it, or remove `sdmx:` from the list.",
    "'{sdmx}' no es un código de {list} ({codes}). Corríjalo, o quite `sdmx:` de la lista.")
NAME_RESERVED = Message(
    "sdmx_name_reserved",
    "'{name}' is a column of the exchanged tables and cannot name a breakdown or a code list. Choose another name.",
    "'{name}' es una columna de los cuadros que se intercambian y no puede nombrar una desagregación ni una lista de "
    "códigos. Elija otro nombre.")


def exchange_problems(merged: Dictionary, data: Data, where: Where) -> Iterator[Problem]:
    """Find what keeps the entries of a dictionary from being exchanged.

    Parameters
    ----------
    merged : Dictionary
        With the entries in it.
    data : mapping
        The entries.
    where : callable
        Says the place of a path of ``data``.

    Yields
    ------
    Problem
        Codes without SDMX code beside others that have one, codes used twice, names that are no identifiers, and
        lists that are not what they are called.
    """
    for section in ("breakdowns", "code_lists"):
        for name in entries(data, section):
            if name in RESERVED:
                yield Problem(NAME_RESERVED, where((section, name)), {"name": name})
    for name in entries(data, "code_lists"):
        yield from _list_problems(merged.code_lists[name], where)


def sdmx_code(code: Code) -> str:
    """Code under which one answer is exchanged: the one it declares, else its own."""
    return code.code if code.sdmx is None else code.sdmx


def _list_problems(codes: CodeList, where: Where) -> Iterator[Problem]:
    at = ("code_lists", codes.name)
    if codes.sdmx is not None:
        yield from _reference_problems(codes, where)
    declared = [code for code in codes.codes.values() if code.sdmx is not None]
    for code in codes.codes.values():
        place = where((*at, "codes", code.code))
        if code.sdmx == "_T":
            yield Problem(TOTAL_TAKEN, place, {"code": code.code})
        elif code.sdmx is None and (declared or codes.sdmx is not None):
            yield Problem(CODE_MISSING, place, {"code": code.code, "list": codes.name})
        elif IDENTIFIER.fullmatch(sdmx_code(code)) is None:
            yield Problem(NOT_AN_IDENTIFIER, place, {"code": sdmx_code(code)})
    for used in dict.fromkeys(str(code.sdmx) for code in declared):
        same = [code.code for code in declared if code.sdmx == used]
        if len(same) > 1:
            yield Problem(CODE_TWICE, where((*at, "codes", same[1])),
                          {"codes": ", ".join(same), "list": codes.name, "sdmx": used})


def _reference_problems(codes: CodeList, where: Where) -> Iterator[Problem]:
    place, reference = where(("code_lists", codes.name, "sdmx")), str(codes.sdmx)
    if LIST_REFERENCE.fullmatch(reference) is None:
        yield Problem(LIST_UNREADABLE, place, {"list": reference})
        return
    instead = TRAPS.get(reference.partition("(")[0])
    if instead is not None:
        yield Problem(LIST_TRAP, place, {"list": reference, "instead": instead})
    known = OFFICIAL_LISTS.get(reference)
    for code in codes.codes.values():
        if known is not None and code.sdmx is not None and code.sdmx not in known:
            yield Problem(NOT_IN_OFFICIAL, where(("code_lists", codes.name, "codes", code.code)),
                          {"sdmx": code.sdmx, "list": reference, "codes": ", ".join(sorted(known))})
