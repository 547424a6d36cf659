"""The interval of a rate or a total that cannot be negative."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from estimates.intervals.bounds import Bounds, t_quantile
from estimates.intervals.zero_cell import zero_cell


def log_interval(
    estimate: ArrayLike,
    se: ArrayLike,
    df: ArrayLike = np.inf,
    *,
    n: ArrayLike | None = None,
    population: ArrayLike | None = None,
    deff: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Bounds:
    r"""Wald interval of the logarithm, carried back.

    Parameters
    ----------
    estimate, se : (...) float
        Non-negative estimate and its standard error, same unit.
    df : (...) float
        Design degrees of freedom.
    n : (...) float, optional
        Rows in the base of the estimate, for zeros.
    population : (...) float, optional
        Weighted size of that base, in the unit of the estimate: what the estimate would be if every member
        counted one. A zero gives ``[0, population x u]`` with ``u`` of `zero_cell`; NaN without it.
    deff : (...) float, optional
        Expected design effect, for zeros.
    confidence : float
        Two-sided coverage.

    Returns
    -------
    Bounds
        Unit of the estimate; NaN for a negative estimate.

    Notes
    -----
    .. math:: \hat\theta \exp\left( \pm t_{\mathrm{df}}\, \mathrm{se} / \hat\theta \right)

    References
    ----------
    Parker et al. (2023), National Center for Health Statistics, Vital and Health Statistics 2(200).
    """
    value, error, degrees = np.broadcast_arrays(
        *(np.asarray(item, dtype=np.float64) for item in (estimate, se, df))
    )
    valid = (value >= 0) & (error >= 0) & np.isfinite(error) & np.isfinite(value) & (degrees > 0)
    positive = valid & (value > 0)
    safe = np.where(positive, value, 1.0)
    with np.errstate(over="ignore"):
        factor = np.exp(t_quantile(degrees, confidence) * np.where(positive, error, 0.0) / safe)
    edge = zero_cell(np.where(value == 0, 0.0, np.nan), n, deff=deff, confidence=confidence)
    ceiling = edge.high * (np.nan if population is None else np.asarray(population, dtype=np.float64))
    low = np.where(positive, value / factor, 0.0)
    high = np.where(positive, value * factor, ceiling)
    return Bounds(np.where(valid, low, np.nan), np.where(valid, high, np.nan))
