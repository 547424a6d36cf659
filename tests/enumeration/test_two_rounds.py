"""Two rounds of a tiny population, every pair of samples: the covariance of the rounds without bias."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from estimates.change.round_totals import RoundTotals
from estimates.change.shared_segments import covariance_of_rounds, shared_psus

# PSU totals of the same variable in both rounds, by stratum of the frame.
FIRST = [np.array([3.0, 8.0, 1.0, 6.0, 12.0]), np.array([5.0, 2.0, 9.0, 4.0])]
SECOND = [np.array([4.0, 9.5, 0.0, 8.0, 10.0]), np.array([2.0, 3.0, 7.0, 11.0])]


def sample(chosen: list[tuple[int, ...]], values: list[np.ndarray], finite: bool) -> RoundTotals:
    psu, stratum, total = [], [], []
    for h, units in enumerate(chosen):
        weight = len(values[h]) / len(units)
        for unit in units:
            psu.append(f"{h}-{unit}")
            stratum.append(h)
            total.append(weight * values[h][unit])
    population = [float(len(value)) if finite else np.inf for value in values]
    size = len(psu)
    return RoundTotals(
        "tiny", (("y", ()),), np.array([sum(total)]), np.array([1.0]), np.array([1]), ("reliable",), np.arange(size),
        np.zeros(size, dtype=np.int64), np.array(total), np.ones(size, dtype=bool), tuple(psu), np.array(stratum),
        np.array(population), {},
    )  # fmt: skip


def pairs_of_samples(size: int, first: int, second: int, kept: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Every first sample, every part of it kept, every completion from the rest: all equally likely."""
    found = []
    for one in combinations(range(size), first):
        rest = [unit for unit in range(size) if unit not in one]
        for stay in combinations(one, kept):
            for new in combinations(rest, second - kept):
                found.append((one, tuple(sorted((*stay, *new)))))
    return found


@pytest.mark.parametrize(("sizes", "kept"), [(((3, 3), (2, 2)), (2, 2)), (((3, 2), (3, 3)), (2, 2))])
def test_the_covariance_of_every_pair_of_samples(
    sizes: tuple[tuple[int, int], tuple[int, int]], kept: tuple[int, int]
) -> None:
    by_stratum = [
        pairs_of_samples(len(FIRST[h]), *sizes[h], kept[h]) for h in range(2)
    ]
    estimates, covariances = [], []
    for chosen in product(*by_stratum):
        first = sample([pair[0] for pair in chosen], FIRST, finite=True)
        second = sample([pair[1] for pair in chosen], SECOND, finite=True)
        estimates.append((first.estimate[0], second.estimate[0]))
        shared = shared_psus(first, second)
        covariances.append(covariance_of_rounds(first.table([0]), second.table([0]), shared)[0])
    both = np.array(estimates)
    true = np.cov(both.T, bias=True)[0, 1]
    assert both.mean(axis=0) == pytest.approx([sum(map(np.sum, FIRST)), sum(map(np.sum, SECOND))])
    assert np.mean(covariances) == pytest.approx(true, rel=1e-12)


def test_with_replacement_the_kept_draws_carry_the_covariance() -> None:
    # Three draws with replacement, of which the first two are kept for round two with one fresh draw: of all
    # sequences the covariance is n_c times that of one draw.
    values, later = FIRST[1], SECOND[1]
    size, estimates, found = len(values), [], []
    for draws in product(range(size), repeat=4):
        one, two = list(draws[:3]), [*draws[:2], draws[3]]
        z1, z2 = values[one] * size / 3, later[two] * size / 3
        estimates.append((z1.sum(), z2.sum()))
        names = (["a", "b", "c"], ["a", "b", "d"])  # draws, not units: the same unit may come twice
        rounds = [
            RoundTotals("tiny", (("y", ()),), np.array([z.sum()]), np.array([1.0]), np.array([2]), ("reliable",),
                        np.arange(3), np.zeros(3, dtype=np.int64), z, np.ones(3, dtype=bool), tuple(name),
                        np.zeros(3, dtype=np.int64), np.array([np.inf]), {})
            for z, name in zip((z1, z2), names, strict=True)
        ]
        found.append(covariance_of_rounds(rounds[0].table([0]), rounds[1].table([0]), shared_psus(*rounds))[0])
    assert np.mean(found) == pytest.approx(np.cov(np.array(estimates).T, bias=True)[0, 1], rel=1e-12)
