"""Bias and coverage of figures of a whole study over repeated draws of its own design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

BIAS_LIMIT = 0.02
LOWEST, HIGHEST = 0.94, 0.97
FEW_CASES = 30.0
ERRORS = 2.0
# Chance that a list of figures without any bias, whose intervals cover as they should, fails somewhere.
FALSE_ALARM = 0.01
NINE_IN_TEN = 1.2816


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
    bias_allowed : float
        Largest relative bias that passes: the limit, or what these draws cannot tell from none.
    bias_found : float
        True relative bias that would fail nine times in ten with as many draws.
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
    bias_allowed: float
    bias_found: float
    bias_passed: bool
    coverage_passed: bool
    reason: str


def judge_all(figures: Sequence[DrawnFigure], *, false_alarm: float = FALSE_ALARM) -> list[Judged]:
    """Measure bias and coverage of a list of figures, so that the whole list seldom fails without a cause.

    Parameters
    ----------
    figures : sequence of DrawnFigure
        Judged together.
    false_alarm : float
        Chance, at most, that any gate of the list fails though no figure is biased and every interval covers.

    Returns
    -------
    list of Judged
        Each of the two gates of each figure has its equal part of the chance.

    References
    ----------
    Bonferroni's inequality: Miller (1981), Simultaneous Statistical Inference, section 1.3.
    """
    return [judge(figure, false_alarm=false_alarm / (2 * len(figures))) for figure in figures]


def judge(figure: DrawnFigure, *, false_alarm: float = FALSE_ALARM / 2) -> Judged:
    r"""Measure bias and coverage of a figure.

    Parameters
    ----------
    figure : DrawnFigure
        Its draws.
    false_alarm : float
        Chance that a gate fails by the accident of the draws.

    Returns
    -------
    Judged
        The bias passes below two per cent, or where so few draws cannot tell it from none. The coverage passes unless
        draws that cover in 94 per cent of the cases would hardly ever hold the truth so seldom. Coverage above 97 per
        cent passes where the standard error is known to be too large, and says so: it wastes precision and misleads
        nobody.

    Notes
    -----
    .. math:: RB = \bar{\hat\theta} / \theta - 1, \qquad
              \mathrm{se}(RB) = s_{\hat\theta} / (\theta \sqrt{R}), \qquad
              |RB| \le \max\{0.02,\; t_{R-1,\,1-\alpha/2}\, \mathrm{se}(RB)\}, \qquad
              \Pr\{B(R, 0.94) \le R\,C\} \ge \alpha

    With many draws the first limit is the two per cent itself. Where every draw covers, C is taken half a draw from
    one for its error.
    """
    made = np.isfinite(figure.estimate)
    estimate, truth, draws = figure.estimate[made], figure.truth, int(made.sum())
    spread = float(estimate.std(ddof=1))
    bias, bias_error = float(estimate.mean() / truth - 1), spread / (abs(truth) * float(np.sqrt(draws)))
    allowed = max(BIAS_LIMIT, float(stats.t.ppf(1 - false_alarm / 2, draws - 1)) * bias_error)
    # A missing interval counts as a miss.
    below = float((figure.ci_high[made] < truth).mean())
    above = float((figure.ci_low[made] > truth).mean())
    held = int(((figure.ci_low[made] <= truth) & (truth <= figure.ci_high[made])).sum())
    coverage = held / draws
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
        reason = (
            f"conservative: the standard error is {ratio - 1:+.0%} of the true one"
            if ratio >= 1
            else f"wider than its standard error ({ratio - 1:+.0%} of the true one): the effective sample is cut to "
            "the sample"
        )
    return Judged(
        figure.name, truth, float(estimate.mean()), bias, bias_error, coverage, error, below, above, ratio, ratio_error,
        cases, draws, allowed, allowed + NINE_IN_TEN * bias_error, abs(bias) <= allowed,
        float(stats.binom.cdf(held, draws, LOWEST)) >= false_alarm, reason,
    )  # fmt: skip


def mean_coverage(figures: Sequence[DrawnFigure]) -> tuple[float, float]:
    """Average coverage of figures without an exception, and its Monte Carlo error; figures of a draw go together.

    Parameters
    ----------
    figures : sequence of DrawnFigure
        Of the same draws.

    Returns
    -------
    coverage, error : float
        NaN where every figure has an exception. What no figure shows alone, intervals that are all somewhat too
        narrow, shows here.
    """
    held = [
        (figure.ci_low <= figure.truth) & (figure.truth <= figure.ci_high) for figure in figures if not figure.exception
    ]
    if not held:
        return float("nan"), float("nan")
    of_draw = np.mean(held, axis=0)
    return float(of_draw.mean()), float(of_draw.std(ddof=1) / np.sqrt(of_draw.size))


def place_among(draws: Mapping[str, Floats], value: Mapping[str, float]) -> dict[str, float]:
    """Share of the draws below one draw's figure, by figure: near 0 or 1 the draw is an unusual one."""
    return {name: float((draws[name] < one).mean()) for name, one in value.items() if name in draws}


def _kurtosis(estimate: Floats) -> float:
    centred = estimate - estimate.mean()
    return float(np.mean(centred**4) / np.mean(centred**2) ** 2)
