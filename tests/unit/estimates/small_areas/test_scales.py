"""Scales, smoothing, benchmark, ranks, rounding and the whole call: each against its definition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from estimates.small_areas.area_figures import AreaChoices, DirectAreas, area_figures
from estimates.small_areas.area_model import fit_area_model
from estimates.small_areas.benchmarking import benchmarked
from estimates.small_areas.bootstrap import bootstrap_errors
from estimates.small_areas.publishable import judge, rounded, rounding_steps
from estimates.small_areas.ranking import constrained, rank_areas
from estimates.small_areas.refusals import CannotFit
from estimates.small_areas.scales import SCALES, Scale, from_model, plain_inverse, slope_at, to_model
from estimates.small_areas.smoothed_variances import smooth_variances

Floats = NDArray[np.float64]
QUICK = AreaChoices(bootstrap=0, draws=500)


def sample(seed: int = 5, m: int = 24, n: int = 150) -> tuple[DirectAreas, Floats]:
    random = np.random.default_rng(seed)
    x = np.column_stack([np.ones(m), random.random(m)])
    p = np.clip(0.08 + 0.1 * x[:, 1] + 0.03 * random.normal(size=m), 0.01, 0.9)
    found = random.binomial(n, p) / n
    se = np.sqrt(found * (1 - found) / n)
    return DirectAreas(found, se, np.full(m, float(n)), np.full(m, 1.0 / n), np.ones(m), "proportion"), x


@pytest.mark.parametrize("scale", SCALES)
def test_the_way_back_is_unbiased_under_the_model(scale: Scale, generator: np.random.Generator) -> None:
    # A prediction that varies less than the truth, around the same mean.
    truth = 0.5 + 0.3 * generator.normal(size=400_000)
    predicted = 0.5 + 0.2 * generator.normal(size=400_000)
    back = from_model(predicted, np.full(predicted.size, 0.5 * (0.3**2 - 0.2**2)), scale)
    meant = truth if scale == "linear" else np.exp(truth) if scale == "log" else np.sin(truth) ** 2
    assert back.mean() == pytest.approx(meant.mean(), abs=5e-3)


@pytest.mark.parametrize("scale", SCALES)
def test_scales_are_inverse_and_slopes_are_derivatives(scale: Scale) -> None:
    p = np.array([0.02, 0.2, 0.5, 0.8])
    theta, d = to_model(p, np.full(4, 1e-4), p, scale)
    np.testing.assert_allclose(plain_inverse(theta, scale), p, atol=1e-12)
    step = 1e-6
    numeric = (plain_inverse(theta + step, scale) - plain_inverse(theta - step, scale)) / (2 * step)
    np.testing.assert_allclose(slope_at(theta, scale), numeric, rtol=1e-6)
    np.testing.assert_allclose(np.sqrt(d) * numeric, 0.01, rtol=1e-6)


def test_zero_has_no_logarithm_and_becomes_an_area_without_sample() -> None:
    theta, d = to_model([0.0, 0.1], [1e-4, 1e-4], [0.05, 0.05], "log")
    assert np.isnan(theta[0]) and np.isnan(d[0]) and np.isfinite(theta[1])


def test_smoothing_keeps_the_sum_and_gives_zero_variance_areas_one() -> None:
    v = np.array([0.0, 2.0, 3.0, 1.0, 4.0, np.nan])
    unit = np.array([1.0, 1.0, 2.0, 1.0, 2.0, np.nan])
    size = np.array([30.0, 20.0, 10.0, 40.0, 8.0, 0.0])
    common = smooth_variances(v, unit, size, method="design_effect")
    assert common.factor == pytest.approx(10 / 7) and common.zero == 1
    np.testing.assert_allclose(np.nansum(common.variance), 10.0)
    assert common.variance[0] > 0 and np.isnan(common.variance[5])
    power = smooth_variances(v, unit, size, method="log_linear")
    assert power.slope < 0 and power.variance[0] > 0
    np.testing.assert_allclose(power.variance[1:5].sum(), 10.0)
    own = smooth_variances(v, unit, size, method="none")
    assert np.isnan(own.variance[0]) and own.variance[1] == 2.0
    with pytest.raises(CannotFit, match="few variances"):
        smooth_variances(v[:4], unit[:4], size[:4], method="log_linear")


@pytest.mark.parametrize("method", ["ratio", "difference", "weighted"])
def test_benchmark_meets_the_figure_of_the_whole(method: str) -> None:
    estimate, share = np.array([0.1, 0.2, 0.4]), np.array([5.0, 3.0, 0.0])
    moved = benchmarked(estimate, share, 0.2, method=method, mse=[1.0, 2.0, 1.0])  # type: ignore[arg-type]
    assert moved @ share / share.sum() == pytest.approx(0.2)
    assert np.array_equal(benchmarked(estimate, share, 0.2, method="none"), estimate)
    if method == "weighted":
        assert moved[2] == 0.4


def test_ranks_are_those_of_the_draws_and_probabilities_add_up() -> None:
    mean = np.array([3.0, 0.0, 5.0, 1.0])
    sure = rank_areas(mean, np.eye(4) * 1e-8, worst=2, draws=200)
    assert sure.rank.tolist() == [2, 4, 1, 3]
    assert sure.probability.tolist() == [1.0, 0.0, 1.0, 0.0]
    unsure = rank_areas(mean, np.eye(4) * 4.0, worst=2, draws=4000, seed=3)
    assert unsure.probability.sum() == pytest.approx(2.0)
    assert np.all(unsure.low <= unsure.expected) and np.all(unsure.expected <= unsure.high)
    assert 0.5 < unsure.probability[2] < 1.0
    twice = rank_areas(mean, np.eye(4) * 4.0, worst=2, draws=4000, seed=3)
    assert np.array_equal(unsure.probability, twice.probability)
    numbers = rank_areas(mean, np.eye(4) * 1e-8, factor=[1.0, 1.0, 0.1, 10.0], worst=1, draws=200)
    assert numbers.rank[3] == 1
    without = rank_areas(mean, np.eye(4), worst=1, draws=200, left_out=np.array([False, False, True, False]))
    assert without.probability[2] == 0.0 and without.rank[2] == 4


def test_errors_that_all_areas_share_do_not_blur_ranks() -> None:
    mean = np.array([1.0, 0.0])
    together = rank_areas(mean, np.full((2, 2), 25.0), worst=1, draws=2000)
    apart = rank_areas(mean, np.eye(2) * 25.0, worst=1, draws=2000)
    assert together.probability[0] == 1.0 and apart.probability[0] < 0.7


def test_constrained_figures_vary_as_the_areas_are_expected_to() -> None:
    theta, g = np.array([1.0, 2.0, 4.0]), np.diag([0.5, 1.0, 0.5])
    spread = constrained(theta, g)
    expected = ((theta - theta.mean()) ** 2).sum() + np.trace(g) - g.sum() / 3
    assert ((spread - theta.mean()) ** 2).sum() == pytest.approx(expected)
    assert spread.mean() == pytest.approx(theta.mean())


def test_rounding_steps_are_the_least_that_hide_enough_cases() -> None:
    steps = rounding_steps([0.0, 0.011, 0.3, 0.2], 5)
    np.testing.assert_allclose(steps, [0.0, 0.06, 1.5, 1.0])
    np.testing.assert_allclose(rounded([0.123, 0.123, 2.2, 2.6], steps), [0.123, 0.12, 1.5, 3.0])


def test_verdicts_go_from_marks_to_withholding() -> None:
    yes, no = np.ones(1, dtype=bool), np.zeros(1, dtype=bool)
    limits = {"weak_above": 0.25, "hide_above": 0.5, "zero_variance": False}

    def told(rmse: float, sampled: NDArray[np.bool_] = yes, given_up: NDArray[np.bool_] = no, **more: bool) -> str:
        status, reason = judge([1.0], [rmse], sampled, given_up, **{**limits, **more})  # type: ignore[arg-type]
        return f"{status[0]} {reason[0]}".strip()

    assert told(0.2) == "reliable"
    assert told(0.3) == "weak model:relative_error"
    assert told(0.6) == "withheld model:relative_error"
    assert told(0.2, sampled=no) == "weak model:no_sample"
    assert told(0.2, sampled=no, hide_unsampled=True) == "withheld model:no_sample"
    assert told(0.2, given_up=yes) == "weak disclosure:covariates_only"
    assert told(0.2, zero_variance=True) == "weak model:area_variance_zero"
    zero, _ = judge([0.0], [0.1], yes, no, weak_above=0.25, hide_above=0.5, zero_variance=False)
    assert zero[0] == "withheld"


@pytest.mark.parametrize("scale", SCALES)
def test_the_whole_call_on_every_scale(scale: Scale) -> None:
    areas, x = sample()
    found = area_figures(areas, x, replace(QUICK, scale=scale))
    assert np.all((found.low <= found.estimate) & (found.estimate <= found.high))
    used = found.model.sampled
    assert found.exact[used].mean() == pytest.approx(found.target, rel=1e-9)
    assert np.all(found.rmse > 0) and np.all(found.mse_formula[used] < 1.1 * areas.se.max() ** 2)
    assert found.diagnostics.sampled == int(used.sum())


@pytest.mark.parametrize("scale", SCALES)
def test_bootstrap_and_formula_agree_where_both_hold(scale: Scale) -> None:
    areas, x = sample(m=40, n=400)
    formula = area_figures(areas, x, replace(QUICK, scale=scale))
    bootstrap = area_figures(areas, x, replace(QUICK, scale=scale, bootstrap=600, seed=3))
    assert np.median(bootstrap.mse_bootstrap / formula.mse_formula) == pytest.approx(1.0, abs=0.12)


def test_bootstrap_tells_how_far_it_is_and_repeats_itself() -> None:
    areas, x = sample()
    model = fit_area_model(areas.direct, areas.se**2, x)
    said: list[tuple[int, int]] = []
    first = bootstrap_errors(model, scale="linear", replicates=150, seed=2, tell=lambda a, b: said.append((a, b)))
    second = bootstrap_errors(model, scale="linear", replicates=150, seed=2)
    assert said == [(100, 150), (150, 150)]
    assert np.array_equal(first.mse, second.mse)


def test_no_hidden_case_can_be_solved_for_from_what_is_published() -> None:
    """Whoever knows all but one area's sample learns its cases to no less than the width of the rule."""
    areas, x = sample(m=24, n=60)
    found = area_figures(replace(areas, width=5), x, QUICK)
    open_areas = np.flatnonzero(~found.given_up)
    assert open_areas.size > 5
    for area in open_areas:
        # What the published figure would be with other numbers of cases, all else as it is.
        cases = np.arange(0, 40) / 60
        model = found.model
        moved = model.gamma[area] * cases + (1 - model.gamma[area]) * model.synthetic[area]
        shown = rounded(moved * found.exact[area] / found.before[area], np.full(cases.size, found.step[area]))
        _, alike = np.unique(shown, return_counts=True)
        assert alike[1:-1].min() >= 4 and alike[1:-1].mean() >= 5
    # Where the figure gave up its own sample, that sample has no part in it.
    for area in np.flatnonzero(found.given_up)[:3]:
        said = found.synthetic[area] * found.target / found.whole_before
        assert found.step[area] == 0 and found.estimate[area] == pytest.approx(said, rel=0.05)


def test_an_area_variance_of_zero_is_told_and_marked() -> None:
    areas, x = sample()
    flat = replace(areas, direct=0.1 + 0.0005 * (np.arange(24) % 2))
    found = area_figures(flat, x, QUICK)
    assert found.diagnostics.zero_variance and found.model.area_variance > 0
    assert set(found.status) <= {"weak", "withheld"}
    drawn = area_figures(flat, x, replace(QUICK, bootstrap=100))
    assert drawn.bootstrap is not None and drawn.bootstrap.zero_share > 0.2
    # Draws without differences between areas would promise too much.
    assert np.all(drawn.rmse >= found.rmse - 1e-12)
    bare = area_figures(flat, x, replace(QUICK, positive=False))
    assert bare.model.area_variance == 0
