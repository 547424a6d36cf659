"""Over many draws, units and pairs are included as often as their recorded probabilities promise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from surveys.sampling.brewer import brewer_joint, draw_brewer
from surveys.sampling.coordination import (
    coordinated_pareto,
    coordinated_poisson,
    coordinated_simple,
    pareto_probabilities,
    permanent_numbers,
)
from surveys.sampling.draws import draw_pps_systematic, draw_simple, draw_systematic, systematic_joint
from surveys.sampling.frames import METHODS, select
from surveys.sampling.probabilities import inclusion_probabilities, simple_joint

DRAWS = 6000
REPEATS = 400
SIZES = np.array([2.0, 3, 5, 8, 13, 21, 34, 55, 60, 9, 7, 40])
PI = inclusion_probabilities(SIZES, 5)
Draw = Callable[[np.random.Generator], np.ndarray]


def numbers(random: np.random.Generator) -> np.ndarray:
    return permanent_numbers(np.arange(SIZES.size), random)


EVEN = np.full(12, 5 / 12)
METHODS_WITH: dict[str, tuple[Draw, np.ndarray, np.ndarray | None]] = {
    "simple": (lambda random: draw_simple(12, 5, random), EVEN, simple_joint(12, 5)),
    "systematic": (lambda random: draw_systematic(12, 5, random), EVEN, systematic_joint(EVEN)),
    "pps_systematic": (lambda random: draw_pps_systematic(PI, random), PI, systematic_joint(PI)),
    "brewer": (lambda random: draw_brewer(PI, random), PI, brewer_joint(PI)),
    "simple_keep": (lambda random: coordinated_simple(numbers(random), 5), EVEN, simple_joint(12, 5)),
    "simple_avoid": (
        lambda random: coordinated_simple(numbers(random), 5, coordination="avoid"),
        EVEN,
        simple_joint(12, 5),
    ),
    "poisson_keep": (lambda random: coordinated_poisson(numbers(random), PI), PI, np.outer(PI, PI)),
    "poisson_avoid": (
        lambda random: coordinated_poisson(numbers(random), PI, coordination="avoid"),
        PI,
        np.outer(PI, PI),
    ),
    "pareto_keep": (lambda random: coordinated_pareto(numbers(random), PI), pareto_probabilities(PI), None),
    "pareto_avoid": (
        lambda random: coordinated_pareto(numbers(random), PI, coordination="avoid"),
        pareto_probabilities(PI),
        None,
    ),
}


@pytest.mark.parametrize("name", METHODS_WITH)
def test_realized_frequencies_are_those_promised(name: str) -> None:
    draw, promised, pairs = METHODS_WITH[name]
    random = np.random.Generator(np.random.PCG64(20180320))
    drawn = np.zeros((DRAWS, 12))
    for row in drawn:
        row[draw(random)] = 1
    found = drawn.mean(axis=0)
    sure = promised >= 1 - 1e-12
    assert (found[sure] == 1).all()
    error = np.sqrt(promised * (1 - promised) / DRAWS)
    assert np.all(np.abs(found - promised)[~sure] < 4 * error[~sure])
    # A quadratic form in the units' own covariance: every unit counts once, dependence between them included.
    covariance = np.cov(drawn[:, ~sure].T) / DRAWS
    difference = (found - promised)[~sure]
    statistic = float(difference @ np.linalg.pinv(covariance, rcond=1e-10) @ difference)
    rank = int(np.linalg.matrix_rank(covariance, tol=1e-10 * float(np.linalg.norm(covariance))))
    assert stats.chi2.sf(statistic, rank) > 1e-4
    if pairs is not None:
        together = drawn.T @ drawn / DRAWS
        off = ~np.eye(12, dtype=bool)
        bound = 4.5 * np.sqrt(pairs * (1 - pairs) / DRAWS) + 1e-12
        assert np.all(np.abs(together - pairs)[off] <= bound[off])


@pytest.mark.parametrize("method", METHODS)
def test_a_stratified_frame_is_drawn_as_recorded(method: str) -> None:
    frame = pd.DataFrame({"segment": [f"s{i}" for i in range(12)], "place": ["a"] * 7 + ["b"] * 5, "families": SIZES})
    before = frame.copy(deep=True)
    random = np.random.Generator(np.random.PCG64(7))
    count = np.zeros(12)
    totals = []
    for _ in range(REPEATS):
        chosen = select(
            frame,
            {"a": 3, "b": 2},
            unit="segment",
            stratum="place",
            size="families",
            method=method,  # type: ignore[arg-type]
            random=random,
        )
        count[[int(name[1:]) for name in chosen.sample["segment"]]] += 1
        totals.append(float((chosen.sample["base_weight"] * chosen.sample["families"]).sum()))
    found, promised = count / REPEATS, chosen.probability
    assert np.all(np.abs(found - promised) <= 4 * np.sqrt(promised * (1 - promised) / REPEATS))
    error = np.std(totals) / np.sqrt(REPEATS)
    assert abs(np.mean(totals) - SIZES.sum()) <= 4 * error + 1e-9
    pd.testing.assert_frame_equal(frame, before)


def test_overlap_of_coordinated_rounds() -> None:
    random = np.random.Generator(np.random.PCG64(11))
    second = inclusion_probabilities(SIZES[::-1], 4)
    kept, avoided = [], []
    for _ in range(DRAWS):
        number = numbers(random)
        first = set(coordinated_poisson(number, PI).tolist())
        kept.append(len(first & set(coordinated_poisson(number, second).tolist())))
        avoided.append(len(first & set(coordinated_poisson(number, second, coordination="avoid").tolist())))
    for found, expected in ((kept, np.minimum(PI, second).sum()), (avoided, np.maximum(0, PI + second - 1).sum())):
        assert abs(np.mean(found) - expected) < 4 * np.std(found) / np.sqrt(DRAWS)
