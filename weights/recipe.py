"""The weighting recipe of a study, prepared once on its microdata and then run, also with replicate factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from surveys.dictionary import Dictionary
from surveys.microdata import Microdata
from surveys.problems import StudyError
from surveys.study import Study
from weights.calibration_step import MarginRows
from weights.population_totals import PopulationTotals
from weights.recipe_columns import RecipeColumns, with_recipe_variables
from weights.recipe_parameters import Where, margin_shapes, recipe_problems
from weights.recipe_steps import FloatVector, Run, calibrating, run_of, trimming
from weights.weight_set import WeightSet


@dataclass(frozen=True)
class PreparedStep:
    """A step with everything it reads, waiting for weights.

    Parameters
    ----------
    name, level : str
        Step, and level it weights.
    run : callable
        From the weights before, (n,) float, and the sets of all levels so far, to the step that was applied.
    """

    name: str
    level: str
    run: Run


@dataclass(frozen=True)
class Recipe:
    """A recipe on the microdata of a study.

    Parameters
    ----------
    steps : tuple of PreparedStep
        In order.
    rows : mapping of str to int
        Units of each weighted level.
    """

    steps: tuple[PreparedStep, ...]
    rows: Mapping[str, int]

    def weigh(self, start: Mapping[str, FloatVector] | None = None) -> dict[str, WeightSet]:
        """Run every step.

        Parameters
        ----------
        start : mapping of str to (n,) float, optional
            Weights before the first step, by level: ones unless given. With the factors of a replicate the whole
            chain is run again for it.

        Returns
        -------
        dict of str to WeightSet
            By level, for the levels with steps of their own.

        Raises
        ------
        DataError
            A step cannot be done on these data.
        """
        weights: dict[str, WeightSet] = {}
        for step in self.steps:
            before = weights.get(step.level)
            if before is None:
                first = np.ones(self.rows[step.level]) if start is None else start[step.level].astype(np.float64)
                before = WeightSet(first, (), first.copy())
            weights[step.level] = before.then(step.run(before.final, weights))
        return weights


def prepare(
    study: Study,
    dictionary: Dictionary,
    microdata: Microdata,
    totals: Mapping[int, PopulationTotals],
    where: Where,
) -> Recipe:
    """Read off the microdata what every step of a recipe needs.

    Parameters
    ----------
    study, dictionary, microdata : Study, Dictionary, Microdata
        The recipe, the names it uses, and the rows.
    totals : mapping of int to PopulationTotals
        Known totals by position of the step that calibrates to them.
    where : callable
        Place of a step in the study's files, from its position, for messages.

    Returns
    -------
    Recipe

    Raises
    ------
    StudyError
        The recipe does not hold together, or reads what the microdata do not hold.
    """
    problems = recipe_problems(study, dictionary, where)
    if problems:
        raise StudyError(problems)
    microdata = with_recipe_variables(study, dictionary, microdata, where)
    steps: list[PreparedStep] = []
    # Margins of the last calibration of each level, which a later trim must keep.
    kept: dict[str, tuple[list[MarginRows], PopulationTotals, bool]] = {}
    rated: set[str] = set()
    for position, step in enumerate(study.weighting):
        level = step.level or study.design.level
        read = RecipeColumns(microdata, dictionary, level, where(position))
        if step.step == "calibrate":
            shapes = margin_shapes(step, study, dictionary)
            margins = [read.margin(shape) for shape in shapes.values()]
            kept[level] = (margins, totals[position], step.parameters.get("missing") == "leave")
            run = calibrating(step, read, *kept[level])
        elif step.step == "trim":
            run = trimming(step, read, kept.get(level))
        else:
            rates = "result" in step.parameters and level not in rated
            rated |= {level} if rates else set()
            run = run_of(step, read, rates)
            if step.step in ("pool", "two_phase", "nonresponse", "weight_sharing"):
                kept.pop(level, None)
        steps.append(PreparedStep(step.step, level, run))
    return Recipe(tuple(steps), {step.level: microdata.levels[step.level].rows for step in steps})
