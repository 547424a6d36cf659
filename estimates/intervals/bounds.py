"""The pair of limits that every interval function returns, and the quantiles they share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

FloatArray = NDArray[np.float64]


class Bounds(NamedTuple):
    """Lower and upper limit of each estimate, in the unit of the estimate; NaN where there is none."""

    low: FloatArray
    high: FloatArray


def t_quantile(df: ArrayLike, confidence: float) -> FloatArray:
    """Two-sided Student quantile.

    Parameters
    ----------
    df : (...) float
        Degrees of freedom; infinity gives the normal quantile.
    confidence : float
        Coverage of the two-sided interval, in (0, 1).

    Returns
    -------
    (...) float
        NaN where ``df`` is not positive.

    Raises
    ------
    ValueError
        If ``confidence`` is not strictly between 0 and 1.
    """
    upper = upper_tail(confidence)
    degrees = np.asarray(df, dtype=np.float64)
    finite = np.where(np.isfinite(degrees) & (degrees > 0), degrees, 1.0)
    # Degrees of freedom repeat: a million rows have a few hundred of them, and the quantile is iterative.
    distinct, row = np.unique(finite, return_inverse=True)
    quantile = np.asarray(special.stdtrit(distinct, upper), dtype=np.float64)[row].reshape(degrees.shape)
    quantile = np.where(degrees == np.inf, special.ndtri(upper), quantile)
    return np.where(degrees > 0, quantile, np.nan)


def upper_tail(confidence: float) -> float:
    """Probability left of the upper limit of a two-sided interval; refuses an impossible confidence."""
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence is {confidence}; it must be a fraction between 0 and 1, such as 0.95.")
    return 0.5 + confidence / 2


def valid_proportion(p: FloatArray, se: FloatArray, df: FloatArray) -> NDArray[np.bool_]:
    """Where a proportion, its standard error and its degrees of freedom allow any interval at all."""
    return (p >= 0) & (p <= 1) & (se >= 0) & np.isfinite(se) & (df > 0)


def around(p: FloatArray, low: FloatArray, high: FloatArray, valid: NDArray[np.bool_]) -> Bounds:
    """Keep limits inside [0, 1] and on their own side of the estimate; NaN where not valid.

    Rounding, and Jeffreys' prior with less than one case, can put a limit on the wrong side of the estimate.
    """
    return Bounds(
        np.where(valid, np.minimum(np.clip(low, 0.0, 1.0), p), np.nan),
        np.where(valid, np.maximum(np.clip(high, 0.0, 1.0), p), np.nan),
    )
