"""What a recipe reads that the mapping of the study does not give: found when the study is loaded, before any data."""

from __future__ import annotations

from collections.abc import Container, Iterator

from surveys.dictionary import Dictionary
from surveys.mapping import Mapping
from surveys.problems import Problem
from surveys.study import Study
from weights.recipe_columns import VARIABLE_ABSENT, step_variables
from weights.recipe_parameters import Where, recipe_problems


def recipe_faults(study: Study, mapping: Mapping, dictionary: Dictionary, where: Where) -> list[Problem]:
    """Find everything wrong with a recipe that can be known without data.

    Parameters
    ----------
    study, mapping, dictionary : Study, Mapping, Dictionary
        Whose other references were checked already.
    where : callable
        Place of a step in the study's files, from its position.

    Returns
    -------
    list of Problem
        Steps and entries that do not exist, are missing or exclude one another, margins that cannot be, conditions
        that do not read, and variables that are neither mapped nor derived; in the order of the steps.
    """
    found = recipe_problems(study, dictionary, where)
    found += _unmapped(study, mapping, dictionary, where, {problem.where for problem in found})
    place = {where(position): position for position in range(len(study.weighting))}
    return sorted(found, key=lambda problem: place.get(problem.where, -1))


def _unmapped(
    study: Study, mapping: Mapping, dictionary: Dictionary, where: Where, faulty: Container[str]
) -> Iterator[Problem]:
    for position, step in enumerate(study.weighting):
        if (step.level or study.design.level) not in dictionary.levels or where(position) in faulty:
            continue
        absent: dict[str, dict[str, None]] = {}
        for level, name in step_variables(step, study, dictionary, where(position)):
            # A weight that is not in the dictionary was said of the study itself.
            said = name == step.variable and name not in dictionary.variables
            if not said and not _given(name, level, mapping, dictionary):
                absent.setdefault(level, {})[name] = None
        for level, names in absent.items():
            details = {"step": step.step, "level": level, "variables": ", ".join(names)}
            yield Problem(VARIABLE_ABSENT, where(position), details)


def _given(name: str, level: str, mapping: Mapping, dictionary: Dictionary) -> bool:
    """Tell whether a variable is mapped at a level or above, or derived there; what it is derived from comes later."""
    variable = dictionary.variables.get(name)
    if variable is None:
        return False
    above = dictionary.lineage(level)
    if variable.derive is not None and variable.level in above:
        return True
    return any(name in mapping.levels[one].variables for one in above if one in mapping.levels)
