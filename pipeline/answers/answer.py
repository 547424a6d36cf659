"""One answer of one command: said to people, or written as one JSON object that ``answer.schema.json`` describes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.answers.message_parts import parts_of
from surveys.problems import Language, Problem

VERSION = 1
SCHEMA = Path(__file__).resolve().parent / "answer.schema.json"
_LANGUAGES: tuple[Language, Language] = ("es", "en")


@dataclass
class Answer:
    """What a command found and made, gathered while it works.

    Parameters
    ----------
    command : str
        The target, such as ``estimate``.
    language : {"es", "en"}
        Language of the lines for people; problems speak both.
    said : list of str
        Lines for people.
    files : list of Path
        What was made, for people and programs.
    result : dict
        The same for programs: names, numbers and codes, no sentences.
    problems : list of Problem
        What is wrong with the study, its data or the machine.
    """

    command: str
    language: Language
    said: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Add lines for people."""
        self.said += text.splitlines()

    def made(self, paths: Iterable[Path]) -> None:
        """Add files or folders that were made."""
        self.files += paths

    def text(self) -> str:
        """Say all that a person reads on the terminal."""
        return "\n".join([*self.said, *(shown(path) for path in self.files)])

    def as_json(self, code: int) -> str:
        """Write the answer for another program.

        Parameters
        ----------
        code : int
            Exit code of the command.

        Returns
        -------
        str
            One JSON object on lines of its own; every path in it is absolute.
        """
        content = {
            "version": VERSION,
            "command": self.command,
            "exit_code": code,
            "language": self.language,
            "result": self.result,
            "files": [str(path.resolve()) for path in self.files],
            "said": self.said,
            "problems": [problem_as_data(problem) for problem in self.problems],
        }
        return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)


def problem_as_data(problem: Problem) -> dict[str, Any]:
    """Give one problem as plain data in both languages.

    Parameters
    ----------
    problem : Problem
        What is told.

    Returns
    -------
    dict
        ``code``, ``where``, ``details`` and, by language, ``what``, ``expected``, ``do`` and the whole ``text``.
    """
    parts = {language: parts_of(problem, language) for language in _LANGUAGES}
    return {
        "code": problem.message.code,
        "where": problem.where,
        "details": _plain(problem.details),
        **{name: {key: getattr(parts[key], name) for key in _LANGUAGES} for name in ("what", "expected", "do")},
        "text": {key: problem.text(key).removeprefix(f"{problem.where}\n").strip() for key in _LANGUAGES},
    }


def shown(path: Path) -> str:
    """Write a path as short as it can be from where the user is."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _plain(details: Mapping[str, object]) -> dict[str, object]:
    kept = (bool, int, str)
    return {name: value if isinstance(value, kept) or value is None else str(value) for name, value in details.items()}
