"""Problems told to people: where, what, what was expected and what to do, in Spanish or English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Any, Literal

Language = Literal["es", "en"]


@dataclass(frozen=True)
class Message:
    """A text with named places, in both languages.

    Parameters
    ----------
    code : str
        Short stable name of the problem, such as ``psu_missing``.
    en, es : str
        What is wrong, what was expected and what to do. Places are written ``{name}``, and words that follow
        a number ``{count|row repeats|rows repeat}``.
    """

    code: str
    en: str
    es: str


def filled(template: str, details: Mapping[str, object]) -> str:
    """Put values into the places of a text, with the words that agree with a number of one or of several.

    Parameters
    ----------
    template : str
        Text with places ``{name}`` and ``{name|words for one|words for several}``.
    details : mapping of str to object
        Values by name; numbers may be written with thousands separators.

    Returns
    -------
    str
    """
    return _Words().vformat(template, (), details)


class _Words(Formatter):
    """The places of ``str.format``, and a choice of words by a number."""

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        """Return the value of a place, or the words that agree with it."""
        name, *words = field_name.split("|")
        if len(words) == 2:
            return words[0 if str(kwargs[name]) == "1" else 1], name
        found: tuple[Any, str] = super().get_field(field_name, args, kwargs)
        return found


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong at one place.

    Parameters
    ----------
    message : Message
        What to say.
    where : str
        File, line and path inside the file, such as ``study.yaml:41  design.psu``.
    details : mapping of str to object
        Values for the places of the message. Never a value of the microdata.
    """

    message: Message
    where: str
    details: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: Language = "en") -> str:
        """Say the problem in one language, place first."""
        template = self.message.es if language == "es" else self.message.en
        return f"{self.where}\n  {filled(template, self.details)}"


class ProblemsFound(Exception):
    """Every problem found in one pass over one thing.

    Parameters
    ----------
    problems : iterable of Problem
        At least one.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.text("en"))

    def text(self, language: Language = "en") -> str:
        """Say all problems, one after another."""
        return "\n".join(problem.text(language) for problem in self.problems)


class DictionaryError(ProblemsFound):
    """The data dictionary, or a study's addition to it, does not hold together."""


class StudyError(ProblemsFound):
    """A study folder does not hold together."""


class DesignError(ProblemsFound):
    """The sample design declared for a study does not fit its microdata."""


class DataError(ProblemsFound):
    """The source data are not what the study declares."""
