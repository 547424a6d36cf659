"""The compiled scan and the plain one reach the same numbers by different arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.measure import Coding, Measure
from estimates.tabulate import tabulate
from surveys.design import design_from_columns

COLUMNS = ("estimate", "se", "ci_low", "ci_high", "deff", "df", "n", "n_psu", "cases", "population")


def survey(rows=700, *, in_order=True, lonely_psu="centred", fpc=False):
    chance = np.random.default_rng(11)
    stratum = chance.integers(0, 6, rows)
    psu = np.where(stratum == 5, 0, chance.integers(0, 7, rows))
    if in_order:
        order = np.lexsort((psu, stratum))
        stratum, psu = stratum[order], psu[order]
    value = chance.lognormal(3, 1, rows)
    value[chance.uniform(size=rows) < 0.1] = np.nan
    weight = chance.uniform(0, 9, rows) * (chance.uniform(size=rows) > 0.05)
    yes = (chance.uniform(size=rows) < 0.03).astype(float)
    design = design_from_columns(
        stratum, psu, nested=True, lonely_psu=lonely_psu, psu_population=20 + stratum if fpc else None
    )
    measures = [
        Measure("share", "proportion", yes, kind="prop"),
        Measure("all", "proportion", np.ones(rows), kind="prop"),
        Measure("mean", "mean", value + 1e6, universe=chance.uniform(size=rows) < 0.7, kind="mean"),
        Measure("ratio", "ratio", value, chance.uniform(0, 3, rows), kind="ratio"),
        Measure("total", "total", value, kind="total"),
        Measure("count", "count", yes, kind="total"),
    ]
    codings = {
        "area": Coding("area", stratum // 3, ("u", "r")),
        "sex": Coding("sex", chance.integers(-1, 2, rows), ("1", "2")),
        "age": Coding("age", chance.integers(0, 4, rows), tuple("abcde")),
        "place": Coding("place", chance.integers(0, 40, rows), tuple(map(str, range(300)))),
    }
    plan = [
        (
            ["share", "mean", "ratio", "total"],
            [(), ("area",), ("sex",), ("area", "age", "sex"), ("place", "sex", "age")],
        ),
        (["all", "count"], [("age",), ("sex", "area")]),
    ]
    return measures, codings, plan, design, weight


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("lonely_psu", ["centred", "certainty", "collapsed"])
@pytest.mark.parametrize("fpc", [True, False])
def test_same_numbers(in_order, lonely_psu, fpc):
    arguments = survey(in_order=in_order, lonely_psu=lonely_psu, fpc=fpc)
    plain = tabulate("x", *arguments, method="plain").frame
    compiled = tabulate("x", *arguments, method="compiled").frame
    assert plain[["indicator", "area", "sex", "age", "place"]].equals(
        compiled[["indicator", "area", "sex", "age", "place"]]
    )
    for column in COLUMNS:
        # Means a million away from zero keep nine digits of their spread: the tolerance of the standard error.
        assert compiled[column].to_numpy(float) == pytest.approx(
            plain[column].to_numpy(float), rel=1e-7, abs=1e-12, nan_ok=True
        ), column
    assert plain["status"].equals(compiled["status"])
