"""Weighted quantile by its named rule, and the derivative it needs."""

from __future__ import annotations

import numpy as np

from estimates.measure import FloatVector


def weighted_quantile(y: FloatVector, weight: FloatVector, p: float) -> float:
    r"""Lower quantile: the smallest value at which the weighted distribution reaches p.

    Parameters
    ----------
    y : (n,) float
        Known values.
    weight : (n,) float
        Weights above zero.
    p : float
        Between 0 and 1.

    Returns
    -------
    float
        In the unit of y.

    Notes
    -----
    .. math:: \hat Q(p) = \min\{y_k : \hat F(y_k) \ge p\}, \qquad
              \hat F(x) = \sum_k w_k 1(y_k \le x) \big/ \sum_k w_k

    This is the inverse of the distribution function, rule 1 of Hyndman and Fan with weights; where the
    distribution meets p exactly, the middle of the two values is taken (their rule 2), as Eurostat does.

    References
    ----------
    Hyndman and Fan (1996), The American Statistician 50(4), 361-365, definitions 1 and 2.
    """
    order = np.argsort(y, kind="stable")
    value = y[order]
    reached = np.cumsum(weight[order])
    target = p * reached[-1]
    position = int(np.searchsorted(reached, target * (1 - 1e-12), side="left"))
    position = min(position, value.size - 1)
    if position + 1 < value.size and abs(reached[position] - target) <= 1e-12 * reached[-1]:
        return float((value[position] + value[position + 1]) / 2)
    return float(value[position])


def kernel_density(y: FloatVector, weight: FloatVector, at: float) -> float:
    r"""Weighted density of y at one point.

    Parameters
    ----------
    y : (n,) float
        Known values.
    weight : (n,) float
        Weights above zero.
    at : float
        Where, in the unit of y.

    Returns
    -------
    float
        Per unit of y; NaN where y has no spread.

    Notes
    -----
    .. math:: \hat f(x) = \frac{1}{\hat N h} \sum_k w_k\,\phi\Big(\frac{x - y_k}{h}\Big), \qquad
              h = 0.79\,(\hat Q_{.75} - \hat Q_{.25})\, n^{-1/5}

    The bandwidth by the quartiles is not drawn out by a few very large incomes.

    References
    ----------
    Silverman (1986), Density Estimation, eq. 3.28 ff. (0.79 times the interquartile range); Verma and Betti
    (2011),
    Journal of Applied Statistics 38(8), 1549-1576 (its use for poverty lines).
    """
    spread = weighted_quantile(y, weight, 0.75) - weighted_quantile(y, weight, 0.25)
    width = 0.79 * spread * y.size ** (-0.2)
    if width <= 0:
        return float("nan")
    kernel = np.exp(-0.5 * ((at - y) / width) ** 2) / np.sqrt(2 * np.pi)
    return float(weight @ kernel / (weight.sum() * width))
