"""What must hold for every survey, tried on many made by Hypothesis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimates.measure import Coding, Measure
from estimates.tabulate import tabulate
from surveys.design import design_from_columns

LABELS = ("a", "b", "c", "never")


@st.composite
def surveys(draw):
    seed = draw(st.integers(0, 2**32 - 1))
    chance = np.random.default_rng(seed)
    n = draw(st.integers(8, 80))
    strata = draw(st.integers(1, 4))
    # At least two PSUs in every stratum, so that no policy is needed.
    stratum = np.concatenate([np.repeat(np.arange(strata), 2), chance.integers(0, strata, n)])
    psu = np.concatenate([np.tile([0, 1], strata), chance.integers(0, 5, n)])
    rows = stratum.size
    return {
        "stratum": stratum, "psu": psu, "weight": chance.uniform(0.5, 20, rows),
        "yes": (chance.uniform(size=rows) < draw(st.sampled_from([0.0, 0.05, 0.5, 1.0]))).astype(float),
        "value": np.where(chance.uniform(size=rows) < 0.1, np.nan, chance.lognormal(size=rows)),
        "group": chance.integers(-1, 3, rows),
    }  # fmt: skip


def table(s):
    design = design_from_columns(s["stratum"], s["psu"], nested=True)
    measures = [
        Measure("share", "proportion", s["yes"], kind="prop"),
        Measure("mean", "mean", s["value"], kind="mean"),
        Measure("total", "total", s["value"], kind="total"),
    ]
    codings = {"group": Coding("group", s["group"], LABELS)}
    plan = [(["share", "mean", "total"], [(), ("group",)])]
    return tabulate("x", measures, codings, plan, design, s["weight"]).frame


def agree(left, right, columns, factor=None):
    for column in columns:
        other = right[column].to_numpy(float) * (1.0 if factor is None else factor)
        assert left[column].to_numpy(float) == pytest.approx(other, rel=1e-9, abs=1e-12, nan_ok=True)


ALL = ("estimate", "se", "ci_low", "ci_high", "deff", "df", "n", "n_psu", "cases", "population")


@settings(max_examples=40, deadline=None)
@given(surveys(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(s, order):
    rows = list(range(s["weight"].size))
    order.shuffle(rows)
    agree(table({name: values[rows] for name, values in s.items()}), table(s), ALL)


@settings(max_examples=40, deadline=None)
@given(surveys(), st.floats(1e-3, 1e4))
def test_rescaled_weights_rescale_totals_only(s, factor):
    scaled = table({**s, "weight": s["weight"] * factor})
    plain = table(s)
    is_total = (plain["indicator"] == "total").to_numpy()
    scale = np.where(is_total, factor, 1.0)
    agree(scaled, plain, ("estimate", "se"), scale)
    agree(scaled, plain, ("population",), factor)
    agree(scaled, plain, ("df", "n", "n_psu", "cases"))


@settings(max_examples=40, deadline=None)
@given(surveys())
def test_names_of_strata_and_psus_do_not_matter(s):
    renamed = {**s, "stratum": np.array([f"s{9 - h}" for h in s["stratum"]]), "psu": s["psu"] * 7 + 3}
    agree(table(renamed), table(s), ALL)


@settings(max_examples=40, deadline=None)
@given(surveys())
def test_empty_domains_are_rows_without_numbers(s):
    frame = table(s)
    empty = frame[frame["group"] == "never"]
    assert (empty["status"] == "empty").all()
    assert empty[["estimate", "se", "ci_low", "ci_high"]].isna().all(axis=None)
    assert (frame[frame["status"] == "empty"]["n"] == 0).all()


@settings(max_examples=40, deadline=None)
@given(surveys())
def test_domain_totals_add_up(s):
    s = {**s, "group": np.abs(s["group"])}
    frame = table(s)
    totals = frame[frame["indicator"] == "total"]
    whole = totals[totals["group"] == "_T"]["estimate"].iloc[0]
    assert totals[totals["group"] != "_T"]["estimate"].sum() == pytest.approx(whole, rel=1e-10)


@settings(max_examples=40, deadline=None)
@given(surveys())
def test_intervals_hold_their_estimate_and_are_never_zero_to_zero(s):
    frame = table(s)
    known = frame[frame["ci_low"].notna() & frame["ci_high"].notna()]
    assert (known["ci_low"] <= known["estimate"] + 1e-12).all()
    assert (known["ci_high"] >= known["estimate"] - 1e-12).all()
    assert not ((known["ci_low"] == 0) & (known["ci_high"] == 0)).any()
