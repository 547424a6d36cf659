"""Every sample that a draw can give, with its probability: what the inclusion probabilities promise is exact."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from surveys.sampling.brewer import brewer_joint
from surveys.sampling.draws import draw_pps_systematic, draw_systematic, systematic_joint, systematic_starts
from surveys.sampling.probabilities import hajek_joint, inclusion_probabilities, simple_joint

PROBABILITIES = [
    inclusion_probabilities(size, n)
    for size, n in (
        ([1, 2, 3, 4, 5], 2),
        ([1, 2, 3, 4, 5, 50], 3),
        ([7, 7, 7], 2),
        ([3, 1, 4, 1, 5, 9, 2, 6], 4),
        ([2, 2], 2),
        ([4], 1),
    )
]


class Start:
    """A generator that gives one chosen number."""

    def __init__(self, value: float) -> None:
        self.value = value

    def random(self) -> float:
        return self.value


@pytest.mark.parametrize("pi", PROBABILITIES)
def test_all_starts_of_a_systematic_draw(pi: np.ndarray) -> None:
    samples, chance = systematic_starts(pi)
    assert chance.sum() == pytest.approx(1)
    n = round(float(pi.sum()))
    inclusion = np.zeros(pi.size)
    for rows, share in zip(samples, chance, strict=True):
        assert len(set(rows.tolist())) == n
        inclusion[rows] += share
    assert inclusion == pytest.approx(pi, abs=1e-11)


@pytest.mark.parametrize("pi", PROBABILITIES)
def test_every_start_draws_its_sample(pi: np.ndarray) -> None:
    samples, chance = systematic_starts(pi)
    ends = np.concatenate([[0.0], np.cumsum(chance)])
    for rows, low, high in zip(samples, ends, ends[1:], strict=False):
        drawn = draw_pps_systematic(pi, Start((low + high) / 2))  # type: ignore[arg-type]
        assert drawn.tolist() == rows.tolist()


def test_last_units_can_be_drawn_when_the_interval_is_a_fraction() -> None:
    # 19 units, 10 drawn: a whole interval would always give the first ten.
    seen = np.zeros(19)
    for start in (np.arange(19) + 0.5) / 19:
        seen[draw_systematic(19, 10, Start(float(start)))] += 1  # type: ignore[arg-type]
    assert seen.tolist() == [10.0] * 19


@pytest.mark.parametrize("pi", PROBABILITIES)
def test_pairs_add_up(pi: np.ndarray) -> None:
    n = round(float(pi.sum()))
    for joint in (systematic_joint(pi), brewer_joint(pi)):
        assert joint is not None
        assert joint == pytest.approx(joint.T)
        assert np.diag(joint) == pytest.approx(pi, abs=1e-11)
        assert joint.sum(axis=1) == pytest.approx(n * pi, abs=1e-10)


def test_brewer_with_two_units_has_a_closed_form() -> None:
    pi = np.array([0.2, 0.35, 0.4, 0.45, 0.6])
    p = pi / 2
    divisor = 1 + np.sum(p / (1 - 2 * p))
    joint = brewer_joint(pi)
    assert joint is not None
    for k, m in combinations(range(5), 2):
        # Brewer (1963): the same pairs as the methods of Rao and of Durbin.
        assert joint[k, m] == pytest.approx(2 * p[k] * p[m] / divisor * (1 / (1 - 2 * p[k]) + 1 / (1 - 2 * p[m])))
    assert (joint[np.triu_indices(5, 1)] > 0).all()


def test_brewer_meets_the_sen_yates_grundy_condition() -> None:
    pi = inclusion_probabilities([3, 1, 4, 1, 5, 9, 2, 6], 4)
    joint = brewer_joint(pi)
    assert joint is not None
    assert (joint <= np.outer(pi, pi) + np.diag(pi) + 1e-12).all()
    approximate = hajek_joint(pi)
    off = ~np.eye(8, dtype=bool) & (np.outer(pi, pi) < 1)
    assert np.abs(approximate - joint)[off].max() < 0.06


def test_too_many_samples_give_no_exact_pairs() -> None:
    assert brewer_joint(np.full(60, 0.5)) is None


def test_equal_sizes_make_brewer_simple_random() -> None:
    joint = brewer_joint(np.full(6, 0.5))
    assert joint == pytest.approx(simple_joint(6, 3))
