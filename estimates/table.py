"""The table every later stage reads: one row per study, indicator and domain."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

LEADING = ("study", "indicator")
NUMBERS = ("estimate", "se", "ci_low", "ci_high", "cv", "deff", "df", "n", "n_psu", "cases", "population")
TRAILING = ("unit", "status", "reason")
STATUSES = ("reliable", "weak", "withheld", "confidential", "empty")
WHOLE = "_T"


@dataclass(frozen=True)
class EstimateTable:
    """Estimates with fixed columns, a unique key and a status on every row.

    Parameters
    ----------
    frame : DataFrame
        Columns ``study``, ``indicator``, one per breakdown (a code, or ``_T``), ``estimate``, ``se``,
        ``ci_low``,
        ``ci_high``, ``cv``, ``deff``, ``df``, ``n``, ``n_psu``, ``cases``, ``population``, ``unit``,
        ``status``,
        ``reason``. Proportions are fractions of one.
    breakdowns : tuple of str
        Names of the breakdown columns.

    Raises
    ------
    ValueError
        Wrong columns, a repeated key, an unknown status, or a row without a number that is not ``empty``,
        ``withheld`` or ``confidential``.
    """

    frame: pd.DataFrame
    breakdowns: tuple[str, ...]

    def __post_init__(self) -> None:
        columns = [*LEADING, *self.breakdowns, *NUMBERS, *TRAILING]
        if list(self.frame.columns) != columns:
            raise ValueError("the columns of an estimate table are fixed: " + ", ".join(columns))
        if self.frame.duplicated([*LEADING, *self.breakdowns]).any():
            raise ValueError("two rows for one study, indicator and domain")
        unknown = set(self.frame["status"].unique()) - set(STATUSES)
        if unknown:
            raise ValueError("unknown status: " + ", ".join(sorted(map(str, unknown))))
        silent = self.frame["estimate"].isna() & ~self.frame["status"].isin(
            ["empty", "withheld", "confidential"]
        )
        if silent.any():
            raise ValueError(f"{int(silent.sum())} rows without a number and without a status that says why")
