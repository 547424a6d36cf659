"""The parts of a problem's text: what is wrong, what was expected and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from surveys.problems import Language, Problem, filled

_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-ZÁÉÍÓÚÑ¿`'\"{])")
_CLAUSES = re.compile(r"(?<=;)\s+|,\s+(?=but |pero )")
_EXPECTATION = {
    "en": re.compile(
        r"\b(expected|expects|must|needs?|needed|has to|have to|at least|at most|may only|allowed|accepted)\b"
    ),
    "es": re.compile(
        r"\b(espera(n|ban?|d[ao]s?)?|deben?|necesitan?|necesari[ao]s?|exigen?|hay que|hacen? falta|tienen? que|"
        r"al menos|a lo sumo|como máximo|permiten?|aceptan?)\b"
    ),
}
_PLACE = re.compile(r"\{[a-z_]+\}")


@dataclass(frozen=True)
class Parts:
    """One problem's text in one language, taken apart.

    Parameters
    ----------
    what : str
        What is wrong.
    expected : str
        What was expected; empty where the text leaves it to be understood.
    do : str
        What to do about it.
    """

    what: str
    expected: str
    do: str


def parts_of(problem: Problem, language: Language) -> Parts:
    """Take the text of a problem apart.

    The texts of the house say first what is wrong, then what was expected and last, in a sentence or line of its own,
    what to do. They are taken apart before values are filled in, so a value never looks like the end of a sentence.

    Parameters
    ----------
    problem : Problem
        What is told.
    language : {"es", "en"}
        In which language.

    Returns
    -------
    Parts
    """
    template = problem.message.es if language == "es" else problem.message.en
    if _PLACE.fullmatch(template):
        return _parts(filled(template, problem.details), language)
    split = _parts(template, language)
    return Parts(*(_plain(filled(text, problem.details)) for text in (split.what, split.expected, split.do)))


def _parts(text: str, language: Language) -> Parts:
    head, _, rest = text.partition("\n")
    sentences = _SENTENCES.split(head.strip())
    if rest:
        do = rest.strip()
    elif len(sentences) > 1:
        do = sentences.pop()
    else:
        before, mark, do = head.rpartition("; ")
        sentences, do = ([before], do) if mark else (sentences, head)
    clauses = [clause for sentence in sentences for clause in _CLAUSES.split(sentence)]
    expected = [clause for clause in clauses if _EXPECTATION[language].search(_PLACE.sub("", clause))]
    what = [clause for clause in clauses if clause not in expected]
    return Parts(" ".join(what or clauses), " ".join(expected), do)


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(" ;,")
