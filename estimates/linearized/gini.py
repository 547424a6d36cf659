"""Gini coefficient of a non-negative variable."""

from __future__ import annotations

import numpy as np

from estimates.linearized.linearization import Linearized, inside, nothing
from estimates.measure import BoolVector, FloatVector


def gini(y: FloatVector, weight: FloatVector, domain: BoolVector | None = None) -> Linearized:
    r"""Gini coefficient within a domain.

    Parameters
    ----------
    y : (n,) float
        Income or another amount; missing values are NaN and leave the base.
    weight : (n,) float
        Final weights.
    domain : (n,) bool, optional
        Rows of the domain; all rows when None.

    Returns
    -------
    Linearized
        The coefficient, 0 (all equal) to 1.

    Notes
    -----
    Rows in the order of y, :math:`N_k` the sum of weights up to and including row k:

    .. math:: \hat G = \frac{A}{\hat N \hat Y} - 1, \qquad
              A = 2 \sum_k w_k y_k N_k - \sum_k w_k^2 y_k

    .. math:: z_k = \frac{2}{\hat N \hat Y}\Big(y_k N_k + \sum_{i > k} w_i y_i\Big)
              - \frac{A}{\hat N \hat Y}\Big(\frac{1}{\hat N} + \frac{y_k}{\hat Y}\Big)

    Tied values share one place, so the order of the file does not matter.

    References
    ----------
    Langel and Tillé (2013), Journal of the Royal Statistical Society A 176(2), 521-540, sections 2 and 4;
    Osier (2009), Survey Research Methods 3(3), 167-195, section 4.4.
    """
    used = np.flatnonzero(inside(y, weight, domain))
    if used.size == 0:
        return nothing(y.size)
    rows = used[np.argsort(y[used], kind="stable")]
    value, w = y[rows], weight[rows]
    if value[0] < 0:
        raise ValueError("the Gini coefficient takes amounts of 0 or more; decide on negative ones first")
    first = np.flatnonzero(np.r_[True, value[1:] != value[:-1]])
    tie = np.repeat(np.arange(first.size), np.diff(np.r_[first, value.size]))
    tie_weight = np.add.reduceat(w, first)
    through = np.cumsum(tie_weight)
    population = through[-1]
    total = float(w @ value)
    if total == 0:
        return nothing(y.size)
    level = value[first]
    numerator = float(np.sum(tie_weight * level * (2 * through - tie_weight)))
    size = population * total
    above = total - np.cumsum(tie_weight * level)
    # Within a tie half of its weight counts as below: the derivative of the tie's square of weights.
    slope = 2 * (level * (through - tie_weight) + level * tie_weight + above)
    z = slope[tie] / size - numerator / size * (1 / population + value / total)
    linearized = np.zeros(y.size)
    linearized[rows] = z
    return Linearized(numerator / size - 1, linearized)
