"""From direct estimates of areas to model figures with their errors, ranks and verdicts, in one call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from estimates.small_areas.area_model import AreaModel, fit_area_model
from estimates.small_areas.area_variance import VarianceMethod
from estimates.small_areas.benchmarking import Benchmark, benchmarked
from estimates.small_areas.bootstrap import BootstrapErrors, bootstrap_errors
from estimates.small_areas.diagnostics import AreaDiagnostics, diagnose
from estimates.small_areas.joint_errors import JointErrors, joint_errors
from estimates.small_areas.publishable import judge, rounded, rounding_steps, too_coarse
from estimates.small_areas.ranking import Ranking, constrained, rank_areas
from estimates.small_areas.scales import Scale, from_model, plain_inverse, slope_at, to_model
from estimates.small_areas.smoothed_variances import SmoothedVariances, Smoothing, smooth_variances

FloatArray = npt.NDArray[np.float64]
Kind = Literal["proportion", "count", "other"]
#: What covariates say of an area is taken into its sampling variance, but never below this part of the whole.
LEAST_LEVEL = 0.1
ROUNDS = 3


@dataclass(frozen=True)
class AreaChoices:
    """How areas are modelled; see `surveys.small_areas.SmallAreas`."""

    scale: Scale = "linear"
    smoothing: Smoothing = "design_effect"
    method: VarianceMethod = "reml"
    positive: bool = True
    benchmark: Benchmark = "ratio"
    worst: int = 5
    draws: int = 10_000
    bootstrap: int = 200
    seed: int = 1
    confidence: float = 0.95
    weak_above: float = 0.25
    hide_above: float = 0.5
    hide_unsampled: bool = False


@dataclass(frozen=True)
class DirectAreas:
    """Direct estimates of n areas.

    Parameters
    ----------
    direct, se : (n,) float
        Estimates and standard errors; NaN in areas without sample.
    size : (n,) float
        Rows of the base.
    effect : (n,) float
        What one case adds to the direct estimate.
    share : (n,) float
        Weight of each area in the whole, for the benchmark.
    kind : {"proportion", "count", "other"}
        What the variance of one case is.
    number : (n,) float, optional
        What figures are multiplied by before ranking.
    width : int
        Cases that must give the same published figure; 0 where nobody is to be protected.
    """

    direct: FloatArray
    se: FloatArray
    size: FloatArray
    effect: FloatArray
    share: FloatArray
    kind: Kind
    number: FloatArray | None = None
    width: int = 0


@dataclass(frozen=True)
class AreaFigures:
    """Model figures of n areas; arrays (n,).

    ``estimate``, ``rmse``, ``low``, ``high`` and ``ranking`` are what may be published, from the rounded figure;
    ``exact`` and ``before`` are the figure before rounding and before the benchmark; ``given_up`` says where the
    published figure is what covariates say, because no rounding would protect those in the area's own sample; ``joint``
    is the distribution of the published figures together.
    """

    estimate: FloatArray
    rmse: FloatArray
    low: FloatArray
    high: FloatArray
    status: npt.NDArray[np.object_]
    reason: npt.NDArray[np.object_]
    ranking: Ranking
    exact: FloatArray
    before: FloatArray
    given_up: npt.NDArray[np.bool_]
    synthetic: FloatArray
    spread: FloatArray
    step: FloatArray
    smoothed_se: FloatArray
    mse_formula: FloatArray
    mse_bootstrap: FloatArray
    model: AreaModel
    smoothing: SmoothedVariances
    diagnostics: AreaDiagnostics
    joint: JointErrors
    bootstrap: BootstrapErrors | None = None
    target: float = field(default=np.nan)
    whole_before: float = field(default=np.nan)


def area_figures(
    areas: DirectAreas, covariates: npt.ArrayLike, choices: AreaChoices, *,
    tell: Callable[[int, int], None] | None = None,
) -> AreaFigures:
    r"""Model areas, from their direct estimates to figures that may be published.

    Parameters
    ----------
    areas : DirectAreas
        Of n areas.
    covariates : (n, p) float
        Constant included.
    choices : AreaChoices
        Scale, smoothing, estimator, benchmark, ranks, bootstrap, publication rule.
    tell : callable, optional
        Called with the replicates of the bootstrap done and wanted.

    Returns
    -------
    AreaFigures

    Raises
    ------
    CannotFit
        Too few areas, or covariates that depend on one another or are missing.

    Notes
    -----
    With ``design_effect`` the variance of one case is taken at what the covariates say of the area, in three rounds:
    an area's own figure would make the areas that happened to find few look sure.

    The published error is the bootstrap's where there is one, else :math:`\operatorname{mse}_d` times the squared
    slope of the scale plus the squared change by the benchmark; where the area variance was estimated as 0, the larger
    of the two. Rounding to steps of u adds :math:`u^2/12`. The
    interval is taken on the scale of the model with the quantile of Student's t with m − p degrees of freedom. Where
    rounding would add more than 15 % to the error, the figure is what covariates say, with the error
    :math:`A + x_d^\top Q x_d` of that.
    """
    x = np.asarray(covariates, dtype=np.float64)
    model, smoothing = _fitted(areas, x, choices)
    upper = 1.0 if areas.kind == "proportion" else np.inf
    shares = np.where(model.sampled, areas.share, 0.0)
    covered = bool(shares.sum() > 0) and choices.benchmark != "none"

    def finish(shown: FloatArray, target: FloatArray) -> FloatArray:
        limited = np.clip(shown, 0.0, upper)
        if not covered:
            return limited
        moved = benchmarked(limited, shares, target, method=choices.benchmark, mse=np.maximum(weights, 1e-300))
        return np.clip(moved, 0.0, upper)

    weights = slope_at(model.estimate, choices.scale) ** 2 * model.mse
    before = np.clip(from_model(model.estimate, model.correction, choices.scale), 0.0, upper)
    known = np.where(model.sampled & np.isfinite(areas.direct), areas.direct, 0.0)
    target = float(known @ shares / shares.sum()) if covered else np.nan
    exact = finish(before, np.asarray(target))
    formula = weights + (exact - before) ** 2
    errors = None
    if choices.bootstrap:
        inside = shares[model.sampled]

        def again(shown: FloatArray, y: FloatArray) -> FloatArray:
            aims = plain_inverse(y, choices.scale) @ inside / inside.sum() if covered else np.zeros(len(y))
            return finish(shown, np.asarray(aims))

        errors = bootstrap_errors(
            model, scale=choices.scale, replicates=choices.bootstrap, seed=choices.seed, positive=choices.positive,
            finish=again, tell=tell,
        )  # fmt: skip
    mse, mse_model = formula, model.mse
    if errors is not None:
        mse, mse_model = errors.mse, np.where(errors.mse_model > 0, errors.mse_model, model.mse)
        if model.reml == 0:
            # A bootstrap that draws areas without differences cannot tell what is lost if they differ after all.
            mse, mse_model = np.maximum(mse, formula), np.maximum(mse_model, model.mse)
    correction, open_figure, step = model.correction, exact, np.zeros(model.areas)
    given_up = np.zeros(model.areas, dtype=bool)
    if areas.width:
        step = rounding_steps(_effect(areas, model, exact, before, choices.scale), areas.width)
        given_up = too_coarse(step, mse)
        step = np.where(given_up, 0.0, step)
        # What covariates alone say, moved by the benchmark as the others are.
        alone = 0.5 * (model.area_variance - model.leverage)
        said = np.clip(from_model(model.synthetic, alone, choices.scale), 0.0, upper)
        moved = said * np.median(exact / np.where(before > 0, before, 1.0)) if choices.benchmark == "ratio" else (
            said + np.median(exact - before))  # fmt: skip
        apart = model.area_variance + model.leverage
        open_figure, correction = np.where(given_up, moved, exact), np.where(given_up, alone, correction)
        mse_model = np.where(given_up, apart, mse_model)
        mse = np.where(given_up, slope_at(model.synthetic, choices.scale) ** 2 * apart, mse)
    estimate = np.clip(rounded(open_figure, step), 0.0, upper)
    centre, spread = _on_scale(estimate, step, mse_model, correction, choices.scale)
    reach = float(stats.t.ppf(0.5 + choices.confidence / 2, int(model.sampled.sum()) - x.shape[1])) * spread
    rmse = np.sqrt(mse + step**2 / 12)
    low, high = (np.clip(plain_inverse(centre + sign * reach, choices.scale), 0.0, upper) for sign in (-1, 1))
    status, reason = judge(
        estimate, rmse, model.sampled, given_up, weak_above=choices.weak_above, hide_above=choices.hide_above,
        zero_variance=model.reml == 0, hide_unsampled=choices.hide_unsampled,
    )  # fmt: skip
    joint = joint_errors(model, centre, scale=choices.scale, gamma=np.where(given_up, 0.0, model.gamma), mse=spread**2,
                         highest=upper)  # fmt: skip
    covariance = joint.covariance
    ranking = rank_areas(
        centre, covariance, scale=choices.scale, factor=areas.number, worst=choices.worst, draws=choices.draws,
        seed=choices.seed, left_out=~model.sampled if choices.hide_unsampled else None,
    )  # fmt: skip
    level = np.where(model.sampled, model.sampling_variance, np.nan)
    return AreaFigures(
        estimate, rmse, low, high, status, reason, ranking, exact, before, given_up,
        plain_inverse(model.synthetic, choices.scale), plain_inverse(constrained(centre, covariance), choices.scale),
        step, np.sqrt(level) * slope_at(model.synthetic, choices.scale), formula,
        np.full(model.areas, np.nan) if errors is None else errors.mse, model, smoothing, diagnose(model), joint,
        errors, target, float(before @ shares / shares.sum()) if covered else np.nan,
    )  # fmt: skip


def _fitted(areas: DirectAreas, x: FloatArray, choices: AreaChoices) -> tuple[AreaModel, SmoothedVariances]:
    sampled = np.isfinite(areas.direct) & np.isfinite(areas.se)
    shares = np.where(sampled, areas.share, 0.0)
    if shares.sum() <= 0:
        shares = sampled.astype(float)
    overall = float(np.where(sampled, areas.direct, 0.0) @ shares / shares.sum())
    level = np.full(areas.direct.size, overall)
    # The arcsine needs no level, and the other functions of variances take none.
    rounds = ROUNDS if choices.smoothing == "design_effect" and choices.scale != "arcsine" else 1
    for _ in range(rounds):
        smoothing = smooth_variances(
            areas.se**2, _unit_variance(areas, level), areas.size, method=choices.smoothing)  # fmt: skip
        at = level if choices.smoothing == "design_effect" else np.where(sampled, areas.direct, np.nan)
        if choices.scale == "arcsine" and choices.smoothing != "design_effect":
            at = np.clip(at, 0.5 / np.maximum(areas.size, 1.0), 1 - 0.5 / np.maximum(areas.size, 1.0))
        y, d = to_model(areas.direct, smoothing.variance, at, choices.scale)
        model = fit_area_model(y, d, x, method=choices.method, positive=choices.positive)
        level = np.maximum(plain_inverse(model.synthetic, choices.scale), LEAST_LEVEL * overall)
        if areas.kind == "proportion":
            level = np.minimum(level, 1 - LEAST_LEVEL * (1 - overall))
    return model, smoothing


def _unit_variance(areas: DirectAreas, level: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        if areas.kind == "proportion":
            return np.asarray(level * (1 - level) / np.where(areas.size > 0, areas.size, np.nan))
        if areas.kind == "count":
            return np.asarray(level * areas.effect)
    return np.full(level.size, np.nan)


def _effect(
    areas: DirectAreas, model: AreaModel, exact: FloatArray, before: FloatArray, scale: Scale
) -> FloatArray:
    """How far one more case in an area's sample moves its own figure; the larger of one more and one less."""
    own = np.where(model.sampled, areas.direct, 0.0)
    pulled = np.divide(exact, before, out=np.ones_like(exact), where=before > 0)
    effects = []
    for sign in (1.0, -1.0):
        moved = np.maximum(own + sign * areas.effect, 0.0 if scale != "log" else 0.5 * own)
        if scale == "arcsine":
            moved = np.minimum(moved, 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            near = to_model(moved, np.ones_like(moved), np.full_like(moved, 0.5), scale)[0]
        shift = np.where(model.sampled, model.gamma * (near - np.where(model.sampled, model.direct, 0.0)), 0.0)
        shift = np.where(np.isfinite(shift), shift, 0.0)
        effects.append(np.abs(from_model(model.estimate + shift, model.correction, scale) - before) * pulled)
    return np.asarray(np.maximum(*effects))


def _on_scale(
    estimate: FloatArray, step: FloatArray, mse: FloatArray, correction: FloatArray, scale: Scale
) -> tuple[FloatArray, FloatArray]:
    """Centre and spread, on the scale of the model, that follow from the published figure alone."""
    # The way back adds a correction; the centre of the distribution is without it.
    if scale == "log":
        centre = np.log(np.maximum(estimate, np.where(step > 0, 0.25 * step, np.finfo(float).tiny))) - correction
    elif scale == "arcsine":
        centre = 0.5 * np.arccos(np.clip((1 - 2 * estimate) * np.exp(4 * correction), -1.0, 1.0))
    else:
        centre = estimate
    slope = np.maximum(slope_at(centre, scale), 1e-12)
    return centre, np.asarray(np.sqrt(mse + np.where(step > 0, (step / slope) ** 2 / 12, 0.0)))
