"""An invented survey with everything a carrier can meet: gaps, universes, areas, lonely strata and weights of 0."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.measure import Coding, Measure
from surveys.design import design_from_columns


def survey(rows=4000, *, in_order=True, lonely_psu="centred", fpc=False, seed=11):
    chance = np.random.default_rng(seed)
    stratum = chance.integers(0, 6, rows)
    psu = np.where(stratum == 5, 0, chance.integers(0, 30, rows))
    if in_order:
        order = np.lexsort((psu, stratum))
        stratum, psu = stratum[order], psu[order]
    value = np.round(chance.lognormal(3, 1, rows), 2)
    value[chance.uniform(size=rows) < 0.1] = np.nan
    weight = np.round(chance.uniform(0, 9, rows) * (chance.uniform(size=rows) > 0.05), 4)
    yes = (chance.uniform(size=rows) < 0.03).astype(float)
    often = (chance.uniform(size=rows) < 0.9).astype(float)
    often[chance.uniform(size=rows) < 0.05] = np.nan
    design = design_from_columns(
        stratum, psu, nested=True, lonely_psu=lonely_psu, psu_population=60 + stratum if fpc else None
    )
    below = np.round(chance.uniform(0.5, 3, rows), 3)
    some = chance.uniform(size=rows) < 0.7
    measures = [
        Measure("share", "proportion", yes, kind="prop"),
        Measure("often", "proportion", often, universe=some, kind="prop"),
        Measure("rooms", "mean", chance.integers(0, 9, rows).astype(np.int8), kind="mean"),
        Measure("mean", "mean", value, universe=some, kind="mean"),
        Measure("ratio", "ratio", value, below, kind="ratio"),
        Measure("share of rooms", "ratio", yes, below, kind="ratio"),
        Measure("total", "total", value, kind="total"),
        Measure("count", "count", yes, kind="total"),
    ]
    codings = {
        "area": Coding("area", stratum // 3, ("u", "r")),
        "sex": Coding("sex", chance.integers(-1, 2, rows), ("1", "2")),
        "age": Coding("age", chance.integers(0, 4, rows).astype(np.int8), tuple("abcde")),
        "place": Coding("place", chance.integers(0, 40, rows), tuple(map(str, range(300)))),
    }
    plan = [
        (
            ["share", "often", "mean", "ratio", "total", "share of rooms"],
            [(), ("area",), ("sex",), ("area", "age", "sex"), ("place", "sex", "age")],
        ),
        (["rooms", "count"], [("age",), ("sex", "area")]),
    ]
    return measures, codings, plan, design, weight


@pytest.fixture
def numbers():
    """Columns of an estimate table that hold numbers."""
    return ("estimate", "se", "ci_low", "ci_high", "deff", "df", "n", "n_psu", "cases", "population")
