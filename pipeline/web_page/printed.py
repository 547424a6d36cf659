"""Numbers as they are printed, kept as numbers: rounded once, here, so that page, report and download agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.report_numbers import MINUS, error_text, estimate_text, plain

Number = int | float | None
#: Columns of a row of the estimates, in the order in which the page holds them.
NUMBERS = ("estimate", "ci_low", "ci_high", "se", "cv", "n", "cases", "n_psu", "deff", "df")
#: Columns of a row of a model of small areas.
MODEL_NUMBERS = (
    "estimate", "ci_low", "ci_high", "rmse", "cv", "rank", "rank_low", "rank_high", "probability_worst",
)  # fmt: skip
#: Columns held in per cent, whatever the unit of the figure.
SHARES = frozenset({"cv", "probability_worst"})
IN_UNIT = frozenset({"estimate", "ci_low", "ci_high"})
ERRORS = frozenset({"se", "rmse"})


def decimals_at(column: str, decimals: int, *, model: bool = False) -> int:
    """Decimals with which a column is printed.

    Parameters
    ----------
    column : str
        Of `NUMBERS` or `MODEL_NUMBERS`.
    decimals : int
        Decimals of the figure itself.
    model : bool
        Whether the figure is of a model; its relative error is then whole.
    """
    if column in IN_UNIT:
        return decimals
    if column in ERRORS:
        return decimals + 1 if decimals else 0
    if column == "cv":
        return 0 if model else 1
    return 2 if column == "deff" else 0


def printed(record: Mapping[str, Any], columns: tuple[str, ...], unit: str, decimals: int) -> list[Number]:
    """Round the numbers of one shown row.

    Parameters
    ----------
    record : mapping
        The row.
    columns : tuple of str
        `NUMBERS` or `MODEL_NUMBERS`.
    unit : str
        Of the figure; per cent is held as 12.3 and not as 0.123.
    decimals : int
        With which the figure is printed.

    Returns
    -------
    list of int, float or None
        In the order of the columns; None where the row has no such number.
    """
    model = columns is MODEL_NUMBERS
    return [_number(_text(column, float(record[column]), unit, decimals, model=model)) for column in columns]


def _text(column: str, value: float, unit: str, decimals: int, *, model: bool) -> str:
    if column in IN_UNIT:
        return estimate_text(value, unit, decimals)
    if column in ERRORS:
        return error_text(value, unit, decimals)
    return plain(100 * value if column in SHARES else value, decimals_at(column, decimals, model=model))


def _number(text: str) -> Number:
    if not text:
        return None
    bare = text.replace(",", "").replace(MINUS, "-")
    return float(bare) if "." in bare else int(bare)
