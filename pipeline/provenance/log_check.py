"""Whether a log of runs is whole: no line edited, none taken out, and every result in it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pipeline.manifest import NAME, manifest_hash
from pipeline.run_log import END, LOG
from surveys.problems import Message, Problem

LOG_BROKEN = Message(
    "log_line_altered",
    "line {line} does not follow the line before it: a line was edited, taken out or put in. Take the log from a copy, "
    "and find out who changed it.",
    "la línea {line} no sigue a la anterior: alguna línea se editó, se quitó o se agregó. Recupere la bitácora de una "
    "copia y averigüe quién la cambió.",
)
LOG_CUT = Message(
    "log_cut",
    "the log had {expected} {expected|line|lines} when it was last written, and now has {found} of them. Take it from "
    "a copy, and find out who cut it.",
    "la bitácora tenía {expected} {expected|línea|líneas} cuando se escribió por última vez, y ahora tiene {found} de "
    "ellas. Recupérela de una copia y averigüe quién la cortó.",
)
LOG_ABSENT = Message(
    "log_absent",
    "there are results, but '{file}' is missing or unreadable. Take it from a copy; the next run begins a new one.",
    "hay resultados, pero '{file}' falta o no se puede leer. Recupérelo de una copia; la próxima ejecución empieza uno "
    "nuevo.",
)
NOT_LOGGED = Message(
    "stage_not_logged",
    "the result of this stage is in no line of the log. If its run was killed, the next `make study` writes it down; "
    "otherwise somebody put the result there or took the line out.",
    "el resultado de esta etapa no está en ninguna línea de la bitácora. Si su ejecución se interrumpió, el próximo "
    "`make study` lo anota; si no, alguien puso el resultado ahí o quitó la línea.",
)


def read_log(results: Path) -> list[dict[str, Any]]:
    """Read the lines of a log that can be read; half a line left by a kill is no entry."""
    found = []
    for line in _lines(results):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def log_problems(results: Path, study: str) -> list[Problem]:
    """Tell what is wrong with the log of a study's runs: all of it.

    Parameters
    ----------
    results : Path
        ``build/<study>``.
    study : str
        Name of the study, for the places.

    Returns
    -------
    list of Problem
        Empty for a whole log. Whoever may write the folder can write log and end anew, so that both agree; the hash of
        the last line, kept elsewhere, finds that too.
    """
    lines = _lines(results)
    where = f"{study}/{LOG}"
    stages = sorted(path.parent.name for path in results.glob(f"*/{NAME}") if not path.parent.name.startswith("."))
    stages = [name for name in stages if not name.endswith(".failed")]
    if not lines:
        return [Problem(LOG_ABSENT, where, {"file": LOG})] if stages or (results / END).exists() else []
    problems = [Problem(LOG_BROKEN, f"{where}:{number}", {"line": number}) for number in _broken(lines)]
    problems += _cut(results, lines, where)
    logged = {entry.get("manifest") for entry in read_log(results)}
    problems += [
        Problem(NOT_LOGGED, f"{study}/{name}", {}) for name in stages if manifest_hash(results / name) not in logged
    ]
    return problems


def _lines(results: Path) -> list[bytes]:
    path = results / LOG
    return path.read_bytes().splitlines(keepends=True) if path.is_file() else []


def _broken(lines: list[bytes]) -> list[int]:
    """Numbers of the lines that do not name the line before; half a line is followed by one that names it."""
    found, previous = [], ""
    for number, line in enumerate(lines, start=1):
        try:
            named = json.loads(line).get("previous")
        except (ValueError, AttributeError):
            named = previous  # half a line, left by a kill: the line after must name it, or the end does
        if named != previous:
            found.append(number)
        previous = hashlib.sha256(line).hexdigest()
    return found


def _cut(results: Path, lines: list[bytes], where: str) -> list[Problem]:
    try:
        end = json.loads((results / END).read_text(encoding="utf-8"))
        expected, last = int(end["lines"]), str(end["last"])
    except (OSError, ValueError, KeyError, TypeError):
        return [Problem(LOG_ABSENT, where, {"file": END})]
    if len(lines) < expected:
        return [Problem(LOG_CUT, where, {"expected": expected, "found": len(lines)})]
    if hashlib.sha256(lines[expected - 1]).hexdigest() != last:
        return [Problem(LOG_BROKEN, f"{where}:{expected}", {"line": expected})]
    return []
