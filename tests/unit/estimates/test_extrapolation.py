"""Totals carried beyond the places sampled: which rows, by how much, and back again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from estimates.extrapolation import check_start, extend, extend_comparisons, extended_rows, grows, sampled_places
from surveys.dictionary import Dictionary, Indicator, Label
from surveys.extrapolation import Extrapolation
from surveys.problems import StudyError
from surveys.statistic_options import StatisticOptions

A = Label("a", "a")
ON = Extrapolation(True, "ratio", "household", 100.0, 250.0, ("area",), A)


def indicator(name: str, statistic: str, of: str = "x", totals: dict[str, str] | None = None) -> Indicator:
    return Indicator(name, "household", statistic, of, "households", A, options=StatisticOptions(totals=totals or {}))


INDICATORS = (
    indicator("families", "total"), indicator("share", "proportion"),
    indicator("published", "function", "d / f * p", {"d": "x", "f": "1", "p": "size"}),
    indicator("quotient", "function", "d / f", {"d": "x", "f": "1"}),
)  # fmt: skip
DICTIONARY = Dictionary(indicators={item.name: item for item in INDICATORS})


def table() -> pd.DataFrame:
    rows = []
    for name in DICTIONARY.indicators:
        for area, sex in (("_T", "_T"), ("1", "_T"), ("_T", "2")):
            rows.append({"study": "s", "indicator": name, "area": area, "sex": sex, "estimate": 10.0, "se": 1.0,
                         "ci_low": 8.0, "ci_high": 12.0, "cv": 0.1, "n": 50.0, "population": 100.0,
                         "status": "reliable", "reason": "known_total" if sex == "2" else ""})  # fmt: skip
    return pd.DataFrame(rows)


def test_what_grows_with_the_weights_is_found_from_the_formula() -> None:
    assert [grows(item) for item in INDICATORS] == [True, False, True, False]


def test_totals_are_extended_and_rows_by_place_are_not() -> None:
    found = extend(table(), ON, DICTIONARY)
    extended = extended_rows(table(), ON, DICTIONARY)
    assert extended.sum() == 4
    assert set(found.loc[extended, "estimate"]) == {25.0}
    assert set(found.loc[extended, "se"]) == {2.5}
    assert set(found.loc[extended, "reason"]) == {"extrapolated", "known_total;extrapolated"}
    assert set(found.loc[extended, "cv"]) == {0.1}
    assert set(found.loc[~extended, "estimate"]) == {10.0}
    back = sampled_places(found, ON, DICTIONARY)
    np.testing.assert_allclose(back["estimate"], table()["estimate"])


def test_a_hidden_row_keeps_the_reason_alone() -> None:
    frame = table().assign(status="confidential", reason="disclosure:small_cell")
    assert set(extend(frame, ON, DICTIONARY)["reason"]) == {"disclosure:small_cell"}


def test_off_nothing_is_extended() -> None:
    off = replace(ON, use=False)
    pd.testing.assert_frame_equal(extend(table(), off, DICTIONARY), table())
    pd.testing.assert_frame_equal(extend(table(), None, DICTIONARY), table())
    assert off.factor == 1.0


def test_only_differences_of_totals_are_extended() -> None:
    rows = [{"indicator": name, "between": between, "kind": kind, "estimate_a": 2.0, "estimate_b": 1.0,
             "estimate": 1.0, "se": 0.5, "ci_low": 0.1, "ci_high": 1.9, "minimum_detectable": 1.0, "t": 2.0}
            for name, between, kind in (("families", "sex", "difference"), ("families", "sex", "ratio"),
                                        ("families", "area", "difference"), ("share", "sex", "difference"))]
    found = extend_comparisons(pd.DataFrame(rows), ON, DICTIONARY)
    assert found["estimate"].tolist() == [2.5, 1.0, 1.0, 1.0]
    assert found["estimate_a"].tolist() == [5.0, 5.0, 2.0, 2.0]
    assert set(found["t"]) == {2.0}


def test_weights_that_already_reach_beyond_are_refused() -> None:
    check_start(ON, {"household": np.full(10, 10.0)}, "study.yaml")
    with pytest.raises(StudyError) as raised:
        check_start(ON, {"household": np.full(10, 25.0)}, "study.yaml:9  extrapolation")
    assert raised.value.text("en") == (
        "study.yaml:9  extrapolation\n  the weights count 250 units of level 'household', and `extrapolation: from:` "
        "says 100. Weights must stop at the places sampled: correct `from:`, or leave the extension out of the "
        "weights.")
    assert raised.value.text("es") == (
        "study.yaml:9  extrapolation\n  los factores suman 250 unidades del nivel 'household' y `extrapolation: from:` "
        "dice 100. Los factores deben llegar solo a los lugares de la muestra: corrija `from:`, o quite la extensión "
        "de los factores.")
