"""Contrasts, the comparisons that are printed, and standardized rates agree with R's svycontrast and svystandardize."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.comparison import contrast
from estimates.contrast import domain_figures, linear_contrasts
from estimates.linearized.linearization import Linearized
from surveys.design import design_from_columns

HERE = Path(__file__).parent
SHARES = np.array([0.3, 0.3, 0.25, 0.15])


@pytest.fixture(scope="module")
def people():
    data = pd.read_csv(HERE / "calibrated.csv")
    design = design_from_columns(data["stratum"], data["psu"], psu_population=data["frame"])
    return data, design


def check(expected, case, found, at=0):
    row = expected("contrasts").query("case == @case").iloc[0]
    assert found.estimate[at] == pytest.approx(row["estimate"], rel=1e-10)
    assert found.se[at] == pytest.approx(row["se"], rel=1e-9)


def test_differences_averages_and_trends(people, expected):
    data, design = people
    age = (data["age"] - 1).to_numpy(np.int64)
    y, w = data["moved"].to_numpy(float), data["weight"].to_numpy()
    figures = domain_figures(y, np.ones(y.size), age, 4, w, design)
    coefficients = [[1, -1, 0, 0], [0, 0, 1, -1], [0.4, 0.3, 0.2, 0.1], [-3, -1, 1, 3]]
    found = linear_contrasts(figures, coefficients, design)
    for at, case in enumerate(("difference.12", "difference.34", "average", "trend")):
        check(expected, case, found, at)
    totals = domain_figures(y, None, age, 4, w, design)
    check(expected, "totals.12", linear_contrasts(totals, [1, -1, 0, 0], design))
    # Some PSUs hold nobody of the two older groups.
    assert found.df.tolist() == [40, 37, 40, 40]
    assert ((found.low < found.estimate) & (found.estimate < found.high)).all()


@pytest.mark.parametrize(
    ("case", "kind", "first", "second"), [("difference.12", "difference", 0, 1), ("difference.34", "difference", 2, 3),
                                          ("ratio.21", "ratio", 1, 0)])  # fmt: skip
def test_what_a_study_prints_of_two_groups(people, expected, case, kind, first, second):
    data, design = people
    age, w = (data["age"] - 1).to_numpy(np.int64), data["weight"].to_numpy()
    y = data["moved"].to_numpy(float)

    def mean(group):
        inside = (age == group).astype(float)
        share = float(w @ (inside * y)) / float(w @ inside)
        return Linearized(share, inside * (y - share) / float(w @ inside))

    found = contrast(mean(first), mean(second), (age == first) | (age == second), w, design, kind=kind)
    row = expected("contrasts").query("case == @case").iloc[0]
    assert (found.estimate, found.se) == (pytest.approx(row["estimate"], rel=1e-10), pytest.approx(row["se"], rel=1e-9))
    assert found.low < found.estimate < found.high


def test_standardized_rates(people, expected):
    data, design = people
    sex, age = (data["sex"] - 1).to_numpy(np.int64), (data["age"] - 1).to_numpy(np.int64)
    y, w = data["moved"].to_numpy(float), data["weight"].to_numpy()
    whole = domain_figures(y, np.ones(y.size), age, 4, w, design)
    check(expected, "standardized._T", linear_contrasts(whole, SHARES, design))
    both = domain_figures(y, np.ones(y.size), sex * 4 + age, 8, w, design)
    rows = np.vstack([np.r_[SHARES, 0 * SHARES], np.r_[0 * SHARES, SHARES], np.r_[SHARES, -SHARES]])
    found = linear_contrasts(both, rows, design)
    for at, case in enumerate(("standardized.1", "standardized.2", "standardized.difference")):
        check(expected, case, found, at)


def test_a_domain_without_members_spoils_only_what_uses_it(people):
    data, design = people
    age = (data["age"] - 1).to_numpy(np.int64)
    figures = domain_figures(
        data["moved"].to_numpy(float), np.ones(age.size), age, 5, data["weight"].to_numpy(), design
    )
    found = linear_contrasts(figures, [[1, -1, 0, 0, 0], [1, 0, 0, 0, -1]], design)
    assert np.isfinite(found.se[0]) and np.isnan(found.estimate[1]) and np.isnan(found.se[1])


def test_nothing_varied_is_no_interval():
    design = design_from_columns(None, [1, 1, 2, 2])
    figures = domain_figures(np.zeros(4), np.ones(4), np.array([0, 1, 0, 1]), 2, np.ones(4), design)
    found = linear_contrasts(figures, [1, -1], design)
    assert found.estimate[0] == 0 and np.isnan(found.low[0]) and np.isnan(found.p_value[0])
