"""Poverty headcount, gap and severity, with a fixed line or one estimated from the same sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimates.linearized.linearization import Linearized, inside, nothing
from estimates.linearized.weighted_quantile import kernel_density, weighted_quantile
from estimates.measure import BoolVector, FloatVector


@dataclass(frozen=True)
class RelativeLine:
    """A poverty line that is a share of a quantile of the same variable.

    Parameters
    ----------
    share : float
        Such as 0.6.
    p : float
        The quantile, 0.5 for the median.
    """

    share: float = 0.6
    p: float = 0.5


def poverty(
    y: FloatVector,
    weight: FloatVector,
    line: FloatVector | float | RelativeLine,
    domain: BoolVector | None = None,
    *,
    power: int = 0,
) -> Linearized:
    r"""Foster-Greer-Thorbecke index of poverty within a domain.

    Parameters
    ----------
    y : (n,) float
        Income per person; missing values are NaN and leave the base.
    weight : (n,) float
        Final weights.
    line : (n,) float, float or RelativeLine
        Poverty line, one for all, one for every row (such as by area), or a share of a quantile of y over
        all rows.
    domain : (n,) bool, optional
        Rows of the domain; all rows when None. A relative line is always that of the whole population.
    power : int
        0 headcount, 1 gap, 2 severity.

    Returns
    -------
    Linearized
        A proportion (headcount) or index between 0 and 1; missing where a relative line is not above 0.

    Notes
    -----
    .. math:: \hat P_a = \frac{1}{\hat N_d} \sum_{k \in d} w_k f_k, \qquad
              f_k = \Big(1 - \frac{y_k}{L_k}\Big)^a 1(y_k < L_k)

    With a fixed line :math:`z_k = 1_d(k)\,(f_k - \hat P_a)/\hat N_d`. With :math:`L = c\,\hat Q(p)` every
    row adds

    .. math:: -\frac{\partial \hat P_a}{\partial L}\; c\;
              \frac{1(y_k \le \hat Q(p)) - p}{\hat N\,\hat f(\hat Q(p))},

    where :math:`\partial \hat P_0/\partial L` is the density of the domain at L, and for :math:`a \ge 1`
    :math:`\partial \hat P_a/\partial L = \frac{a}{L \hat N_d}\sum_{k \in d} w_k (1 - y_k/L)^{a-1} (y_k/L)
    1(y_k < L)`.

    References
    ----------
    Foster, Greer and Thorbecke (1984), Econometrica 52(3), 761-766; Deville (1999), Survey Methodology 25(2),
    section 4 (poverty rate); Osier (2009), Survey Research Methods 3(3), section 4.2.
    """
    everyone = inside(y, weight, None)
    used = inside(y, weight, domain)
    if not used.any():
        return nothing(y.size)
    threshold: FloatVector | float
    if isinstance(line, RelativeLine):
        quantile = weighted_quantile(y[everyone], weight[everyone], line.p)
        if not quantile > 0:  # half the income of people who have none is no line
            return nothing(y.size)
        threshold = line.share * quantile
    else:
        threshold = line
    limit = np.broadcast_to(np.asarray(threshold, dtype=np.float64), y.shape)
    poor = used & (y < limit)
    depth = np.zeros(y.size)
    depth[poor] = (1 - y[poor] / limit[poor]) ** power
    population = float(weight[used].sum())
    estimate = float(weight @ depth) / population
    z = np.where(used, (depth - estimate) / population, 0.0)
    if isinstance(line, RelativeLine):
        slope = poverty_slope(y[used], weight[used], poor[used], float(limit[0]), power)
        density = kernel_density(y[everyone], weight[everyone], quantile)
        below = (y <= quantile).astype(np.float64) - line.p
        z -= np.where(everyone, slope * line.share * below / (float(weight[everyone].sum()) * density), 0.0)
    return Linearized(estimate, z)


def poverty_slope(
    y: FloatVector, weight: FloatVector, poor: BoolVector, line: float, power: int
) -> float:
    """Differentiate the poverty index of a domain by the line.

    Parameters
    ----------
    y, weight : (n,) float
        Incomes and weights of the rows of the domain.
    poor : (n,) bool
        Rows below the line.
    line : float
        Poverty line.
    power : int
        0 headcount, 1 gap, 2 severity.

    Returns
    -------
    float
        Per unit of the line; 0 where nobody can be near it because y has no spread.
    """
    if power == 0:
        density = kernel_density(y, weight, line)
        return density if np.isfinite(density) else 0.0
    relative = y[poor] / line
    added = weight[poor] * (1 - relative) ** (power - 1) * relative
    return float(power / (line * weight.sum()) * np.sum(added))
