"""The interval of a proportion from the likelihood of a binomial sample of the effective size."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit, xlogy

from estimates.intervals.bounds import Bounds, FloatArray, around, t_quantile, valid_proportion
from estimates.intervals.zero_cell import zero_cell

FARTHEST = 700.0  # on the logistic scale, beyond which a proportion is 0 or 1
HALVINGS = 90


def likelihood(
    p: ArrayLike,
    se: ArrayLike,
    df: ArrayLike = np.inf,
    *,
    n: ArrayLike | None = None,
    deff: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Bounds:
    r"""Proportions at which the deviance, scaled to the design, reaches the square of Student's t.

    Parameters
    ----------
    p, se : (...) float
        Estimated proportion, a fraction, and its standard error.
    df : (...) float
        Design degrees of freedom.
    n : (...) float, optional
        Rows in the denominator: for the dispersion of a fitted binomial, n / (n - 1), and for 0 and 100 % cells, which
        are NaN without it.
    deff : (...) float, optional
        Expected design effect, for 0 and 100 % cells.
    confidence : float
        Two-sided coverage.

    Returns
    -------
    Bounds
        Fractions; those of R's ``svyciprop(method = "likelihood")``, which interpolates the deviance between a few
        points and is right to 3 digits.

    Notes
    -----
    The limits are the two solutions x of

    .. math:: 2\, n^* \left[ p \log\frac{p}{x} + (1-p) \log\frac{1-p}{1-x} \right] = t_{\mathrm{df}}^2 \frac{n}{n-1},
              \qquad n^* = \frac{p(1-p)}{\mathrm{se}^2},

    found by halving on the logistic scale.

    References
    ----------
    Rao and Scott (1984), Annals of Statistics 12(1), 46-60 (likelihood ratio scaled to the design).
    """
    share, error, degrees = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (p, se, df))
    )
    valid = valid_proportion(share, error, degrees)
    inner = valid & (share > 0) & (share < 1)
    safe = np.where(inner, share, 0.5)
    reach = (t_quantile(degrees, confidence) * np.where(inner, error, 0.0)) ** 2 / (2 * safe * (1 - safe))
    if n is not None:
        rows = np.maximum(np.asarray(n, dtype=np.float64), 2.0)
        reach = reach * (rows / (rows - 1))
    edge = zero_cell(share, n, deff=deff, confidence=confidence)
    low = np.where(inner, expit(_limit(safe, reach, -FARTHEST)), edge.low)
    high = np.where(inner, expit(_limit(safe, reach, FARTHEST)), edge.high)
    return around(share, low, high, valid)


def _limit(p: FloatArray, reach: FloatArray, far: float) -> FloatArray:
    """Place on the logistic scale, between p and a far one, where the deviance of one row reaches a value."""
    near, other = np.asarray(logit(p)), np.full_like(p, far)
    most = xlogy(p, p) + xlogy(1 - p, 1 - p)
    for _ in range(HALVINGS):
        middle = (near + other) / 2
        # log(1 + e^x) is minus the logarithm of 1 - p.
        deviance = most - p * middle + np.logaddexp(0.0, middle)
        within = deviance < reach
        near, other = np.where(within, middle, near), np.where(within, other, middle)
    return near
