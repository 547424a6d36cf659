"""Bias and coverage of figures whose truth is known by construction."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.simulation.repeated_draws import (
    FALSE_ALARM,
    DrawnFigure,
    Judged,
    judge,
    judge_all,
    mean_coverage,
    place_among,
)


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


def _figures(random: np.random.Generator, draws: int, bias: float, figures: int = 23) -> list[DrawnFigure]:
    """Figures whose single draw varies by six per cent, as those of the study do."""
    made = []
    for number in range(figures):
        estimate = 1 + bias + 0.06 * random.standard_normal(draws)
        made.append(DrawnFigure(str(number), 1.0, estimate, np.full(draws, 0.06), estimate - 1.96 * 0.06,
                                estimate + 1.96 * 0.06, np.full(draws, 200.0)))  # fmt: skip
    return made


def _failed(found: list[Judged]) -> bool:
    return not all(judged.bias_passed and judged.coverage_passed for judged in found)


@pytest.mark.parametrize("draws", [20, 500])
def test_a_list_without_bias_seldom_fails(draws: int) -> None:
    """400 lists: at the promised one per cent, eleven or more fail less often than once in a thousand."""
    random = np.random.default_rng(11)
    alarms = sum(_failed(judge_all(_figures(random, draws, 0.0))) for _ in range(400))
    assert alarms <= 10
    assert FALSE_ALARM == 0.01


def test_a_real_bias_of_two_per_cent_fails_the_long_run() -> None:
    """A single figure at the limit fails half the time; 2.5 per cent nearly always; and the list of them always."""
    random = np.random.default_rng(12)
    at_limit = [judged for _ in range(20) for judged in judge_all(_figures(random, 500, 0.02))]
    share = np.mean([not judged.bias_passed for judged in at_limit])
    assert 0.4 < share < 0.6
    beyond = [judged for _ in range(20) for judged in judge_all(_figures(random, 500, 0.025))]
    assert np.mean([not judged.bias_passed for judged in beyond]) > 0.94
    assert all(judged.bias_allowed == 0.02 and judged.bias_found < 0.0238 for judged in beyond)
    assert all(_failed(judge_all(_figures(random, 500, 0.02))) for _ in range(50))


def test_few_draws_pass_what_they_cannot_tell_from_none() -> None:
    random = np.random.default_rng(13)
    found = judge_all(_figures(random, 20, 0.02))
    assert all(judged.bias_passed for judged in found)
    assert all(judged.bias_found > 0.04 for judged in found)
    assert all(not judged.bias_passed for judged in judge_all(_figures(random, 20, 0.15)))


def test_the_average_shows_intervals_that_are_all_somewhat_narrow() -> None:
    random = np.random.default_rng(14)
    figures = _figures(random, 500, 0.0)
    coverage, error = mean_coverage(figures)
    assert coverage == pytest.approx(0.95, abs=4 * error)
    narrow = [
        DrawnFigure(one.name, 1.0, one.estimate, one.se, one.estimate - 0.1075, one.estimate + 0.1075, one.cases)
        for one in figures
    ]
    assert all(judged.coverage_passed for judged in judge_all(narrow))
    coverage, error = mean_coverage(narrow)
    assert coverage + 3 * error < 0.94
    assert np.isnan(mean_coverage([])[0])
