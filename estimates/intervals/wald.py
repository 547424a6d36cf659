"""The symmetric interval: estimate plus and minus t standard errors."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from estimates.intervals.bounds import Bounds, t_quantile


def wald(estimate: ArrayLike, se: ArrayLike, df: ArrayLike = np.inf, *, confidence: float = 0.95) -> Bounds:
    r"""Symmetric interval for a mean, a total or a difference.

    Parameters
    ----------
    estimate, se : (...) float
        Estimate and its standard error, same unit.
    df : (...) float
        Design degrees of freedom; infinity uses the normal quantile.
    confidence : float
        Two-sided coverage.

    Returns
    -------
    Bounds
        Unit of the estimate; NaN where the standard error is missing or ``df`` is not positive.

    Notes
    -----
    .. math:: \hat\theta \pm t_{1-\alpha/2,\,\mathrm{df}}\ \mathrm{se}

    Not for proportions: at 1 % it covers 87 to 93 % of the time, and misses by printing too little.

    References
    ----------
    Saerndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, chapter 2.
    """
    centre = np.asarray(estimate, dtype=np.float64)
    error = np.asarray(se, dtype=np.float64)
    half = t_quantile(df, confidence) * np.where((error >= 0) & np.isfinite(error), error, np.nan)
    return Bounds(centre - half, centre + half)
