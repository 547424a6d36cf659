"""Which places are worst, and how sure that is: ranks over draws from the joint distribution of all areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimates.small_areas.scales import Scale, plain_inverse

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
CHUNK = 2_000


@dataclass(frozen=True)
class Ranking:
    """Ranks of n areas, 1 for the highest figure.

    Parameters
    ----------
    rank : (n,) int
        Whole ranks nearest to the expected ones: the order of ``expected``.
    expected : (n,) float
        Mean rank over the draws.
    low, high : (n,) float
        Limits between which the rank lies with the probability asked for.
    probability : (n,) float
        Of being among the ``worst`` areas.
    worst : int
        How many areas count as worst.
    """

    rank: IntArray
    expected: FloatArray
    low: FloatArray
    high: FloatArray
    probability: FloatArray
    worst: int


def rank_areas(
    centre: npt.ArrayLike, covariance: npt.ArrayLike, *, scale: Scale = "linear", factor: npt.ArrayLike | None = None,
    worst: int = 5, draws: int = 10_000, seed: int = 1, confidence: float = 0.9,
    left_out: npt.NDArray[np.bool_] | None = None,
) -> Ranking:
    r"""Rank areas by a figure that is not known exactly.

    Parameters
    ----------
    centre : (n,) float
        Predictions on the scale of the model.
    covariance : (n, n) float
        Joint covariance of their errors, what they share through the coefficients included.
    scale : {"linear", "log", "arcsine"}
        Of the model.
    factor : (n,) float, optional
        What each area's figure is multiplied by before ranking, such as its families where numbers are ranked, not
        rates.
    worst : int
        Size of the group of worst areas.
    draws, seed : int
        Monte Carlo draws and their seed.
    confidence : float
        Of the limits of the rank.
    left_out : (n,) bool, optional
        Areas that take no part; they come after all others.

    Returns
    -------
    Ranking

    Notes
    -----
    .. math:: R_d = \#\{e : \theta_e \ge \theta_d\}, \qquad \bar R_d = \operatorname{E}(R_d \mid y), \qquad
              \hat R_d = \operatorname{rank}(\bar R_d), \qquad P(R_d \le k \mid y)

    Ranks of predictions are not predictions of ranks: shrinkage pulls small areas to the middle whatever is there.
    :math:`\hat R` minimizes the expected squared error among whole ranks.

    References
    ----------
    Shen and Louis (1998), Journal of the Royal Statistical Society B 60, 455-471; Laird and Louis (1989).
    """
    mean = np.asarray(centre, dtype=np.float64)
    values, vectors = np.linalg.eigh(np.asarray(covariance, dtype=np.float64))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    times = np.ones(mean.size) if factor is None else np.asarray(factor, dtype=np.float64)
    random = np.random.Generator(np.random.PCG64(seed))
    ranks = np.empty((mean.size, draws), dtype=np.int16 if mean.size < 2**15 else np.int32)
    places = np.arange(1, mean.size + 1, dtype=ranks.dtype)[None, :]
    for start in range(0, draws, CHUNK):
        stop = min(start + CHUNK, draws)
        drawn = mean + random.standard_normal((stop - start, mean.size)) @ root.T
        figures = plain_inverse(drawn, scale) * times
        if left_out is not None:
            figures[:, left_out] = -np.inf
        # By area, not by draw: counts and quantiles then walk along memory.
        order = np.argsort(-figures, axis=1)
        of_draw = np.empty(order.shape, dtype=ranks.dtype)
        np.put_along_axis(of_draw, order, places, axis=1)
        ranks[:, start:stop] = of_draw.T
    expected = ranks.mean(axis=1)
    tail = 0.5 * (1 - confidence)
    ranks.sort(axis=1)
    low, high = (ranks[:, int(np.clip(np.ceil(part * draws) - 1, 0, draws - 1))] for part in (tail, 1 - tail))
    rank = np.empty(mean.size, dtype=np.int64)
    rank[np.lexsort((-mean, expected))] = np.arange(1, mean.size + 1)
    return Ranking(rank, expected, low.astype(float), high.astype(float), (ranks <= worst).mean(axis=1), worst)


def constrained(estimate: npt.ArrayLike, covariance: npt.ArrayLike) -> FloatArray:
    r"""Spread predictions so that they vary between areas as much as the areas are expected to.

    Parameters
    ----------
    estimate : (n,) float
        Predictions on the scale of the model.
    covariance : (n, n) float
        Of their errors.

    Returns
    -------
    (n,) float
        In the same order as the predictions, farther from their mean. For histograms and counts of areas above a
        limit; each alone is less exact than the prediction.

    Notes
    -----
    .. math:: \bar\theta + a (\hat\theta_d - \bar\theta), \qquad
              a^2 = 1 + \frac{\operatorname{tr} G - \mathbf 1^\top G \mathbf 1 / n}
                             {\sum_d (\hat\theta_d - \bar\theta)^2}

    References
    ----------
    Ghosh (1992), JASA 87, 533-540.
    """
    theta, g = np.asarray(estimate, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    apart = theta - theta.mean()
    seen = float(apart @ apart)
    if seen <= 0:
        return theta.copy()
    lost = float(np.trace(g) - g.sum() / theta.size)
    return np.asarray(theta.mean() + np.sqrt(1 + lost / seen) * apart)
