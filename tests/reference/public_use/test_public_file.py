"""Estimates from a public file with its replicate weights against R's svrepdesign, called as the report says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.public_use.replicate_weights import replicate_standard_error

HERE = Path(__file__).parent
EXPECTED = pd.read_csv(HERE / "public_file.expected.csv", comment="#", index_col="figure")


@pytest.fixture(scope="module")
def file() -> pd.DataFrame:
    return pd.read_csv(HERE / "public_file.csv")


@pytest.mark.parametrize("figure", EXPECTED.index)
def test_equals_r(figure: str, file: pd.DataFrame) -> None:
    scale = pd.read_csv(HERE / "public_file_scale.csv")["scale"].to_numpy()
    replicates = file.filter(regex="^replicate_").to_numpy().T
    moved, income = file["moved"].to_numpy(float), file["income"].to_numpy()
    ones, rural = np.ones(moved.size), file["area"].to_numpy(float)
    value, base = {
        "total_moved": (moved, None), "total_income": (income, None), "share_moved": (moved, ones),
        "mean_income": (income, ones), "income_of_movers": (income * moved, moved),
        "share_rural": (moved * rural, rural), "income_per_mover": (income, moved),
    }[figure]  # fmt: skip
    found = replicate_standard_error(value, base, file["weight"].to_numpy(float), replicates, scale)
    assert found == pytest.approx(EXPECTED.loc[figure].tolist(), rel=1e-12)
