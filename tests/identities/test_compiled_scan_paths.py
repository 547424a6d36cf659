"""The compiled scan on hard ground: constants, huge means, shared bases, narrow codes, cells too fine for it."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.measure import Coding, Measure
from estimates.scan_plan import scan_plan
from estimates.tabulate import tabulate
from surveys.design import design_from_columns

COLUMNS = ("estimate", "se", "ci_low", "ci_high", "deff", "df", "n", "n_psu", "cases", "population")
RNG = np.random.default_rng(5)
ROWS = 3_000
STRATUM = np.sort(RNG.integers(0, 5, ROWS))
PSU = STRATUM * 40 + np.sort(RNG.integers(0, 30, ROWS))
SHUFFLE = RNG.permutation(ROWS)


def both(measures, codings, tables, *, shuffled=False):
    stratum, psu, weight = STRATUM, PSU, RNG.uniform(0, 4, ROWS).round(1)
    if shuffled:
        stratum, psu = stratum[SHUFFLE], psu[SHUFFLE]
    design = design_from_columns(stratum, psu, lonely_psu="centred")
    codings = {coding.name: coding for coding in codings}
    return [
        tabulate("x", measures, codings, tables, design, weight, method=method).frame
        for method in ("plain", "compiled")
    ]


def same(plain, compiled, rel=1e-9):
    assert len(plain) == len(compiled)
    for column in COLUMNS:
        assert compiled[column].to_numpy(float) == pytest.approx(
            plain[column].to_numpy(float), rel=rel, abs=1e-12, nan_ok=True
        ), column
    for column in ("study", "indicator", "status", "reason"):
        assert plain[column].tolist() == compiled[column].tolist(), column


AREA = Coding("area", (PSU % 3).astype(np.int8), ("a", "b", "c"))
SEX = Coding("sex", RNG.integers(0, 2, ROWS).astype(np.int8), ("1", "2"))
AGE = Coding("age", RNG.integers(-1, 6, ROWS), tuple("123456"))
PLACE = Coding("place", RNG.integers(0, 400, ROWS).astype(np.int16), tuple(map(str, range(400))))
BY = [(), ("area",), ("sex",), ("sex", "area", "age"), ("age",), ("place",), ("place", "age")]


# Few cells for the rows of a PSU are walked whole; many, through those that the PSU holds.
FEW = [(), ("area",), ("sex",), ("sex", "area")]


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("shift", [0.0, 1e6])
@pytest.mark.parametrize("by", [FEW, BY])
def test_many_kinds_at_once(shuffled, shift, by):
    value = RNG.gamma(2, 3, ROWS)
    gappy = np.where(RNG.random(ROWS) < 0.2, np.nan, value)
    rare = (RNG.random(ROWS) < 0.02).astype(np.int8)
    inside = RNG.random(ROWS) < 0.6
    measures = [
        Measure("rare", "proportion", rare, kind="prop"),
        Measure("often", "proportion", 1 - rare, kind="prop"),
        Measure("flag", "proportion", inside, kind="prop"),
        Measure("float_flag", "mean", np.where(RNG.random(ROWS) < 0.1, np.nan, rare), universe=inside, kind="mean"),
        Measure("size", "mean", RNG.integers(0, 9, ROWS).astype(np.int8), kind="mean"),
        Measure("mean", "mean", value + shift, kind="mean"),
        Measure("gappy", "mean", gappy + shift, kind="mean"),
        Measure("gappy_too", "mean", gappy * 2, kind="mean"),
        Measure("part", "mean", value + shift, universe=inside, kind="mean"),
        Measure("ratio", "ratio", value, RNG.gamma(2, 1, ROWS), kind="ratio"),
        Measure("per_size", "ratio", gappy, RNG.integers(1, 5, ROWS).astype(np.int8), universe=inside, kind="ratio"),
        Measure("total", "total", gappy, kind="total"),
        Measure("count", "count", rare, kind="total"),
        Measure("count_float", "count", rare.astype(float), universe=inside, kind="total"),
    ]
    plan = [([m.name for m in measures], by)]
    # A mean a million standard deviations from zero leaves ten digits of the deviations in the data themselves.
    same(*both(measures, [AREA, SEX, AGE, PLACE], plan, shuffled=shuffled), rel=1e-8 if shift else 1e-9)


def test_mean_of_a_thousand_million_keeps_its_spread():
    measures = [Measure("far", "mean", RNG.normal(size=ROWS) + 1e9, kind="mean")]
    plain, compiled = both(measures, [SEX, AREA], [(["far"], [(), ("sex",), ("area",)])])
    assert compiled["se"].to_numpy() == pytest.approx(plain["se"].to_numpy(), rel=1e-6)


def test_what_is_constant_in_a_cell_has_no_variance():
    by_area = np.array([1.0, 250.0, 1e5])[AREA.codes]
    nearly = by_area + 1e-5 * RNG.normal(size=ROWS)
    yes = (AREA.codes == 1).astype(np.int8)
    measures = [
        Measure("constant", "mean", by_area, kind="mean"),
        Measure("nearly", "mean", nearly, kind="mean"),
        Measure("share", "proportion", yes, kind="prop"),
        Measure("everyone", "count", np.ones(ROWS, dtype=np.int8), kind="total"),
        Measure("same", "ratio", 3 * by_area, by_area, kind="ratio"),
    ]
    plain, compiled = both(measures, [AREA, SEX], [([m.name for m in measures], [("area",), ("area", "sex"), ()])])
    same(plain, compiled, rel=1e-7)
    constant = compiled[(compiled["indicator"] == "constant") & (compiled["area"] != "_T")]
    # The centre taken out, some 30,000, has rounded the ones: twelve digits are left of them.
    assert (constant["se"] < 1e-11).all()


def test_cells_too_many_for_one_walk_still_come_out():
    far = Coding("far", RNG.integers(0, 1_000, ROWS), tuple(map(str, range(1_000))))
    wide = Coding("wide", RNG.integers(0, 600, ROWS), tuple(map(str, range(600))))
    measures = [Measure("mean", "mean", RNG.random(ROWS), kind="mean")]
    same(*both(measures, [far, wide, SEX], [(["mean"], [("far", "wide"), ("far",), ("wide", "sex"), ("sex",)])]))
    design = design_from_columns(STRATUM, PSU)
    start = np.searchsorted(design.psu, np.arange(design.psus + 1)).astype(np.int64)
    codings = {"far": far, "wide": wide}
    plan = scan_plan([("far", "wide"), ("far",)], codings, design, np.empty(0, dtype=np.int64), start)
    assert plan.too_fine == (("far", "wide"),)


def test_order_of_a_plan_is_kept_when_measures_ask_for_different_breakdowns():
    measures = [Measure(name, "mean", RNG.random(ROWS), kind="mean") for name in "abc"]
    tables = [(["a", "c"], [(), ("sex",)]), (["b"], [("sex",), ("area",)]), (["c"], [("area",)])]
    same(*both(measures, [SEX, AREA], tables))
