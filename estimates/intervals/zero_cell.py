"""Bounds of a proportion when nobody, or everybody, in the sample has the attribute."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from estimates.intervals.bounds import Bounds, FloatArray, upper_tail


def zero_cell(
    p: ArrayLike, n: ArrayLike | None, *, deff: ArrayLike | None = None, confidence: float = 0.95
) -> Bounds:
    r"""Exact bounds of a proportion estimated as 0 or 1.

    Parameters
    ----------
    p : (...) float
        Estimated proportion.
    n : (...) float or None
        Rows in the denominator. None, or fewer than one, leaves the open bound unknown (NaN).
    deff : (...) float, optional
        Design effect expected of the attribute (the cell itself cannot tell: its estimated variance is zero).
        Values under 1, or NaN, count as 1.
    confidence : float
        Coverage of the two-sided interval whose other limit is 0 or 1.

    Returns
    -------
    Bounds
        ``[0, u]`` where ``p`` is 0, ``[1 - u, 1]`` where it is 1, NaN elsewhere.

    Notes
    -----
    .. math:: u = 1 - (\alpha/2)^{1/n^*}, \qquad n^* = n / \mathrm{deff}

    The tail is :math:`\alpha/2`, not :math:`\alpha`, so the bound continues the two-sided limits of the
    cells beside it and errs on the side of caution.

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26(4), 404-413.
    Parker et al. (2017), National Center for Health Statistics, Vital and Health Statistics 2(175).
    """
    share = np.asarray(p, dtype=np.float64)
    tail = 1.0 - upper_tail(confidence)
    rows = np.full(share.shape, np.nan) if n is None else np.asarray(n, dtype=np.float64)
    inflation = np.ones(()) if deff is None else np.asarray(deff, dtype=np.float64)
    inflation = np.where(inflation > 1.0, inflation, 1.0)
    effective: FloatArray = np.where(rows >= 1, rows, np.nan) / inflation
    # -expm1(log/n) keeps full accuracy when n is in the millions, where 1 - tail**(1/n) does not.
    bound = -np.expm1(np.log(tail) / effective)
    low = np.where(share == 0, 0.0, np.where(share == 1, 1.0 - bound, np.nan))
    high = np.where(share == 1, 1.0, np.where(share == 0, bound, np.nan))
    low, high = np.broadcast_arrays(low, high)
    return Bounds(np.array(low), np.array(high))
