"""Two-phase errors agree with R's twophase, and are unbiased over every possible pair of samples."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.two_phase import second_phase, two_phase_variance
from surveys.design import design_from_columns
from surveys.problems import DesignError

HERE = Path(__file__).parent


@pytest.mark.parametrize("case", ["full.fpc", "full.large", "simple.replacement"])
def test_listing_of_displaced_families(expected, case):
    data = pd.read_csv(HERE / "two_phases.csv")
    method, first = case.split(".")
    if first == "fpc":
        design = design_from_columns(data["stratum"], data["psu"], psu_population=data["frame"])
        base = (data["frame"] / 4).to_numpy(float)
    else:
        many = np.full(len(data), 1_000_000) if first == "large" else None
        design, base = design_from_columns(None, data["family"], psu_population=many), np.ones(len(data))
    phase = second_phase(data["family"], data["phase2_stratum"], data["chosen"].to_numpy(bool), design)
    used = np.flatnonzero(phase.unit >= 0)
    weight = np.zeros(len(data))
    weight[used] = base[used] * phase.weight_of_unit[phase.unit[used]]
    rows = expected("two_phases")
    rows = rows[rows["case"] == case]
    assert len(rows) == (12 if first == "fpc" else 4)
    for row in rows.itertuples():
        inside = np.ones(len(data)) if row.domain == "_T" else (data["area"] == row.domain).to_numpy(float)
        y = data["displaced" if row.quantity == "displaced" else "income"].to_numpy(float) * inside
        x = {"mean": inside, "ratio": data["members"].to_numpy(float) * inside}.get(row.quantity)
        estimate, z = weight @ y, y
        if x is not None:
            estimate, z = estimate / (weight @ x), (y - estimate / (weight @ x) * x) / (weight @ x)
        totals = np.bincount(phase.unit[used], weights=(weight * z)[used])
        found = two_phase_variance(totals, phase, design, method=method)
        assert estimate == pytest.approx(row.estimate, rel=1e-11)
        assert np.sqrt(found.total[0]) == pytest.approx(row.se, rel=1e-9), row
        assert found.total == pytest.approx(found.first + found.second)


def test_unbiased_over_every_pair_of_samples():
    """Clusters of 4 drawn 2 at a time; of their families 2 of each kind: every outcome with its chance."""
    kind = {0: "aab", 1: "abb", 2: "aabb", 3: "aab"}
    chance = np.random.default_rng(8)
    value = {i: chance.lognormal(size=len(k)).round(3) for i, k in kind.items()}
    total = sum(v.sum() for v in value.values())
    estimates, variances, share = [], [], []
    for psus in combinations(range(4), 2):
        rows = [(i, j) for i in psus for j in range(len(kind[i]))]
        kinds = np.array([kind[i][j] for i, j in rows])
        y = np.array([value[i][j] for i, j in rows])
        design = design_from_columns(None, [i for i, _ in rows], psu_population=np.full(len(rows), 4))
        choices = [list(combinations(np.flatnonzero(kinds == k), 2)) for k in "ab"]
        outcomes = list(product(*choices))
        for outcome in outcomes:
            taken = np.zeros(len(rows), dtype=bool)
            taken[list(sum(outcome, ()))] = True
            phase = second_phase(np.arange(len(rows)), kinds, taken, design)
            z = 2.0 * y[taken] * phase.weight_of_unit[phase.unit[taken]]
            totals = np.bincount(phase.unit[taken], weights=z)
            estimates.append(totals.sum())
            variances.append(two_phase_variance(totals, phase, design).total[0])
            share.append(1 / 6 / len(outcomes))
    share = np.array(share)
    assert share.sum() == pytest.approx(1)
    assert share @ estimates == pytest.approx(total, rel=1e-12)
    assert share @ variances == pytest.approx(share @ (np.array(estimates) - total) ** 2, rel=1e-11)


def test_everything_taken_is_one_phase():
    data = pd.read_csv(HERE / "two_phases.csv")
    design = design_from_columns(data["stratum"], data["psu"], psu_population=data["frame"])
    phase = second_phase(data["family"], data["phase2_stratum"], np.ones(len(data), dtype=bool), design)
    found = two_phase_variance(np.arange(len(data), dtype=float), phase, design)
    assert found.second[0] == 0
    with pytest.raises(ValueError, match="without clusters"):
        two_phase_variance(np.ones(len(data)), phase, design, method="simple")


def test_refusals():
    design = design_from_columns(None, [1, 1, 2, 2])
    with pytest.raises(DesignError, match="two PSUs or two strata"):
        second_phase([1, 2, 2, 3], ["a"] * 4, np.ones(4, dtype=bool), design)
    with pytest.raises(DesignError, match="fewer than two"):
        second_phase([1, 2, 3, 4], ["a", "a", "b", "b"], np.array([True, True, True, False]), design)
