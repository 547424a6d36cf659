"""Status and reasons of every row: several publication standards side by side, the strictest wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimates.measure import BoolVector, FloatVector, IntVector
from estimates.publication.standards import assess_all

LEVELS = ("reliable", "weak", "withheld")
ObjectVector = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Verdicts:
    """What may be said about each row.

    Parameters
    ----------
    status : (m,) str
        reliable, weak, withheld or empty.
    reason : (m,) str
        Codes joined by ``;``, empty when there is nothing to say.
    """

    status: ObjectVector
    reason: ObjectVector


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

    Returns
    -------
    Verdicts
        A row without a base is ``empty`` and never judged. A row whose standard error or degrees of freedom
        are
        missing is at best ``weak``.
    """
    rows = estimate.size
    rank = np.zeros(rows, dtype=np.int64)
    judged = np.full(rows, "", dtype=object)
    some = np.isfinite(estimate)
    if standards and some.any():
        assessed = assess_all(
            standards, kind=kind[some], estimate=estimate[some], se=se[some], n=n[some], cases=cases[some],
            deff=deff[some], df=df[some], planned=planned[some], ci_low=low[some], ci_high=high[some],
        )  # fmt: skip
        rank[some] = np.select([assessed.level == level for level in LEVELS], range(len(LEVELS)), default=2)
        judged[some] = assessed.reason
    reasons = [judged]
    unsure = some & ~certified
    no_df = some & (df <= 0)
    rank = np.where(no_df, np.maximum(rank, 1), rank)
    reasons.append(np.where(no_df, "no_degrees_of_freedom", "").astype(object))
    reasons.append(np.where(unsure, "interval_not_certified", "").astype(object))
    if collapsed:
        reasons.append(np.where(some, "lonely_psu_collapsed", "").astype(object))
    has_rows = np.asarray(n) > 0
    status = np.array(LEVELS, dtype=object)[rank]
    status[~some] = np.where(has_rows[~some], "withheld", "empty")
    # Rows of the base exist but the denominator of the ratio is 0: there is no number to show.
    reasons.append(np.where(~some & has_rows, "zero_denominator", "").astype(object))
    reason = np.array([";".join(filter(None, parts)) for parts in zip(*reasons, strict=True)], dtype=object)
    return Verdicts(status=status, reason=reason)
