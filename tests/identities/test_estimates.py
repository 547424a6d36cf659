"""A method against another way to get the same number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from estimates.measure import Coding, Measure
from estimates.tabulate import tabulate
from estimates.variance import ultimate_cluster_variance
from surveys.design import design_from_columns

CLOSE = 1e-12


@pytest.fixture
def survey():
    chance = np.random.default_rng(7)
    n = 400
    stratum = chance.integers(0, 5, n)
    psu = chance.integers(0, 6, n)
    value = chance.gamma(2.0, 3.0, n) + stratum
    return {
        "design": design_from_columns(stratum, psu, nested=True),
        "stratum": stratum, "psu": psu, "value": value, "weight": chance.uniform(1, 9, n),
        "other": chance.uniform(1, 4, n), "yes": (chance.uniform(size=n) < 0.2).astype(float),
        "group": chance.integers(0, 3, n),
    }  # fmt: skip


def one(survey, measure, by=(), **changes):
    s = {**survey, **changes}
    codings = {"group": Coding("group", s["group"], ("a", "b", "c"))}
    return tabulate("x", [measure], codings, [([measure.name], [by])], s["design"], s["weight"]).frame


def same(left, right, columns=("estimate", "se"), rel=CLOSE):
    for column in columns:
        assert left[column].to_numpy(float) == pytest.approx(
            right[column].to_numpy(float), rel=rel, nan_ok=True
        )


def test_a_mean_is_a_ratio_to_one(survey):
    mean = Measure("m", "mean", survey["value"], kind="mean")
    ratio = Measure("m", "ratio", survey["value"], np.ones(400), kind="ratio")
    same(
        one(survey, mean, ("group",)),
        one(survey, ratio, ("group",)),
        ("estimate", "se", "deff", "ci_low", "df"),
    )


def test_a_proportion_is_a_mean_of_zero_and_one(survey):
    share = Measure("m", "proportion", survey["yes"], kind="prop")
    same(
        one(survey, share, ("group",)),
        one(survey, replace(share, kind="mean"), ("group",)),
        ("estimate", "se", "deff"),
    )


def test_a_domain_mean_is_the_ratio_of_two_totals_of_the_whole_sample(survey):
    inside = (survey["group"] == 1).astype(float)
    mean = one(survey, Measure("m", "mean", survey["value"], kind="mean"), ("group",)).iloc[[1]]
    ratio = one(survey, Measure("m", "ratio", survey["value"] * inside, inside, kind="ratio"))
    same(mean, ratio)


def test_a_universe_is_a_domain(survey):
    inside = survey["group"] == 1
    universe = one(survey, Measure("m", "mean", survey["value"], universe=inside, kind="mean"))
    domain = one(survey, Measure("m", "mean", survey["value"], kind="mean"), ("group",)).iloc[[1]]
    same(universe, domain, ("estimate", "se", "deff", "df", "n", "population"))


def test_missing_values_leave_the_base(survey):
    value = np.where(survey["group"] == 1, survey["value"], np.nan)
    missing = one(survey, Measure("m", "mean", value, kind="mean"))
    domain = one(survey, Measure("m", "mean", survey["value"], kind="mean"), ("group",)).iloc[[1]]
    same(missing, domain, ("estimate", "se", "deff", "df", "n", "n_psu", "population"))


def test_domain_totals_add_up_with_the_covariance_of_the_design(survey):
    parts = one(survey, Measure("t", "total", survey["value"], kind="total"), ("group",))
    whole = one(survey, Measure("t", "total", survey["value"], kind="total"))
    assert parts["estimate"].sum() == pytest.approx(whole["estimate"].iloc[0], rel=CLOSE)


def test_twice_the_sample_as_other_clusters_halves_the_variance_up_to_its_factor(survey):
    d = survey["design"]
    totals = np.bincount(d.psu, weights=survey["weight"] * survey["value"], minlength=d.psus)
    twice = design_from_columns(
        np.tile(survey["stratum"], 2), np.concatenate([survey["psu"], survey["psu"] + 100]), nested=True
    )
    doubled = np.bincount(twice.psu, weights=np.tile(survey["weight"] * survey["value"], 2) / 2)
    sizes = d.psus_per_stratum
    expected = 0.0
    for h in range(d.strata):
        z = totals[d.stratum_of_psu == h]
        n = 2 * sizes[h]
        expected += n / (n - 1) * 2 * np.sum((z / 2 - z.mean() / 2) ** 2)
    assert ultimate_cluster_variance(doubled, twice)[0] == pytest.approx(expected, rel=CLOSE)


def test_the_style_sheet_formula(survey):
    d = survey["design"]
    totals = np.bincount(d.psu, weights=survey["weight"] * survey["value"], minlength=d.psus)
    by_hand = 0.0
    for h in range(d.strata):
        z = totals[d.stratum_of_psu == h]
        by_hand += z.size / (z.size - 1) * np.sum((z - z.mean()) ** 2)
    table = one(survey, Measure("t", "total", survey["value"], kind="total"))
    assert table["se"].iloc[0] ** 2 == pytest.approx(by_hand, rel=CLOSE)


def test_digits_survive_a_mean_far_from_zero(survey):
    near = one(survey, Measure("m", "mean", survey["value"], kind="mean"), ("group",))
    far = one(survey, Measure("m", "mean", survey["value"] + 1e9, kind="mean"), ("group",))
    same(near, far, ("se",), rel=1e-6)  # 1e9 + value itself keeps only seven digits of the value


def test_dhs_design_effect_is_between_the_others(survey):
    codings = {"group": Coding("group", survey["group"], ("a", "b", "c"))}
    measure = Measure("m", "mean", survey["value"], kind="mean")
    plan = [(["m"], [()])]
    deff = {
        name: tabulate("x", [measure], codings, plan, survey["design"], survey["weight"], deff_reference=name)
        .frame["deff"].iloc[0]
        for name in ("without_replacement", "with_replacement", "dhs")
    }  # fmt: skip
    n, population = 400, survey["weight"].sum()
    assert deff["with_replacement"] == pytest.approx(
        deff["without_replacement"] * (1 - n / population), rel=CLOSE
    )
    ratio = deff["with_replacement"] / (n - 1)
    assert deff["dhs"] == pytest.approx(n * ratio / (1 + ratio), rel=CLOSE)
