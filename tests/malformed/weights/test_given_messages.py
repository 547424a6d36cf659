"""The exact words for weights that cannot be right, in both languages."""

from __future__ import annotations

import numpy as np
import pytest

from surveys.problems import DataError
from weights.given import given

WHERE = "study.yaml:31  weighting.0"

MESSAGES = {
    "negative": (
        [1.0, -2.0, 3.0],
        None,
        "The weight 'weight' is negative in 1 of 3 rows of level 'household'; weights are zero or more. "
        "Check the "
        "missing codes of the column in mapping.yaml, or ask the office how they arose.",
        "El factor de expansión 'weight' es negativo en 1 de 3 filas del nivel 'household'; los factores "
        "son cero "
        "o más. Revise en mapping.yaml los códigos de dato faltante de la columna, o pregunte a la oficina "
        "cómo "
        "surgieron.",
    ),
    "missing": (
        [np.nan, np.nan, 3.0],
        None,
        "The weight 'weight' is missing in 2 of 3 rows of level 'household'; every row needs one. Map a "
        "column "
        "without gaps, leave those rows out in mapping.yaml with `where:`, or ask the office for the missing "
        "weights.",
        "El factor de expansión 'weight' falta en 2 de 3 filas del nivel 'household'; toda fila necesita "
        "uno. "
        "Asigne una columna sin vacíos, excluya esas filas en mapping.yaml con `where:`, o pida a la "
        "oficina los "
        "factores que faltan.",
    ),
    "infinite": (
        [np.inf, 2.0, 3.0],
        None,
        "The weight 'weight' is infinite in 1 of 3 rows of level 'household'; weights are finite numbers. "
        "Check "
        "how the source column was divided or converted.",
        "El factor de expansión 'weight' es infinito en 1 de 3 filas del nivel 'household'; los factores son "
        "números finitos. Revise cómo se dividió o convirtió la columna de origen.",
    ),
    "all zero": (
        [0.0, 0.0, 0.0],
        None,
        "The weight 'weight' is zero in all 3 rows of level 'household'; at least one row must count for "
        "somebody. Map the column with the expansion factor.",
        "El factor de expansión 'weight' es cero en las 3 filas del nivel 'household'; al menos una fila "
        "debe "
        "representar a alguien. Asigne la columna que tiene el factor de expansión.",
    ),
    "sum": (
        [1000.0, 2000.0, 3000.0],
        5000.0,
        "The weight 'weight' adds up to 6,000 over the rows of level 'household', but 5,000 was expected "
        "(difference +20.0%; at most 2.0% is accepted). Check the column and its unit, or correct "
        "`expected_total` or `tolerance`.",
        "El factor de expansión 'weight' suma 6,000 sobre las filas del nivel 'household', pero se "
        "esperaba 5,000 "
        "(diferencia +20.0%; se acepta a lo sumo 2.0%). Revise la columna y su unidad, o corrija "
        "`expected_total` o `tolerance`.",
    ),
}


@pytest.mark.parametrize("fault", MESSAGES)
def test_message(fault: str) -> None:
    weight, expected_total, english, spanish = MESSAGES[fault]
    with pytest.raises(DataError) as raised:
        given(
            np.array(weight), variable="weight", level="household", where=WHERE, expected_total=expected_total
        )
    assert raised.value.text("en") == f"{WHERE}\n  {english}"
    assert raised.value.text("es") == f"{WHERE}\n  {spanish}"


def test_several_faults_are_said_at_once() -> None:
    with pytest.raises(DataError) as raised:
        given(np.array([np.nan, -1.0, np.inf]), variable="weight", level="household", where=WHERE)
    assert [problem.message.code for problem in raised.value.problems] == [
        "weight_missing",
        "weight_infinite",
        "weight_negative",
    ]
