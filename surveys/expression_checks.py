"""An expression against the dictionary: names known, levels readable, codes in their lists."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import TypeAlias, cast

from surveys.dictionary import Dictionary, Variable
from surveys.expressions import LEVEL_FUNCTIONS, parse
from surveys.problems import DictionaryError, Message, Problem
from surveys.values import match_code, plain_number

Faults: TypeAlias = Iterator[tuple[Message, dict[str, object]]]

UNKNOWN_LEVEL = Message(
    "unknown_level",
    "there is no level '{name}'. The levels are: {levels}.",
    "no existe el nivel '{name}'. Los niveles son: {levels}.")
UNKNOWN_VARIABLE = Message(
    "unknown_variable",
    "there is no variable '{name}' in the dictionary. The nearest name is '{nearest}'; correct it or add the "
    "variable.",
    "no existe la variable '{name}' en el diccionario. El nombre más parecido es '{nearest}'; corríjalo o "
    "agregue la "
    "variable.")
VARIABLE_BELOW = Message(
    "variable_below",
    "'{name}' belongs to level '{below}', under '{level}': one row of '{level}' has several values of it. "
    "Summarize "
    "it, for example `any_of({below}, ...)` or `count_of({below}, ...)`.",
    "'{name}' es del nivel '{below}', por debajo de '{level}': una fila de '{level}' tiene varios valores de "
    "ella. "
    "Resúmala, por ejemplo `any_of({below}, ...)` o `count_of({below}, ...)`.")
VARIABLE_ELSEWHERE = Message(
    "variable_elsewhere",
    "'{name}' belongs to level '{below}', which is neither above nor under '{level}'. Use a variable of "
    "'{level}'.",
    "'{name}' es del nivel '{below}', que no está ni encima ni debajo de '{level}'. Use una variable de "
    "'{level}'.")
LEVEL_NOT_BELOW = Message(
    "level_not_below",
    "`{function}` looks into a level under '{level}', and '{name}' is not one. Levels under it: {levels}.",
    "`{function}` mira en un nivel debajo de '{level}', y '{name}' no lo es. Niveles debajo: {levels}.")
CODE_NOT_IN_LIST = Message(
    "code_not_in_list",
    "'{variable}' never takes the code '{code}': list '{list}' has {codes}. Correct the code.",
    "'{variable}' nunca toma el código '{code}': la lista '{list}' tiene {codes}. Corrija el código.")
MULTIPLE_ALONE = Message(
    "multiple_alone",
    "'{name}' admits several answers and cannot be compared. Write `answered({name}, 'code')`.",
    "'{name}' admite varias respuestas y no se puede comparar. Escriba `answered({name}, 'código')`.")
NOT_MULTIPLE = Message(
    "not_multiple",
    "`answered` needs a variable of type multiple, and '{name}' is of type {type}. Compare it with `==`.",
    "`answered` necesita una variable de tipo multiple, y '{name}' es de tipo {type}. Compárela con `==`.")
UNKNOWN_KIND = Message(
    "unknown_missing_kind",
    "there is no kind of missing '{name}'. The kinds are: {kinds}.",
    "no existe el tipo de dato faltante '{name}'. Los tipos son: {kinds}.")
NOT_A_QUANTITY = Message(
    "not_a_quantity",
    "'{name}' holds {kind_en}, and an amount was expected here. Write a condition such as `known({name})`, or name a "
    "variable of type number or integer.",
    "'{name}' contiene {kind_es}, y aquí se esperaba una cantidad. Escriba una condición como `known({name})`, o "
    "nombre una variable de tipo number o integer.")
TEXT_OF_NUMBER = Message(
    "text_compared_with_number",
    "'{variable}' is a number and is compared with the text '{code}'. Write the number without quotes.",
    "'{variable}' es un número y se compara con el texto '{code}'. Escriba el número sin comillas.")


def check_expression(text: object, level: str, dictionary: Dictionary, where: str) -> list[Problem]:
    """Find everything wrong with an expression written for the rows of one level.

    Parameters
    ----------
    text : str
        The expression.
    level : str
        Level whose rows it is evaluated on.
    dictionary : Dictionary
        Names and code lists.
    where : str
        Place named in the problems.

    Returns
    -------
    list of Problem
        Empty when the expression is sound.
    """
    try:
        expression = parse(text, where=where)
    except DictionaryError as refusal:
        return list(refusal.problems)
    faults = dict.fromkeys((message, tuple(details.items())) for message, details in
                           _faults(expression.tree, level, dictionary))
    return [Problem(message, where, dict(details)) for message, details in faults]


def check_quantity(text: object, level: str, dictionary: Dictionary, where: str) -> list[Problem]:
    """Find everything wrong with an expression whose value is summed or modelled, as `check_expression` does.

    Returns
    -------
    list of Problem
        Also when the expression is the name alone of a text, or of a list with codes that are not numbers.
    """
    problems = check_expression(text, level, dictionary, where)
    spec = dictionary.variables.get(str(text).strip())
    if problems or spec is None:
        return problems
    codes = dictionary.codes_of(spec.name) if spec.type == "code" and spec.codes in dictionary.code_lists else ()
    if spec.type == "text" or any(not plain.removeprefix("-").isdecimal() for plain in codes):
        text_only = spec.type == "text"
        return [Problem(NOT_A_QUANTITY, where, {
            "name": spec.name, "kind_en": "text" if text_only else "codes that are not numbers",
            "kind_es": "texto" if text_only else "códigos que no son números"})]
    return []


def known_level(
    merged: Dictionary, section: str, name: str, level: str, where: Callable[[tuple[str, ...]], str]
) -> Iterator[Problem]:
    """Find an entry of a section that is said to belong to a level that does not exist."""
    if level not in merged.levels:
        yield Problem(UNKNOWN_LEVEL, where((section, name, "level")),
                      {"name": level, "levels": ", ".join(merged.levels)})


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the name that looks most like ``name``; ``-`` when there is none at all."""
    found = difflib.get_close_matches(name, list(names), n=1, cutoff=0.0)
    return found[0] if found else "-"


