"""Wilson's score interval of a proportion on its effective sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from estimates.intervals.bounds import Bounds, around, upper_tail, valid_proportion
from estimates.intervals.effective_sample import effective_sample


def wilson(
    p: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    df: ArrayLike = np.inf,
    *,
    confidence: float = 0.95,
    cap: bool = True,
    deff: ArrayLike | None = None,
) -> Bounds:
    r"""Score interval with the effective sample in the place of n.

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
    .. math:: \frac{p + z^2/2n^*}{1 + z^2/n^*} \pm \frac{z}{1 + z^2/n^*}
              \sqrt{\frac{p(1-p)}{n^*} + \frac{z^2}{4 n^{*2}}}

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22(158), 209-212.
    Franco, Little, Louis and Slud (2019), Journal of Survey Statistics and Methodology 7(3).
    """
    share, error, rows, degrees = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (p, se, n, df))
    )
    z = float(special.ndtri(upper_tail(confidence)))
    worth = effective_sample(share, error, rows, degrees, confidence=confidence, cap=cap, deff=deff)
    valid = valid_proportion(share, error, degrees) & np.isfinite(worth)
    size = np.where(valid, worth, 1.0)
    safe = np.where(valid, share, 0.5)
    # Numerator and denominator both multiplied by n*, which may be as small as a float can be.
    centre = (safe * size + z**2 / 2) / (size + z**2)
    half = z * np.sqrt(safe * (1 - safe) * size + z**2 / 4) / (size + z**2)
    low = np.where(share <= 0, 0.0, centre - half)
    high = np.where(share >= 1, 1.0, centre + half)
    return around(share, low, high, valid)
