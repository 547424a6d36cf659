"""How many independent cases a proportion is worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from estimates.intervals.bounds import FloatArray, t_quantile


def effective_sample(
    p: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    df: ArrayLike,
    *,
    confidence: float = 0.95,
    cap: bool = True,
    deff: ArrayLike | None = None,
) -> FloatArray:
    r"""Effective sample size of a proportion, adjusted for degrees of freedom.

    Parameters
    ----------
    p, se : (...) float
        Estimated proportion, a fraction, and its standard error.
    n : (...) float
        Rows in the denominator.
    df : (...) float
        Design degrees of freedom; infinity leaves out the adjustment.
    confidence : float
        Coverage of the interval it will serve.
    cap : bool
        Never more than ``n``, as the National Center for Health Statistics does; R does not cap.
    deff : (...) float, optional
        Design effect expected of the attribute, used where ``p`` is 0 or 1 and the variance says nothing.

    Returns
    -------
    (...) float
        NaN where it cannot be known; ``n``, or ``n / deff``, for the 0 and 100 % cells.

    Notes
    -----
    .. math:: n^* = \frac{p(1-p)}{\mathrm{se}^2} \left( \frac{t_{n-1}}{t_{\mathrm{df}}} \right)^2

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24(2), 193-201, section 2.
    """
    share, error, rows, degrees = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (p, se, n, df))
    )
    inner = (share > 0) & (share < 1)
    # A vanishing error makes any number of rows worth more than there are: the cap decides.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        worth = share * (1 - share) / error**2
        # With infinite df no adjustment is asked for: Wilson with z, for instance.
        ratio = t_quantile(rows - 1, confidence) / t_quantile(degrees, confidence)
        worth = worth * np.where(degrees == np.inf, 1.0, ratio) ** 2
        inflation = np.ones(()) if deff is None else np.asarray(deff, dtype=np.float64)
        edge = rows / np.where(inflation > 1.0, inflation, 1.0)
    if cap:
        # A single row has no t quantile; the cap says that it is worth one row at most.
        worth = np.where(rows == 1, rows, np.minimum(worth, rows))
    worth = np.where(inner, worth, np.where((share == 0) | (share == 1), edge, np.nan))
    known = (error >= 0) & np.isfinite(error) & (degrees > 0) & (rows >= 1)
    return np.where(known, worth, np.nan)
