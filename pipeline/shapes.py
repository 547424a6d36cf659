"""The shape of a YAML document judged by a JSON Schema, and told in plain words with lines."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from pipeline.yaml_files import Place, YamlDocument, read_yaml
from surveys.dictionary_entries import LABEL_MISSING
from surveys.problems import Message, Problem

UNKNOWN_KEY = Message(
    "unknown_key",
    "'{key}' is not a known entry here. The nearest is '{nearest}'; the entries are: {known}.",
    "'{key}' no es una entrada conocida aquí. La más parecida es '{nearest}'; las entradas son: {known}.")
KEY_REQUIRED = Message(
    "key_required",
    "the entry '{key}' is missing. Add it.",
    "falta la entrada '{key}'. Agréguela.")
WRONG_TYPE = Message(
    "wrong_type",
    "this is {found_en}, and {expected_en} was expected. Correct the value{hint_en}.",
    "esto es {found_es}, y se esperaba {expected_es}. Corrija el valor{hint_es}.")
NOT_AMONG = Message(
    "not_among",
    "'{value}' is not accepted here. Use one of: {accepted}.",
    "'{value}' no se acepta aquí. Use uno de: {accepted}.")
WRONG_NAME = Message(
    "wrong_name",
    "'{value}' is not written as expected. Names have small letters a-z, digits and single underscores, and "
    "begin "
    "with a letter.",
    "'{value}' no está escrito como se espera. Los nombres llevan letras minúsculas a-z, dígitos y guiones "
    "bajos "
    "sencillos, y empiezan con letra.")
WRONG_TEXT = Message(
    "wrong_text",
    "'{value}' does not have the expected form ({pattern}). Correct it.",
    "'{value}' no tiene la forma esperada ({pattern}). Corríjalo.")
WRONG_HASH = Message(
    "wrong_hash_text",
    "'{value}' is not a SHA-256: 64 digits from 0 to f, in quotes, are expected. Type `sha256sum file` to obtain it.",
    "'{value}' no es un SHA-256: se esperan 64 dígitos de 0 a f, entre comillas. Escriba `sha256sum archivo` para "
    "obtenerlo.")
WRONG_SIZE = Message(
    "wrong_size",
    "there are too many or too few values here: {limit} is the limit ({rule}). Correct the list.",
    "aquí hay valores de más o de menos: el límite es {limit} ({rule}). Corrija la lista.")
OUT_OF_RANGE = Message(
    "number_out_of_range",
    "the number {value} is not possible here: it must be {rule_en} {limit}. Correct it.",
    "el número {value} no es posible aquí: debe ser {rule_es} {limit}. Corríjalo.")
WRONG_SHAPE = Message(
    "wrong_shape",
    "this entry does not have the expected form ({rule}). Compare it with another study.",
    "esta entrada no tiene la forma esperada ({rule}). Compárela con otro estudio.")

_LIMITS = {
    "minimum": ("at least", "al menos"), "maximum": ("at most", "como máximo"),
    "exclusiveMinimum": ("more than", "mayor que"), "exclusiveMaximum": ("less than", "menor que"),
}
_TYPES = {
    "object": ("a group of `name: value` entries", "un grupo de entradas `nombre: valor`"),
    "array": ("a list", "una lista"), "string": ("a text", "un texto"),
    "integer": ("a whole number", "un número entero"),
    "number": ("a number", "un número"), "boolean": ("true or false", "true o false"),
    "null": ("nothing", "nada"),
}


def check_shape(document: YamlDocument, schema: Mapping[str, Any] | Path) -> list[Problem]:
    """Find every place where a document does not have the shape of a schema.

    Parameters
    ----------
    document : YamlDocument
        What was read.
    schema : mapping or Path
        A JSON Schema (draft 2020-12), or the JSON or YAML file of one.

    Returns
    -------
    list of Problem
        In the order of the file; empty when the shape is right.
    """
    judge = Draft202012Validator(load_schema(schema) if isinstance(schema, Path) else schema)
    told: dict[tuple[str, str], tuple[int, Problem]] = {}
    for error in judge.iter_errors(document.data):
        for problem, place in _problems(error, document):
            told.setdefault((problem.where, problem.text("en")), (document.line(place), problem))
    return [problem for _, problem in sorted(told.values(), key=lambda item: item[0])]


@cache
def load_schema(path: Path) -> dict[str, Any]:
    """Read a schema of the project from JSON or YAML."""
    if path.suffix == ".json":
        loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return loaded
    return read_yaml(path).data


def _problems(error: ValidationError, document: YamlDocument) -> Iterator[tuple[Problem, Place]]:
    place = tuple(error.absolute_path)
    rule, schema = str(error.validator), error.schema if isinstance(error.schema, Mapping) else {}
    if rule in ("anyOf", "oneOf") and error.context:
        yield from _nearest_alternative(error, document)
    elif "propertyNames" in error.absolute_schema_path:
        at = (*place, str(error.instance))
        yield Problem(WRONG_NAME, document.where(at), {"value": _short(error.instance)}), at
    elif rule == "additionalProperties" and isinstance(error.instance, Mapping):
        known = sorted(schema.get("properties", {}))
        for key in error.instance:
            if key not in known and not schema.get("patternProperties"):
                at = (*place, key)
                nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
                yield Problem(UNKNOWN_KEY, document.where(at), {
                    "key": key, "nearest": nearest[0] if nearest else "-", "known": ", ".join(known)}), at
    elif rule == "required" and isinstance(error.instance, Mapping):
        for key in schema.get("required", ()):
            if key not in error.instance:
                yield _lacking(key, schema, place, document), place
    else:
        yield _value_problem(error, place, document), place


def _lacking(key: str, schema: Mapping[str, Any], place: Place, document: YamlDocument) -> Problem:
    if {"es", "en"} <= set(schema.get("properties", {})) and key in ("es", "en"):
        return _label_problem(key, document.where(place))
    return Problem(KEY_REQUIRED, document.where(place), {"key": key})


def _label_problem(language: str, where: str) -> Problem:
    english, spanish = ("Spanish", "español") if language == "es" else ("English", "inglés")
    return Problem(LABEL_MISSING, where, {"language": language, "english": english, "spanish": spanish})


def _value_problem(error: ValidationError, place: Place, document: YamlDocument) -> Problem:
    rule, where = str(error.validator), document.where(place)
    limit: Any = error.validator_value
    if place and place[-1] in ("es", "en") and (error.instance is None or not str(error.instance).strip()):
        return _label_problem(str(place[-1]), document.where(place[:-1]))
    if rule == "type":
        return _type_problem(error, where)
    if rule in ("enum", "const"):
        accepted = limit if rule == "enum" else [limit]
        return Problem(NOT_AMONG, where, {"value": _short(error.instance),
                                          "accepted": ", ".join(_short(value) for value in accepted)})
    if rule == "pattern":
        if str(limit).startswith("^[a-z][a-z0-9]*(_"):
            return Problem(WRONG_NAME, where, {"value": _short(error.instance)})
        if str(limit).endswith("{64}$"):
            return Problem(WRONG_HASH, where, {"value": _short(error.instance)})
        return Problem(WRONG_TEXT, where, {"value": _short(error.instance), "pattern": limit})
    if rule in _LIMITS:
        return Problem(OUT_OF_RANGE, where, {
            "value": error.instance, "limit": limit, "rule_en": _LIMITS[rule][0], "rule_es": _LIMITS[rule][1]})
    if rule.startswith(("min", "max")):
        return Problem(WRONG_SIZE, where, {"limit": limit, "rule": rule})
    return Problem(WRONG_SHAPE, where, {"rule": rule})


def _type_problem(error: ValidationError, where: str) -> Problem:
    value: Any = error.validator_value
    wanted = value if isinstance(value, list) else [value]
    found, found_es = _TYPES[_type_of(error.instance)]
    expected = [_TYPES[str(name)] for name in wanted]
    quotes = "string" in wanted and isinstance(error.instance, int | float | bool)
    return Problem(WRONG_TYPE, where, {
        "found_en": found, "found_es": found_es,
        "expected_en": " or ".join(name[0] for name in expected),
        "expected_es": " o ".join(name[1] for name in expected),
        "hint_en": ": write it in quotes" if quotes else "",
        "hint_es": ": escríbalo entre comillas" if quotes else ""})


def _nearest_alternative(error: ValidationError, document: YamlDocument) -> Iterator[tuple[Problem, Place]]:
    # the alternative that the writer meant is the one of the right type with the fewest faults
    alternatives: dict[int, list[ValidationError]] = {}
    for fault in error.context:
        alternatives.setdefault(int(fault.relative_schema_path[0]), []).append(fault)
    meant = min(alternatives.values(), key=lambda faults: (
        any(fault.validator == "type" and not fault.relative_path for fault in faults), len(faults)))
    for fault in meant:
        yield from _problems(fault, document)


def _type_of(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
