"""One thing looked at, and how it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.problems import Language, Message, Problem

GOOD, NOTE, BAD = "good", "note", "bad"
GROUPS = ("machine", "project", "tests")

MISSING = Message("doctor_missing", "{what_en} {do_en}", "{what_es} {do_es}")

_HEADS: dict[Language, dict[str, str]] = {
    "es": {"machine": "Este equipo", "project": "Este proyecto", "tests": "Para las pruebas (opcional)"},
    "en": {"machine": "This machine", "project": "This project", "tests": "For the tests (optional)"},
}
_MARKS: dict[Language, dict[str, str]] = {
    "es": {GOOD: "bien", NOTE: "nota", BAD: "FALTA"},
    "en": {GOOD: "ok", NOTE: "note", BAD: "MISSING"},
}


@dataclass(frozen=True)
class Check:
    """One thing looked at.

    Parameters
    ----------
    code : str
        Stable name.
    group : str
        ``machine``, ``project`` or ``tests``.
    state : str
        ``good``, ``note`` (works, with a remark) or ``bad`` (a study cannot run).
    found : str
        What is there, such as a version or an amount.
    what : tuple of (str, str)
        What that means, in Spanish and English.
    do : tuple of (str, str)
        What to do, in Spanish and English; empty where nothing is to be done.
    """

    code: str
    group: str
    state: str
    found: str
    what: tuple[str, str]
    do: tuple[str, str] = ("", "")

    def as_data(self) -> dict[str, object]:
        """Give it as plain data."""
        return {
            "code": self.code, "group": self.group, "state": self.state, "found": self.found,
            "what": {"es": self.what[0], "en": self.what[1]}, "do": {"es": self.do[0], "en": self.do[1]},
        }  # fmt: skip

    def problem(self) -> Problem:
        """Say it as a problem."""
        texts = {"what_es": self.what[0], "what_en": self.what[1], "do_es": self.do[0], "do_en": self.do[1]}
        return Problem(MISSING, self.code, texts)


def told(checks: Sequence[Check], language: Language) -> str:
    """Say all checks, one line each, with what to do below those that are not good."""
    position = 0 if language == "es" else 1
    marks = _MARKS[language]
    width = max(len(mark) for mark in marks.values())
    lines = []
    for group in GROUPS:
        some = [check for check in checks if check.group == group]
        if some:
            lines += ["", _HEADS[language][group]]
        for check in some:
            lines.append(f"  {marks[check.state]:<{width}}  {check.what[position]}")
            if check.state != GOOD and check.do[position]:
                lines.append(f"  {'':<{width}}  -> {check.do[position]}")
    bad = sum(check.state == BAD for check in checks)
    lines.append("")
    if language == "es":
        lines.append("No falta nada." if not bad else "Falta 1 cosa." if bad == 1 else f"Faltan {bad} cosas.")
    else:
        lines.append("Nothing is missing." if not bad else "1 thing is missing." if bad == 1 else
                     f"{bad} things are missing.")  # fmt: skip
    return "\n".join(lines[1:])
