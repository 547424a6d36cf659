"""Sample sizes against published formulas, computed by hand or by another program."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import samplesize_confint_proportion

from surveys.problems import DesignError
from surveys.sampling.sizes import design_effect, expected_cases, sample_size, variance_of_proportion


def test_planning_rule_of_honduras() -> None:
    assert round(float(expected_cases(28_800, response=0.75, size=4.6, prevalence=0.027))) == 2683


@pytest.mark.parametrize(("p", "half_width"), [(0.011, 0.002), (0.5, 0.05), (0.2226, 0.03)])
def test_half_width_equals_statsmodels(p: float, half_width: float) -> None:
    expected = np.ceil(samplesize_confint_proportion(p, half_width, alpha=0.05, method="normal"))
    assert float(sample_size(p, half_width, kind="half_width")) == expected


def test_cv_of_a_rare_proportion_by_hand() -> None:
    # (1 - p) / (p c²) = 0.989 / (0.011 x 0.0225) = 3995.96; with deff 2 and a response of 0.9 it is 8879.9.
    assert float(sample_size(0.011, 0.15)) == 3996
    assert float(sample_size(0.011, 0.15, deff=2.0, response=0.9)) == 8880


def test_log_cv_by_hand() -> None:
    # p(1-p) / (0.175 p ln p)² = 0.010879 / (0.175 x 0.011 x 4.50986)² = 144.36
    assert float(sample_size(0.011, 0.175, kind="log_cv")) == 145
    assert float(sample_size(0.989, 0.175, kind="log_cv")) == 145


def test_finite_population_as_cochran() -> None:
    # Cochran (1977), section 4.5: 4,000 dwellings, p near 0.5, 95 % within 5 points: n0 = 384.1, n = 384.1 / 1.0958.
    n = float(sample_size(0.5, 0.05, kind="half_width", population=4000))
    assert n == pytest.approx(351, abs=0.5)


@pytest.mark.parametrize("kind", ["cv", "half_width", "log_cv"])
def test_the_size_found_reaches_the_target(kind: str) -> None:
    p, deff, population = 0.2, 1.7, 20_000
    target = {"cv": 0.08, "half_width": 0.03, "log_cv": 0.06}[kind]
    n = float(sample_size(p, target, kind=kind, deff=deff, population=population))  # type: ignore[arg-type]
    for size, reaches in ((n, True), (n - 1, False)):
        se = float(np.sqrt(variance_of_proportion(p, size, deff=deff, population=population)))
        measure = {"cv": se / p, "half_width": 1.959964 * se, "log_cv": se / p / -np.log(p)}[kind]
        assert bool(measure <= target * (1 + 1e-9)) is reaches


def test_never_more_than_there_is() -> None:
    assert float(sample_size(0.011, 0.05, response=0.9, population=500)) == 500


def test_domains_at_once() -> None:
    found = sample_size([0.011, 0.02], 0.1, deff=[1.5, 2.0], population=[1e5, np.inf])
    assert found.tolist() == [
        float(sample_size(0.011, 0.1, deff=1.5, population=1e5)),
        float(sample_size(0.02, 0.1, deff=2.0)),
    ]


def test_design_effect_of_kish() -> None:
    assert float(design_effect(0.05, 21)) == pytest.approx(2.0)
    assert float(design_effect(0.05, 21, weights=1.1)) == pytest.approx(2.2)


@pytest.mark.parametrize(
    "change",
    [
        {"proportion": 1.1},
        {"proportion": 0.0},
        {"target": -1.0},
        {"response": 0.0},
        {"response": 1.01},
        {"deff": np.nan},
        {"population": 0.0},
        {"confidence": 1.0},
    ],
)
def test_refuses_what_cannot_be(change: dict[str, float]) -> None:
    values: dict[str, float] = {"proportion": 0.1, "target": 0.1, **change}
    p, target = values.pop("proportion"), values.pop("target")
    with pytest.raises(DesignError) as caught:
        sample_size(p, target, **values)  # type: ignore[arg-type]
    assert [one.message.code for one in caught.value.problems] == ["sampling_value_outside"]
