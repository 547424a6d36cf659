"""Findings: what the checks saw in the microdata, counted, without a single value of a person."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from surveys.problems import Language, Message, Problem, filled

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
COLUMNS = ("rule", "level", "key", "variable", "value", "severity", "count", "message")


@dataclass(frozen=True)
class Finding:
    """One thing seen in the data, counted.

    Parameters
    ----------
    rule : str
        Short stable name of the check, or of the rule of the dictionary.
    level : str
        Level of the microdata (``household``, ``person`` ...), or ``""`` for a source file.
    severity : {"error", "warning", "note"}
        An error stops the run once all findings are written.
    count : int
        Rows concerned.
    message : Message
        Text in both languages.
    variable : str
        Dictionary variable or source column, or ``""``.
    value : str
        A code of a code list (never another value of a row), or ``""``.
    key : str
        Keyed hash of a row's key, only for faults of keys, or ``""``.
    details : mapping of str to object
        Values for the places of the message.
    place : tuple of str
        File and path that decide the matter, such as ``("mapping", "levels", "person", "variables", "sex")``.
    """

    rule: str
    level: str
    severity: Severity
    count: int
    message: Message
    variable: str = ""
    value: str = ""
    key: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    place: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity {self.severity!r} is not one of {SEVERITIES}")
        if self.count < 0:
            raise ValueError("a finding cannot count a negative number of rows")

    def text(self, language: Language = "en") -> str:
        """Say the finding in one language."""
        template = self.message.es if language == "es" else self.message.en
        return filled(template, self._places())

    def row(self, language: Language = "en") -> tuple[object, ...]:
        """Return the line of ``findings.csv``, in the order of ``COLUMNS``."""
        return (self.rule, self.level, self.key, self.variable, self.value, self.severity, self.count,
                self.text(language))

    def problem(self, where: str) -> Problem:
        """Turn the finding into a problem of an error, at a place of the configuration."""
        return Problem(self.message, where, self._places())

    def _places(self) -> dict[str, object]:
        places: dict[str, object] = {"level": self.level, "variable": self.variable, "value": self.value,
                                     "count": f"{self.count:,}", "key": self.key}
        places.update({name: f"{item:,}" if isinstance(item, int) else item
                       for name, item in self.details.items()})
        return places


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings: errors first, then by level, rule, variable, value and key."""
    return tuple(sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), f.level, f.rule,
                                                 f.variable, f.value, f.key)))


def hashed_key(parts: Sequence[str], *, secret: bytes) -> str:
    """Name a row without its identifier.

    Parameters
    ----------
    parts : sequence of str
        The values of the key columns.
    secret : bytes
        Up to 64 bytes known only to who holds the source files; without it, every possible household
        number could be hashed and compared.

    Returns
    -------
    str
        Eight hexadecimal digits, the same for the same key and secret.
    """
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=4, key=secret[:64]).hexdigest()
