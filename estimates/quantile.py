"""Quantiles of many domains at once, with Woodruff's interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import stats

from estimates.level_calibration import KNOWN, LevelCalibration
from estimates.measure import BoolVector, FloatVector, IntVector
from estimates.stage_variances import StagedCells
from surveys.design import Design

FloatMatrix = npt.NDArray[np.float64]
QuantileRule = Literal["hf1", "hf2", "hf7"]
ShareInterval = Literal["mean", "logit"]


@dataclass(frozen=True)
class Quantiles:
    """Quantiles of every domain; D domains, q probabilities.

    Parameters
    ----------
    probability : (q,) float
        What share lies at or below.
    estimate, low, high, se : (D, q) float
        In the unit of the variable; NaN where the domain holds nobody, and a limit is NaN where its share lies
        outside 0 to 1, so that no sample of this size bounds it.
    df, n, n_psu : (D,) int
        Degrees of freedom, rows with a known value, and PSUs that hold them.
    population : (D,) float
        Their weight.
    rule : {"hf1", "hf2", "hf7"}
        How a quantile was read from the distribution.
    """

    probability: FloatVector
    estimate: FloatMatrix
    low: FloatMatrix
    high: FloatMatrix
    se: FloatMatrix
    df: IntVector
    n: IntVector
    n_psu: IntVector
    population: FloatVector
    rule: QuantileRule


def quantiles(
    y: FloatVector,
    weight: FloatVector,
    design: Design,
    probabilities: Sequence[float],
    *,
    domain: IntVector | None = None,
    domains: int = 1,
    universe: BoolVector | None = None,
    rule: QuantileRule = "hf1",
    interval: ShareInterval = "mean",
    confidence: float = 0.95,
    calibration: LevelCalibration | None = None,
) -> Quantiles:
    r"""Estimate quantiles of a variable in every domain of a breakdown.

    Parameters
    ----------
    y : (n,) float
        Values; NaN where missing.
    weight : (n,) float
        Final weights.
    design : Design
        Of the n rows.
    probabilities : sequence of float
        Between 0 and 1, such as 0.5 for the median.
    domain : (n,) int, optional
        Domain of each row, -1 in none; one domain of all rows when None.
    domains : int
        Number of domains D.
    universe : (n,) bool, optional
        Rows to which the variable applies.
    rule : {"hf1", "hf2", "hf7"}
        Definition 1 (least value at which the distribution reaches p), 2 (the same, and the middle of two values
        where p is met exactly) or 7 (straight lines between values) of Hyndman and Fan, with weights.
    interval : {"mean", "logit"}
        Scale on which the interval of the share below the quantile is taken.
    confidence : float
        Of the intervals.
    calibration : LevelCalibration, optional
        Known totals that the weights meet, and a second phase: the variance of the share below knows of them.

    Returns
    -------
    Quantiles

    Raises
    ------
    ValueError
        A probability outside 0 to 1, or a rule or interval that is not known.

    Notes
    -----
    With :math:`\hat p = \hat F(\hat Q)` and :math:`v(\hat p)` the design variance of that share,

    .. math:: [\hat p_L, \hat p_U] = \hat p \pm t\sqrt{v(\hat p)}, \qquad
              [L, U] = [\hat Q(\hat p_L), \hat Q(\hat p_U)], \qquad se = \frac{U - L}{2t},

    t at the degrees of freedom of the domain. The rows are sorted once for all domains and probabilities.

    References
    ----------
    Woodruff (1952), JASA 47(260), 635-646; Francisco and Fuller (1991), Annals of Statistics 19(1), 454-469;
    Hyndman and Fan (1996), The American Statistician 50(4), 361-365.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("a probability lies between 0 and 1")
    if rule not in get_args(QuantileRule) or interval not in get_args(ShareInterval):
        raise ValueError(f"rule '{rule}' or interval '{interval}' is not known")
    if np.isinf(y).any():
        raise ValueError("infinite values; mark them as missing or correct them")
    inside = ~np.isnan(y) & (weight > 0)
    if universe is not None:
        inside &= universe
    cell = np.where(inside, 0 if domain is None else domain, -1).astype(np.int64)
    ranked = _Ranked(y, weight, cell, domains)
    df, n, n_psu = _support(cell, domains, design)
    t = np.where(df > 0, stats.t.ppf(0.5 + confidence / 2, np.maximum(df, 1)), np.nan)
    groups = StagedCells(cell, domains, design)
    rows = groups.row
    at_row, w_row, y_row = cell[rows], weight[rows], y[rows]
    size = np.where(ranked.population > 0, ranked.population, np.nan)
    linearized = np.zeros(y.size)
    shape = (domains, p.size)
    estimate, low, high = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan)
    for column, share in enumerate(p):
        at = ranked.read(np.full(domains, share), rule)
        below = (y_row <= at[at_row]).astype(np.float64)
        reached = np.bincount(at_row, weights=w_row * below, minlength=domains) / size
        linearized[rows] = (below - reached[at_row]) / size[at_row]
        if calibration is None:
            error = np.sqrt(groups.variances(weight * linearized))
        else:
            error = np.sqrt(calibration.variances(linearized, cell, domains))
            error = np.where(error <= KNOWN * reached, 0.0, error)
        down, up = _share_limits(reached, error, t, interval)
        estimate[:, column] = at
        low[:, column] = ranked.read(down, rule)
        high[:, column] = ranked.read(up, rule)
    se = (high - low) / (2 * t[:, None])
    return Quantiles(p, estimate, low, high, se, df, n, n_psu, ranked.population, rule)


