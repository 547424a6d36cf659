"""The interval of a proportion on the variance-stabilizing arcsine scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from estimates.intervals.bounds import Bounds, around, t_quantile, valid_proportion
from estimates.intervals.zero_cell import zero_cell


def arcsine(
    p: ArrayLike,
    se: ArrayLike,
    df: ArrayLike = np.inf,
    *,
    n: ArrayLike | None = None,
    deff: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Bounds:
    r"""Wald interval of the arcsine of the square root, carried back.

    Parameters
    ----------
    p, se : (...) float
        Estimated proportion, a fraction, and its standard error.
    df : (...) float
        Design degrees of freedom.
    n, deff : (...) float, optional
        Rows in the denominator and expected design effect, for 0 and 100 % cells; NaN without ``n``.
    confidence : float
        Two-sided coverage.

    Returns
    -------
    Bounds
        Fractions; the same as R's ``svyciprop(method = "asin")`` while the limits stay inside [0, 1].

    Notes
    -----
    .. math:: \sin^2\!\left( \arcsin\sqrt p \pm t_{\mathrm{df}}\, \frac{\mathrm{se}}{2\sqrt{p(1-p)}} \right)

    The angle is kept inside :math:`[0, \pi/2]`; outside it the square of the sine would turn back.

    References
    ----------
    Anscombe (1948), Biometrika 35(3/4), 246-254.
    """
    share, error, degrees = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (p, se, df))
    )
    valid = valid_proportion(share, error, degrees)
    inner = valid & (share > 0) & (share < 1)
    safe = np.where(inner, share, 0.5)
    half = t_quantile(degrees, confidence) * np.where(inner, error, 0.0) / (2 * np.sqrt(safe * (1 - safe)))
    angle = np.arcsin(np.sqrt(safe))
    edge = zero_cell(share, n, deff=deff, confidence=confidence)
    low = np.where(inner, np.sin(np.clip(angle - half, 0, np.pi / 2)) ** 2, edge.low)
    high = np.where(inner, np.sin(np.clip(angle + half, 0, np.pi / 2)) ** 2, edge.high)
    return around(share, low, high, valid)
