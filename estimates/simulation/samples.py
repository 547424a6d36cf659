"""Many samples of one proportion, from PSU totals, with the variance of the engine itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimates.variance import domain_variances
from surveys.design import Design

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Samples:
    """Estimates of one proportion in R drawn samples.

    Parameters
    ----------
    truth : float
        Proportion of the population.
    estimate, variance, cases : (R,) float
        Estimated proportion, its estimated variance, and unweighted cases with the attribute.
    n : int
        Rows of each sample.
    df : int
        PSUs minus strata.
    """

    truth: float
    estimate: FloatArray
    variance: FloatArray
    cases: FloatArray
    n: int
    df: int


def samples_from_psus(
    cases: NDArray[np.int64], rows: int, weight: FloatArray, stratum: NDArray[np.int64], *, truth: float
) -> Samples:
    r"""Estimate a proportion and its variance in every drawn sample.

    Parameters
    ----------
    cases : (P, R) int
        Rows with the attribute in each PSU of each sample, PSUs in the order of their strata.
    rows : int
        Rows of every PSU.
    weight : (P, R) or (P, 1) float
        Weight shared by the rows of a PSU.
    stratum : (P,) int
        Stratum of each PSU, 0 to H - 1 in ascending order.
    truth : float
        Proportion of the population.

    Returns
    -------
    Samples
        Of R samples.

    Notes
    -----
    .. math:: \hat p = \frac{\sum_i w_i y_i}{\sum_i w_i m}, \quad
              z_i = \frac{w_i (y_i - m \hat p)}{\sum_i w_i m}

    and the variance of the total of :math:`z` is the engine's, each sample being one domain of it.

    References
    ----------
    Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, result 5.6.2.
    """
    psus, replicates = cases.shape
    strata = int(stratum[-1]) + 1
    weights = np.broadcast_to(weight, cases.shape)
    base = weights.sum(axis=0) * rows
    estimate = (weights * cases).sum(axis=0) / base
    linearized = weights * (cases - rows * estimate) / base
    design = Design(
        psu=np.arange(psus, dtype=np.int64),
        stratum_of_psu=stratum,
        stratum_names=tuple(str(h) for h in range(strata)),
    )
    pair_psu = np.repeat(np.arange(psus, dtype=np.int64), replicates)
    pair_sample = np.tile(np.arange(replicates, dtype=np.int64), psus)
    variance = domain_variances(linearized.ravel(), pair_sample, pair_psu, replicates, design)
    return Samples(truth, estimate, variance, cases.sum(axis=0).astype(np.float64), psus * rows, psus - strata)


def joined(parts: list[Samples]) -> Samples:
    """Put together samples of one scenario that were drawn in parts."""
    first = parts[0]
    return Samples(
        first.truth,
        np.concatenate([part.estimate for part in parts]),
        np.concatenate([part.variance for part in parts]),
        np.concatenate([part.cases for part in parts]),
        first.n,
        first.df,
    )
