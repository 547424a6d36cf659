"""Nonresponse by class and by propensity."""

from __future__ import annotations

import numpy as np
import pytest

from weights.classes import by_quantile, crossed
from weights.nonresponse import nonresponse
from weights.response_propensity import r_indicator, response_propensity, standardized_differences

YES = np.ones(6, bool)


def test_the_factor_of_a_class_is_its_weight_over_that_of_its_respondents() -> None:
    classes = crossed({"area": np.array(["1", "1", "1", "2", "2", None], dtype=object)})
    assert classes.labels == ("area=-", "area=1", "area=2")
    weight = np.array([1.0, 2, 3, 4, 6, 5])
    responded = np.array([True, True, False, True, False, True])
    step = nonresponse(weight, eligible=YES, responded=responded, classes=classes)
    assert step.factor == pytest.approx([2, 2, 0, 2.5, 0, 1])
    assert step.diagnostics["weighted_response"] == pytest.approx(12 / 21)
    rates = np.array([0.5, 0.5, 0.5, 0.4, 0.4, 1.0])
    assert step.diagnostics["r_indicator"] == pytest.approx(r_indicator(rates, weight, YES))


def test_units_that_are_not_eligible_leave_without_giving_their_weight() -> None:
    eligible = np.array([True, True, False, True, True, True])
    step = nonresponse(np.ones(6), eligible=eligible, responded=eligible)
    assert step.factor.tolist() == [1, 1, 0, 1, 1, 1]


def test_a_saturated_propensity_is_the_response_rate(generator: np.random.Generator) -> None:
    area = generator.choice(["1", "2", "3"], 900).astype(object)
    responded = generator.random(900) < np.where(area == "1", 0.4, 0.8)
    everybody = np.ones(900, bool)
    fit = response_propensity({"area": area}, responded, everybody)
    for code in "123":
        assert fit.probability[area == code] == pytest.approx(responded[area == code].mean(), rel=1e-9)
    by_model = nonresponse(np.ones(900), eligible=everybody, responded=responded, predictors={"area": area})
    by_class = nonresponse(np.ones(900), eligible=everybody, responded=responded, classes=crossed({"area": area}))
    assert by_model.factor == pytest.approx(by_class.factor, rel=1e-8)
    assert by_model.diagnostics["r_indicator"] == pytest.approx(by_class.diagnostics["r_indicator"], rel=1e-8)
    assert by_model.diagnostics["largest_difference_after"] < 1e-9 < by_model.diagnostics["largest_difference_before"]


def test_numbers_that_are_missing_have_a_column_of_their_own(generator: np.random.Generator) -> None:
    rooms = generator.integers(1, 6, 500).astype(float)
    rooms[::7] = np.nan
    responded = generator.random(500) < 0.3 + 0.1 * np.nan_to_num(rooms, nan=2)
    fit = response_propensity({"rooms": rooms}, responded, np.ones(500, bool))
    assert list(fit.coefficients) == ["constant", "rooms", "rooms -"]
    assert fit.coefficients["rooms"][0] > 0


def test_even_response_has_an_indicator_of_one() -> None:
    assert r_indicator(np.full(6, 0.7), np.full(6, 10.0), YES) == pytest.approx(1.0)


def test_quantile_classes_hold_about_equal_weight(generator: np.random.Generator) -> None:
    score, weight = generator.random(1000), generator.uniform(1, 2, 1000)
    classes = by_quantile(score, weight, np.ones(1000, bool), 5)
    share = classes.sums(weight) / weight.sum()
    assert share == pytest.approx(np.full(5, 0.2), abs=0.002)
    assert (np.diff([score[classes.code == c].max() for c in range(5)]) > 0).all()


def test_a_characteristic_that_does_not_vary_does_not_differ() -> None:
    columns = np.ones((6, 1))
    assert standardized_differences(columns, np.ones(6), np.arange(6.0)).tolist() == [0.0]


def test_adjustment_removes_the_bias_of_response_that_depends_on_what_is_known() -> None:
    """With a known truth: the mean of respondents is off, and comes back by classes and by propensity."""
    rng = np.random.default_rng(1862)
    size, draws = 1500, 200
    means: dict[str, list[float]] = {"none": [], "classes": [], "propensity": [], "quantiles": []}
    for _ in range(draws):
        area = rng.integers(0, 3, size)
        rooms = rng.integers(1, 7, size).astype(float)
        y = 0.2 + 0.15 * area + 0.05 * rooms + rng.normal(0, 0.3, size)
        p = 1 / (1 + np.exp(-(1.2 - 0.8 * area + 0.25 * (rooms - 3.5))))
        responded = rng.random(size) < p
        weight = np.full(size, 20.0)
        names = np.array(["1", "2", "3"], dtype=object)[area]
        options = {"eligible": np.ones(size, bool), "responded": responded}
        both = crossed({"area": names, "rooms": rooms.astype(int).astype(str).astype(object)})
        predictors = {"area": names, "rooms": rooms}
        steps = {
            "classes": nonresponse(weight, classes=both, **options),
            "propensity": nonresponse(weight, predictors=predictors, **options),
            "quantiles": nonresponse(weight, predictors=predictors, quantiles=10, **options),
        }
        means["none"].append(y[responded].mean())
        for name, step in steps.items():
            after = weight * step.factor
            means[name].append(float(after @ y / after.sum()))
    truth = 0.2 + 0.15 * 1 + 0.05 * 3.5
    bias = {name: (np.mean(found) - truth, np.std(found) / np.sqrt(draws)) for name, found in means.items()}
    assert abs(bias["none"][0]) > 10 * bias["none"][1]
    for name in ("classes", "propensity"):
        assert abs(bias[name][0]) < 3 * bias[name][1], name
    # classes of a score keep some variation inside them: nearly all of the bias goes
    assert abs(bias["quantiles"][0]) < 0.1 * abs(bias["none"][0])
