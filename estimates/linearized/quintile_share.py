"""Quintile share ratio: the income of the richest fifth over that of the poorest."""

from __future__ import annotations

import numpy as np

from estimates.linearized.linearization import Linearized, inside, nothing
from estimates.linearized.weighted_quantile import weighted_quantile
from estimates.measure import BoolVector, FloatVector


def quintile_share_ratio(
    y: FloatVector, weight: FloatVector, domain: BoolVector | None = None, *, share: float = 0.2
) -> Linearized:
    r"""Ratio of the total of the richest to the total of the poorest, S80/S20 by default.

    Parameters
    ----------
    y : (n,) float
        Income; missing values are NaN and leave the base.
    weight : (n,) float
        Final weights.
    domain : (n,) bool, optional
        Rows of the domain; all rows when None.
    share : float
        Part of the population at each end.

    Returns
    -------
    Linearized
        A ratio; NaN where the poorest have nothing.

    Notes
    -----
    With :math:`\hat S(p) = \sum_k w_k y_k 1(y_k \le \hat Q(p))` and total :math:`\hat Y`,

    .. math:: \hat R = \frac{\hat Y - \hat S(1-a)}{\hat S(a)}, \qquad
              s_k(p) = y_k 1(y_k \le \hat Q(p)) - \hat Q(p)\,\big(1(y_k \le \hat Q(p)) - p\big)

    .. math:: z_k = \frac{y_k - s_k(1-a)}{\hat S(a)} - \hat R\,\frac{s_k(a)}{\hat S(a)}

    The density at the quantiles cancels, so none has to be estimated.

    References
    ----------
    Langel and Tillé (2011), Statistical Methods and Applications 20, 527-547; Osier (2009), Survey Research
    Methods 3(3), section 4.5.
    """
    used = inside(y, weight, domain)
    if not used.any():
        return nothing(y.size)
    value, w = y[used], weight[used]
    low, low_part = _partial_total(value, w, share)
    high, high_part = _partial_total(value, w, 1 - share)
    if low <= 0:
        return nothing(y.size)
    estimate = (float(w @ value) - high) / low
    z = np.zeros(y.size)
    z[used] = (value - high_part) / low - estimate * low_part / low
    return Linearized(estimate, z)


def _partial_total(value: FloatVector, w: FloatVector, p: float) -> tuple[float, FloatVector]:
    quantile = weighted_quantile(value, w, p)
    below = (value <= quantile).astype(np.float64)
    return float(w @ (value * below)), value * below - quantile * (below - p)
