"""Comparisons, models, tests and verdicts on disk: one CSV each, written and read back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

ROUND_TABLES = ("change", "trend", "trend_tests", "external_series")
ANALYSIS_TABLES = (
    "comparisons", "models", "tests", "verdicts", "table_verdicts", "small_areas", "offices", "office_lists",
    *ROUND_TABLES,
)  # fmt: skip
_NUMBERS = frozenset({
    "estimate_a", "estimate_b", "estimate", "se", "ci_low", "ci_high", "df", "t", "p_value", "p_adjusted",
    "minimum_detectable", "coefficient", "effect", "effect_se", "n", "f", "numerator_df", "denominator_df",
    "chi_square", "cells", "reliable", "minimum", "earlier", "earlier_low", "earlier_high", "later", "later_low",
    "later_high", "correlation", "shared_psus", "overlap", "first_year", "last_year", "band_low", "band_high",
    "truncated", "yearly_loss", "relative", "year", "value", "chosen", "given", "frequency", "offices", "regret",
    "regret_low", "regret_high", "known_value", "known_low", "known_high", "areas", "areas_unknown", "draws", "seed",
    "rmse", "cv", "rank", "rank_low", "rank_high", "expected_rank", "probability_worst", "estimate_spread",
})  # fmt: skip


def write_analyses(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write each table as ``<name>.csv``: UTF-8, comma, ``%.17g``, empty where missing, for the owner only."""
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        table.to_csv(path, index=False, float_format="%.17g", lineterminator="\n", encoding="utf-8")
        path.chmod(0o600)


def read_analyses(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the tables that are there back: numbers as float64 with NaN, the rest as text."""
    found: dict[str, pd.DataFrame] = {}
    for name in ANALYSIS_TABLES:
        path = folder / f"{name}.csv"
        if path.is_file():
            table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
            for column in _NUMBERS & {str(column) for column in table.columns}:
                table[column] = pd.to_numeric(table[column].replace("", np.nan)).astype(np.float64)
            found[name] = table
    return found
