"""The working group: who does what, who validates what, and what was decided when."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from surveys.dictionary import Dictionary
from surveys.problems import Message, Problem
from surveys.study import Study

Where = Callable[[tuple[str | int, ...]], str]

TWICE = Message(
    "group_twice",
    "'{name}' stands {count} times as '{role}' in the working group.\n  Keep one entry, with everything it validates.",
    "'{name}' está {count} veces como '{role}' en el grupo de trabajo.\n  Deje una entrada, con todo lo que valida.",
)
NOBODY_LEADS = Message(
    "group_without_lead",
    "no institution of the working group leads.\n  Give one of them `role: leads`.",
    "ninguna institución del grupo de trabajo dirige.\n  Ponga `role: leads` a una de ellas.",
)
UNKNOWN_INDICATOR = Message(
    "group_validates",
    "'{name}' is to be validated, but there is no such indicator.{nearest}\n  Correct the name.",
    "se debe validar '{name}', pero no existe ese indicador.{nearest}\n  Corrija el nombre.",
)
STRANGER = Message(
    "decision_by",
    "a decision was taken by '{name}', which is not in the working group.{nearest}\n"
    "  Add it there, or correct the name.",
    "una decisión es de '{name}', que no está en el grupo de trabajo.{nearest}\n  Agréguela allí, o corrija el nombre.",
)
NO_DATE = Message(
    "decision_date",
    "'{date}' is not a date.\n  Write the year, year-month or year-month-day: 2018-03-20.",
    "'{date}' no es una fecha.\n  Escriba el año, año-mes o año-mes-día: 2018-03-20.",
)

LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def group_problems(study: Study, dictionary: Dictionary, where: Where) -> list[Problem]:
    """Tell every fault of the working group and its decisions.

    Parameters
    ----------
    study : Study
        The study.
    dictionary : Dictionary
        Indicators that may be validated.
    where : callable
        Path inside ``study.yaml`` to the place shown.

    Returns
    -------
    list of Problem
        Empty when the group holds together, or the study names none.
    """
    found = list(_member_problems(study, dictionary, where))
    names = {member.institution for member in study.working_group}
    for number, decision in enumerate(study.settings.get("decisions") or ()):
        if not _is_date(str(decision["date"])):
            found.append(Problem(NO_DATE, where(("decisions", number, "date")), {"date": decision["date"]}))
        for place, name in enumerate(decision.get("by") or ()):
            if name not in names:
                found.append(
                    Problem(
                        STRANGER,
                        where(("decisions", number, "by", place)),
                        {"name": name, "nearest": _nearest(name, names)},
                    )
                )
    return found


def decisions_of(study: Study) -> list[dict[str, Any]]:
    """Return the decisions as plain values, oldest first."""
    said = [
        {"date": str(one["date"]), "by": list(one.get("by") or ()), "decision": dict(one["decision"])}
        for one in study.settings.get("decisions") or ()
    ]
    return sorted(said, key=lambda one: one["date"])


def _member_problems(study: Study, dictionary: Dictionary, where: Where) -> Iterator[Problem]:
    group = study.working_group
    if group and not any(member.role == "leads" for member in group):
        yield Problem(NOBODY_LEADS, where(("working_group",)))
    for (name, role), count in Counter((member.institution, member.role) for member in group).items():
        if count > 1:
            yield Problem(TWICE, where(("working_group",)), {"name": name, "role": role, "count": count})
    for number, member in enumerate(group):
        for place, name in enumerate(member.validates):
            if name.partition(".")[0] not in dictionary.indicators:
                yield Problem(
                    UNKNOWN_INDICATOR,
                    where(("working_group", number, "validates", place)),
                    {"name": name, "nearest": _nearest(name, set(dictionary.indicators))},
                )


def _nearest(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f" '{close[0]}'?" if close else ""


def _is_date(text: str) -> bool:
    parts = [int(part) for part in text.split("-")]
    month = parts[1] if len(parts) > 1 else 1
    if not 1 <= month <= 12:
        return False
    return len(parts) < 3 or 1 <= parts[2] <= LONGEST_MONTHS[month - 1]
