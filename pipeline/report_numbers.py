"""Numbers as a Salvadoran reader expects them: decimal point, thousands comma, in both languages."""

from __future__ import annotations

import math

COUNT_UNITS = frozenset({"persons", "households", "families", "moves", "events", "dwellings"})
MINUS = "−"


def plain(value: float, decimals: int) -> str:
    """Write a number with a thousands comma and a true minus sign.

    Parameters
    ----------
    value : float
        The number; not finite gives an empty text.
    decimals : int
        Digits after the decimal point.
    """
    if not math.isfinite(value):
        return ""
    text = f"{abs(value):,.{decimals}f}"
    negative = value < 0 and float(text.replace(",", "")) != 0
    return f"{MINUS}{text}" if negative else text


def decimals_of(unit: str, size: float, *, counted: bool) -> int:
    """Decimals with which an estimate of a unit is published.

    Parameters
    ----------
    unit : str
        Unit of the indicator: ``percent``, ``persons``, ``years`` and so on.
    size : float
        Largest absolute value shown beside it; large amounts need no decimals.
    counted : bool
        Whether the figure is a total or a count: persons are then whole, while their mean is not.
    """
    if unit == "percent":
        return 1
    if (counted and unit in COUNT_UNITS) or (math.isfinite(size) and abs(size) >= 1000):
        return 0
    return 1 if math.isfinite(size) and abs(size) >= 10 else 2


def in_unit(value: float, unit: str) -> float:
    """Bring a stored value to the scale it is shown in (fractions become percentages)."""
    return value * 100.0 if unit == "percent" else value


def estimate_text(value: float, unit: str, decimals: int) -> str:
    """Write an estimate or an interval limit in the unit it is shown in, without the unit's sign."""
    return plain(in_unit(value, unit), decimals)


def error_text(value: float, unit: str, decimals: int) -> str:
    """Write a standard error with one decimal more than its estimate; whole estimates keep whole errors."""
    return plain(in_unit(value, unit), decimals + 1 if decimals else 0)


def with_sign(text: str, unit: str, language: str) -> str:
    """Add the percent sign: after a hard space in Spanish, joined in English."""
    if unit != "percent" or not text:
        return text
    return f"{text}\u00a0%" if language == "es" else f"{text}%"
