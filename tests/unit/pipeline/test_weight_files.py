"""Weights of other microdata are refused, in words that say what to do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.weight_files import read_calibrations, read_weights
from surveys.microdata import LevelData, Microdata
from surveys.problems import DataError

HERE = Microdata({"person": LevelData("person", ("p",), None, pd.DataFrame({"p": ["a", "b"]}))})


@pytest.mark.parametrize(("read", "name"), [(read_weights, "weights"), (read_calibrations, "calibration")])
def test_keys_that_differ(tmp_path: Path, read: object, name: str) -> None:
    frame = pd.DataFrame({"p": ["b", "a"], "weight": [1.0, 2.0], "group": [0, 1], "base_weight": [1.0, 1.0]})
    frame.to_parquet(tmp_path / f"{name}_person.parquet", index=False)
    with pytest.raises(DataError) as caught:
        read(tmp_path, HERE)  # type: ignore[operator]  # one of two functions
    assert caught.value.text("en") == (
        f"{name}_person.parquet\n  the weights of level 'person' belong to other microdata; row by row the same keys "
        "were expected. Run `make weight` again."
    )
    assert caught.value.text("es") == (
        f"{name}_person.parquet\n  los factores del nivel 'person' son de otros microdatos; se esperaban las mismas "
        "claves fila por fila. Ejecute de nuevo `make weight`."
    )


def test_keys_that_agree(tmp_path: Path) -> None:
    frame = pd.DataFrame({"p": ["a", "b"], "weight": [1.0, 2.0]})
    frame.to_parquet(tmp_path / "weights_person.parquet", index=False)
    assert np.array_equal(read_weights(tmp_path, HERE)["person"], [1.0, 2.0])
