"""The Youth Risk Behavior Survey of 2015 to every digit that the programs print."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.intervals import proportion_interval
from estimates.measure import Measure
from estimates.tabulate import tabulate
from surveys.design import design_from_columns

EXPECTED = pd.read_csv(Path(__file__).with_name("yrbs_2015.expected.csv"), comment="#", index_col="quantity")
HALF_A_DIGIT = 0.5e-8
DF = 41


@pytest.fixture(scope="module")
def row(request):
    folder = request.getfixturevalue("shared_data")
    data = pd.read_csv(folder / "r_survey" / "survey_yrbs.csv.gz")
    design = design_from_columns(data["stratum"].astype(str), data["psu"].astype(str), nested=True)
    answer = data["qn8"].map({1: 1.0, 2: 0.0}).to_numpy(dtype=float)
    table = tabulate(
        "yrbs", [Measure("helmet", "proportion", answer)], {}, [(["helmet"], [()])], design, data["weight"]
    )
    return table.frame.iloc[0]


def test_estimate_and_error(row):
    assert row["estimate"] == pytest.approx(EXPECTED.loc["estimate", "low"], abs=HALF_A_DIGIT)
    assert row["se"] == pytest.approx(EXPECTED.loc["se", "low"], abs=HALF_A_DIGIT)
    assert row["n"] == EXPECTED.loc["estimate", "rows"]


def test_two_psus_without_an_answer_give_no_degrees_of_freedom(row):
    # The programs count every PSU of the file (41); a row here counts those with members of its domain.
    assert row["df"] == DF - 2


@pytest.mark.parametrize("method", ["wald", "logit", "arcsine", "korn_graubard_r", "korn_graubard"])
def test_limits(row, method):
    printed = EXPECTED.loc[method]
    bounds = proportion_interval(method, row["estimate"], row["se"], printed["rows"], DF)
    # Printed to eight decimals; the last of them was computed from an estimate rounded to eight decimals.
    np.testing.assert_allclose([bounds.low, bounds.high], printed[["low", "high"]], atol=2e-8, rtol=0)
