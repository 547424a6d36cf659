"""Our figures beside those an office printed: equal, within tolerance, explained, or unexplained."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

Among = Literal["", "parts", "domains"]
NOISE = 1.96
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
    among : {"", "parts", "domains"}
        For a printed rank (``value``, 1 the largest): whether it is among the parts of one distribution or among
        the domains of one indicator that were printed with a rank. Empty for a number.
    """

    indicator: str
    value: float
    domain: Mapping[str, str] = field(default_factory=dict)
    scale: float = 1.0
    digits: int = 0
    tolerance: float = 0.0
    where: str = ""
    explanation: str = ""
    among: Among = ""


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
    :math:`|c\hat\theta - v| \le \tfrac12 10^{-d}`: either way of rounding a half gives the printed value. A printed
    rank is *within tolerance* where it is one of the ranks that noise allows: from one more than the number of
    rivals above by more than :math:`1.96\sqrt{v(\hat\theta_a) + v(\hat\theta_b)}` to one more than the number not
    below by so much. Shares of one distribution vary together negatively, so the true error of their difference is
    larger and the range of ranks, if anything, too narrow.
    """
    results = []
    for figure in published:
        row = _find(figure, frame, breakdowns)
        if figure.among and row is not None and np.isfinite(row["estimate"]):
            rivals = [_find(item, frame, breakdowns) for item in _rivals(figure, published)]
            results.append(_ranked(figure, row, rivals))
            continue
        if row is None or not np.isfinite(row["estimate"]):
            outcome = "explained" if figure.explanation else "not_found"
            results.append(Reconciled(figure, outcome, status="" if row is None else str(row["status"])))
            continue
        ours = float(row["estimate"]) * figure.scale
        results.append(
            Reconciled(figure, _outcome(figure, ours), ours, ours - figure.value, str(row["status"]))
        )
    return results


def _rivals(figure: PublishedFigure, published: Sequence[PublishedFigure]) -> list[PublishedFigure]:
    """Find the printed ranks that a rank is one of, itself left out."""

    def same(item: PublishedFigure) -> bool:
        if figure.among == "domains":
            return item.indicator == figure.indicator
        whole = item.indicator.partition(".")[0] == figure.indicator.partition(".")[0]
        return whole and dict(item.domain) == dict(figure.domain)

    return [item for item in published if item.among == figure.among and item is not figure and same(item)]


def _ranked(figure: PublishedFigure, row: pd.Series, rivals: Sequence[pd.Series | None]) -> Reconciled:
    known = [rival for rival in rivals if rival is not None and np.isfinite(rival["estimate"])]
    gaps = np.array([float(rival["estimate"]) - float(row["estimate"]) for rival in known])
    noise = np.array([NOISE * math.hypot(float(rival["se"]), float(row["se"])) for rival in known])
    rank = 1 + int((gaps > 0).sum())
    best, worst = 1 + int((gaps > noise).sum()), 1 + int((gaps > -noise).sum())
    if rank == figure.value:
        outcome = "equal"
    elif best <= figure.value <= worst:
        outcome = "within_tolerance"
    else:
        outcome = "explained" if figure.explanation else "unexplained"
    return Reconciled(figure, outcome, float(rank), float(rank) - figure.value, str(row["status"]))


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
