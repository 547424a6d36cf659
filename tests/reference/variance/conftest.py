"""Reads the numbers that R left beside these tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

HERE = Path(__file__).parent


@pytest.fixture
def expected() -> Callable[[str], pd.DataFrame]:
    """Expected values of a case; the first line of the file says which R and which version."""

    def read(case: str) -> pd.DataFrame:
        path = HERE / f"{case}.expected.csv"
        assert path.read_text().startswith("# R version"), "expected values without provenance"
        return pd.read_csv(path, comment="#", dtype={"domain": str})

    return read


@pytest.fixture
def clusters() -> pd.DataFrame:
    """The small survey that stratified_clusters.R makes."""
    return pd.read_csv(HERE / "stratified_clusters.csv")
