"""The Fay-Herriot model: its limits, its joint errors, areas without sample, and an area variance of zero."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from estimates.small_areas.area_model import fit_area_model
from estimates.small_areas.area_variance import area_variances, restricted_likelihood
from estimates.small_areas.attainable import best_predictor
from estimates.small_areas.diagnostics import area_variance_interval, diagnose
from estimates.small_areas.joint_errors import joint_errors
from estimates.small_areas.refusals import CannotFit
from estimates.small_areas.repeated_samples import model_honesty

Floats = NDArray[np.float64]


def areas(generator: np.random.Generator, m: int = 30, effect: float = 1.0) -> tuple[Floats, Floats, Floats]:
    d = np.linspace(0.5, 4.0, m)
    x = np.column_stack([np.ones(m), np.linspace(0, 1, m)])
    return x @ [2.0, 3.0] + effect * generator.normal(size=m) + np.sqrt(d) * generator.normal(size=m), d, x


def test_reml_is_higher_than_its_neighbours(generator: np.random.Generator) -> None:
    y, d, x = areas(generator)
    top = float(area_variances(y, d, x)[0])
    assert top > 0
    height = restricted_likelihood(y, d, x, top)
    assert height > restricted_likelihood(y, d, x, top * 0.999)
    assert height > restricted_likelihood(y, d, x, top * 1.001)


def test_many_samples_at_once_are_those_one_by_one(generator: np.random.Generator) -> None:
    _, d, x = areas(generator)
    y = generator.normal(size=(8, d.size)) * np.sqrt(1 + d)
    for method in ("reml", "amrl_yl", "amrl_ll"):
        together = area_variances(y, d, x, method=method)
        alone = [area_variances(row, d, x, method=method)[0] for row in y]
        np.testing.assert_allclose(together, alone, rtol=1e-9, atol=1e-12)


def test_scale_of_the_covariates_changes_nothing(generator: np.random.Generator) -> None:
    y, d, x = areas(generator)
    first, second = fit_area_model(y, d, x), fit_area_model(y, d, x * [1.0, 1e9])
    np.testing.assert_allclose(first.estimate, second.estimate, rtol=1e-6)
    assert first.area_variance == pytest.approx(second.area_variance, rel=1e-9)


def test_a_likelihood_that_falls_from_the_start_gives_zero_and_positive_estimators_do_not() -> None:
    d, x = np.full(12, 4.0), np.ones((12, 1))
    y = np.linspace(-0.5, 0.5, 12)
    flat = fit_area_model(y, d, x)
    assert flat.area_variance == 0 and np.all(flat.gamma == 0)
    np.testing.assert_allclose(flat.estimate, y.mean(), atol=1e-12)
    lifted = fit_area_model(y, d, x, positive=True)
    assert lifted.reml == 0 and lifted.area_variance > 0 and lifted.method == "amrl_yl"
    assert fit_area_model(y, d, x, method="amrl_ll").area_variance > lifted.area_variance
    found = diagnose(flat)
    assert found.zero_variance and found.zero_p == 1.0
    assert found.area_variance_low == 0.0


def test_an_area_without_sample_gets_what_covariates_say_with_that_error(generator: np.random.Generator) -> None:
    y, d, x = areas(generator)
    y[3], d[3] = np.nan, np.nan
    model = fit_area_model(y, d, x)
    assert model.gamma[3] == 0 and not model.sampled[3]
    assert model.estimate[3] == pytest.approx(x[3] @ model.coefficients)
    assert model.mse[3] == pytest.approx(model.area_variance + x[3] @ model.coefficient_covariance @ x[3])
    assert np.all((model.g1 + model.g2)[:6] <= model.mse[3] + 1e-12)


def test_joint_covariance_is_that_of_the_prediction_errors(generator: np.random.Generator) -> None:
    _, d, x = areas(generator, m=12)
    draws = 20_000
    model = fit_area_model(areas(generator, m=12)[0], d, x)
    a = model.area_variance
    truth = np.sqrt(a) * generator.normal(size=(draws, 12))
    y = truth + np.sqrt(d) * generator.normal(size=(draws, 12))
    w = 1 / (a + d)
    beta = (y * w) @ x @ model.coefficient_covariance
    error = a * w * y + (1 - a * w) * (beta @ x.T) - truth
    known = model.covariance(mse=model.g1 + model.g2)
    spread = np.sqrt(np.outer(np.diag(known), np.diag(known)) / draws)
    assert np.all(np.abs(error.T @ error / draws - known) < 6 * spread)


def test_joint_draws_have_the_joint_covariance_of_the_figures(generator: np.random.Generator) -> None:
    y, d, x = areas(generator, m=12)
    model = fit_area_model(y, d, x)
    joint = joint_errors(model, model.estimate, scale="linear", gamma=model.gamma, mse=model.mse)
    known = model.covariance()
    np.testing.assert_allclose(joint.covariance, known, rtol=1e-12, atol=1e-15)
    drawn = replace(joint, centre=joint.centre + 100).draws(40_000, seed=3)  # far from 0, where draws are cut
    spread = np.sqrt(np.outer(np.diag(known), np.diag(known)) / len(drawn))
    assert np.all(np.abs(np.cov(drawn.T) - known) < 6 * spread)
    assert np.all(np.abs(drawn.mean(axis=0) - 100 - model.estimate) < 6 * np.sqrt(np.diag(known) / len(drawn)))
    shares = replace(joint, scale="arcsine", highest=1.0).draws(200, seed=3)
    assert shares.min() >= 0 and shares.max() <= 1


def test_the_best_predictor_does_what_its_formula_expects(generator: np.random.Generator) -> None:
    """Many areas with effects of the normal distribution: expected error, coverage, and no model does better."""
    x = np.column_stack([np.ones(400), generator.normal(size=400)])
    truth = x @ [2.0, 0.5] + generator.normal(size=400)
    d = generator.uniform(0.5, 3.0, size=400)
    y = truth + np.sqrt(d) * generator.normal(size=(300, 400))
    best = best_predictor(truth, y, x)
    found = ((best.predicted - truth) ** 2).mean() / ((y - truth) ** 2).mean()
    assert found == pytest.approx(best.ratio, rel=0.02)
    assert best.ratio == pytest.approx((d / (1 + d)).sum() / d.sum(), rel=0.08)
    assert best.covers.mean() == pytest.approx(0.95, abs=0.01)
    # A model that estimates coefficients and area variance pays for it what the second order says.
    modelled = ((np.stack([fit_area_model(row, d, x).estimate for row in y]) - truth) ** 2).mean()
    assert modelled / ((y - truth) ** 2).mean() == pytest.approx(best.estimated_ratio, rel=0.02)
    assert best.estimated_ratio > best.ratio


def test_correction_is_half_of_what_predictions_vary_less(generator: np.random.Generator) -> None:
    _, d, x = areas(generator, m=10)
    model = fit_area_model(areas(generator, m=10)[0], d, x)
    a, w = model.area_variance, 1 / (model.area_variance + d)
    # The prediction is linear in y: its variance is that of its coefficients times A + D.
    project = x @ model.coefficient_covariance @ (x * w[:, None]).T
    linear = np.diag(a * w) + (1 - a * w)[:, None] * project
    varies = np.einsum("ij,j,ij->i", linear, a + d, linear)
    np.testing.assert_allclose(2 * model.correction, a - varies, atol=1e-10)


def test_interval_of_the_area_variance_holds_it_in_95_of_100(generator: np.random.Generator) -> None:
    held = []
    for _ in range(400):
        y, d, x = areas(generator, m=15)
        low, high = area_variance_interval(y, d, x)
        held.append(low <= 1.0 <= high)
    assert 0.92 <= np.mean(held) <= 0.98


def test_refuses_what_cannot_be_fitted(generator: np.random.Generator) -> None:
    y, d, x = areas(generator)
    with pytest.raises(CannotFit, match="dependent"):
        fit_area_model(y, d, np.column_stack([x, x[:, 1] * 2]))
    with pytest.raises(CannotFit, match="few areas"):
        fit_area_model(y[:2], d[:2], x[:2])
    with pytest.raises(CannotFit, match="variance not positive"):
        area_variances(y, np.where(d > 3, 0.0, d), x)
    with pytest.raises(CannotFit, match="unknown covariate"):
        fit_area_model(y, d, np.where(x == x[4, 1], np.nan, x))


def test_errors_are_honest_where_areas_are_many() -> None:
    x = np.column_stack([np.ones(44), np.linspace(-1, 1, 44)])
    found = model_honesty(np.linspace(0.25, 1.0, 44), x, replicates=1500, seed=7)
    assert abs(found.bias) <= 0.05
    assert found.naive_bias < -0.02
    assert 0.94 <= found.coverage <= 0.97
    few = model_honesty(np.linspace(1.0, 8.0, 14), x[:14], replicates=500, seed=7)
    assert few.zero > 0.15
