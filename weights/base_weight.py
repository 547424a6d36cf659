"""The base weight: one over the probability with which a unit was drawn."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from surveys.problems import DataError, Message, Problem
from weights.diagnostics import diagnose
from weights.weight_set import WeightStep

PROBABILITY_MISSING = Message(
    "inclusion_probability_missing",
    "The inclusion probability '{variable}' is missing in {count} of {rows} units; every unit drawn has one. Take it "
    "from the record of the draw.",
    "La probabilidad de inclusión '{variable}' falta en {count} de {rows} unidades; toda unidad seleccionada tiene "
    "una. Tómela del registro de la selección.",
)
PROBABILITY_ZERO = Message(
    "inclusion_probability_zero",
    "The inclusion probability '{variable}' is zero or negative in {count} of {rows} units; a unit that could not be "
    "drawn cannot be in the sample. Correct the record of the draw.",
    "La probabilidad de inclusión '{variable}' es cero o negativa en {count} de {rows} unidades; una unidad que no "
    "podía seleccionarse no puede estar en la muestra. Corrija el registro de la selección.",
)
PROBABILITY_ABOVE_ONE = Message(
    "inclusion_probability_above_one",
    "The inclusion probability '{variable}' is above 1 in {count} of {rows} units; a probability is at most 1. If the "
    "column holds percents use `scale: 0.01` in mapping.yaml; if a segment is larger than the sampling interval, it "
    "was taken with certainty and its probability is 1.",
    "La probabilidad de inclusión '{variable}' es mayor que 1 en {count} de {rows} unidades; una probabilidad es a lo "
    "sumo 1. Si la columna trae porcentajes use `scale: 0.01` en mapping.yaml; si un segmento es mayor que el "
    "intervalo de selección, entró con certeza y su probabilidad es 1.",
)


def base(
    probabilities: Mapping[str, NDArray[np.float64]], *, where: str, level: str
) -> WeightStep:
    r"""Make base weights from recorded inclusion probabilities.

    Parameters
    ----------
    probabilities : mapping of str to (n,) float
        One for each stage, by variable: the probability of the unit given the stage before.
    where, level : str
        Place of the step and level of the units, for messages and the record.

    Returns
    -------
    WeightStep

    Raises
    ------
    DataError
        Probabilities that are missing, zero or negative, or above one; all at once.

    Notes
    -----
    .. math:: d_k = \prod_s \pi_{k(s)}^{-1}

    References
    ----------
    Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, section 4.3.
    """
    problems = []
    for variable, values in probabilities.items():
        faults = {
            PROBABILITY_MISSING: np.isnan(values),
            PROBABILITY_ZERO: values <= 0,
            PROBABILITY_ABOVE_ONE: values > 1,
        }
        problems += [
            Problem(message, where, {"variable": variable, "count": int(wrong.sum()), "rows": values.size})
            for message, wrong in faults.items()
            if wrong.any()
        ]
    if problems:
        raise DataError(problems)
    factor = np.ones(next(iter(probabilities.values())).size)
    for values in probabilities.values():
        factor = factor / values
    parameters = {"probability": list(probabilities), "level": level}
    return WeightStep("base", factor, ("base",), parameters, diagnose(factor))
