"""Weights exactly as the statistics office gave them, accepted only when they can be right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from surveys.problems import DataError, Message, Problem
from weights.diagnostics import diagnose
from weights.weight_set import WeightStep

WEIGHT_MISSING = Message(
    "weight_missing",
    "The weight '{variable}' is missing in {count} of {rows} rows of level '{level}'; every row needs one. "
    "Map a column without gaps, leave those rows out in mapping.yaml with `where:`, "
    "or ask the office for the missing weights.",
    "El factor de expansión '{variable}' falta en {count} de {rows} filas del nivel '{level}'; toda fila "
    "necesita uno. Asigne una columna sin vacíos, excluya esas filas en mapping.yaml con `where:`, "
    "o pida a la oficina los factores que faltan.",
)
WEIGHT_INFINITE = Message(
    "weight_infinite",
    "The weight '{variable}' is infinite in {count} of {rows} rows of level '{level}'; weights are finite "
    "numbers. Check how the source column was divided or converted.",
    "El factor de expansión '{variable}' es infinito en {count} de {rows} filas del nivel '{level}'; los "
    "factores son números finitos. Revise cómo se dividió o convirtió la columna de origen.",
)
WEIGHT_NEGATIVE = Message(
    "weight_negative",
    "The weight '{variable}' is negative in {count} of {rows} rows of level '{level}'; weights are zero or "
    "more. Check the missing codes of the column in mapping.yaml, or ask the office how they arose.",
    "El factor de expansión '{variable}' es negativo en {count} de {rows} filas del nivel '{level}'; los "
    "factores son cero o más. Revise en mapping.yaml los códigos de dato faltante de la columna, o pregunte "
    "a la oficina cómo surgieron.",
)
WEIGHT_ALL_ZERO = Message(
    "weight_all_zero",
    "The weight '{variable}' is zero in all {rows} rows of level '{level}'; at least one row must count for "
    "somebody. Map the column with the expansion factor.",
    "El factor de expansión '{variable}' es cero en las {rows} filas del nivel '{level}'; al menos una fila "
    "debe representar a alguien. Asigne la columna que tiene el factor de expansión.",
)
WEIGHT_SUM = Message(
    "weight_sum",
    "The weight '{variable}' adds up to {total} over the rows of level '{counts}', but {expected} was "
    "expected (difference {difference}; at most {tolerance} is accepted). Check the column and its unit, or "
    "correct `expected_total` or `tolerance`.",
    "El factor de expansión '{variable}' suma {total} sobre las filas del nivel '{counts}', pero se "
    "esperaba {expected} (diferencia {difference}; se acepta a lo sumo {tolerance}). Revise la columna y su "
    "unidad, o corrija `expected_total` o `tolerance`.",
)


def given(
    weight: NDArray[np.float64],
    *,
    variable: str,
    level: str,
    where: str,
    contains: Sequence[str] = (),
    expected_total: float | None = None,
    counts: str | None = None,
    counted_rows: NDArray[np.int64] | None = None,
    tolerance: float = 0.02,
) -> WeightStep:
    r"""Take the office's weights as the factor of one step.

    Parameters
    ----------
    weight : (n,) float
        The office's weight of every unit of the level; NaN where the source has none.
    variable, level : str
        Names for messages: the weight variable and the level it belongs to.
    where : str
        Place of the step in the study's files, for messages.
    contains : sequence of str
        What the office already did: ``base``, ``nonresponse``, ``calibration`` and so on.
    expected_total : float, optional
        Population the weights should add up to, in units of the level ``counts``.
    counts : str, optional
        Level whose weighted count is compared; the weight's own level unless stated.
    counted_rows : (m,) int, optional
        For every row of that level, the row of the weight's level it belongs to.
    tolerance : float
        Largest accepted difference from ``expected_total``, as a share of it.

    Returns
    -------
    WeightStep
        Diagnostics hold those of `weights.diagnostics.diagnose` and, with an expected total,
        ``counted_sum``, ``expected_total`` and ``difference`` (a share).

    Raises
    ------
    DataError
        Weights missing, infinite, negative or all zero, every one of these at once; or a sum further
        from ``expected_total`` than ``tolerance``.

    Notes
    -----
    .. math:: \left| \sum_{k} w_{r(k)} - X \right| \le \tau X

    over the rows :math:`k` of the counted level, :math:`r(k)` being their row in the weight's level.
    """
    _refuse_impossible(weight, variable=variable, level=level, where=where)
    diagnostics = diagnose(weight)
    if expected_total is not None:
        counted = float((weight if counted_rows is None else weight[counted_rows]).sum())
        difference = counted / expected_total - 1.0
        if abs(difference) > tolerance:
            raise DataError(
                [
                    Problem(
                        WEIGHT_SUM,
                        where,
                        {
                            "variable": variable,
                            "counts": counts or level,
                            "total": f"{counted:,.0f}",
                            "expected": f"{expected_total:,.0f}",
                            "difference": f"{difference:+.1%}",
                            "tolerance": f"{tolerance:.1%}",
                        },
                    )
                ]
            )
        diagnostics |= {
            "counted_sum": counted,
            "expected_total": float(expected_total),
            "difference": difference,
        }
    parameters = {
        "variable": variable,
        "level": level,
        "expected_total": expected_total,
        "counts": counts or level,
        "tolerance": tolerance,
    }
    return WeightStep("given", weight.astype(np.float64), tuple(contains), parameters, diagnostics)


def _refuse_impossible(weight: NDArray[np.float64], *, variable: str, level: str, where: str) -> None:
    faults = {
        WEIGHT_MISSING: np.isnan(weight),
        WEIGHT_INFINITE: np.isinf(weight),
        WEIGHT_NEGATIVE: np.isfinite(weight) & (weight < 0),
    }
    problems = [
        Problem(
            message,
            where,
            {"variable": variable, "level": level, "count": int(faulty.sum()), "rows": weight.size},
        )
        for message, faulty in faults.items()
        if faulty.any()
    ]
    if not problems and not (weight > 0).any():
        problems.append(
            Problem(WEIGHT_ALL_ZERO, where, {"variable": variable, "level": level, "rows": weight.size})
        )
    if problems:
        raise DataError(problems)
