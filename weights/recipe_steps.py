"""Each step of a recipe, with what it reads of the microdata, as a function of the weights before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.problems import Message, Problem, StudyError
from surveys.study import WeightingStep
from weights.base_weight import base
from weights.calibration.margins import Control
from weights.calibration_step import MarginRows, calibration, controls_of
from weights.diagnostics import diagnose
from weights.dispositions import USUAL, among, dispositions, response_rates
from weights.given import given
from weights.nonresponse import nonresponse, unknown_eligibility
from weights.phases import pool, two_phase, weight_sharing
from weights.population_totals import PopulationTotals
from weights.recipe_columns import RecipeColumns
from weights.recipe_parameters import listed
from weights.trimming import trim
from weights.weight_set import WeightSet, WeightStep

FloatVector = NDArray[np.float64]
Run = Callable[[FloatVector, Mapping[str, WeightSet]], WeightStep]

NOTHING_ABOVE = Message(
    "inherit_nothing",
    "The step 'inherit' of level '{level}' finds no weights at a level above. Weight the level above first.",
    "El paso 'inherit' del nivel '{level}' no encuentra factores en un nivel superior. Pondere antes ese nivel.",
)


def run_of(step: WeightingStep, read: RecipeColumns, rates: bool) -> Run:
    """Prepare a step that needs no margins.

    Parameters
    ----------
    step : WeightingStep
        Any but ``calibrate`` and ``trim``.
    read : RecipeColumns
        Columns of its level.
    rates : bool
        Whether it is the first of its level that knows results of the field, and tells response rates.

    Returns
    -------
    callable
        From the weights before and the sets of all levels so far to the step that was applied.
    """
    return _MAKERS[step.step](step, read, rates)


def calibrating(
    step: WeightingStep, read: RecipeColumns, margins: list[MarginRows], totals: PopulationTotals, leave: bool
) -> Run:
    """Prepare a calibration.

    Parameters
    ----------
    step : WeightingStep
        With distance, bounds and classes in which it is done apart.
    read : RecipeColumns
        Columns of its level.
    margins : list of MarginRows
        Cell of every unit in each margin.
    totals : PopulationTotals
        Known totals of those cells.
    leave : bool
        Whether units without a cell are left as they are.
    """
    said = step.parameters
    bounds = said.get("bounds")
    partition = None
    if said.get("partition"):
        domains = read.classes(said["partition"])
        partition = (domains.code, domains.labels)
    options: dict[str, Any] = {
        "distance": said.get("distance", "linear"), "bounds": None if bounds is None else (bounds[0], bounds[1]),
        "partition": partition, "leave_missing": leave, "where": read.where, "parameters": _record(step, read),
    }  # fmt: skip
    return lambda before, weights: calibration(before, margins, totals, **options)


def trimming(
    step: WeightingStep, read: RecipeColumns, kept: tuple[list[MarginRows], PopulationTotals, bool] | None
) -> Run:
    """Prepare a trimming that keeps what the last calibration met.

    Parameters
    ----------
    step : WeightingStep
        With its limits and classes.
    read : RecipeColumns
        Columns of its level.
    kept : (margins, totals, leave), optional
        Of the last calibration of the level, as in `calibrating`.
    """
    said = {name: value for name, value in step.parameters.items() if name != "classes"}
    classes = read.classes(step.parameters.get("classes"))

    def run(before: FloatVector, weights: Mapping[str, WeightSet]) -> WeightStep:
        controls: list[Control] = []
        if kept is not None:
            controls = controls_of(before, kept[0], kept[1], leave_missing=kept[2], where=read.where)
        return trim(before, controls, classes=classes, where=read.where, parameters=_record(step, read), **said)

    return run


def _record(step: WeightingStep, read: RecipeColumns) -> dict[str, object]:
    return {"level": read.level, **step.parameters}


def _given(step: WeightingStep, read: RecipeColumns, rates: bool) -> Run:
    name, counts = str(step.variable), step.counts or read.level
    made = given(
        read.numbers(name), variable=name, level=read.level, where=read.where, contains=step.contains,
        expected_total=step.expected_total, counts=counts, tolerance=step.tolerance,
        counted_rows=None if counts == read.level else read.microdata.rows_of(read.level, counts),
    )  # fmt: skip
    return lambda before, weights: made


def _base(step: WeightingStep, read: RecipeColumns, rates: bool) -> Run:
    names = listed(step.parameters["probability"])
    made = base({name: read.numbers(name) for name in names}, where=read.where, level=read.level)
    return lambda before, weights: made


def _inherit(step: WeightingStep, read: RecipeColumns, rates: bool) -> Run:
    def run(before: FloatVector, weights: Mapping[str, WeightSet]) -> WeightStep:
        above = next((name for name in read.microdata.ancestors(read.level) if name in weights), None)
        if above is None:
            raise StudyError([Problem(NOTHING_ABOVE, read.where, {"level": read.level})])
        factor = weights[above].final[read.microdata.rows_of(above, read.level)]
        return WeightStep("inherit", factor, weights[above].contains, {"level": read.level, "from": above},
                          diagnose(before * factor))  # fmt: skip

    return run


def _results(step: WeightingStep, read: RecipeColumns) -> NDArray[np.int8] | None:
    name = step.parameters.get("result")
    if name is None:
        return None
    return dispositions(read.texts(name), step.parameters.get("dispositions"), variable=name, where=read.where)


def _with_rates(made: WeightStep, kinds: NDArray[np.int8] | None, before: FloatVector, rates: bool) -> WeightStep:
    if kinds is None or not rates:
        return made
    weighted = {f"{name}_weighted": value for name, value in response_rates(kinds, before).items()}
    return WeightStep(made.name, made.factor, made.contains, made.parameters,
                      {**made.diagnostics, **response_rates(kinds), **weighted})  # fmt: skip


def _unknown(step: WeightingStep, read: RecipeColumns, rates: bool) -> Run:
    kinds = _results(step, read)
    told = ("unknown", "unknown_other")
    unknown = read.condition(step.parameters["unknown"]) if kinds is None else among(kinds, told)
    classes, record = read.classes(step.parameters.get("classes")), _record(step, read)
    if kinds is not None:
        record.setdefault("dispositions", dict(USUAL))
    return lambda before, weights: _with_rates(
        unknown_eligibility(before, unknown=unknown, classes=classes, where=read.where, parameters=record),
        kinds, before, rates,
    )  # fmt: skip


def _nonresponse(step: WeightingStep, read: RecipeColumns, rates: bool) -> Run:
    said, kinds, record = step.parameters, _results(step, read), _record(step, read)
    if kinds is None:
        responded = read.condition(said["responded"])
        eligible = read.condition(said["eligible"]) if "eligible" in said else np.ones(read.rows, dtype=bool)
    else:
        record.setdefault("dispositions", dict(USUAL))
        responded = among(kinds, ("complete", "partial") if said.get("partial", True) else ("complete",))
        eligible = ~among(kinds, ("not_eligible",))
    predictors = {name: read.values(name) for name in listed(said.get("propensity"))}
    classes = None if predictors else read.classes(said.get("classes"))
    compared = {name: read.values(name) for name in listed(said.get("compare") or said.get("propensity"))}
    options: dict[str, Any] = {
        "eligible": eligible, "responded": responded, "classes": classes, "predictors": predictors,
        "quantiles": said.get("quantiles"), "weighted": bool(said.get("weighted", False)), "compared": compared,
        "where": read.where, "parameters": record,
    }  # fmt: skip
    return lambda before, weights: _with_rates(nonresponse(before, **options), kinds, before, rates)


def _sharing(step: WeightingStep, read: RecipeColumns, rates: bool) -> Run:
    name, family = str(step.parameters["links"]), step.parameters.get("family")
    links, families = read.numbers(name), None if family is None else read.texts(family)
    return lambda before, weights: weight_sharing(
        before, links, variable=name, family=families, family_name=family or "", where=read.where,
        parameters=_record(step, read),
    )  # fmt: skip


def _phases(step: WeightingStep, read: RecipeColumns, rates: bool) -> Run:
    said = step.parameters
    selected = read.condition(said["selected"])
    responded = read.condition(said["responded"]) if "responded" in said else selected
    groups, name = read.classes(said.get("groups")), said.get("probability")
    probability = None if name is None else read.numbers(name)

    def run(before: FloatVector, weights: Mapping[str, WeightSet]) -> WeightStep:
        # Units that a replicate leaves out are in neither phase.
        here = weights[read.level].base > 0 if read.level in weights else np.ones(read.rows, dtype=bool)
        return two_phase(
            before, selected=selected & here, responded=responded, groups=groups, probability=probability,
            to_listing=bool(said.get("to_listing", False)), variable=name or "", where=read.where,
            parameters=_record(step, read),
        )  # fmt: skip

    return run


def _pool(step: WeightingStep, read: RecipeColumns, rates: bool) -> Run:
    name, shares = str(step.parameters["round"]), step.parameters.get("shares", "effective")
    rounds = read.texts(name)
    return lambda before, weights: pool(
        before, rounds, variable=name, shares=shares, where=read.where, parameters=_record(step, read)
    )


_MAKERS: Mapping[str, Callable[[WeightingStep, RecipeColumns, bool], Run]] = {
    "given": _given,
    "base": _base,
    "inherit": _inherit,
    "unknown_eligibility": _unknown,
    "nonresponse": _nonresponse,
    "weight_sharing": _sharing,
    "two_phase": _phases,
    "pool": _pool,
}
