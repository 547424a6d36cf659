"""Which interval each kind of row gets, and when it is not certified."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from estimates.intervals.by_name import proportion_interval
from estimates.intervals.korn_graubard import korn_graubard
from estimates.intervals.log_interval import log_interval
from estimates.intervals.wald import wald
from estimates.measure import BoolVector, FloatVector
from surveys.study import ProportionInterval

EXPECTED_CASES = 5
MANY_SHARES = 2_000


def row_intervals(
    shape: npt.NDArray[np.str_],
    estimate: FloatVector,
    se: FloatVector,
    n: FloatVector,
    cases: FloatVector,
    population: FloatVector,
    df: FloatVector,
    *,
    census: bool = False,
    confidence: float = 0.95,
    proportion: ProportionInterval = "korn_graubard",
) -> tuple[FloatVector, FloatVector, BoolVector]:
    """Compute the interval of every row by its shape.

    Parameters
    ----------
    shape : (m,) str
        ``share`` (a proportion), ``count`` (total of a 0/1 attribute), ``positive`` (total of a variable that is
        never negative) or ``any``.
    estimate, se, n, cases, population, df : (m,) float
        Columns of the table.
    census : bool
        True when every PSU of the frame was drawn, so that a standard error of 0 is true.
    confidence : float
        Coverage intended.
    proportion : ProportionInterval
        Interval of proportions.

    Returns
    -------
    low, high : (m,) float
        Limits; never [0, 0]. NaN where they are not known.
    certified : (m,) bool
        False with fewer than five cases (or five without the attribute, for a share), no degrees of freedom, or
        a standard error of 0 that the sample cannot vouch for.

    Notes
    -----
    Shares: the method named, Korn and Graubard unless another is, with the domain's degrees of freedom. Counts and
    positive totals: the logarithm's Wald interval, because a total cannot be negative. Others: Wald with Student's t.
    A zero count is bounded above by the population times the one-sided bound of a share of 0.
    """
    low = np.full(estimate.shape, np.nan)
    high = np.full(estimate.shape, np.nan)
    some = n > 0
    share = some & (shape == "share")
    if share.any():
        bounds = _beside(proportion, estimate[share], se[share], n[share], df[share], confidence)
        low[share], high[share] = bounds[0], bounds[1]
    logged = some & ((shape == "count") | (shape == "positive")) & (estimate > 0) & (se > 0)
    if logged.any():
        bounds = log_interval(estimate[logged], se[logged], df[logged], confidence=confidence)
        low[logged], high[logged] = bounds[0], bounds[1]
    zero = some & (shape == "count") & (estimate == 0)
    if zero.any():
        none = np.zeros(int(zero.sum()))
        bounds = korn_graubard(none, none, n[zero], df[zero], confidence=confidence)
        low[zero], high[zero] = 0.0, population[zero] * bounds[1]
    low[some & (shape == "positive") & (estimate == 0)] = 0.0
    free = some & (shape == "any") & (se > 0)
    if free.any():
        bounds = wald(estimate[free], se[free], df[free], confidence=confidence)
        low[free], high[free] = bounds[0], bounds[1]
    if census:
        exact = some & (se == 0)
        low[exact], high[exact] = estimate[exact], estimate[exact]
    fewest = np.where(shape == "share", np.minimum(cases, n - cases), cases)
    certified = (fewest >= EXPECTED_CASES) & (df > 0) & np.isfinite(low) & np.isfinite(high)
    return low, high, certified | (census & some)


def _beside(
    name: str, estimate: FloatVector, se: FloatVector, n: FloatVector, df: FloatVector, confidence: float
) -> tuple[FloatVector, FloatVector]:
    """Limits of many rows on two processors: the beta quantile is iterative, and row by row."""
    if estimate.size < MANY_SHARES:
        return proportion_interval(name, estimate, se, n, df, confidence=confidence)
    half = estimate.size // 2
    with ThreadPoolExecutor(2) as pool:
        found = list(
            pool.map(
                lambda part: proportion_interval(
                    name, estimate[part], se[part], n[part], df[part], confidence=confidence
                ),
                (slice(0, half), slice(half, None)),
            )
        )
    return np.concatenate([part.low for part in found]), np.concatenate([part.high for part in found])
