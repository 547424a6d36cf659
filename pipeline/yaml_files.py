"""YAML read strictly: no tags, aliases or repeated keys, text stays text, and every value knows its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from surveys.problems import Message, Problem, ProblemsFound, StudyError

Place: TypeAlias = tuple[str | int, ...]

DEEPEST = 30
LARGEST = 5_000_000
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}

# what the parser says, in Spanish
_ANY_REASON = "el texto tiene una estructura inesperada"
_REASONS = {
    "did not find expected ',' or ']'": "falta ',' o ']'",
    "did not find expected ',' or '}'": "falta ',' o '}'",
    "did not find expected key": "falta un nombre, o sobra o falta sangría",
    "did not find expected '-' indicator": "falta el guion de un elemento de lista",
    "mapping values are not allowed in this context": "aquí no puede ir `nombre: valor`",
    "could not find expected ':'": "faltan los dos puntos después de un nombre",
    "found unexpected end of stream": "el archivo termina antes de cerrar comillas o corchetes",
    "found character that cannot start any token": "hay un tabulador o un signo que no puede empezar un valor",
    "control characters are not allowed": "hay caracteres de control",
}
# where the parser's own words help nobody
_IN_ENGLISH = {
    "found character that cannot start any token": "there is a tab, or a sign that cannot start a value",
    "did not find expected key": "a name is missing, or there is too much or too little indentation",
    "found unexpected end of stream": "the file ends before quotes or brackets are closed",
}

NOT_FOUND = Message(
    "yaml_not_found",
    "the file does not exist. Check the name, or create it.",
    "el archivo no existe. Revise el nombre o créelo.")
TOO_LARGE = Message(
    "yaml_too_large",
    "the file has {size:,} bytes; at most {largest:,} are read. Data belong in a source file, not in YAML.",
    "el archivo tiene {size:,} bytes; se leen {largest:,} como máximo. Los datos van en un archivo fuente, "
    "no en YAML.")
NOT_UTF8 = Message(
    "yaml_not_utf8",
    "the file is not UTF-8 text. Save it again with encoding UTF-8.",
    "el archivo no es texto UTF-8. Guárdelo de nuevo con codificación UTF-8.")
NOT_YAML = Message(
    "yaml_syntax",
    "this is not YAML: {reason_en}. Check indentation, quotes and colons on this line and the one above.",
    "esto no es YAML: {reason_es}. Revise sangría, comillas y dos puntos en esta línea y la anterior.")
NOT_A_MAPPING = Message(
    "yaml_not_a_mapping",
    "the file must hold `name: value` entries at its outermost level.",
    "el archivo debe tener entradas `nombre: valor` en su nivel exterior.")
REPEATED_KEY = Message(
    "yaml_repeated_key",
    "'{key}' is already given on line {first}; a name is given once. Remove or rename one of the two.",
    "'{key}' ya aparece en la línea {first}; un nombre se da una sola vez. Quite o renombre uno de los dos.")
ALIAS = Message(
    "yaml_alias",
    "anchors and aliases (& and *) are not accepted. Write the value out here.",
    "no se aceptan anclas ni alias (& y *). Escriba aquí el valor completo.")
TAG = Message(
    "yaml_tag",
    "the tag '{tag}' is not accepted. Write a plain value, in quotes if it is text.",
    "no se acepta la etiqueta '{tag}'. Escriba un valor simple, entre comillas si es texto.")
TOO_DEEP = Message(
    "yaml_too_deep",
    "values are nested more than {deepest} levels deep. Check the brackets and the indentation.",
    "hay valores anidados a más de {deepest} niveles. Revise los corchetes y la sangría.")
KEY_NOT_TEXT = Message(
    "yaml_key_not_text",
    "a name must be a simple text, not a list or a mapping. Check the brackets on this line.",
    "un nombre debe ser un texto simple, no una lista ni un mapa. Revise los corchetes de esta línea.")


@dataclass(frozen=True)
class YamlDocument:
    """Plain data and the line of each part.

    Parameters
    ----------
    data : dict
        Plain dict, list, str, int, float, bool and None; names are always text.
    shown : str
        Name of the file in messages.
    lines : mapping of place to int
        Line of every key and item, counted from 1.
    """

    data: dict[str, Any]
    shown: str
    lines: Mapping[Place, int]

    def line(self, path: Place) -> int:
        """Return the line of a place, or of the nearest place around it that the file has."""
        for size in range(len(path), -1, -1):
            if path[:size] in self.lines:
                return self.lines[path[:size]]
        return 1

    def where(self, path: Place = ()) -> str:
        """Say a place as ``file:line  a.b.c``."""
        return shown_place(self.shown, self.line(path), path)


def read_yaml(
    path: Path, *, shown: str | None = None, error: type[ProblemsFound] = StudyError,
) -> YamlDocument:
    """Read a YAML file strictly.

    Parameters
    ----------
    path : Path
        File to read.
    shown : str, optional
        Name of the file in messages; its own name by default.
    error : type of ProblemsFound
        What to raise.

    Returns
    -------
    YamlDocument
        Unquoted values follow the core rules of YAML 1.2: ``NO``, ``22:30``, ``010`` and dates stay text.

    Raises
    ------
    ProblemsFound
        Of the type ``error``: unreadable, not YAML, repeated keys, aliases, tags, nested too deeply.
    """
    name = shown if shown is not None else path.name
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError:
        raise error([Problem(NOT_FOUND, name)]) from None
    if len(content) > LARGEST:
        raise error([Problem(TOO_LARGE, name, {"size": path.stat().st_size, "largest": LARGEST})])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise error([Problem(NOT_UTF8, name)]) from None
    return parse_yaml(text, shown=name, error=error)


def parse_yaml(text: str, *, shown: str, error: type[ProblemsFound] = StudyError) -> YamlDocument:
    """Read YAML text as `read_yaml` does a file."""
    _refuse_aliases_tags_and_depth(text, shown, error)
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as problem:
        raise error([_syntax_problem(problem, shown)]) from None
    if root is None:
        return YamlDocument({}, shown, {(): 1})
    if not isinstance(root, yaml.MappingNode):
        raise error([Problem(NOT_A_MAPPING, shown_place(shown, root.start_mark.line + 1, ()))])
    reading = _Reading(shown)
    data = reading.value(root, ())
    if reading.problems:
        raise error(reading.problems)
    return YamlDocument(data, shown, reading.lines)


def shown_place(shown: str, line: int, path: Place) -> str:
    """Say a place as ``file:line  a.b.c``."""
    dotted = ".".join(str(part) for part in path)
    return f"{shown}:{line}  {dotted}" if dotted else f"{shown}:{line}"


def _refuse_aliases_tags_and_depth(text: str, shown: str, error: type[ProblemsFound]) -> None:
    # on events, before a tree is built: aliases could multiply it and depth could exhaust the stack
    problems: list[Problem] = []
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            line = event.start_mark.line + 1 if event.start_mark is not None else 1
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    raise error([*problems, Problem(TOO_DEEP, f"{shown}:{line}", {"deepest": DEEPEST})])
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                problems.append(Problem(ALIAS, f"{shown}:{line}"))
            if tag := getattr(event, "tag", None):
                short = str(tag).replace("tag:yaml.org,2002:", "!!")
                problems.append(Problem(TAG, f"{shown}:{line}", {"tag": short}))
    except yaml.YAMLError as problem:
        raise error([*problems, _syntax_problem(problem, shown)]) from None
    if problems:
        raise error(problems)


def _syntax_problem(problem: yaml.YAMLError, shown: str) -> Problem:
    mark = getattr(problem, "problem_mark", None)
    reason = getattr(problem, "problem", None) or getattr(problem, "reason", None) or "unreadable character"
    place = f"{shown}:{mark.line + 1}" if mark is not None else shown
    return Problem(NOT_YAML, place, {
        "reason_en": _IN_ENGLISH.get(str(reason), str(reason)), "reason_es": _REASONS.get(str(reason), _ANY_REASON)})


class _Reading:
    """Builds plain data from nodes and remembers lines and problems."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.lines: dict[Place, int] = {(): 1}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, place: Place) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(place, line)
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.style else _plain(node.value)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, position)) for position, item in enumerate(node.value)]
        return self.mapping(node, place)

    def mapping(self, node: yaml.Node, place: Place) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem(KEY_NOT_TEXT, shown_place(self.shown, line, place)))
                continue
            key = key_node.value
            if key in data:
                self.problems.append(Problem(
                    REPEATED_KEY, shown_place(self.shown, line, (*place, key)),
                    {"key": key, "first": self.lines[(*place, key)]}))
                continue
            self.lines[(*place, key)] = line
            data[key] = self.value(value_node, (*place, key))
        return data


def _plain(text: str) -> str | int | float | bool | None:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
