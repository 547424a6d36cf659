"""Weighted Kaplan-Meier curve: the share still in a state after a time, such as still displaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from estimates.measure import BoolVector, FloatVector
from estimates.variance import ultimate_cluster_variance
from surveys.design import Design


@dataclass(frozen=True)
class SurvivalCurve:
    """Survival at each time at which an event happened.

    Parameters
    ----------
    time : (T,) float
        Distinct event times, rising, in the unit given.
    survival, se, ci_low, ci_high : (T,) float
        Share that had no event up to and including the time, its standard error and limits.
    at_risk : (T,) float
        Weighted number observed just before the time.
    events : (T,) float
        Weighted events at the time.
    n_at_risk, cases : (T,) int
        The same as rows, for publication rules.
    df : int
        Degrees of freedom behind the limits.
    """

    time: FloatVector
    survival: FloatVector
    se: FloatVector
    ci_low: FloatVector
    ci_high: FloatVector
    at_risk: FloatVector
    events: FloatVector
    n_at_risk: npt.NDArray[np.int64]
    cases: npt.NDArray[np.int64]
    df: int


def kaplan_meier(
    time: FloatVector,
    event: BoolVector,
    weight: FloatVector,
    design: Design,
    domain: BoolVector | None = None,
    *,
    estimator: Literal["product_limit", "exponential"] = "product_limit",
    confidence: float = 0.95,
) -> SurvivalCurve:
    r"""Survival to an event with censoring, under the sample design.

    Parameters
    ----------
    time : (n,) float
        Time to the event, or to the end of observation; NaN leaves the base.
    event : (n,) bool
        True where the event happened; False where observation ended first.
    weight : (n,) float
        Final weights.
    design : Design
        Describes the n rows.
    domain : (n,) bool, optional
        Rows of the domain; all rows when None.
    estimator : {"product_limit", "exponential"}
        Kaplan and Meier's product, or the exponential of Nelson and Aalen's cumulative hazard, which R's
        ``svykm(se = TRUE)`` returns.
    confidence : float
        Of the limits, taken on the log(-log) scale so that they stay between 0 and 1.

    Returns
    -------
    SurvivalCurve

    Notes
    -----
    With weighted events :math:`d_j` and weighted numbers at risk :math:`r_j` at the event times :math:`t_j`,

    .. math:: \hat S(t) = \prod_{t_j \le t} \Big(1 - \frac{d_j}{r_j}\Big), \qquad
              z_k(t) = -\hat S(t) \sum_{t_j \le t} \frac{e_{kj} - a_{kj}\, d_j / r_j}{r_j - d_j},

    where :math:`e_{kj}` says that row k had its event at :math:`t_j` and :math:`a_{kj}` that it was at risk
    then:
    the derivative of :math:`\hat S` by the weight. The variance is that of the total of z. The exponential
    form has
    :math:`\exp(-\sum d_j / r_j)` for the product and :math:`r_j` for :math:`r_j - d_j`.

    References
    ----------
    Lin (2000), Biometrika 87(1), 37-47; Kalbfleisch and Prentice (2002), The Statistical Analysis of Failure
    Time
    Data, section 1.4 (product limit and log(-log) limits).
    """
    used = ~np.isnan(time) & (weight > 0)
    if domain is not None:
        used &= domain
    moments = np.unique(time[used & event])
    # Events and numbers at risk by one sort, not one pass per time.
    w = np.where(used, weight, 0.0)
    events, cases = _at_times(time, used & event, w, moments)
    order = np.argsort(time[used], kind="stable")
    sorted_time = time[used][order]
    from_here = np.cumsum(w[used][order][::-1])[::-1]
    start = np.searchsorted(sorted_time, moments, side="left")
    at_risk = from_here[start] if moments.size else np.zeros(0)
    n_at_risk = (sorted_time.size - start).astype(np.int64)
    if estimator == "exponential":
        survival, left = np.exp(-np.cumsum(events / at_risk)), at_risk
    else:
        left = np.where(np.isclose(events, at_risk, rtol=1e-12), 0.0, at_risk - events)
        survival = np.cumprod(left / at_risk)
    variance = _variances(time, event & used, w, used, moments, events / at_risk, left, survival, design)
    se = np.sqrt(variance)
    df = _degrees_of_freedom(design, used)
    low, high = _limits(survival, se, df, confidence)
    return SurvivalCurve(moments, survival, se, low, high, at_risk, events, n_at_risk, cases, df)


def survival_at(
    time: FloatVector, event: BoolVector, weight: FloatVector, at: FloatVector
) -> tuple[FloatVector, FloatVector]:
    r"""Survival at given times with its linearized variable, by one sort and no table of times by PSUs.

    Parameters
    ----------
    time : (n,) float
        Times observed, all known.
    event : (n,) bool
        Whether the time ended with the event.
    weight : (n,) float
        Weights above zero.
    at : (A,) float
        Times asked for.

    Returns
    -------
    survival : (A,) float
        Product limit; NaN after the last time observed, unless nobody was left.
    z : (A, n) float
        Derivative by the weight of each row.

    Notes
    -----
    With :math:`c(s) = \sum_{t_j \le s} d_j / (r_j (r_j - d_j))`,

    .. math:: z_k(t) = -\hat S(t) \Big( \frac{e_k 1(t_k \le t)}{r(t_k) - d(t_k)} - c(\min(t_k, t)) \Big).

    References
    ----------
    As `kaplan_meier`, whose variance it reproduces.
    """
    moments, place = np.unique(time[event], return_inverse=True)
    events = np.bincount(place, weights=weight[event], minlength=moments.size)
    order = np.argsort(time, kind="stable")
    from_here = np.cumsum(weight[order][::-1])[::-1]
    at_risk = from_here[np.searchsorted(time[order], moments, side="left")] if moments.size else np.zeros(0)
    left = np.where(np.isclose(events, at_risk, rtol=1e-12), 0.0, at_risk - events)
    curve = np.r_[1.0, np.cumprod(left / at_risk)]
    safe = np.where(left > 0, left, 1.0)
    spent = np.r_[0.0, np.cumsum(np.where(left > 0, events / at_risk / safe, 0.0))]
    until = np.searchsorted(moments, at, side="right")
    survival = curve[until]
    own = np.searchsorted(moments, time, side="right")
    jump = np.zeros(time.size)
    jump[event] = np.where(left > 0, 1.0 / safe, 0.0)[place]
    z = np.empty((at.size, time.size))
    for position in range(at.size):
        passed = np.minimum(own, until[position])
        fell = np.where(event & (time <= at[position]), jump, 0.0)
        z[position] = -survival[position] * (fell - spent[passed])
    beyond = (at > time.max()) & (survival > 0) if time.size else np.ones(at.size, dtype=bool)
    return np.where(beyond, np.nan, survival), z


def _at_times(
    time: FloatVector, happened: BoolVector, w: FloatVector, moments: FloatVector
) -> tuple[FloatVector, npt.NDArray[np.int64]]:
    position = np.searchsorted(moments, time[happened])
    size = np.bincount(position, weights=w[happened], minlength=moments.size).astype(np.float64)
    return size, np.bincount(position, minlength=moments.size).astype(np.int64)


def _variances(
    time: FloatVector, happened: BoolVector, w: FloatVector, used: BoolVector, moments: FloatVector,
    hazard: FloatVector, left: FloatVector, survival: FloatVector, design: Design,
) -> FloatVector:  # fmt: skip
    """Variance at each time from PSU totals of events and of numbers at risk: a (P, T) table."""
    times = moments.size
    if times == 0:
        return np.zeros(0)
    psu = design.psu
    own = np.zeros((design.psus, times))
    np.add.at(own, (psu[happened], np.searchsorted(moments, time[happened])), w[happened])
    # A row is at risk at every event time up to its own: add it at its last one and cumulate from the right.
    risk = np.zeros((design.psus, times + 1))
    last = np.searchsorted(moments, time[used], side="right")
    np.add.at(risk, (psu[used], last), w[used])
    risk = np.cumsum(risk[:, ::-1], axis=1)[:, ::-1][:, 1:]
    step = np.where(left > 0, 1.0 / np.where(left > 0, left, 1.0), 0.0)
    totals = -survival * np.cumsum((own - risk * hazard) * step, axis=1)
    return ultimate_cluster_variance(totals, design)


def _degrees_of_freedom(design: Design, used: BoolVector) -> int:
    psus = np.unique(design.psu[used])
    return int(psus.size - np.unique(design.stratum_of_psu[psus]).size)


def _limits(
    survival: FloatVector, se: FloatVector, df: int, confidence: float
) -> tuple[FloatVector, FloatVector]:
    low, high = np.full(survival.size, np.nan), np.full(survival.size, np.nan)
    if df < 1:
        return low, high
    inner = (survival > 0) & (survival < 1)
    s = survival[inner]
    reach = stats.t.ppf((1 + confidence) / 2, df) * se[inner] / (s * np.abs(np.log(s)))
    low[inner], high[inner] = s ** np.exp(reach), s ** np.exp(-reach)
    return low, high