class _Ranked:
    """Values of all domains sorted once, with weights summed along the way."""

    def __init__(self, y: FloatVector, weight: FloatVector, cell: IntVector, domains: int) -> None:
        rows = np.flatnonzero(cell >= 0)
        order = rows[np.lexsort((y[rows], cell[rows]))]
        self.value, self.weight, at = y[order], weight[order], cell[order]
        self.start = np.searchsorted(at, np.arange(domains))
        self.end = np.searchsorted(at, np.arange(domains), side="right")
        # Each domain sums its own weights: a running total over all domains would lose digits in the last.
        self.reached = np.empty(order.size)
        for a, b in zip(self.start, self.end, strict=True):
            np.cumsum(self.weight[a:b], out=self.reached[a:b])
        self.population = np.zeros(domains)
        filled = self.end > self.start
        self.population[filled] = self.reached[self.end[filled] - 1]

    def read(self, share: FloatVector, rule: QuantileRule) -> FloatVector:
        """Quantile of each domain at its own share, (D,); NaN outside 0 to 1."""
        found = np.full(share.size, np.nan)
        for d in np.flatnonzero((self.end > self.start) & (share >= 0) & (share <= 1)):
            part = slice(self.start[d], self.end[d])
            found[d] = _read_one(self.value[part], self.weight[part], self.reached[part], share[d], rule)
        return found


def _read_one(value: FloatVector, weight: FloatVector, reached: FloatVector, p: float, rule: QuantileRule) -> float:
    if rule == "hf7":
        if value.size == 1:
            return float(value[0])
        return float(np.interp(p, (reached - weight) / reached[-2], value))
    target = p * reached[-1]
    # Sums of weights meet p "exactly" up to the rounding of the sum.
    slack = 1e-13 * reached[-1]
    position = min(int(np.searchsorted(reached, target - slack)), value.size - 1)
    if rule == "hf2" and position + 1 < value.size and abs(reached[position] - target) <= slack:
        return float((value[position] + value[position + 1]) / 2)
    return float(value[position])


def _share_limits(
    share: FloatVector, error: FloatVector, t: FloatVector, interval: ShareInterval
) -> tuple[FloatVector, FloatVector]:
    if interval == "mean":
        return share - t * error, share + t * error
    with np.errstate(divide="ignore", invalid="ignore"):
        logit = np.log(share / (1 - share))
        wide = t * error / (share * (1 - share))
    return 1 / (1 + np.exp(wide - logit)), 1 / (1 + np.exp(-wide - logit))


def _support(cell: IntVector, domains: int, design: Design) -> tuple[IntVector, IntVector, IntVector]:
    inside = cell >= 0
    n = np.bincount(cell[inside], minlength=domains)
    pairs = np.unique(design.psu[inside] * domains + cell[inside])
    psu, of = pairs // domains, pairs % domains
    n_psu = np.bincount(of, minlength=domains)
    strata = np.bincount(np.unique(design.stratum_of_psu[psu] * domains + of) % domains, minlength=domains)
    return (n_psu - strata).astype(np.int64), n.astype(np.int64), n_psu.astype(np.int64)
