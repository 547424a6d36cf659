"""Repeated draws of two rounds that share segments: the error of the change is right, and leaving it out is not."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.change.round_change import degrees_of_change, round_change
from estimates.change.round_totals import RoundTotals
from estimates.change.shared_segments import covariance_of_rounds, shared_psus, union_degrees

STRATA, DRAWN, SHARED, FAMILIES, DRAWS = 8, 6, 4, 20, 3000


def a_round(rng: np.random.Generator, level: np.ndarray, names: np.ndarray, shift: float) -> RoundTotals:
    """One round: proportions in segments of given level; the mean, linearized."""
    hits = rng.binomial(FAMILIES, np.clip(level + shift, 0.01, 0.99)).astype(np.float64)
    n = level.size * FAMILIES
    p = hits.sum() / n
    z = (hits - p * FAMILIES) / n
    stratum = np.repeat(np.arange(STRATA), DRAWN)
    per = z.reshape(STRATA, DRAWN)
    variance = DRAWN / (DRAWN - 1) * ((per - per.mean(axis=1, keepdims=True)) ** 2).sum()
    size = stratum.size
    return RoundTotals(
        "r", (("y", ()),), np.array([p]), np.array([np.sqrt(variance)]), np.array([size - STRATA]), ("reliable",),
        np.arange(size), np.zeros(size, dtype=np.int64), z, np.ones(size, dtype=bool), tuple(map(str, names)), stratum,
        np.full(STRATA, np.inf), {},
    )  # fmt: skip


@pytest.mark.slow
def test_intervals_of_change_hold_the_truth() -> None:
    rng = np.random.default_rng(20261123)
    true, held, held_apart, widths, gaps = 0.03, 0, 0, [], []
    for _ in range(DRAWS):
        base = 0.3 + 0.12 * np.repeat(rng.standard_normal(STRATA) * 0.3, DRAWN)
        first = np.clip(base + 0.1 * rng.standard_normal(base.size), 0.03, 0.9)
        kept = np.tile(np.arange(DRAWN) < SHARED, STRATA)
        second = np.where(kept, first, np.clip(base + 0.1 * rng.standard_normal(base.size), 0.03, 0.9))
        names = np.arange(base.size)
        one = a_round(rng, first, names, 0.0)
        two = a_round(rng, second, np.where(kept, names, names + 1000), true)
        shared = shared_psus(one, two)
        c = covariance_of_rounds(one.table([0]), two.table([0]), shared)
        union = union_degrees(one, two, [(0, 0)]).astype(float)
        df = degrees_of_change(one.se, two.se, one.df.astype(float), two.df.astype(float), union)
        found = round_change(one.estimate, two.estimate, one.se, two.se, c, df)
        apart = round_change(one.estimate, two.estimate, one.se, two.se, np.zeros(1), df)
        held += bool(found.low[0] <= true <= found.high[0])
        held_apart += bool(apart.low[0] <= true <= apart.high[0])
        widths.append(found.se[0] ** 2)
        gaps.append(found.estimate[0])
    assert np.mean(gaps) == pytest.approx(true, abs=4 * np.std(gaps) / np.sqrt(DRAWS))
    # Mean of the variance estimate against the variance over draws: a chi-square error of about 2.6 %.
    assert np.mean(widths) == pytest.approx(np.var(gaps), rel=0.08)
    assert 0.94 <= held / DRAWS <= 0.965
    # Without the covariance the interval is too wide, and what is told from zero is lost.
    assert held_apart / DRAWS > held / DRAWS + 0.01
