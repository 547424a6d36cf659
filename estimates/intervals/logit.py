"""The interval of a proportion that is symmetric on the logit scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from estimates.intervals.bounds import Bounds, around, t_quantile, valid_proportion
from estimates.intervals.zero_cell import zero_cell


def logit(
    p: ArrayLike,
    se: ArrayLike,
    df: ArrayLike = np.inf,
    *,
    n: ArrayLike | None = None,
    deff: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Bounds:
    r"""Wald interval of the log odds, carried back.

    Parameters
    ----------
    p, se : (...) float
        Estimated proportion, a fraction, and its standard error.
    df : (...) float
        Design degrees of freedom.
    n, deff : (...) float, optional
        Rows in the denominator and expected design effect, for the one-sided bound of 0 and 100 % cells;
        without ``n`` those are NaN.
    confidence : float
        Two-sided coverage.

    Returns
    -------
    Bounds
        Fractions; the same as R's ``svyciprop(method = "xlogit")``.

    Notes
    -----
    .. math:: \operatorname{logit}^{-1}\!\left( \operatorname{logit} p
              \pm t_{\mathrm{df}}\, \frac{\mathrm{se}}{p(1-p)} \right)

    References
    ----------
    Korn and Graubard (1999), Analysis of Health Surveys, Wiley.
    """
    share, error, degrees = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (p, se, df))
    )
    valid = valid_proportion(share, error, degrees)
    inner = valid & (share > 0) & (share < 1)
    safe = np.where(inner, share, 0.5)
    # A share next to 0 or 1 may have an error that is infinite on this scale: the interval is then 0 to 1.
    with np.errstate(over="ignore"):
        half = t_quantile(degrees, confidence) * np.where(inner, error, 0.0) / (safe * (1 - safe))
    centre = special.logit(safe)
    edge = zero_cell(share, n, deff=deff, confidence=confidence)
    low = np.where(inner, special.expit(centre - half), edge.low)
    high = np.where(inner, special.expit(centre + half), edge.high)
    return around(share, low, high, valid)
