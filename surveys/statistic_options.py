"""What each statistic of the dictionary needs beside its expression, and what it may not have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Entries of an indicator that only some statistics understand.
OPTIONAL_ENTRIES = (
    "over", "p", "line", "relative_line", "power", "denominator", "per", "totals", "time", "event", "at", "by",
    "weights",
)  # fmt: skip


@dataclass(frozen=True)
class Entries:
    """Entries that a statistic needs, and those it may also have.

    Parameters
    ----------
    needed, allowed : tuple of str
        Names of entries of the indicator.
    """

    needed: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()


STATISTICS: Mapping[str, Entries] = {
    "total": Entries(("of",)),
    "count": Entries(("of",)),
    "mean": Entries(("of",)),
    "proportion": Entries(("of",)),
    "ratio": Entries(("of", "over")),
    "distribution": Entries(("of",)),
    "quantile": Entries(("of", "p")),
    "gini": Entries(("of",)),
    "quintile_share_ratio": Entries(("of",)),
    "poverty": Entries(("of",), ("line", "relative_line", "power")),
    "rate": Entries(("of", "denominator"), ("per",)),
    "function": Entries(("of", "totals")),
    "survival": Entries(("time", "event", "at")),
    "standardized": Entries(("of", "by", "weights")),
}


@dataclass(frozen=True)
class RelativeLineOptions:
    """A poverty line that is a share of a quantile of the same variable."""

    share: float
    quantile: float = 0.5


@dataclass(frozen=True)
class StatisticOptions:
    """What a statistic needs beside its expression; None or empty where it needs nothing of the kind.

    Parameters
    ----------
    p : float or None
        Which quantile, between 0 and 1.
    line : str or None
        Expression of a poverty line; a number is an expression too.
    relative_line : RelativeLineOptions or None
        Poverty line estimated from the same sample.
    power : int
        0 headcount, 1 gap, 2 severity.
    denominator : str or None
        Name under ``denominators:`` of the study whose numbers a rate is over.
    per : float
        What a rate is for: 1000 persons.
    totals : mapping of str to str
        Expressions of the totals that a function names.
    time, event : str or None
        Expressions of the time observed and of the event that may end it.
    at : tuple of float
        Times at which survival is given, in the unit of ``time``.
    by : str or None
        Breakdown over which a figure is standardized.
    weights : mapping of str to float
        Standard population by code of ``by``; only their proportions matter.
    """

    p: float | None = None
    line: str | None = None
    relative_line: RelativeLineOptions | None = None
    power: int = 0
    denominator: str | None = None
    per: float = 1.0
    totals: Mapping[str, str] = field(default_factory=dict)
    time: str | None = None
    event: str | None = None
    at: tuple[float, ...] = ()
    by: str | None = None
    weights: Mapping[str, float] = field(default_factory=dict)


def options_from(entry: Mapping[str, Any]) -> StatisticOptions:
    """Read the options of an indicator whose shape was checked."""
    relative, p, line = entry.get("relative_line"), entry.get("p"), entry.get("line")
    return StatisticOptions(
        p=None if p is None else float(p),
        line=None if line is None else str(line),
        relative_line=None
        if relative is None
        else RelativeLineOptions(float(relative["share"]), float(relative.get("quantile", 0.5))),
        power=int(entry.get("power", 0)),
        denominator=entry.get("denominator"),
        per=float(entry.get("per", 1.0)),
        totals=dict(entry.get("totals") or {}),
        time=entry.get("time"),
        event=entry.get("event"),
        at=tuple(float(time) for time in entry.get("at") or ()),
        by=entry.get("by"),
        weights={code: float(weight) for code, weight in (entry.get("weights") or {}).items()},
    )
