"""Bias and coverage of figures whose truth is known by construction."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.simulation.repeated_draws import DrawnFigure, Judged, judge, place_among


def _judged(shift: float = 0.0, scale: float = 1.0, cases: float = 200.0, draws: int = 4000) -> Judged:
    random = np.random.default_rng(5)
    estimate = 10 + shift + random.standard_normal(draws)
    se = np.full(draws, scale)
    return judge(DrawnFigure("figure", 10.0, estimate, se, estimate - 1.96 * se, estimate + 1.96 * se,
                             np.full(draws, cases)))


def test_an_honest_figure_passes_both_gates() -> None:
    found = _judged()
    assert found.bias_passed and found.coverage_passed and not found.reason
    assert found.coverage == pytest.approx(0.95, abs=3 * found.coverage_error)
    assert found.se_ratio == pytest.approx(1.0, abs=3 * found.se_ratio_error)
    assert found.below + found.above == pytest.approx(1 - found.coverage)


def test_a_biased_figure_fails() -> None:
    found = _judged(shift=0.5)
    assert not found.bias_passed
    assert found.relative_bias == pytest.approx(0.05, abs=0.01)
    assert not found.coverage_passed


def test_a_standard_error_that_is_too_small_fails_and_one_too_large_is_named() -> None:
    assert not _judged(scale=0.8).coverage_passed
    wide = _judged(scale=1.4)
    assert wide.coverage_passed
    assert wide.reason.startswith("conservative")


def test_few_cases_are_said_and_draws_without_an_estimate_do_not_count() -> None:
    assert "cases a draw" in _judged(cases=7.0).reason
    nothing = np.full(3, np.nan)
    estimate = np.concatenate([np.array([9.0, 10.0, 11.0, 10.5]), nothing])
    se = np.ones(7)
    found = judge(DrawnFigure("figure", 10.0, estimate, se, estimate - 2, estimate + 2, np.full(7, 50.0)))
    assert found.draws == 4
    assert found.coverage == 1.0
    assert found.coverage_error > 0


def test_place_of_one_draw_among_the_draws() -> None:
    draws = {"a": np.arange(100.0)}
    assert place_among(draws, {"a": 97.0, "b": 1.0}) == {"a": 0.97}
