"""What drawn samples say about a variance and about every interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimates.intervals import proportion_interval, wald
from estimates.simulation.samples import Samples

METHODS = (
    *("wald_z", "wald", "arcsine", "logit", "wilson_z", "wilson", "jeffreys", "bayes_uniform"),
    *("korn_graubard_r", "korn_graubard"),
)


@dataclass(frozen=True)
class Coverage:
    """Behaviour of one interval over the samples; shares are fractions.

    Parameters
    ----------
    method : str
        Interval by name.
    coverage : float
        Share of the samples whose interval holds the truth.
    upper_miss, lower_miss : float
        Share whose whole interval lies below the truth, and above it.
    width : float
        Mean width.
    """

    method: str
    coverage: float
    upper_miss: float
    lower_miss: float
    width: float


@dataclass(frozen=True)
class VarianceQuality:
    """Behaviour of the variance estimator over the samples.

    Parameters
    ----------
    relative_bias : float
        Mean estimated variance over the variance of the estimates, minus one.
    relative_bias_error : float
        Monte Carlo standard error of the relative bias.
    coefficient_of_variation : float
        Of the estimated variance.
    bias_of_estimate : float
        Mean estimate minus truth, in Monte Carlo standard errors.
    deff : float
        True variance over that of a simple random sample of the same size.
    cases : float
        Mean unweighted cases.
    relative_error : float
        True standard error over the truth.
    """

    relative_bias: float
    relative_bias_error: float
    coefficient_of_variation: float
    bias_of_estimate: float
    deff: float
    cases: float
    relative_error: float


def coverages(samples: Samples, methods: Sequence[str] = METHODS, *, confidence: float = 0.95) -> list[Coverage]:
    """Measure the coverage of intervals.

    Parameters
    ----------
    samples : Samples
        Drawn samples.
    methods : sequence of str
        Intervals by name. ``wald`` and ``wald_z`` are taken bare, [0, 0] for a sample without cases, because
        that is the interval whose failure proves that the simulation can tell good from bad.
    confidence : float
        Nominal coverage.

    Returns
    -------
    list of Coverage
        In the order of ``methods``. A missing interval counts as a miss.
    """
    se = np.sqrt(samples.variance)
    p, truth = samples.estimate, samples.truth
    results = []
    for method in methods:
        if method in ("wald", "wald_z"):
            low, high = wald(p, se, np.inf if method == "wald_z" else samples.df, confidence=confidence)
        else:
            low, high = proportion_interval(method, p, se, samples.n, samples.df, confidence=confidence)
        inside = (low <= truth) & (truth <= high)
        results.append(
            Coverage(
                method,
                float(inside.mean()),
                float((high < truth).mean()),
                float((low > truth).mean()),
                float(np.nanmean(high - low)),
            )
        )
    return results


def variance_quality(samples: Samples) -> VarianceQuality:
    r"""Compare the estimated variances with the variance of the estimates.

    Parameters
    ----------
    samples : Samples
        Drawn samples.

    Returns
    -------
    VarianceQuality
        With the Monte Carlo error of the relative bias, from the variances of both its parts:

    Notes
    -----
    .. math:: RB = \bar v / s^2 - 1, \qquad
              \mathrm{se}(RB) \approx (1 + RB) \sqrt{ \frac{cv^2(v)}{R} + \frac{\kappa - 1}{R} }

    with :math:`\kappa` the kurtosis of the estimates.
    """
    p, v, replicates = samples.estimate, samples.variance, samples.estimate.size
    error = p - samples.truth
    true_variance = float(np.mean(error**2))
    kurtosis = float(np.mean(error**4)) / true_variance**2
    mean = float(v.mean())
    spread = float(v.std() / mean)
    bias = mean / true_variance - 1
    simple = samples.truth * (1 - samples.truth) / samples.n
    return VarianceQuality(
        bias,
        (1 + bias) * float(np.sqrt((spread**2 + kurtosis - 1) / replicates)),
        spread,
        float(error.mean() / np.sqrt(true_variance / replicates)),
        true_variance / simple,
        float(samples.cases.mean()),
        float(np.sqrt(true_variance)) / samples.truth,
    )
