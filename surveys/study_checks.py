"""Find whatever a study names that does not exist or does not fit the dictionary and the mapping."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator

from surveys.analysis_checks import analysis_problems
from surveys.area_maps import map_problems
from surveys.dictionary import Dictionary
from surveys.extrapolation import extrapolation_problems
from surveys.mapping import LevelMapping, Mapping, VariableMapping
from surveys.offices import office_problems
from surveys.problems import Message, Problem
from surveys.public_use_checks import public_use_problems
from surveys.round_checks import round_problems
from surveys.small_area_checks import small_area_problems
from surveys.source_filter import FilterError, filter_columns
from surveys.study import Role, Study

Where = Callable[[tuple[str | int, ...]], str]

UNKNOWN = Message(
    "unknown_name",
    "there is no {kind_en} '{name}'.{nearest}\n  Correct the name, or add it to {home}.",
    "no existe {kind_es} '{name}'.{nearest}\n  Corrija el nombre, o agréguelo a {home}.")
WRONG_LEVEL = Message(
    "wrong_level",
    "variable '{name}' belongs to level '{found}'; a variable of level '{level}' or above was expected.\n"
    "  Name another variable, or move it in the dictionary.",
    "la variable '{name}' es del nivel '{found}'; se esperaba una del nivel '{level}' o superior.\n"
    "  Nombre otra variable, o cámbiela de nivel en el diccionario.")
DERIVED = Message(
    "derived_mapped",
    "variable '{name}' is derived by the dictionary and cannot be mapped.\n  Remove it from the mapping.",
    "la variable '{name}' se deriva en el diccionario y no se puede tomar de un archivo.\n"
    "  Quítela de la correspondencia.")
KEY_UNMAPPED = Message(
    "key_unmapped",
    "level '{level}' does not map its key column '{name}'.\n  Add it under `variables:`.",
    "el nivel '{level}' no toma su columna de llave '{name}'.\n  Agréguela en `variables:`.")
PARENT_UNMAPPED = Message(
    "parent_unmapped",
    "level '{level}' is mapped but its parent '{name}' is not.\n"
    "  Map '{name}' too; `distinct: true` makes it out of the same file.",
    "se toma el nivel '{level}' pero no su superior '{name}'.\n"
    "  Tome también '{name}'; `distinct: true` lo forma del mismo archivo.")
BAD_CODE = Message(
    "recode_target",
    "the recode gives code '{code}', which is not in list '{list}'.{nearest}\n"
    "  Correct it, or add the code to the list.",
    "la recodificación da el código '{code}', que no está en la lista '{list}'.{nearest}\n"
    "  Corríjalo, o agregue el código a la lista.")
NOT_MULTIPLE = Message(
    "mapping_not_multiple",
    "`answers:` and `slots:` are for variables of type multiple; '{name}' is of type {type}.\n  Use `from:`.",
    "`answers:` y `slots:` son para variables de tipo multiple; '{name}' es de tipo {type}.\n  Use `from:`.")
NEEDS_MULTIPLE = Message(
    "needs_multiple",
    "variable '{name}' is of type multiple and needs `answers:` (a column per answer) or `slots:` (a column "
    "per mention).",
    "la variable '{name}' es de tipo multiple y necesita `answers:` (una columna por respuesta) o `slots:` "
    "(una columna "
    "por mención).")
BAD_FILTER = Message(
    "bad_filter",
    "the condition cannot be read: {why}.\n  Write it as `where: \"column == 'value' and other in ['1', "
    "'2']\"`.",
    "la condición no se puede leer: {why}.\n  Escríbala como `where: \"columna == 'valor' and otra in ['1', "
    "'2']\"`.")
FALLBACK_NEEDED = Message(
    "fallback_needed",
    "an unavailable {role} needs a decided `fallback:` ({choices}); the report prints it.",
    "si {role} no está disponible hace falta un `fallback:` decidido ({choices}); el informe lo imprime.")
SYNTHETIC_SEED = Message(
    "synthetic_seed",
    "a source of format 'synthetic' needs `synthetic: {{seed: ...}}` in the study, so that every page says "
    "so.",
    "una fuente de formato 'synthetic' necesita `synthetic: {{seed: ...}}` en el estudio, para que toda "
    "página lo diga.")
JOIN_LEVEL = Message(
    "wide_key",
    "`wide.key` is '{name}', which is not a key column of level '{level}' ({keys}).",
    "`wide.key` es '{name}', que no es columna de llave del nivel '{level}' ({keys}).")


def study_problems(
    study: Study,
    mapping: Mapping,
    dictionary: Dictionary,
    *,
    in_study: Where,
    in_mapping: Where,
) -> list[Problem]:
    """Every reference that leads nowhere.

    Parameters
    ----------
    study, mapping, dictionary : Study, Mapping, Dictionary
        What to hold against one another.
    in_study, in_mapping : callable
        Path inside ``study.yaml`` or ``mapping.yaml`` to the place shown.

    Returns
    -------
    list of Problem
        Empty when the study holds together.
    """
    found = list(_design_problems(study, dictionary, in_study))
    found += _weighting_problems(study, dictionary, in_study)
    found += _plan_problems(study, dictionary, in_study)
    found += analysis_problems(study, dictionary, in_study)
    found += round_problems(study, dictionary, in_study)
    found += map_problems(study, dictionary, in_study)
    found += office_problems(study, dictionary, in_study)
    found += small_area_problems(study, dictionary, in_study)
    found += extrapolation_problems(study.extrapolation, dictionary, in_study)
    found += public_use_problems(study, dictionary, in_study)
    for level in mapping.levels.values():
        found += _level_problems(level, study, mapping, dictionary, in_mapping)
    for name in mapping.labels:
        if name not in dictionary.variables:
            found.append(_unknown("variable", name, dictionary.variables, in_mapping(("labels", name))))
    return found


_KINDS_ES = {"variable": "la variable", "level": "el nivel", "indicator": "el indicador",
             "breakdown": "la desagregación", "source": "la fuente", "missing kind": "el motivo de falta",
             "code": "el código"}


def _unknown(kind: str, name: str, known: Collection[str], where: str) -> Problem:
    home = "study.yaml" if kind == "source" else "dictionary.yaml"
    return Problem(UNKNOWN, where, {"kind_en": kind, "kind_es": _KINDS_ES[kind], "name": name, "home": home,
                                    "nearest": _nearest(name, known)})


def _nearest(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, [str(item) for item in known], n=1)
    return f" '{close[0]}'?" if close else ""


def _variable(name: str, level: str, dictionary: Dictionary, where: str) -> Iterator[Problem]:
    if name not in dictionary.variables:
        yield _unknown("variable", name, dictionary.variables, where)
        return
    found = dictionary.variables[name].level
    if level in dictionary.levels and found not in dictionary.lineage(level):
        yield Problem(WRONG_LEVEL, where, {"name": name, "found": found, "level": level})


def _design_problems(study: Study, dictionary: Dictionary, where: Where) -> Iterator[Problem]:
    design = study.design
    if design.level not in dictionary.levels:
        yield _unknown("level", design.level, dictionary.levels, where(("design", "level")))
    roles: tuple[tuple[str, Role, tuple[str, ...]], ...] = (
        ("stratum", design.stratum, ("none", "single_stratum")), ("psu", design.psu, ("household",)),
        ("psu_population", design.psu_population, ()))
    for name, role, fallbacks in roles:
        place = where(("design", name))
        if role.variable is not None:
            yield from _variable(role.variable, design.level, dictionary, place)
        elif fallbacks and role.fallback not in fallbacks:
            yield Problem(FALLBACK_NEEDED, place, {"role": name, "choices": ", ".join(fallbacks)})
    if not study.synthetic and any(source.format == "synthetic" for source in study.sources.values()):
        yield Problem(SYNTHETIC_SEED, where(("sources",)))


def _weighting_problems(study: Study, dictionary: Dictionary, where: Where) -> Iterator[Problem]:
    for number, step in enumerate(study.weighting):
        place: tuple[str | int, ...] = ("weighting", number)
        for name, level in (("level", step.level), ("counts", step.counts)):
            if level is not None and level not in dictionary.levels:
                yield _unknown("level", level, dictionary.levels, where((*place, name)))
        if step.variable is not None:
            yield from _variable(step.variable, step.level or study.design.level, dictionary,
                                 where((*place, "variable")))


def _plan_problems(study: Study, dictionary: Dictionary, where: Where) -> Iterator[Problem]:
    def indicator(name: str, *place: str | int) -> Iterator[Problem]:
        if name.split(".")[0] not in dictionary.indicators:
            yield _unknown("indicator", name, dictionary.indicators, where(place))

    def breakdown(name: str, *place: str | int) -> Iterator[Problem]:
        if name not in dictionary.breakdowns:
            yield _unknown("breakdown", name, dictionary.breakdowns, where(place))

    for number, table in enumerate(study.tabulation):
        for place, name in enumerate(table.indicators):
            yield from indicator(name, "tabulation", number, "indicators", place)
        for place, names in enumerate(table.by):
            for name in names:
                yield from breakdown(name, "tabulation", number, "by", place)
    for place, name in enumerate(study.publication.planned):
        yield from breakdown(name, "publication", "planned", place)
    for number, figure in enumerate(study.report.key_figures):
        yield from indicator(figure.indicator, "report", "key_figures", number)
        for name, code in figure.domain.items():
            yield from breakdown(name, "report", "key_figures", number, "domain", name)
            if name in dictionary.breakdowns:
                codes = dictionary.codes_of(dictionary.breakdowns[name].variable)
                if code not in codes:
                    yield _unknown(
                        "code", code, codes, where(("report", "key_figures", number, "domain", name))
                    )
    for number, chapter in enumerate(study.report.chapters):
        for place, exhibit in enumerate(chapter.exhibits):
            at = ("report", "chapters", number, "exhibits", place)
            for name in exhibit.indicators:
                yield from indicator(name, *at)
            for name in exhibit.by:
                yield from breakdown(name, *at, "by")


def _level_problems(level: LevelMapping, study: Study, mapping: Mapping, dictionary: Dictionary, where: Where,
                    ) -> Iterator[Problem]:
    place = ("levels", level.name)
    if level.name not in dictionary.levels:
        yield _unknown("level", level.name, dictionary.levels, where(place))
        return
    spec = dictionary.levels[level.name]
    if spec.parent is not None and spec.parent not in mapping.levels:
        yield Problem(PARENT_UNMAPPED, where(place), {"level": level.name, "name": spec.parent})
    for key in spec.key:
        if key not in level.variables:
            yield Problem(KEY_UNMAPPED, where((*place, "variables")), {"level": level.name, "name": key})
    for source, at in [(level.source, (*place, "source"))] + [
            (join.source, (*place, "join", number, "source")) for number, join in enumerate(level.joins)]:
        if source not in study.sources:
            yield _unknown("source", source, study.sources, where(at))
    if level.wide is not None and level.wide.key not in spec.key:
        yield Problem(JOIN_LEVEL, where((*place, "wide", "key")),
                      {"name": level.wide.key, "level": level.name, "keys": ", ".join(spec.key)})
    if level.where is not None:
        try:
            filter_columns(level.where)
        except FilterError as error:
            yield Problem(BAD_FILTER, where((*place, "where")), {"why": str(error)})
    for name, variable in level.variables.items():
        yield from _mapped_problems(name, variable, level, dictionary, where)


def _mapped_problems(
    name: str,
    mapped: VariableMapping,
    level: LevelMapping,
    dictionary: Dictionary,
    where: Where,
) -> Iterator[Problem]:
    at = ("levels", level.name, "variables", name)
    keys = dictionary.levels[level.name].key
    if name not in dictionary.variables:
        yield _unknown("variable", name, dictionary.variables, where(at))
        return
    variable = dictionary.variables[name]
    if variable.level != level.name and name not in keys:
        yield Problem(WRONG_LEVEL, where(at), {"name": name, "found": variable.level, "level": level.name})
    if variable.derive is not None:
        yield Problem(DERIVED, where(at), {"name": name})
    if variable.type == "multiple" and not (mapped.answers or mapped.slots or mapped.column):
        yield Problem(NEEDS_MULTIPLE, where(at), {"name": name})
    if variable.type != "multiple" and (mapped.answers or mapped.slots):
        yield Problem(NOT_MULTIPLE, where(at), {"name": name, "type": variable.type})
    codes = dictionary.codes_of(name)
    if variable.codes is not None:
        for source, code in mapped.recode.items():
            if code not in codes:
                yield Problem(BAD_CODE, where((*at, "recode", source)),
                              {"code": code, "list": variable.codes, "nearest": _nearest(code, codes)})
        for code in mapped.answers:
            if code not in codes:
                yield Problem(BAD_CODE, where((*at, "answers", code)),
                              {"code": code, "list": variable.codes, "nearest": _nearest(code, codes)})
    for source, kind in mapped.missing.items():
        if kind not in dictionary.missing_kinds:
            yield _unknown("missing kind", kind, dictionary.missing_kinds, where((*at, "missing", source)))
