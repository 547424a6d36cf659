"""Replicates as one matrix of factors of PSUs, whatever the method that made them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatVector = npt.NDArray[np.float64]
FloatMatrix = npt.NDArray[np.float64]
Method = Literal["jk1", "jkn", "brr", "fay", "rao_wu", "preston", "sdr"]
Centre = Literal["estimate", "replicates"]


@dataclass(frozen=True)
class ReplicateFactors:
    """Factors that multiply the weights of a sampling unit's rows in each replicate.

    Parameters
    ----------
    method : {"jk1", "jkn", "brr", "fay", "rao_wu", "preston", "sdr"}
        How they were made.
    factors : (R, U) float
        Factor of every unit: PSUs, or units of the last stage for ``preston``.
    scale : (R,) float
        What the squared deviation of each replicate counts.
    """

    method: Method
    factors: FloatMatrix
    scale: FloatVector

    def __post_init__(self) -> None:
        if self.factors.ndim != 2 or self.scale.shape != (self.factors.shape[0],):
            raise ValueError("factors must be replicates by units, with one scale for each replicate")

    @property
    def replicates(self) -> int:
        """How many, R."""
        return int(self.scale.size)

    def totals(self, unit_totals: npt.ArrayLike) -> FloatMatrix:
        """Estimated totals of every replicate, (R, k), from the totals of the units, (U, k)."""
        return np.asarray(self.factors @ np.asarray(unit_totals, dtype=np.float64).reshape(self.factors.shape[1], -1))

    @property
    def degrees_of_freedom(self) -> int:
        """Rank of the factors less one, as R's ``degf`` of a replicate design."""
        return int(np.linalg.matrix_rank(self.factors, tol=None)) - 1


def replicate_covariance(
    replicates: npt.ArrayLike, estimate: npt.ArrayLike, scale: FloatVector, *, centre: Centre = "estimate"
) -> FloatMatrix:
    r"""Covariance of statistics from their replicates.

    Parameters
    ----------
    replicates : (R, k) float
        Statistics of each replicate.
    estimate : (k,) float
        Statistics of the whole sample.
    scale : (R,) float
        What each replicate counts.
    centre : {"estimate", "replicates"}
        What deviations are taken from: the estimate of the whole sample, or the mean of the replicates. They are the
        same for totals; the first is never the smaller.

    Returns
    -------
    (k, k) float

    Notes
    -----
    .. math:: \widehat C = \sum_r c_r (\hat\theta_{(r)} - \hat\theta)(\hat\theta_{(r)} - \hat\theta)^{\mathsf T}

    References
    ----------
    Wolter (2007), Introduction to Variance Estimation, chapters 3 to 5; R survey ``mse = TRUE`` and ``FALSE``.
    """
    repeated = np.asarray(replicates, dtype=np.float64).reshape(scale.size, -1)
    middle = repeated.mean(axis=0) if centre == "replicates" else np.asarray(estimate, dtype=np.float64)
    scaled = (repeated - middle) * np.sqrt(scale)[:, None]
    return np.asarray(scaled.T @ scaled)


def replicate_variance(
    statistic: Callable[[FloatMatrix], FloatMatrix],
    unit_totals: npt.ArrayLike,
    replicates: ReplicateFactors,
) -> tuple[FloatVector, FloatVector]:
    """Value and variance of any function of totals.

    Parameters
    ----------
    statistic : function of (r, k) float to (r, m) float
        Takes totals of r replicates in rows and gives m statistics of each.
    unit_totals : (U, k) float
        Weighted totals of the units.
    replicates : ReplicateFactors
        The replicates.

    Returns
    -------
    estimate, variance : (m,) float
        NaN where a statistic is not defined in the whole sample or in one replicate.
    """
    values = np.asarray(unit_totals, dtype=np.float64).reshape(replicates.factors.shape[1], -1)
    with np.errstate(all="ignore"):
        estimate = statistic(values.sum(axis=0)[None, :])[0]
        repeated = statistic(replicates.totals(values))
        variance = replicates.scale @ (repeated - estimate) ** 2
    return np.asarray(estimate), np.asarray(variance)
