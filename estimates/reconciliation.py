"""Our figures beside those an office printed: equal, within tolerance, explained, or unexplained."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

OUTCOMES = ("equal", "within_tolerance", "explained", "unexplained", "not_found")


@dataclass(frozen=True)
class PublishedFigure:
    """A figure as an office printed it.

    Parameters
    ----------
    indicator : str
        Indicator of the dictionary.
    domain : mapping of str to str
        Code by breakdown; empty for the whole population.
    value : float
        As printed, such as 37.2 for a percentage.
    scale : float
        What our estimate is multiplied by before comparing: 100 for a percentage, 0.001 for thousands.
    digits : int
        Decimals printed; negative when the office rounded to tens (-1) or thousands (-3).
    tolerance : float
        Largest accepted difference, in the printed unit.
    where : str
        Publication and page.
    explanation : str
        Why a difference is understood; empty when there is none.
    """

    indicator: str
    value: float
    domain: Mapping[str, str] = field(default_factory=dict)
    scale: float = 1.0
    digits: int = 0
    tolerance: float = 0.0
    where: str = ""
    explanation: str = ""


@dataclass(frozen=True)
class Reconciled:
    """A printed figure with ours.

    Parameters
    ----------
    published : PublishedFigure
        What was printed.
    outcome : str
        One of `OUTCOMES`.
    ours : float or None
        Our estimate in the printed unit, unrounded.
    difference : float or None
        Ours minus the printed value, in the printed unit.
    status : str
        Status of our row; empty when there is none.
    """

    published: PublishedFigure
    outcome: str
    ours: float | None = None
    difference: float | None = None
    status: str = ""

    @property
    def stops(self) -> bool:
        """Whether the figure must stop a release."""
        return self.outcome in ("unexplained", "not_found")


def reconcile(
    published: Sequence[PublishedFigure],
    frame: pd.DataFrame,
    breakdowns: Sequence[str],
) -> list[Reconciled]:
    r"""Compare printed figures with an estimate table.

    Parameters
    ----------
    published : sequence of PublishedFigure
        What was printed.
    frame : DataFrame
        Rows of an `EstimateTable`.
    breakdowns : sequence of str
        Its breakdown columns.

    Returns
    -------
    list of Reconciled
        One for each printed figure, in order.

    Notes
    -----
    With :math:`c` the scale and :math:`d` the digits, a figure is *equal to the printed digits* when
    :math:`|c\hat\theta - v| \le \tfrac12 10^{-d}`: either way of rounding a half gives the printed value.
    """
    results = []
    for figure in published:
        row = _find(figure, frame, breakdowns)
        if row is None or not np.isfinite(row["estimate"]):
            outcome = "explained" if figure.explanation else "not_found"
            results.append(Reconciled(figure, outcome, status="" if row is None else str(row["status"])))
            continue
        ours = float(row["estimate"]) * figure.scale
        results.append(
            Reconciled(figure, _outcome(figure, ours), ours, ours - figure.value, str(row["status"]))
        )
    return results


def _outcome(figure: PublishedFigure, ours: float) -> str:
    difference = abs(ours - figure.value)
    # A hair for the binary representation of the printed decimal.
    if difference <= 0.5 * 10.0**-figure.digits + 4 * math.ulp(max(abs(ours), abs(figure.value))):
        return "equal"
    if difference <= figure.tolerance:
        return "within_tolerance"
    return "explained" if figure.explanation else "unexplained"


def _find(figure: PublishedFigure, frame: pd.DataFrame, breakdowns: Sequence[str]) -> pd.Series | None:
    if not set(figure.domain) <= set(breakdowns):
        return None
    wanted = (frame["indicator"] == figure.indicator).to_numpy()
    for name in breakdowns:
        wanted = wanted & (frame[name] == figure.domain.get(name, "_T")).to_numpy()
    found = np.flatnonzero(wanted)
    return frame.iloc[found[0]] if found.size else None
