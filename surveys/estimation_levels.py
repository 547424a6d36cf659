"""Indicators estimated on fewer rows than those of their own level, such as families that were interviewed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from surveys.dictionary import Dictionary
from surveys.problems import Message, Problem, StudyError

Where = Callable[[tuple[str | int, ...]], str]

LEVEL_UNKNOWN = Message(
    "estimated_at_level",
    "There is no level '{level}'. Levels: {levels}. Correct the name, or add the level to dictionary.yaml.",
    "No existe el nivel '{level}'. Niveles: {levels}. Corrija el nombre, o agregue el nivel a dictionary.yaml.",
)
INDICATOR_UNKNOWN = Message(
    "estimated_at_indicator",
    "There is no indicator '{name}' in the dictionary. Correct the name.",
    "No existe el indicador '{name}' en el diccionario. Corrija el nombre.",
)
NOT_BELOW = Message(
    "estimated_at_not_below",
    "Indicator '{name}' is about level '{own}', which is not above '{level}'. Only a level below an indicator's own "
    "can stand for it. Take it out of the list.",
    "El indicador '{name}' es del nivel '{own}', que no está por encima de '{level}'. Solo un nivel inferior al del "
    "indicador puede representarlo. Quítelo de la lista.",
)


def estimated_at(dictionary: Dictionary, lists: Mapping[str, Sequence[str]], where: Where) -> Dictionary:
    """Move indicators to a level below their own, with its rows and its weights.

    Parameters
    ----------
    dictionary : Dictionary
        Of the study.
    lists : mapping of str to sequence of str
        Level to indicators, from ``estimated_at:`` of ``study.yaml``.
    where : callable
        Place in the study's file, for messages.

    Returns
    -------
    Dictionary
        The same, with those indicators at those levels. Their expressions stay valid: variables of a level are
        usable at every level below it.

    Raises
    ------
    StudyError
        A level or an indicator that does not exist, or a level that is not below an indicator's own.

    Notes
    -----
    Families that were only listed have no interview. Estimated on the rows of the listing, with its weights, an
    answer of the interview would give every interviewed family the weight it has among all listed ones: right
    inside a group of the second phase, wrong across groups, and short in every total.
    """
    problems: list[Problem] = []
    indicators = dict(dictionary.indicators)
    for level, names in lists.items():
        if level not in dictionary.levels:
            details = {"level": level, "levels": ", ".join(dictionary.levels)}
            problems.append(Problem(LEVEL_UNKNOWN, where(("estimated_at", level)), details))
            continue
        for position, name in enumerate(names):
            place = where(("estimated_at", level, position))
            if name not in indicators:
                problems.append(Problem(INDICATOR_UNKNOWN, place, {"name": name}))
                continue
            own = indicators[name].level
            if own not in dictionary.lineage(level):
                problems.append(Problem(NOT_BELOW, place, {"name": name, "own": own, "level": level}))
                continue
            indicators[name] = replace(indicators[name], level=level)
    if problems:
        raise StudyError(problems)
    return replace(dictionary, indicators=indicators)
