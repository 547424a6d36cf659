"""What each weighting step understands, and what is wrong with a recipe before any data are read."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from surveys.dictionary import Dictionary
from surveys.expression_checks import check_expression
from surveys.problems import Message, Problem
from surveys.study import Study, WeightingStep
from weights.population_totals import MarginShape

Where = Callable[[int], str]
# entries that are conditions on the rows of the step's level
EXPRESSIONS = ("unknown", "eligible", "responded", "selected")

NO_WEIGHTS = Message(
    "no_weights",
    "The study has no `weighting:` steps; at least one is expected. If every row stands for itself, "
    "map a weight variable with the constant 1 and name it in a step `given`.",
    "El estudio no tiene pasos en `weighting:`; se espera al menos uno. Si cada fila se representa a sí "
    "misma, asigne una variable de factor con la constante 1 y nómbrela en un paso `given`.",
)
STEP_UNKNOWN = Message(
    "step_unknown",
    "There is no weighting step '{step}'; known steps: {known}. Correct the name.",
    "No existe el paso de ponderación '{step}'; pasos conocidos: {known}. Corrija el nombre.",
)
ENTRY_UNKNOWN = Message(
    "step_entry_unknown",
    "The step '{step}' has no entry '{name}'.{nearest} Its entries are: {known}. Correct it or take it out.",
    "El paso '{step}' no tiene la entrada '{name}'.{nearest} Sus entradas son: {known}. Corríjala o quítela.",
)
ENTRY_MISSING = Message(
    "step_entry_missing",
    "The step '{step}' needs {needed}. Add it.",
    "El paso '{step}' necesita {needed}. Agréguelo.",
)
ENTRIES_CLASH = Message(
    "step_entries_clash",
    "The step '{step}' has both `{one}` and `{other}`; only one of them can hold. Take one out.",
    "El paso '{step}' tiene `{one}` y también `{other}`; solo uno puede valer. Quite uno.",
)
MARGIN_VARIABLE = Message(
    "margin_variable",
    "Margin '{margin}' is made by '{name}', which is not a code variable or a breakdown of the dictionary. Name one, "
    "or derive a code variable in dictionary.yaml.",
    "El margen '{margin}' se forma con '{name}', que no es una variable de códigos ni una desagregación del "
    "diccionario. Nombre una, o derive una variable de códigos en dictionary.yaml.",
)
MARGIN_LEVEL = Message(
    "margin_level",
    "Margin '{margin}' counts level '{found}', but the step weights level '{level}'; that level or one below it was "
    "expected. State `level:` of the step, or `of:` of the margin.",
    "El margen '{margin}' cuenta el nivel '{found}', pero el paso pondera el nivel '{level}'; se esperaba ese nivel o "
    "uno inferior. Indique `level:` en el paso, u `of:` en el margen.",
)
MARGIN_UNKNOWN = Message(
    "margin_unknown",
    "`scale_to:` names '{name}', which is not a margin of the step; its margins are: {known}. Correct it.",
    "`scale_to:` nombra '{name}', que no es un margen del paso; sus márgenes son: {known}. Corríjalo.",
)

_RESULT = frozenset({"result", "dispositions"})
_GIVEN = frozenset({"variable", "contains", "expected_total", "counts", "tolerance"})


@dataclass(frozen=True)
class StepEntries:
    """Entries of one step: alternatives of which one must be there, and others that may."""

    needed: tuple[tuple[str, ...], ...] = ()
    may: frozenset[str] = frozenset()
    exclusive: tuple[tuple[str, str], ...] = ()

    @property
    def known(self) -> frozenset[str]:
        """Every entry, without ``step`` and ``level``."""
        return self.may | {name for group in self.needed for name in group}


STEPS: Mapping[str, StepEntries] = {
    "given": StepEntries((("variable",),), _GIVEN),
    "base": StepEntries((("probability",),)),
    "inherit": StepEntries(),
    "unknown_eligibility": StepEntries((("result", "unknown"),), _RESULT | {"classes"}, (("result", "unknown"),)),
    "nonresponse": StepEntries(
        (("result", "responded"),),
        _RESULT | {"partial", "eligible", "classes", "propensity", "quantiles", "weighted", "compare"},
        (("result", "responded"), ("classes", "propensity")),
    ),
    "weight_sharing": StepEntries((("links",),), frozenset({"family"})),
    "two_phase": StepEntries((("selected",),), frozenset({"responded", "groups", "probability", "to_listing"})),
    "calibrate": StepEntries(
        (("margins",),), frozenset({"distance", "bounds", "partition", "totals", "missing", "scale_to", "tolerance"})
    ),
    "trim": StepEntries(
        (("maximum", "median_times", "mean_times", "quantile"),), frozenset({"minimum", "classes"}),
        (("maximum", "median_times"), ("maximum", "mean_times"), ("maximum", "quantile"),
         ("median_times", "mean_times"), ("median_times", "quantile"), ("mean_times", "quantile")),
    ),
    "pool": StepEntries((("round",),), frozenset({"shares"})),
}  # fmt: skip


def recipe_problems(study: Study, dictionary: Dictionary, where: Where) -> list[Problem]:
    """Find what is wrong with a recipe as it is written.

    Parameters
    ----------
    study, dictionary : Study, Dictionary
        The recipe, and the variables it may name.
    where : callable
        Place of a step in the study's files, from its position.

    Returns
    -------
    list of Problem
        No step, unknown steps and entries, entries that are missing or exclude one another, and margins of
        variables that cannot make any.
    """
    if not study.weighting:
        return [Problem(NO_WEIGHTS, f"{study.name}/study.yaml  weighting", {})]
    found: list[Problem] = []
    for position, step in enumerate(study.weighting):
        found += _step_problems(step, where(position))
        level = step.level or study.design.level
        if level not in dictionary.levels:
            continue  # said of the study itself, with the levels there are
        for name in EXPRESSIONS:
            if name in step.parameters:
                found += check_expression(step.parameters[name], level, dictionary, where(position))
        if step.step == "calibrate" and "margins" in step.parameters:
            found += _margin_problems(step, study, dictionary, where(position))
    return found


def _stated(step: WeightingStep) -> set[str]:
    usual = {"variable": step.variable is not None, "contains": bool(step.contains), "counts": step.counts is not None,
             "expected_total": step.expected_total is not None}  # fmt: skip
    return {name for name, there in usual.items() if there} | set(step.parameters)


def _step_problems(step: WeightingStep, where: str) -> Iterator[Problem]:
    entries = STEPS.get(step.step)
    if entries is None:
        yield Problem(STEP_UNKNOWN, where, {"step": step.step, "known": ", ".join(STEPS)})
        return
    stated = _stated(step)
    for name in sorted(stated - entries.known):
        near = difflib.get_close_matches(name, entries.known, n=1)
        nearest = f" '{near[0]}'?" if near else ""
        yield Problem(ENTRY_UNKNOWN, where, {"step": step.step, "name": name, "nearest": nearest,
                                             "known": ", ".join(sorted(entries.known)) or "-"})  # fmt: skip
    for group in entries.needed:
        if not stated & set(group):
            yield Problem(ENTRY_MISSING, where, {"step": step.step, "needed": " / ".join(f"`{g}`" for g in group)})
    for one, other in entries.exclusive:
        if {one, other} <= stated:
            yield Problem(ENTRIES_CLASH, where, {"step": step.step, "one": one, "other": other})


def listed(value: Any) -> list[str]:
    """Return names given as one text or as a list of texts."""
    return [] if value is None else [value] if isinstance(value, str) else [str(item) for item in value]


def variable_of(name: str, dictionary: Dictionary) -> str:
    """Return the variable of a breakdown, or the name itself."""
    return dictionary.breakdowns[name].variable if name in dictionary.breakdowns else name


def margin_entries(step: WeightingStep) -> dict[str, dict[str, Any]]:
    """Return the margins of a step by name; a bare name is a margin by the variable of that name."""
    margins = step.parameters["margins"]
    if isinstance(margins, Mapping):
        return {str(name): dict(entry or {}) for name, entry in margins.items()}
    return {name: {"by": [name]} for name in listed(margins)}


def margin_shapes(step: WeightingStep, study: Study, dictionary: Dictionary) -> dict[str, MarginShape]:
    """Read the margins of a step off the recipe.

    Parameters
    ----------
    step : WeightingStep
        A step ``calibrate`` without problems (see `recipe_problems`).
    study, dictionary : Study, Dictionary
        The level of the design, variables and code lists.

    Returns
    -------
    dict of str to MarginShape
        By name; the variables of a partition come first in every cell.
    """
    level = step.level or study.design.level
    partition = [variable_of(name, dictionary) for name in listed(step.parameters.get("partition"))]
    made = {}
    for name, entry in margin_entries(step).items():
        own = [variable_of(by, dictionary) for by in listed(entry.get("by"))]
        by = tuple(dict.fromkeys((*partition, *own)))
        counted = entry.get("of") or _deepest([level, *(dictionary.variables[one].level for one in own)], dictionary)
        made[name] = MarginShape(name, counted, by, tuple(dictionary.codes_of(one) for one in by),
                                 str(entry.get("where") or ""), str(entry.get("amount") or ""))  # fmt: skip
    return made


def _deepest(levels: list[str], dictionary: Dictionary) -> str:
    return max(levels, key=lambda level: len(dictionary.lineage(level)))


def _margin_problems(step: WeightingStep, study: Study, dictionary: Dictionary, where: str) -> Iterator[Problem]:
    level = step.level or study.design.level
    sound = True
    for margin, entry in margin_entries(step).items():
        for name in (*listed(step.parameters.get("partition")), *listed(entry.get("by"))):
            variable = dictionary.variables.get(variable_of(name, dictionary))
            if variable is None or variable.type != "code":
                sound = False
                yield Problem(MARGIN_VARIABLE, where, {"margin": margin, "name": name})
    if not sound:
        return
    shapes = margin_shapes(step, study, dictionary)
    for shape in shapes.values():
        if shape.level not in dictionary.levels or level not in dictionary.lineage(shape.level):
            yield Problem(MARGIN_LEVEL, where, {"margin": shape.name, "found": shape.level, "level": level})
        for text in (shape.universe, shape.amount):
            if text and shape.level in dictionary.levels:
                yield from check_expression(text, shape.level, dictionary, where)
    reference = step.parameters.get("scale_to")
    if reference is not None and reference not in shapes:
        yield Problem(MARGIN_UNKNOWN, where, {"name": reference, "known": ", ".join(shapes)})
