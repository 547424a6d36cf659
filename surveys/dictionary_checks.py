"""The dictionary made from plain data, with every fault between its parts found in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from surveys.dictionary import Dictionary, Variable
from surveys.dictionary_entries import Data, Labels, Where, entries, merge
from surveys.exchange_checks import exchange_problems
from surveys.expression_checks import UNKNOWN_LEVEL, UNKNOWN_VARIABLE, check_expression, known_level, nearest
from surveys.expressions import FUNCTIONS, parse
from surveys.indicator_checks import indicator_problems
from surveys.problems import DictionaryError, Message, Problem

SECTIONS = ("missing_kinds", "levels", "code_lists", "variables", "rules", "breakdowns", "indicators")

REDEFINED = Message(
    "redefined",
    "'{name}' is already in the common dictionary; a study adds to it and never changes it. Give this one "
    "another name.",
    "'{name}' ya está en el diccionario común; un estudio le agrega y nunca lo cambia. Dé a este otro "
    "nombre.")
KINDS_FIXED = Message(
    "missing_kinds_fixed",
    "kinds of missing are defined in the common dictionary only. Use one of: {kinds}.",
    "los tipos de dato faltante se definen solo en el diccionario común. Use uno de: {kinds}.")
LEVEL_CIRCLE = Message(
    "level_circle",
    "the levels are above one another in a circle: {chain}. Remove one `parent`.",
    "los niveles están unos encima de otros en círculo: {chain}. Quite un `parent`.")
LEVEL_KEY = Message(
    "level_key",
    "the key of a level begins with the key of its parent ({parent_key}). Write those columns first.",
    "la llave de un nivel empieza con la llave del nivel superior ({parent_key}). Escriba primero esas "
    "columnas.")
UNKNOWN_LIST = Message(
    "unknown_code_list",
    "there is no code list '{name}'. The nearest is '{nearest}'; correct it or add the list.",
    "no existe la lista de códigos '{name}'. La más parecida es '{nearest}'; corríjala o agregue la lista.")
LIST_NEEDED = Message(
    "code_list_needed",
    "a variable of type {type} needs its list: write `codes:`.",
    "una variable de tipo {type} necesita su lista: escriba `codes:`.")
LIST_NOT_NEEDED = Message(
    "code_list_not_needed",
    "a variable of type {type} has no code list. Remove `codes:`, or write `type: code`.",
    "una variable de tipo {type} no tiene lista de códigos. Quite `codes:` o escriba `type: code`.")
RANGE_NOT_NEEDED = Message(
    "range_not_numeric",
    "a range is for numbers, and this variable is of type {type}. Remove `range:`.",
    "un rango es para números, y esta variable es de tipo {type}. Quite `range:`.")
RANGE_REVERSED = Message(
    "range_reversed",
    "the range goes from {low} down to {high}. Write the lowest value first.",
    "el rango va de {low} a {high}, en descenso. Escriba primero el valor menor.")
MULTIPLE_DERIVED = Message(
    "multiple_derived",
    "a variable of type multiple cannot be derived. Derive one code variable for each answer.",
    "una variable de tipo multiple no se puede derivar. Derive una variable de código por cada respuesta.")
GROUP_CODE = Message(
    "group_code",
    "'{code}' is not a code of '{name}' ({codes}). Name groups by the codes they stand for.",
    "'{code}' no es un código de '{name}' ({codes}). Nombre los grupos por los códigos que representan.")
RESERVED_NAME = Message(
    "reserved_name",
    "'{name}' is a word of the expression language and cannot name a variable. Choose another name.",
    "'{name}' es una palabra del lenguaje de expresiones y no puede nombrar una variable. Elija otro nombre.")
CIRCULAR = Message(
    "circular_derivation",
    "derived variables need one another in a circle: {chain}. Derive one of them from asked variables.",
    "las variables derivadas se necesitan unas a otras en círculo: {chain}. Derive una de ellas de variables "
    "preguntadas.")
BREAKDOWN_NOT_CODED = Message(
    "breakdown_not_coded",
    "a breakdown needs a variable of type code, and '{name}' is of type {type}. Derive a code variable, for "
    "example "
    "with `band`.",
    "una desagregación necesita una variable de tipo code, y '{name}' es de tipo {type}. Derive una variable "
    "de "
    "código, por ejemplo con `band`.")
BANDS_AND_CODES = Message(
    "bands_and_codes",
    "`band` makes {bands} bands and list '{list}' has {codes} codes; each band needs one. Correct either.",
    "`band` hace {bands} tramos y la lista '{list}' tiene {codes} códigos; cada tramo necesita uno. Corrija "
    "uno de los "
    "dos.")


def dictionary_from(data: Data, where: Where) -> Dictionary:
    """Make a dictionary from plain data whose shape was checked.

    Parameters
    ----------
    data : mapping
        Sections ``levels``, ``code_lists``, ``variables``, ...
    where : callable
        Says the place of a path, as ``file:line  a.b.c``.

    Returns
    -------
    Dictionary
        Every name resolves, no derived variable needs itself, both languages are present.

    Raises
    ------
    DictionaryError
        With every problem found.
    """
    return extend_dictionary(Dictionary(), data, where)


def extend_dictionary(base: Dictionary, data: Data, where: Where) -> Dictionary:
    """Add a study's own entries to a dictionary.

    Parameters
    ----------
    base : Dictionary
        The common dictionary, already proved sound.
    data : mapping
        Sections as in `dictionary_from`.
    where : callable
        Says the place of a path of ``data``.

    Returns
    -------
    Dictionary
        The base with the additions after it.

    Raises
    ------
    DictionaryError
        A name of the base is defined again, or an addition is unsound; all found together.
    """
    problems = [Problem(REDEFINED, where((section, name)), {"name": name})
                for section in SECTIONS for name in entries(data, section) if name in getattr(base, section)]
    if base.missing_kinds and entries(data, "missing_kinds"):
        problems = [problem for problem in problems if "missing_kinds" not in problem.where]
        kinds = ", ".join(base.missing_kinds)
        problems.append(Problem(KINDS_FIXED, where(("missing_kinds",)), {"kinds": kinds}))
    labels = Labels(where)
    merged = merge(base, data, labels)
    problems += [*labels.problems, *exchange_problems(merged, data, where)]
    levels = [*_level_problems(merged, data, where)]
    problems += levels
    if not levels:  # the rest walks up and down the levels
        problems += [*_variable_problems(merged, data, where), *_circles(merged, data, where),
                     *_rule_problems(merged, data, where), *_breakdown_problems(merged, data, where),
                     *indicator_problems(merged, data, where)]
    if problems:
        raise DictionaryError(problems)
    return merged


def _level_problems(merged: Dictionary, data: Data, where: Where) -> Iterator[Problem]:
    for name in entries(data, "levels"):
        level = merged.levels[name]
        if level.parent is None:
            continue
        if level.parent not in merged.levels:
            yield Problem(UNKNOWN_LEVEL, where(("levels", name, "parent")),
                          {"name": level.parent, "levels": ", ".join(merged.levels)})
            continue
        chain = [name]
        parent: str | None = level.parent
        while parent is not None and parent in merged.levels and parent not in chain:
            chain.append(parent)
            parent = merged.levels[parent].parent
        if parent == name and name == min(chain):
            yield Problem(LEVEL_CIRCLE, where(("levels", name, "parent")),
                          {"chain": " -> ".join([*chain, name])})
        above = merged.levels[level.parent].key
        if parent is None and level.key[:len(above)] != above:
            yield Problem(LEVEL_KEY, where(("levels", name, "key")), {"parent_key": ", ".join(above)})


def _variable_problems(merged: Dictionary, data: Data, where: Where) -> Iterator[Problem]:
    for name in entries(data, "variables"):
        spec = merged.variables[name]
        at = ("variables", name)
        yield from known_level(merged, "variables", name, spec.level, where)
        if name in FUNCTIONS or name in ("and", "or", "not", "in", "is", "if", "else", "for", "lambda"):
            yield Problem(RESERVED_NAME, where(at), {"name": name})
        if spec.type in ("code", "multiple"):
            if spec.codes is None:
                yield Problem(LIST_NEEDED, where(at), {"type": spec.type})
            elif spec.codes not in merged.code_lists:
                yield Problem(UNKNOWN_LIST, where((*at, "codes")),
                              {"name": spec.codes, "nearest": nearest(spec.codes, merged.code_lists)})
        elif spec.codes is not None:
            yield Problem(LIST_NOT_NEEDED, where((*at, "codes")), {"type": spec.type})
        if spec.range is not None and spec.type not in ("number", "integer"):
            yield Problem(RANGE_NOT_NEEDED, where((*at, "range")), {"type": spec.type})
        elif spec.range is not None and spec.range[0] > spec.range[1]:
            yield Problem(RANGE_REVERSED, where((*at, "range")),
                          {"low": f"{spec.range[0]:g}", "high": f"{spec.range[1]:g}"})
        if spec.type == "multiple" and spec.derive is not None:
            yield Problem(MULTIPLE_DERIVED, where((*at, "derive")))
        if spec.level in merged.levels:
            for part, text in (("universe", spec.universe), ("derive", spec.derive)):
                if text is not None:
                    faults = check_expression(text, spec.level, merged, where((*at, part)))
                    yield from faults
                    if part == "derive" and not faults:
                        yield from _band_problems(merged, spec, where((*at, part)))


def _band_problems(merged: Dictionary, spec: Variable, place: str) -> Iterator[Problem]:
    text = str(spec.derive).strip()
    if spec.codes in merged.code_lists and text.startswith("band("):
        bands = len(getattr(parse(text).tree, "args", ())) - 1
        codes = len(merged.code_lists[str(spec.codes)].codes)
        if bands >= 1 and bands != codes:
            yield Problem(BANDS_AND_CODES, place, {"bands": bands, "list": spec.codes, "codes": codes})


def _circles(merged: Dictionary, data: Data, where: Where) -> Iterator[Problem]:
    needs = derivation_needs(merged)
    told: set[frozenset[str]] = set()
    for name in entries(data, "variables"):
        chain = _circle_from(name, needs)
        if chain and frozenset(chain) not in told:
            told.add(frozenset(chain))
            yield Problem(CIRCULAR, where(("variables", name, "derive")), {"chain": " -> ".join(chain)})


def _circle_from(start: str, needs: Mapping[str, tuple[str, ...]]) -> list[str]:
    # breadth first, so that the shortest circle is told; iterative, so that a long chain cannot exhaust the stack
    paths = {start: [start]}
    waiting = [start]
    for name in waiting:
        for needed in needs.get(name, ()):
            if needed == start:
                return [*paths[name], start]
            if needed not in paths:
                paths[needed] = [*paths[name], needed]
                waiting.append(needed)
    return []


def derivation_needs(dictionary: Dictionary) -> dict[str, tuple[str, ...]]:
    """Return for each derived variable the derived variables it reads; unreadable expressions read nothing."""
    needs: dict[str, tuple[str, ...]] = {}
    for name, spec in dictionary.variables.items():
        if spec.derive is None:
            continue
        try:
            names = parse(spec.derive).names
        except DictionaryError:
            continue
        needs[name] = tuple(needed for needed in names
                            if needed in dictionary.variables and dictionary.variables[needed].derive is not None)
    return needs


def _rule_problems(merged: Dictionary, data: Data, where: Where) -> Iterator[Problem]:
    for name in entries(data, "rules"):
        rule = merged.rules[name]
        yield from known_level(merged, "rules", name, rule.level, where)
        if rule.level in merged.levels:
            if rule.condition is not None:
                yield from check_expression(rule.condition, rule.level, merged, where(("rules", name, "if")))
            yield from check_expression(rule.then, rule.level, merged, where(("rules", name, "then")))


def _breakdown_problems(merged: Dictionary, data: Data, where: Where) -> Iterator[Problem]:
    for name in entries(data, "breakdowns"):
        variable = merged.breakdowns[name].variable
        place = where(("breakdowns", name, "variable"))
        spec = merged.variables.get(variable)
        if spec is None:
            yield Problem(UNKNOWN_VARIABLE, place,
                          {"name": variable, "nearest": nearest(variable, merged.variables)})
        elif spec.type != "code":
            yield Problem(BREAKDOWN_NOT_CODED, place, {"name": variable, "type": spec.type})
        else:
            codes = merged.codes_of(variable) if spec.codes in merged.code_lists else ()
            for code in merged.breakdowns[name].groups:
                if code not in codes:
                    yield Problem(GROUP_CODE, where(("breakdowns", name, "groups", code)), {
                        "code": code, "name": variable, "codes": ", ".join(codes)})
