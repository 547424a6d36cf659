"""The public-use files of a study against the dictionary: names exist, codes are whole, and nothing names a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from surveys.dictionary import Dictionary
from surveys.expression_checks import nearest
from surveys.problems import Message, Problem
from surveys.public_use import PublicFile, PublicVariable
from surveys.study import Study

Where = Callable[[tuple[str | int, ...]], str]
Place = tuple[str | int, ...]

UNKNOWN_IN_PUBLIC_USE = Message(
    "public_use_unknown",
    "there is no {kind_en} '{name}'. The nearest is '{nearest}'; correct the name.",
    "no existe {kind_es} '{name}'. Lo más parecido es '{nearest}'; corrija el nombre.")
NOT_OF_LEVEL = Message(
    "public_use_level",
    "variable '{name}' is of level '{found}', and the file has rows of level '{level}': it takes variables of that "
    "level and of those above it. Take the variable out, or put it in another file.",
    "la variable '{name}' es del nivel '{found}', y el archivo tiene filas del nivel '{level}': admite variables de "
    "ese nivel y de los superiores. Quite la variable o póngala en otro archivo.")
NAMES_SOMEBODY = Message(
    "public_use_identifier",
    "variable '{name}' {why_en}, and no public file may hold it. Take it out, or recode it if it is a place.",
    "la variable '{name}' {why_es}, y ningún archivo público puede tenerla. Quítela, o recodifíquela si es un lugar.")
NAME_TAKEN = Message(
    "public_use_name",
    "'{name}' has other values than the variable of the dictionary with that name. Give it a name of its own and write "
    "`from: {source}`.",
    "'{name}' tiene otros valores que la variable del diccionario con ese nombre. Dele un nombre propio y escriba "
    "`from: {source}`.")
CODES_NOT_WHOLE = Message(
    "public_use_codes",
    "the coarser codes of '{name}' leave out {missing}, repeat {repeated} and name {unknown}, which '{source}' does "
    "not have. Every code of '{source}' belongs to exactly one.",
    "los códigos agrupados de '{name}' omiten {missing}, repiten {repeated} y nombran {unknown}, que '{source}' no "
    "tiene. Cada código de '{source}' pertenece exactamente a uno.")
WRONG_RECODE = Message(
    "public_use_recode",
    "'{name}' is of type {type}: `codes:` coarsens code lists, `bands:`, `top:` and `bottom:` coarsen numbers. Bands "
    "go up and are at least two.",
    "'{name}' es de tipo {type}: `codes:` agrupa listas de códigos; `bands:`, `top:` y `bottom:` agrupan números. Las "
    "bandas van en aumento y son al menos dos.")
NOT_A_CLASS = Message(
    "public_use_key",
    "'{name}' is a number or has several answers; classes are made of codes. Give it `bands:`, or take it out of "
    "`{entry}:`.",
    "'{name}' es un número o admite varias respuestas; las clases se forman con códigos. Dele `bands:`, o quítela de "
    "`{entry}:`.")

KEY_AND_SENSITIVE = Message(
    "public_use_key_sensitive",
    "'{name}' is a key, which is taken as known of a person, and cannot also be what must not be learned. Take it "
    "out of `keys:` or of `sensitive:`.",
    "'{name}' es una llave, que se da por sabida de una persona, y no puede ser a la vez lo que no debe saberse. "
    "Quítela de `keys:` o de `sensitive:`.")

_ES = {"variable": "la variable", "level": "el nivel", "variable of the file": "la variable del archivo",
       "file before this one": "un archivo anterior a este"}


def public_use_problems(study: Study, dictionary: Dictionary, where: Where) -> Iterator[Problem]:
    """Find whatever the public-use files of a study name that does not exist or may not be given away.

    Parameters
    ----------
    study, dictionary : Study, Dictionary
        What to hold against one another.
    where : callable
        Path inside ``study.yaml`` to the place shown.

    Yields
    ------
    Problem
    """
    if study.public_use is None:
        return
    files = study.public_use.files
    for number, file in enumerate(files):
        at: Place = ("public_use", "files", file.name)
        if file.level not in dictionary.levels:
            yield _unknown("level", file.level, dictionary.levels, where((*at, "level")))
            continue
        earlier = [other.name for other in files[:number]]
        for entry, name in (("of", file.of), ("held_from", file.held_from)):
            if name is not None and name not in earlier:
                yield _unknown("file before this one", name, earlier, where((*at, entry)))
        source = next((other for other in files[:number] if other.name == file.held_from), None)
        for place, name in enumerate(file.held if source is not None else ()):
            given = [item.name for item in source.variables] if source is not None else []
            if name not in given:
                yield _unknown("variable of the file", name, given, where((*at, "held", place)))
        for item in file.variables:
            yield from _variable_problems(item, file, study, dictionary, (*at, "variables", item.name), where)
        yield from _name_problems(file, dictionary, at, where)
    if files:
        names = [item.name for item in files[0].variables]
        for place, name in enumerate(study.public_use.limits.places):
            if name not in names:
                yield _unknown("variable of the file", name, names, where(("public_use", "limits", "places", place)))


def _name_problems(file: PublicFile, dictionary: Dictionary, at: Place, where: Where) -> Iterator[Problem]:
    names = [item.name for item in file.variables]
    for entry, listed in (("keys", file.keys), ("sensitive", file.sensitive), ("held", file.held)):
        for place, name in enumerate(listed):
            if name not in names:
                yield _unknown("variable of the file", name, names, where((*at, entry, place)))
                continue
            if entry == "sensitive" and name in file.keys:
                yield Problem(KEY_AND_SENSITIVE, where((*at, entry, place)), {"name": name})
            item = file.variable(name)
            source = dictionary.variables.get(item.source)
            several = source is not None and source.type == "multiple" and entry != "sensitive"
            number = source is not None and source.type in ("number", "integer") and not item.bands
            if several or number:
                yield Problem(NOT_A_CLASS, where((*at, entry, place)), {"name": name, "entry": entry})


def _variable_problems(
    item: PublicVariable, file: PublicFile, study: Study, dictionary: Dictionary, at: Place, where: Where
) -> Iterator[Problem]:
    source = dictionary.variables.get(item.source)
    if source is None:
        yield _unknown("variable", item.source, dictionary.variables, where(at))
        return
    if source.level not in dictionary.lineage(file.level):
        yield Problem(NOT_OF_LEVEL, where(at), {"name": item.source, "found": source.level, "level": file.level})
    why = _forbidden(item, study, dictionary)
    if why is not None:
        yield Problem(NAMES_SOMEBODY, where(at), {"name": item.source, "why_en": why[0], "why_es": why[1]})
    if (item.changed or item.name != item.source) and item.name in dictionary.variables:
        yield Problem(NAME_TAKEN, where(at), {"name": item.name, "source": item.source})
    coded = source.type in ("code", "multiple")
    ordered = len(item.bands) != 1 and list(item.bands) == sorted(set(item.bands))
    numeric = bool(item.bands) or item.top is not None or item.bottom is not None
    if (item.codes and not coded) or (numeric and source.type not in ("number", "integer")) or not ordered:
        yield Problem(WRONG_RECODE, where(at), {"name": item.name, "type": source.type})
    elif item.codes:
        given = Counter(code for joined in item.codes for code in joined.of)
        held = dictionary.codes_of(item.source)
        missing = [code for code in held if code not in given]
        repeated = [code for code, times in given.items() if times > 1]
        unknown = [code for code in given if code not in held]
        if missing or repeated or unknown:
            said = {"missing": missing, "repeated": repeated, "unknown": unknown}
            details = {name: ", ".join(codes) or "-" for name, codes in said.items()}
            yield Problem(CODES_NOT_WHOLE, where(at), {"name": item.name, "source": item.source, **details})


def _forbidden(item: PublicVariable, study: Study, dictionary: Dictionary) -> tuple[str, str] | None:
    source = dictionary.variables[item.source]
    if item.source in study.design.variables and not item.codes:
        return "is part of the sample design", "es parte del diseño de la muestra"
    if source.disclosure == "identifier" or item.source in dictionary.levels[source.level].key:
        return "identifies somebody", "identifica a alguien"
    weights = {variable for _, variable in study.weight_variables}
    read = {str(step.parameters.get("probability")) for step in study.weighting}
    read |= {name for step in study.weighting for name in _names(step.parameters.get("probability"))}
    if item.source in weights | read:
        return "is a weight or a probability of the sample", "es un factor o una probabilidad de la muestra"
    if source.type == "text":
        return "is free text", "es texto libre"
    return None


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list | tuple) else []


def _unknown(kind: str, name: str, known: Iterable[str], where: str) -> Problem:
    names = list(known)
    details = {"kind_en": kind, "kind_es": _ES[kind], "name": name, "nearest": nearest(name, names) if names else "-"}
    return Problem(UNKNOWN_IN_PUBLIC_USE, where, details)
