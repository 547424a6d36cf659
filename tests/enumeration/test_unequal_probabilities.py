"""Over every sample of a tiny population drawn with unequal probabilities, total and variance are unbiased."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from estimates.unequal_probabilities import (
    brewer_variance,
    hajek_variance,
    horvitz_thompson_variance,
    yates_grundy_variance,
)
from surveys.design import design_from_columns

VALUE = np.array([1.0, 4.0, 9.0, 2.5, 6.0, 3.0])
ODDS = np.array([0.4, 1.0, 2.6, 0.8, 1.7, 0.6])


def conditional_poisson(drawn):
    samples = [list(s) for s in combinations(range(6), drawn)]
    chance = np.array([np.prod(ODDS[s]) for s in samples])
    chance /= chance.sum()
    joint = np.zeros((6, 6))
    for s, p in zip(samples, chance, strict=True):
        joint[np.ix_(s, s)] += p
    return samples, chance, joint


@pytest.mark.parametrize("drawn", [2, 3, 4])
def test_given_joint_probabilities_are_unbiased(drawn):
    samples, chance, joint = conditional_poisson(drawn)
    weighted = VALUE / np.diag(joint)
    total = np.array([weighted[s].sum() for s in samples])
    truth = chance @ (total - VALUE.sum()) ** 2
    assert chance @ total == pytest.approx(VALUE.sum(), rel=1e-12)
    for variance in (horvitz_thompson_variance, yates_grundy_variance):
        found = np.array([variance(weighted[s], joint[np.ix_(s, s)])[0] for s in samples])
        assert chance @ found == pytest.approx(truth, rel=1e-10), variance.__name__
    grundy = [yates_grundy_variance(weighted[s], joint[np.ix_(s, s)])[0] for s in samples]
    assert min(grundy) >= 0


def test_approximations_are_near():
    samples, chance, joint = conditional_poisson(3)
    pi = np.diag(joint)
    weighted = VALUE / pi
    truth = chance @ (np.array([weighted[s].sum() for s in samples]) - VALUE.sum()) ** 2
    design = design_from_columns(None, np.arange(3))
    for variance in (hajek_variance, brewer_variance):
        found = np.array([variance(weighted[s], pi[s], design)[0] for s in samples])
        assert chance @ found == pytest.approx(truth, rel=0.15), variance.__name__


def test_equal_probabilities_are_the_usual_correction():
    z = np.array([3.0, 1.0, 4.0, 1.5])
    design = design_from_columns(None, np.arange(4))
    expected = (1 - 4 / 10) * 4 / 3 * np.sum((z - z.mean()) ** 2)
    joint = np.full((4, 4), 4 * 3 / (10 * 9))
    np.fill_diagonal(joint, 0.4)
    assert yates_grundy_variance(z, joint)[0] == pytest.approx(expected)
    assert horvitz_thompson_variance(z, joint)[0] == pytest.approx(expected)
    for variance in (hajek_variance, brewer_variance):
        assert variance(z, np.full(4, 0.4), design)[0] == pytest.approx(expected)


def test_refusals():
    with pytest.raises(ValueError, match="never be drawn"):
        horvitz_thompson_variance([1.0, 2.0], np.array([[0.5, 0.0], [0.0, 0.5]]))
    with pytest.raises(ValueError, match="above 0"):
        hajek_variance([1.0, 2.0], np.array([0.5, 0.0]), design_from_columns(None, np.arange(2)))
