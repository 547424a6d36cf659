"""Korn and Graubard's exact interval of a proportion, the default of every table."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from estimates.intervals.bounds import Bounds, around, upper_tail, valid_proportion
from estimates.intervals.effective_sample import effective_sample


def korn_graubard(
    p: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    df: ArrayLike,
    *,
    confidence: float = 0.95,
    cap: bool = True,
    deff: ArrayLike | None = None,
) -> Bounds:
    r"""Clopper-Pearson limits on the effective sample size.

    Parameters
    ----------
    p, se : (...) float
        Estimated proportion, a fraction, and its standard error.
    n : (...) float
        Rows in the denominator.
    df : (...) float
        Design degrees of freedom: PSUs minus strata with members of the domain.
    confidence : float
        Two-sided coverage.
    cap : bool
        Effective sample never more than ``n``. False gives R's ``svyciprop(method = "beta")``.
    deff : (...) float, optional
        Design effect expected of the attribute, for cells of 0 and 100 %.

    Returns
    -------
    Bounds
        Fractions. A 0 % cell gives ``[0, u]``, a 100 % cell ``[l, 1]``; NaN without a standard error or df.

    Notes
    -----
    With :math:`x = p\,n^*` and :math:`n^*` of `effective_sample`,

    .. math:: \left[ B^{-1}(\alpha/2;\, x,\, n^* - x + 1),\; B^{-1}(1 - \alpha/2;\, x + 1,\, n^* - x) \right]

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24(2), 193-201.
    Parker et al. (2017), National Center for Health Statistics, Vital and Health Statistics 2(175): the cap.
    """
    share, error, rows, degrees = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (p, se, n, df))
    )
    upper = upper_tail(confidence)
    worth = effective_sample(share, error, rows, degrees, confidence=confidence, cap=cap, deff=deff)
    # Beyond 1e15 cases the beta quantile is noise: such a standard error is rounding, not a variance.
    valid = valid_proportion(share, error, degrees) & (worth < 1e15)
    size = np.where(valid, worth, 1.0)
    # The beta quantile gives NaN for a parameter among the subnormal floats; its limit there is 0 or 1.
    cases = np.maximum(np.where(valid, share, 0.5) * size, 1e-300)
    rest = np.maximum(np.where(valid, 1 - share, 0.5) * size, 1e-300)
    with np.errstate(invalid="ignore", divide="ignore"):
        low = np.where(share <= 0, 0.0, special.betaincinv(cases, rest + 1, 1 - upper))
        high = np.where(share >= 1, 1.0, special.betaincinv(cases + 1, rest, upper))
    return around(share, low, high, valid)
