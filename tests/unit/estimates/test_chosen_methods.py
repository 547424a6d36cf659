"""A study chooses the interval of its proportions and what its design effects compare with, and gets what it chose."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from estimates.intervals.by_name import proportion_interval
from estimates.study_design import study_design
from estimates.study_estimates import estimate_study
from surveys.dictionary import Dictionary, Indicator, Label, LevelSpec, Variable
from surveys.microdata import LevelData, Microdata
from surveys.study import (
    DeffReference,
    DesignRoles,
    ProportionInterval,
    Publication,
    ReportPlan,
    Role,
    Study,
    Tabulation,
)

L = Label("x", "x")
DICTIONARY = Dictionary(
    missing_kinds={},
    levels={"household": LevelSpec("household", ("h",), None, L)},
    code_lists={},
    variables={
        "h": Variable("h", "household", "text", L),
        "stratum": Variable("stratum", "household", "text", L),
        "psu": Variable("psu", "household", "text", L),
        "moved": Variable("moved", "household", "number", L),
    },
    breakdowns={},
    indicators={"movers": Indicator("movers", "household", "proportion", "moved == 1", "percent", L)},
)
ROWS = 240
RANDOM = np.random.default_rng(5)
HOUSEHOLDS = pd.DataFrame(
    {
        "h": [f"h{i}" for i in range(ROWS)],
        "stratum": [str(i // 60) for i in range(ROWS)],
        "psu": [str(i // 6) for i in range(ROWS)],
        "moved": (RANDOM.random(ROWS) < 0.1 + 0.2 * (np.arange(ROWS) // 6 % 3 == 0)).astype(float),
    }
)
MICRODATA = Microdata({"household": LevelData("household", ("h",), None, HOUSEHOLDS)})
WEIGHT = RANDOM.uniform(5, 15, ROWS)
STUDY = Study(
    "s", L, "ZZZ", 2016, {},
    DesignRoles("household", Role("stratum"), Role("psu"), Role(unavailable=L), nested=True), (),
    (Tabulation(("movers",), ((),)),), Publication(), ReportPlan(),
)  # fmt: skip


def movers(publication: Publication) -> pd.Series:
    """The one row of the study."""
    study = replace(STUDY, publication=publication)
    return estimate_study(study, DICTIONARY, MICRODATA, study_design(study, MICRODATA), {"household": WEIGHT}).iloc[0]


@pytest.mark.parametrize("name", get_args(ProportionInterval))
def test_the_interval_is_the_one_named(name: ProportionInterval) -> None:
    row = movers(Publication(interval=name))
    low, high = proportion_interval(name, row["estimate"], row["se"], row["n"], row["df"])[:2]
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((float(low), float(high)), rel=1e-12)


def test_every_interval_is_another() -> None:
    limits = {tuple(movers(Publication(interval=name))[["ci_low", "ci_high"]]) for name in get_args(ProportionInterval)}
    assert len(limits) == len(get_args(ProportionInterval))


@pytest.mark.parametrize("reference", get_args(DeffReference))
def test_the_design_effect_is_against_the_sample_named(reference: DeffReference) -> None:
    row = movers(Publication(deff=reference))
    y = HOUSEHOLDS["moved"].to_numpy()
    p, total = np.average(y, weights=WEIGHT), WEIGHT.sum()
    spread = (WEIGHT * (y - p) ** 2).sum() / total
    expected = {
        "with_replacement": spread / (ROWS - 1),
        "without_replacement": spread / (ROWS - 1) * (1 - ROWS / total),
        "dhs": (spread + row["se"] ** 2) / ROWS,
    }
    assert row["deff"] == pytest.approx(row["se"] ** 2 / expected[reference], rel=1e-12)
