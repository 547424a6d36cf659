"""Status and reasons of every row: several publication standards side by side, the strictest wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimates.measure import BoolVector, FloatVector, IntVector
from estimates.publication.standards import assess_all

LEVELS = ("reliable", "weak", "withheld")
KNOWN_TOTAL = "known_total"
UNCERTIFIED = "interval_not_certified"
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True)
class Verdicts:
    """What may be said about each row, as positions in short lists of texts.

    Parameters
    ----------
    status, reason : (m,) int
        Positions in ``statuses`` and ``reasons``.
    statuses : tuple of str
        reliable, weak, withheld and empty.
    reasons : tuple of str
        Codes joined by ``;``, empty when there is nothing to say.
    """

    status: IntVector
    reason: IntVector
    statuses: tuple[str, ...]
    reasons: tuple[str, ...]


def verdicts(
    standards: Sequence[str],
    kind: npt.NDArray[np.str_],
    estimate: FloatVector,
    se: FloatVector,
    n: IntVector,
    cases: IntVector,
    deff: FloatVector,
    df: IntVector,
    planned: BoolVector,
    low: FloatVector,
    high: FloatVector,
    certified: BoolVector,
    *,
    collapsed: bool = False,
    known: BoolVector | None = None,
) -> Verdicts:
    """Judge rows by every standard and keep the strictest level with all its reasons.

    Parameters
    ----------
    standards : sequence of str
        Names known to ``estimates.publication``.
    kind : (m,) str
        prop, mean, total or ratio.
    estimate, se, n, cases, deff, df, planned, low, high : (m,)
        Columns of the table.
    certified : (m,) bool
        Whether the interval is certified.
    collapsed : bool
        True when lonely strata were joined, which every row then says.
    known : (m,) bool, optional
        Figures that the known totals of a calibration determine. They are not estimates: no standard and no rule
        about degrees of freedom or intervals judges them, and ``known_total`` is their only reason.

    Returns
    -------
    Verdicts
        A row without a base is ``empty`` and never judged. A row whose standard error or degrees of freedom
        are
        missing is at best ``weak``.
    """
    rank = np.zeros(estimate.size, dtype=np.int64)
    judged = np.zeros(estimate.size, dtype=np.int64)
    texts: tuple[str, ...] = ("",)
    some = np.isfinite(estimate)
    exempt = np.zeros_like(some) if known is None else known & some
    weighed = some & ~exempt
    if standards and weighed.any():
        everyone = bool(weighed.all())

        def pick(values: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
            return values if everyone else values[weighed]

        assessed = assess_all(
            standards, kind=pick(kind), estimate=pick(estimate), se=pick(se), n=pick(n), cases=pick(cases),
            deff=pick(deff), df=pick(df), planned=pick(planned), ci_low=pick(low), ci_high=pick(high),
        )  # fmt: skip
        place, found = pd.factorize(assessed.level)
        rank[weighed] = np.array([LEVELS.index(level) for level in found], dtype=np.int64)[place]
        place, reasons = pd.factorize(assessed.reason)
        texts = ("", *map(str, reasons))
        judged[weighed] = place + 1
    no_df = weighed & (df <= 0)
    rank = np.where(no_df, np.maximum(rank, 1), rank)
    has_rows = np.asarray(n) > 0
    marks = {
        "no_degrees_of_freedom": no_df,
        UNCERTIFIED: weighed & ~certified,
        "lonely_psu_collapsed": weighed if collapsed else np.zeros_like(some),
        # Rows of the base exist but the denominator of the ratio is 0: there is no number to show.
        "zero_denominator": ~some & has_rows,
    }
    if exempt.any():
        marks[KNOWN_TOTAL] = exempt
    key = judged
    for mark in marks.values():
        key = key * 2 + mark
    combinations, reason = np.unique(key, return_inverse=True)
    joined = []
    for combination in combinations.tolist():
        said = [word for bit, word in enumerate(reversed(marks)) if combination >> bit & 1][::-1]
        joined.append(";".join(filter(None, (texts[combination >> len(marks)], *said))))
    status = np.where(some, rank, np.where(has_rows, LEVELS.index("withheld"), len(LEVELS)))
    return Verdicts(status, reason.astype(np.int64), (*LEVELS, "empty"), tuple(joined))
