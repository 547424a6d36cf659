"""Bayesian intervals of a proportion: Jeffreys' prior and the uniform one, on the effective sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from estimates.intervals.bounds import Bounds, around, upper_tail, valid_proportion
from estimates.intervals.effective_sample import effective_sample


def jeffreys(
    p: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    df: ArrayLike = np.inf,
    *,
    confidence: float = 0.95,
    cap: bool = True,
    deff: ArrayLike | None = None,
) -> Bounds:
    r"""Equal-tailed posterior interval under Jeffreys' prior.

    Parameters
    ----------
    p, se : (...) float
        Estimated proportion, a fraction, and its standard error.
    n : (...) float
        Rows in the denominator.
    df : (...) float
        Design degrees of freedom; infinity leaves the effective sample unadjusted.
    confidence : float
        Two-sided coverage.
    cap : bool
        Effective sample never more than ``n``.
    deff : (...) float, optional
        Design effect expected of the attribute, for cells of 0 and 100 %.

    Returns
    -------
    Bounds
        Fractions; a 0 % cell gives ``[0, u]``.

    Notes
    -----
    Quantiles of :math:`\mathrm{Beta}(x + 1/2,\ n^* - x + 1/2)` with :math:`x = p\,n^*`.

    References
    ----------
    Brown, Cai and DasGupta (2001), Statistical Science 16(2), 101-133.
    """
    return _posterior(p, se, n, df, prior=0.5, confidence=confidence, cap=cap, deff=deff)


def bayes_uniform(
    p: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    df: ArrayLike = np.inf,
    *,
    confidence: float = 0.95,
    cap: bool = True,
    deff: ArrayLike | None = None,
) -> Bounds:
    r"""Equal-tailed posterior interval under the uniform prior.

    Parameters
    ----------
    p, se, n, df, confidence, cap, deff
        As in `jeffreys`.

    Returns
    -------
    Bounds
        Fractions; a 0 % cell gives ``[0, u]``.

    Notes
    -----
    Quantiles of :math:`\mathrm{Beta}(x + 1,\ n^* - x + 1)` with :math:`x = p\,n^*`.

    References
    ----------
    Franco, Little, Louis and Slud (2019), Journal of Survey Statistics and Methodology 7(3).
    """
    return _posterior(p, se, n, df, prior=1.0, confidence=confidence, cap=cap, deff=deff)


def _posterior(
    p: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    df: ArrayLike,
    *,
    prior: float,
    confidence: float,
    cap: bool,
    deff: ArrayLike | None,
) -> Bounds:
    share, error, rows, degrees = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (p, se, n, df))
    )
    upper = upper_tail(confidence)
    worth = effective_sample(share, error, rows, degrees, confidence=confidence, cap=cap, deff=deff)
    valid = valid_proportion(share, error, degrees) & np.isfinite(worth)
    size = np.where(valid, worth, 1.0)
    with_attribute = np.where(valid, share, 0.5) * size + prior
    without = np.where(valid, 1 - share, 0.5) * size + prior
    low = np.where(share <= 0, 0.0, special.betaincinv(with_attribute, without, 1 - upper))
    high = np.where(share >= 1, 1.0, special.betaincinv(with_attribute, without, upper))
    return around(share, low, high, valid)
