"""Regression, tests of independence, survival and inequality against R, on a made-up survey."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.linearized.gini import gini
from estimates.linearized.poverty import RelativeLine, poverty
from estimates.linearized.quintile_share import quintile_share_ratio
from estimates.linearized.weighted_quantile import weighted_quantile
from estimates.measure import Coding
from estimates.models.association import rao_scott
from estimates.models.regression import Family, regress
from estimates.survival import kaplan_meier
from surveys.design import Design, design_from_columns

HERE = Path(__file__).parent
# Closed forms agree to rounding. Fits are iterated to 1e-14 by both, so they agree to about 1e-8.
CLOSED, ITERATED = 1e-9, 1e-7


@pytest.fixture(scope="module")
def survey() -> pd.DataFrame:
    return pd.read_csv(HERE / "survey.csv")


@pytest.fixture(scope="module")
def expected() -> pd.Series:
    table = pd.read_csv(HERE / "expected.csv", comment="#")
    return table.set_index(["what", "item"])["value"]


@pytest.fixture(scope="module")
def design(survey: pd.DataFrame) -> Design:
    return design_from_columns(survey["stratum"], survey["psu"])


def columns(survey: pd.DataFrame) -> np.ndarray:
    constant = np.ones(len(survey))
    return np.column_stack([constant, survey["age"], survey["group"] == "b", survey["group"] == "c"]).astype(
        float
    )


def coding(values: pd.Series) -> Coding:
    codes, labels = pd.factorize(values, sort=True)
    return Coding(str(values.name), codes.astype(np.int64), tuple(str(label) for label in labels))


@pytest.mark.parametrize(
    ("family", "outcome"), [("linear", "income"), ("logistic", "hit"), ("poisson", "count")]
)
def test_regression_equals_svyglm(
    family: Family, outcome: str, survey: pd.DataFrame, expected: pd.Series, design: Design
) -> None:
    model = regress(
        survey[outcome].to_numpy(float),
        columns(survey),
        ["1", "age", "b", "c"],
        survey["weight"].to_numpy(),
        design,
        family=family,
    )
    want = expected[family]
    np.testing.assert_allclose(
        model.coefficient, [want[f"coefficient{i}"] for i in range(1, 5)], rtol=ITERATED
    )
    np.testing.assert_allclose(model.se, [want[f"se{i}"] for i in range(1, 5)], rtol=ITERATED)
    assert model.df == want["df"]


def test_regression_in_a_domain_keeps_the_design(
    survey: pd.DataFrame, expected: pd.Series, design: Design
) -> None:
    model = regress(
        survey["hit"].to_numpy(float),
        columns(survey)[:, :3],
        ["1", "age", "b"],
        survey["weight"].to_numpy(),
        design,
        (survey["age"] < 60).to_numpy(),
        family="logistic",
    )
    want = expected["logistic_domain"]
    np.testing.assert_allclose(
        model.coefficient, [want[f"coefficient{i}"] for i in range(1, 4)], rtol=ITERATED
    )
    np.testing.assert_allclose(model.se, [want[f"se{i}"] for i in range(1, 4)], rtol=ITERATED)


def test_marginal_effects_are_the_derivative_of_the_mean(survey: pd.DataFrame, design: Design) -> None:
    x, weight = columns(survey), survey["weight"].to_numpy()
    model = regress(
        survey["hit"].to_numpy(float), x, ["1", "age", "b", "c"], weight, design, family="logistic"
    )

    def mean(shift: float) -> float:
        moved = x.copy()
        moved[:, 1] += shift
        return float(np.average(1 / (1 + np.exp(-moved @ model.coefficient)), weights=weight))

    assert model.effect[1] == pytest.approx((mean(1e-4) - mean(-1e-4)) / 2e-4, rel=1e-7)


@pytest.mark.parametrize(("family", "outcome"), [("logistic", "hit"), ("poisson", "count")])
def test_marginal_effects_equal_the_delta_method_after_svyglm(
    family: Family, outcome: str, survey: pd.DataFrame, design: Design
) -> None:
    want = pd.read_csv(HERE / "marginal_effects.expected.csv", comment="#").set_index(["family", "what"]).loc[family]
    model = regress(
        survey[outcome].to_numpy(float), columns(survey), ["1", "age", "b", "c"], survey["weight"].to_numpy(), design,
        family=family, codes=[[2, 3]],
    )  # fmt: skip
    np.testing.assert_allclose(model.effect[1:], want["effect"], rtol=ITERATED)
    np.testing.assert_allclose(model.effect_se[1:], want["se"], rtol=1e-6)


def test_independence_equals_svychisq(survey: pd.DataFrame, expected: pd.Series, design: Design) -> None:
    found = rao_scott(coding(survey["group"]), coding(survey["hit"]), survey["weight"].to_numpy(), design)
    want = expected["rao_scott"]
    assert [found.f, found.numerator_df, found.denominator_df, found.p_value] == pytest.approx(
        [want["f"], want["numerator_df"], want["denominator_df"], want["p_value"]], rel=CLOSED
    )


def test_independence_needs_two_categories(survey: pd.DataFrame, design: Design) -> None:
    one = Coding("one", np.zeros(len(survey), dtype=np.int64), ("only",))
    assert np.isnan(rao_scott(one, coding(survey["hit"]), survey["weight"].to_numpy(), design).f)


def test_survival_equals_svykm(survey: pd.DataFrame, expected: pd.Series, design: Design) -> None:
    arguments = (
        survey["time"].to_numpy(),
        survey["event"].to_numpy(bool),
        survey["weight"].to_numpy(),
        design,
    )
    product, exponential = kaplan_meier(*arguments), kaplan_meier(*arguments, estimator="exponential")
    want = expected["survival"]
    for at in (1, 3, 5, 10):
        last = np.flatnonzero(product.time <= at)[-1]
        assert product.survival[last] == pytest.approx(want[f"product_limit_{at}"], rel=CLOSED)
        assert exponential.survival[last] == pytest.approx(want[f"exponential_{at}"], rel=CLOSED)
        log_se = exponential.se[last] / exponential.survival[last]
        assert log_se == pytest.approx(want[f"exponential_se_log_{at}"], rel=CLOSED)
        assert 0 < product.ci_low[last] < product.survival[last] < product.ci_high[last] < 1


def test_survival_with_everyone_gone_ends_at_zero() -> None:
    design = design_from_columns(None, [1, 2, 3, 4])
    curve = kaplan_meier(np.array([1.0, 1.0, 2.0, 2.0]), np.ones(4, dtype=bool), np.ones(4), design)
    assert curve.survival.tolist() == [0.5, 0.0]
    assert np.isnan(curve.ci_low[-1])


def test_inequality_equals_laeken(survey: pd.DataFrame, expected: pd.Series) -> None:
    y, weight = survey["income"].to_numpy(), survey["weight"].to_numpy()
    want = expected["inequality"]
    assert gini(y, weight).estimate == pytest.approx(want["gini"], rel=CLOSED)
    assert quintile_share_ratio(y, weight).estimate == pytest.approx(want["quintile_share_ratio"], rel=CLOSED)
    assert poverty(y, weight, RelativeLine()).estimate == pytest.approx(
        want["at_risk_of_poverty"], rel=CLOSED
    )
    for p in (0.1, 0.25, 0.5, 0.9):
        assert weighted_quantile(y, weight, p) == pytest.approx(expected["quantile", f"p{p}"], rel=CLOSED)
