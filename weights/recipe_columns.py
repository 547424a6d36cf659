"""What the steps of a recipe read from the microdata: variables, conditions, classes and cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.columns import Columns
from surveys.derivation import derivable, derive
from surveys.dictionary import Dictionary
from surveys.expressions import parse
from surveys.microdata import Microdata
from surveys.problems import Message, Problem, StudyError
from surveys.study import Study, WeightingStep
from weights.calibration_step import MarginRows
from weights.classes import Classes, crossed, one_class
from weights.population_totals import MarginShape
from weights.recipe_parameters import EXPRESSIONS, listed, margin_shapes, variable_of

FloatVector = NDArray[np.float64]
BoolVector = NDArray[np.bool_]

VARIABLE_ABSENT = Message(
    "recipe_variable_absent",
    "The step '{step}' reads {variables} at level '{level}', which the microdata do not hold there or above. Map it in "
    "mapping.yaml, or correct the name.",
    "El paso '{step}' lee {variables} en el nivel '{level}', que los microdatos no tienen allí ni más arriba. Asígnela "
    "en mapping.yaml, o corrija el nombre.",
)
_NAMES = ("probability", "result", "classes", "propensity", "compare", "links", "family", "groups", "partition",
          "round")  # fmt: skip


class RecipeColumns:
    """Reads the variables of one step.

    Parameters
    ----------
    microdata : Microdata
        With the derived variables of the recipe; see `with_recipe_variables`.
    dictionary : Dictionary
        Types and code lists.
    level : str
        Level that the step weights.
    where : str
        Place of the step, for messages.
    """

    def __init__(self, microdata: Microdata, dictionary: Dictionary, level: str, where: str) -> None:
        self.microdata, self.dictionary, self.level, self.where = microdata, dictionary, level, where
        self.columns = Columns(microdata, level, dictionary)
        self.rows = microdata.levels[level].rows

    def condition(self, text: str) -> BoolVector:
        """Evaluate a condition; missing counts as false: (n,) bool."""
        return parse(text, where=self.where).evaluate(self.columns).is_true()

    def numbers(self, name: str) -> FloatVector:
        """Read a variable as numbers: (n,) float with NaN."""
        return np.array(self.columns.get(variable_of(name, self.dictionary)).numbers(), dtype=np.float64)

    def texts(self, name: str) -> NDArray[Any]:
        """Read a variable as texts: (n,) object with None."""
        return np.array(self.columns.get(variable_of(name, self.dictionary)).texts(), dtype=object)

    def values(self, name: str) -> NDArray[Any]:
        """Read a number as numbers and anything else as texts."""
        kind = self.dictionary.variables[variable_of(name, self.dictionary)].type
        return self.numbers(name) if kind in ("number", "integer") else self.texts(name)

    def classes(self, names: Any) -> Classes:
        """Cross variables to classes; one class when none is named."""
        wanted = listed(names)
        return crossed({name: self.texts(name) for name in wanted}) if wanted else one_class(self.rows)

    def margin(self, shape: MarginShape) -> MarginRows:
        """Find the cell of every row that a margin counts."""
        columns = Columns(self.microdata, shape.level, self.dictionary)
        rows = self.microdata.levels[shape.level].rows
        code, missing = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=bool)
        for name, codes in zip(shape.variables, shape.codes, strict=True):
            place = np.asarray(columns.get(name).spread(rows).data, dtype=np.int64)
            missing |= place < 0
            code = code * len(codes) + np.maximum(place, 0)
        amount = None
        if shape.amount:
            amount = np.array(parse(shape.amount, where=self.where).evaluate(columns).numbers(), dtype=np.float64)
            missing |= np.isnan(amount)
            amount = np.nan_to_num(amount)
        outside = np.zeros(rows, dtype=bool)
        if shape.universe:
            outside = ~parse(shape.universe, where=self.where).evaluate(columns).is_true()
        known, cell = np.unique(code[~missing & ~outside], return_inverse=True)
        placed = np.full(rows, -1, dtype=np.int64)
        placed[~missing & ~outside] = cell
        placed[outside] = -2
        sizes = [len(codes) for codes in shape.codes]
        cells = tuple(_unfolded(int(key), sizes, shape.codes) for key in known)
        unit = None if shape.level == self.level else self.microdata.rows_of(self.level, shape.level)
        return MarginRows(shape, cells, placed, unit, amount)


def _unfolded(key: int, sizes: Sequence[int], codes: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    found: list[str] = []
    for size, known in zip(reversed(sizes), reversed(codes), strict=True):
        key, place = divmod(key, size)
        found.append(known[place])
    return tuple(reversed(found))


def recipe_variables(study: Study, dictionary: Dictionary) -> tuple[str, ...]:
    """Name every variable that the recipe reads, each once."""
    found = (name for position, step in enumerate(study.weighting)
             for _, name in step_variables(step, study, dictionary, f"weighting.{position}"))  # fmt: skip
    return tuple(dict.fromkeys(found))


def with_recipe_variables(
    study: Study, dictionary: Dictionary, microdata: Microdata, where: Callable[[int], str]
) -> Microdata:
    """Add the derived variables that a recipe reads, and refuse those that the microdata cannot give.

    Raises
    ------
    StudyError
        Variables that are absent, step by step.
    """
    read = {position: list(step_variables(step, study, dictionary, where(position)))
            for position, step in enumerate(study.weighting)}  # fmt: skip
    wanted = {name for pairs in read.values() for _, name in pairs}
    microdata = derive(microdata, dictionary, [name for name in derivable(microdata, dictionary) if name in wanted])
    problems = []
    for position, step in enumerate(study.weighting):
        for level in dict.fromkeys(level for level, _ in read[position]):
            columns = Columns(microdata, level, dictionary) if level in microdata.levels else None
            absent = [name for at, name in read[position] if at == level and (columns is None or name not in columns)]
            if absent:
                details = {"step": step.step, "level": level, "variables": ", ".join(dict.fromkeys(absent))}
                problems.append(Problem(VARIABLE_ABSENT, where(position), details))
    if problems:
        raise StudyError(problems)
    return microdata


def step_variables(step: WeightingStep, study: Study, dictionary: Dictionary, where: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs (level, variable) that a step reads."""
    level = step.level or study.design.level
    if step.variable is not None:
        yield level, step.variable
    for key in _NAMES:
        for name in listed(step.parameters.get(key)):
            yield level, variable_of(name, dictionary)
    for key in EXPRESSIONS:
        if key in step.parameters:
            for name in parse(step.parameters[key], where=where).names:
                yield level, name
    if step.step == "calibrate":
        for shape in margin_shapes(step, study, dictionary).values():
            for name in shape.variables:
                yield shape.level, name
            for text in (shape.universe, shape.amount):
                if text:
                    for name in parse(text, where=where).names:
                        yield shape.level, name
