"""Functions of totals agree with R's svycontrast, and nothing but arithmetic is accepted."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.smooth_function import smooth_function
from surveys.design import design_from_columns
from surveys.problems import DictionaryError


def totals(data):
    design = design_from_columns(
        data["stratum"], data["psu"], nested=True, psu_population=data["psu_population"]
    )
    weight = data["weight"].to_numpy(float)
    values = {"displaced": data["displaced"], "members": data["members"], "one": np.ones(len(data))}
    sums = {
        name: np.bincount(design.psu, weights=weight * np.asarray(v, float)) for name, v in values.items()
    }
    return sums, design


def test_value_and_error(clusters, expected):
    sums, design = totals(clusters)
    for row in expected("smooth_function").itertuples():
        ours = smooth_function(row.expression, sums, design)
        assert ours.estimate == pytest.approx(row.estimate, rel=1e-12)
        assert np.sqrt(ours.variance) == pytest.approx(row.se, rel=1e-10)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "displaced.real",
        "unknown / one",
        "one if one else 2",
        "'a'",
        "one +",
        "True",
        "log(1, 2)",
    ],
)
def test_anything_else_is_refused(clusters, text):
    sums, design = totals(clusters)
    with pytest.raises(DictionaryError, match="not a function of totals"):
        smooth_function(text, sums, design)


def test_undefined_is_missing_and_not_a_number_made_up(clusters):
    sums, design = totals(clusters)
    assert np.isnan(smooth_function("log(one - one)", sums, design).estimate)
    assert np.isnan(smooth_function("displaced / (one - one)", sums, design).variance)
