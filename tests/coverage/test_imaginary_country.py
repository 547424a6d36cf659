"""Coverage over samples of a public population with a known truth."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.simulation.coverage import coverages, variance_quality
from estimates.simulation.finite_population import Clusters, draw
from estimates.simulation.gates import monte_carlo_error
from estimates.simulation.imaginary_country import ROWS_PER_CLUSTER, clusters_of
from estimates.simulation.samples import Samples, joined

EXPECTED = pd.read_csv(Path(__file__).with_name("imaginary_country.expected.csv"), comment="#")
REPLICATES = 4000
CERTIFIED_CASES = 5


@pytest.fixture(scope="module")
def households() -> pd.DataFrame:
    found = importlib.util.find_spec("svy")
    if found is None or found.origin is None:
        pytest.skip("NOT RUN: the imaginary country comes with the package svy, which is not installed")
    file = Path(found.origin).parent / "datasets" / "_bundled" / "hld_pop_wb_2023.parquet"
    if not file.exists():
        pytest.skip("NOT RUN: this version of svy does not bring the population of the imaginary country")
    return pd.read_parquet(file)


def sampled(households: pd.DataFrame, position: int) -> Samples:
    case = EXPECTED.iloc[position]
    clusters = clusters_of(households, case["column"], case["value"])
    rng = np.random.default_rng([20240611, position])
    return joined(list(draw(clusters, REPLICATES, rng, psus=int(case["psus"]), rows=ROWS_PER_CLUSTER)))


@pytest.mark.parametrize("position", range(len(EXPECTED)), ids=lambda i: f"{EXPECTED.attribute[i]} {EXPECTED.psus[i]}")
def test_an_independent_program_measured_the_same(households: pd.DataFrame, position: int) -> None:
    case, samples = EXPECTED.iloc[position], sampled(households, position)
    quality = variance_quality(samples)
    assert samples.truth * 100 == pytest.approx(case["percent"], abs=0.05)
    assert samples.n * samples.truth == pytest.approx(case["cases"], abs=0.5 if case["cases"] > 100 else 0.06)
    if case["cases"] >= CERTIFIED_CASES:
        assert quality.deff == pytest.approx(case["deff"], rel=0.08)
    assert abs(quality.bias_of_estimate) < 4
    if case["cases"] < CERTIFIED_CASES:
        return  # below five expected cases every interval depends on how an empty sample is treated
    by_method = {coverage.method: coverage.coverage for coverage in coverages(samples)}
    for method in ("wald", "logit", "wilson", "jeffreys", "korn_graubard"):
        error = np.hypot(monte_carlo_error(case[method] / 100, REPLICATES), monte_carlo_error(case[method] / 100, 6000))
        assert abs(by_method[method] - case[method] / 100) <= 4 * error + 0.005, f"{method} {by_method[method]}"
    if case["percent"] >= 1:
        assert by_method["korn_graubard"] >= 0.95 - 3 * monte_carlo_error(0.95, REPLICATES)


def test_a_census_of_clusters_has_the_truth() -> None:
    clusters = Clusters(np.array([0, 0, 1, 1]), np.array([20, 20, 20, 20]), np.array([0, 4, 0, 4]))
    samples = joined(list(draw(clusters, 600, np.random.default_rng(3), psus=2, rows=20)))
    assert samples.truth == pytest.approx(0.1)
    assert abs(variance_quality(samples).bias_of_estimate) < 4
    with pytest.raises(ValueError, match="smallest cluster has 20"):
        next(draw(clusters, 1, np.random.default_rng(3), psus=2, rows=21))
