"""What a study tabulates, level by level, by which methods, and which derived variables that needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from estimates.design_effects import Reference
from estimates.measures import variables_read
from surveys.derivation import derivable, derive
from surveys.dictionary import Dictionary
from surveys.expressions import parse
from surveys.microdata import Microdata
from surveys.problems import Message, Problem
from surveys.study import ProportionInterval, Study, Tabulation

LevelPlan = list[tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]]

VARIABLE_ABSENT = Message(
    "tabulated_variable_absent",
    "'{name}' of the tabulation plan reads the variable '{variable}', which the microdata of this study do "
    "not hold and which "
    "cannot be derived from what they hold. Map it in mapping.yaml, or take '{name}' out of `tabulation:`.",
    "'{name}', del plan de tabulación, lee la variable '{variable}', que los microdatos de este estudio no "
    "tienen y que no puede "
    "derivarse de lo que tienen. Asígnela en mapping.yaml, o quite '{name}' de `tabulation:`.",
)


class Methods(TypedDict):
    """Methods that every row of a study is estimated with, by the names the methods annex knows."""

    variance: str
    interval_proportion: ProportionInterval
    interval_other: str
    deff: Reference
    confidence: float


def methods_of(study: Study) -> Methods:
    """Return the methods of a study: two it may choose under ``publication:``, and those that are the same for all."""
    return {
        "variance": "taylor_psu_totals",
        "interval_proportion": study.publication.interval,
        "interval_other": "log_totals_t",
        "deff": study.publication.deff,
        "confidence": 0.95,
    }


def plan_by_level(
    tabulation: Sequence[Tabulation],
    dictionary: Dictionary,
) -> dict[str, LevelPlan]:
    """Split the plan by the level of its indicators; an indicator is estimated once in each breakdown."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    plans: dict[str, LevelPlan] = {}
    for item in tabulation:
        for indicator in item.indicators:
            new = tuple(by for by in dict.fromkeys(item.by) if (indicator, by) not in seen)
            seen.update((indicator, by) for by in new)
            if new:
                plan = plans.setdefault(dictionary.indicators[indicator].level, [])
                if plan and plan[-1][1] == new:
                    plan[-1] = ((*plan[-1][0], indicator), new)
                else:
                    plan.append(((indicator,), new))
    return plans


def whole_plan(study: Study) -> tuple[Tabulation, ...]:
    """Return what a study tabulates, and what its comparisons, changes and trends need: rows of their own."""
    compared = tuple(
        Tabulation((item.indicator.partition(".")[0],), ((*item.by, item.between), item.by))
        for item in study.analyses.comparisons
    )
    changed = tuple(
        Tabulation(tuple(dict.fromkeys(name.partition(".")[0] for name in item.indicators)), item.by)
        for item in study.rounds.change
    )
    followed = tuple(Tabulation((item.indicator,), ((), (item.by,))) for item in study.rounds.trend)
    return (*study.tabulation, *compared, *changed, *followed)


def analyses_read(study: Study, dictionary: Dictionary) -> list[tuple[str, tuple[str, ...]]]:
    """Return the variables that each model and test of independence of a study reads."""
    read = []
    for model in study.analyses.models:
        texts = [model.outcome, *model.terms, *([model.universe] if model.universe else [])]
        read.append((model.name, tuple(dict.fromkeys(name for text in texts for name in parse(text).names))))
    for test in study.analyses.independence:
        names = [dictionary.breakdowns[name].variable for name in (test.rows, test.columns)]
        names += parse(test.universe).names if test.universe else ()
        read.append((f"{test.rows} x {test.columns}", tuple(dict.fromkeys(names))))
    return read


def with_needed(study: Study, dictionary: Dictionary, microdata: Microdata) -> Microdata:
    """Add the derived variables that the tabulation plan reads, and no others.

    Parameters
    ----------
    study, dictionary : Study, Dictionary
        The plan, and what its indicators and breakdowns read.
    microdata : Microdata
        With the variables that were asked.

    Returns
    -------
    Microdata
        With derived variables added to their levels.
    """
    names: dict[str, None] = {}
    for item in whole_plan(study):
        for name in item.indicators:
            names |= dict.fromkeys(variables_read(dictionary.indicators[name], dictionary))
        for by in item.by:
            names |= dict.fromkeys(dictionary.breakdowns[name].variable for name in by)
    names |= dict.fromkeys(name for _, reads in analyses_read(study, dictionary) for name in reads)
    derived = [name for name in names if dictionary.variables[name].derive is not None]
    return derive(microdata, dictionary, derived)


def absent_variables(study: Study, dictionary: Dictionary, microdata: Microdata, where: str) -> list[Problem]:
    """Find what the tabulation plan reads and the microdata cannot give.

    Parameters
    ----------
    study, dictionary : Study, Dictionary
        The plan, and what its indicators and breakdowns read.
    microdata : Microdata
        With the variables that were asked.
    where : str
        Place of the plan, for messages.

    Returns
    -------
    list of Problem
        One for each indicator or breakdown and variable.
    """
    held = set(derivable(microdata, dictionary))
    for level in microdata.levels.values():
        columns = [str(column) for column in level.frame.columns]
        held.update(columns, (column.rpartition("__")[0] for column in columns if "__" in column))
    read: dict[str, tuple[str, ...]] = {}
    for item in whole_plan(study):
        for name in item.indicators:
            read[name] = variables_read(dictionary.indicators[name], dictionary)
        for name in dict.fromkeys(name for by in item.by for name in by):
            read[name] = (*read.get(name, ()), dictionary.breakdowns[name].variable)
    for name, variables in analyses_read(study, dictionary):
        read[name] = (*read.get(name, ()), *variables)
    return [
        Problem(VARIABLE_ABSENT, where, {"name": name, "variable": variable})
        for name, variables in read.items()
        for variable in variables
        if variable not in held
    ]
