"""Stage `weight`: the recipe of the study applied to the microdata, from top to bottom."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pipeline.microdata_files import read_microdata
from pipeline.run import Run
from pipeline.study_files import load_study
from pipeline.weight_files import weights_record, write_json, write_weights
from surveys.microdata import Microdata
from surveys.problems import Message, Problem, StudyError
from surveys.study import Study, WeightingStep
from weights.given import given
from weights.weight_set import WeightSet, WeightStep

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
STEP_WITHOUT_VARIABLE = Message(
    "step_without_variable",
    "The step '{step}' names no variable of level '{level}' (it says '{variable}'); a number variable of "
    "that "
    "level is expected. Name the variable with the office's factor, or the `level:` it belongs to.",
    "El paso '{step}' no nombra una variable del nivel '{level}' (dice '{variable}'); se espera una variable "
    "numérica de ese nivel. Nombre la variable con el factor de la oficina, o el `level:` al que pertenece.",
)
STEPS = ("given",)


def run(run: Run) -> None:
    """Weight the microdata of one study.

    Parameters
    ----------
    run : Run
        Reads the microdata of ``ingest``; leaves ``weights_<level>.parquet`` and ``record.json``.
    """
    loaded = load_study(run.study_folder, run.project)
    microdata = read_microdata(run.input("ingest"), loaded.dictionary)
    weights = apply_recipe(
        loaded.study, microdata, lambda position: loaded.files.study.where(("weighting", position))
    )
    write_weights(run.output, weights, microdata)
    write_json(run.output / "record.json", weights_record(weights))


def apply_recipe(
    study: Study, microdata: Microdata, where: Callable[[int], str]
) -> dict[str, WeightSet]:
    """Apply every step of the recipe, in order, to the level it belongs to.

    Parameters
    ----------
    study : Study
        Its ``weighting`` is the recipe.
    microdata : Microdata
        Rows to weight.
    where : callable
        Gives the place of a step in the study's files from its position in the recipe, for messages.

    Returns
    -------
    dict of str to WeightSet
        By level, for the levels with steps of their own.

    Raises
    ------
    StudyError
        No step, an unknown step, or a step whose variable does not exist at its level.
    DataError
        Weights that cannot be right; see `weights.given.given`.
    """
    if not study.weighting:
        raise StudyError([Problem(NO_WEIGHTS, f"{study.name}/study.yaml  weighting", {})])
    weights: dict[str, WeightSet] = {}
    for position, step in enumerate(study.weighting):
        level = step.level or study.design.level
        before = weights.get(level) or WeightSet.unweighted(microdata.levels[level].rows)
        weights[level] = before.then(_apply(step, level, microdata, where(position)))
    return weights


def _apply(step: WeightingStep, level: str, microdata: Microdata, where: str) -> WeightStep:
    if step.step not in STEPS:
        raise StudyError([Problem(STEP_UNKNOWN, where, {"step": step.step, "known": ", ".join(STEPS)})])
    frame = microdata.levels[level].frame
    if step.variable is None or step.variable not in frame.columns:
        raise StudyError(
            [
                Problem(
                    STEP_WITHOUT_VARIABLE,
                    where,
                    {"step": step.step, "level": level, "variable": step.variable or ""},
                )
            ]
        )
    counts = step.counts or level
    return given(
        frame[step.variable].to_numpy(dtype=np.float64),
        variable=step.variable,
        level=level,
        where=where,
        contains=step.contains,
        expected_total=step.expected_total,
        counts=counts,
        counted_rows=_counted_rows(microdata, level, counts),
        tolerance=step.tolerance,
    )


def _counted_rows(microdata: Microdata, level: str, counts: str) -> NDArray[np.int64] | None:
    return None if counts == level else microdata.rows_of(level, counts)
