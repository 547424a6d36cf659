"""Bias and coverage of figures of a whole study over repeated draws of its own design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BIAS_LIMIT = 0.02
LOWEST, HIGHEST = 0.94, 0.97
FEW_CASES = 30.0
ERRORS = 2.0


@dataclass(frozen=True)
class DrawnFigure:
    """One figure in every draw.

    Parameters
    ----------
    name : str
        Indicator and domain.
    truth : float
        What the estimator aims at.
    estimate, se, ci_low, ci_high, cases : (r,) float64
        Of each draw; NaN where the draw gave none.
    exception : str
        Why the gates do not apply to this figure; empty where they do.
    """

    name: str
    truth: float
    estimate: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats
    cases: Floats
    exception: str = ""


@dataclass(frozen=True)
class Judged:
    """A figure measured against its truth; shares are fractions.

    Parameters
    ----------
    name : str
        Indicator and domain.
    truth, mean : float
        What was aimed at, and the mean of the estimates.
    relative_bias, bias_error : float
        Mean over truth, minus one, and its Monte Carlo standard error.
    coverage, coverage_error : float
        Share of the draws whose interval holds the truth, and its Monte Carlo standard error.
    below, above : float
        Share whose whole interval lies below the truth, and above it.
    se_ratio : float
        Root of the mean estimated variance over the standard deviation of the estimates.
    se_ratio_error : float
        Its Monte Carlo standard error.
    cases : float
        Mean unweighted cases.
    draws : int
        Draws that gave an estimate.
    bias_passed, coverage_passed : bool
        Whether the gates hold.
    reason : str
        Why a gate does not apply, or why the coverage may lie above its band.
    """

    name: str
    truth: float
    mean: float
    relative_bias: float
    bias_error: float
    coverage: float
    coverage_error: float
    below: float
    above: float
    se_ratio: float
    se_ratio_error: float
    cases: float
    draws: int
    bias_passed: bool
    coverage_passed: bool
    reason: str


def judge(figure: DrawnFigure) -> Judged:
    r"""Measure bias and coverage of a figure.

    Parameters
    ----------
    figure : DrawnFigure
        Its draws.

    Returns
    -------
    Judged
        The bias passes below two per cent or two of its Monte Carlo errors, the coverage inside 94 to 97 per
        cent or two of its errors from it. Coverage above the band passes where the standard error is known to
        be too large, and says so: it wastes precision and misleads nobody.

    Notes
    -----
    .. math:: RB = \bar{\hat\theta} / \theta - 1, \qquad
              \mathrm{se}(RB) = s_{\hat\theta} / (\theta \sqrt{R}), \qquad
              \mathrm{se}(C) = \sqrt{C (1 - C) / R}

    Where every draw covers, C is taken half a draw from one for its error.
    """
    made = np.isfinite(figure.estimate)
    estimate, truth, draws = figure.estimate[made], figure.truth, int(made.sum())
    spread = float(estimate.std(ddof=1))
    bias, bias_error = float(estimate.mean() / truth - 1), spread / (abs(truth) * float(np.sqrt(draws)))
    # A missing interval counts as a miss.
    below = float((figure.ci_high[made] < truth).mean())
    above = float((figure.ci_low[made] > truth).mean())
    coverage = float(((figure.ci_low[made] <= truth) & (truth <= figure.ci_high[made])).mean())
    share = min(coverage, 1 - 0.5 / draws)
    error = float(np.sqrt(share * (1 - share) / draws))
    ratio = float(np.sqrt(np.mean(figure.se[made] ** 2)) / spread)
    ratio_error = ratio * float(np.sqrt(_kurtosis(estimate) - 1)) / (2 * float(np.sqrt(draws)))
    cases = float(np.nanmean(figure.cases))
    high = coverage - ERRORS * error > HIGHEST
    reason = figure.exception
    if not reason and cases < FEW_CASES:
        reason = f"{cases:.0f} cases a draw: the interval is known to be wider than nominal"
    elif not reason and high:
        reason = f"conservative: the standard error is {ratio - 1:+.0%} of the true one"
    return Judged(
        figure.name, truth, float(estimate.mean()), bias, bias_error, coverage, error, below, above, ratio, ratio_error,
        cases, draws, abs(bias) <= max(BIAS_LIMIT, ERRORS * bias_error), coverage + ERRORS * error >= LOWEST, reason,
    )  # fmt: skip


def place_among(draws: Mapping[str, Floats], value: Mapping[str, float]) -> dict[str, float]:
    """Share of the draws below one draw's figure, by figure: near 0 or 1 the draw is an unusual one."""
    return {name: float((draws[name] < one).mean()) for name, one in value.items() if name in draws}


def _kurtosis(estimate: Floats) -> float:
    centred = estimate - estimate.mean()
    return float(np.mean(centred**4) / np.mean(centred**2) ** 2)
