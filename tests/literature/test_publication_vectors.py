"""Every publication standard against the table of test vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.publication import assess
from estimates.publication.cells import cells_from

VECTORS = pd.read_csv(
    Path(__file__).with_name("publication_vectors.csv"),
    comment="#",
    keep_default_na=False,
    na_values={name: [""] for name in ("cv", "logcv")},
)
INPUTS = {
    "kind": VECTORS["kind"].to_numpy(dtype=str),
    "estimate": VECTORS["est"].to_numpy(),
    "se": VECTORS["se"].to_numpy(),
    "n": VECTORS["n"].to_numpy(),
    "cases": VECTORS["y"].to_numpy(),
    "deff": VECTORS["deff"].to_numpy(),
    "df": VECTORS["df"].to_numpy(),
}


@pytest.mark.parametrize("standard", list(VECTORS.columns[9:]))
def test_verdicts(standard: str) -> None:
    result = assess(standard, **INPUTS)
    expected = VECTORS[standard].replace("", "not applicable").tolist()
    assert result.native.tolist() == expected


def test_coefficients_of_variation() -> None:
    cells = cells_from(**INPUTS)
    np.testing.assert_allclose(cells.cv, VECTORS["cv"], atol=0.0005)
    np.testing.assert_allclose(cells.logcv, VECTORS["logcv"], atol=0.0005)


def test_the_program_calidad_divides_by_the_wrong_half() -> None:
    cells = cells_from(**{key: value[5:6] for key, value in INPUTS.items()}, compat="calidad")
    assert round(float(cells.logcv[0]), 3) == 0.016