def _faults(node: ast.expr, level: str, dictionary: Dictionary) -> Faults:
    if isinstance(node, ast.Name):
        yield from _name_faults(node.id, level, dictionary)
        spec = dictionary.variables.get(node.id)
        if spec is not None and spec.type == "multiple":
            yield MULTIPLE_ALONE, {"name": node.id}
    elif isinstance(node, ast.Call):
        yield from _call_faults(node, level, dictionary)
    elif isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        for left, right in pairwise(sides):
            yield from _constant_faults(left, right, dictionary)
            yield from _constant_faults(right, left, dictionary)
        for side in sides:
            yield from _faults(side, level, dictionary)
    else:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from _faults(child, level, dictionary)


def _call_faults(node: ast.Call, level: str, dictionary: Dictionary) -> Faults:
    function = cast(ast.Name, node.func).id
    if function in LEVEL_FUNCTIONS:
        below = cast(ast.Name, node.args[0]).id
        if below not in dictionary.levels or below not in dictionary.children(level):
            yield LEVEL_NOT_BELOW, {"function": function, "level": level, "name": below,
                                    "levels": ", ".join(dictionary.children(level)) or "-"}
            return
        for argument in node.args[1:]:
            yield from _faults(argument, below, dictionary)
        return
    if function in ("missing", "known", "why", "answered") and isinstance(node.args[0], ast.Name):
        name = node.args[0].id
        yield from _name_faults(name, level, dictionary)
        spec = dictionary.variables.get(name)
        if function == "answered" and spec is not None:
            yield from _answer_faults(spec, cast(ast.Constant, node.args[1]), dictionary)
        if function == "why":
            kind = str(cast(ast.Constant, node.args[1]).value)
            if kind not in dictionary.missing_kinds:
                yield UNKNOWN_KIND, {"name": kind, "kinds": ", ".join(dictionary.missing_kinds)}
        return
    for argument in node.args:
        yield from _faults(argument, level, dictionary)


def _answer_faults(spec: Variable, constant: ast.Constant, dictionary: Dictionary) -> Faults:
    if spec.type != "multiple":
        yield NOT_MULTIPLE, {"name": spec.name, "type": spec.type}
    else:
        yield from _code_faults(spec, constant.value, dictionary)


def _name_faults(name: str, level: str, dictionary: Dictionary) -> Faults:
    spec = dictionary.variables.get(name)
    if spec is None:
        yield UNKNOWN_VARIABLE, {"name": name, "nearest": nearest(name, dictionary.variables)}
    elif spec.level in dictionary.levels and spec.level not in dictionary.lineage(level):
        message = VARIABLE_BELOW if spec.level in dictionary.children(level) else VARIABLE_ELSEWHERE
        yield message, {"name": name, "below": spec.level, "level": level}


def _constant_faults(variable: ast.expr, other: ast.expr, dictionary: Dictionary) -> Faults:
    spec = dictionary.variables.get(variable.id) if isinstance(variable, ast.Name) else None
    if spec is None:
        return
    constants = other.elts if isinstance(other, ast.List | ast.Tuple) else [other]
    for constant in constants:
        if not isinstance(constant, ast.Constant):
            continue
        if spec.type == "code":
            yield from _code_faults(spec, constant.value, dictionary)
        elif spec.type in ("number", "integer") and isinstance(constant.value, str):
            yield TEXT_OF_NUMBER, {"variable": spec.name, "code": constant.value}


def _code_faults(spec: Variable, constant: object, dictionary: Dictionary) -> Faults:
    if spec.codes is None or spec.codes not in dictionary.code_lists:
        return
    codes = tuple(dictionary.code_lists[spec.codes].codes)
    written = constant if isinstance(constant, str) else float(cast(float, constant))
    if isinstance(constant, bool) or match_code(codes, written) is None:
        shown = written if isinstance(written, str) else plain_number(written)
        some = ", ".join(codes[:12]) + (", ..." if len(codes) > 12 else "")
        yield CODE_NOT_IN_LIST, {"variable": spec.name, "code": shown, "list": spec.codes, "codes": some}
