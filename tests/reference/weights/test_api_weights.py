"""Calibrated and trimmed weights of the California schools, school by school, against R."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from weights.calibration.calibrate import calibrate
from weights.calibration.margins import Amount, Margin
from weights.trimming import trim

HERE = Path(__file__).parent
TYPES = ("E", "H", "M")
WIDE = ("No", "Yes")


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    path = HERE / "api_weights.expected.csv"
    assert path.read_text().startswith("# R version"), "expected values without provenance"
    return pd.read_csv(path, comment="#")


def read(shared_data: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(shared_data / "r_survey" / f"survey_{name}.csv.gz")


def controls(data: pd.DataFrame, *names: str):
    made = {
        "stype": Margin("stype", np.searchsorted(TYPES, data["stype"]), TYPES, np.array([4421.0, 755.0, 1018.0])),
        "wide": Margin("wide", np.searchsorted(WIDE, data["sch.wide"]), WIDE, np.array([1072.0, 5122.0])),
        "api99": Amount("api99", data["api99"].to_numpy(float), 3914069.0),
    }
    return [made[name] for name in names]


def equal(expected: pd.DataFrame, case: str, data: pd.DataFrame, weight, base, precision: float) -> None:
    rows = expected[expected["case"] == case].set_index("quantity")["value"]
    theirs = rows[rows.index.str.fullmatch(r"w\.\d+")].to_numpy()
    assert weight == pytest.approx(theirs, rel=precision)
    g = weight / base
    assert [g.min(), g.max()] == pytest.approx([rows["g.min"], rows["g.max"]], rel=precision)
    assert weight @ data["enroll"] == pytest.approx(rows["total.enroll"], rel=precision)
    assert weight @ data["api00"] / weight.sum() == pytest.approx(rows["mean.api00"], rel=precision)


@pytest.mark.parametrize(
    ("case", "names", "options", "precision"),
    [
        ("linear_stype", ("stype",), {}, 1e-8),
        ("linear", ("stype", "api99"), {}, 1e-8),
        ("raking", ("stype", "api99"), {"distance": "raking"}, 1e-6),
        ("logit", ("stype", "api99"), {"distance": "logit", "bounds": (0.7, 1.7)}, 1e-6),
        ("truncated", ("stype", "api99"), {"distance": "truncated", "bounds": (0.6, 1.7)}, 1e-6),
        ("rake_two", ("stype", "wide"), {"distance": "raking"}, 1e-6),
    ],
)
def test_clusters(shared_data: Path, expected: pd.DataFrame, case: str, names, options, precision) -> None:
    data = read(shared_data, "apiclus1")
    base = data["pw"].to_numpy(float)
    made = calibrate(base, controls(data, *names), **options)
    equal(expected, case, data, made.weight, base, precision)


@pytest.mark.parametrize(
    ("case", "names", "distance", "precision"),
    [("poststratify", ("wide",), "linear", 1e-8), ("raking_two_strata", ("stype", "wide"), "raking", 1e-6)],
)
def test_unequal_weights(shared_data: Path, expected: pd.DataFrame, case, names, distance, precision) -> None:
    data = read(shared_data, "apistrat")
    base = data["pw"].to_numpy(float)
    made = calibrate(base, controls(data, *names), distance=distance)
    equal(expected, case, data, made.weight, base, precision)


def test_trimmed_weights_keep_the_totals(shared_data: Path, expected: pd.DataFrame) -> None:
    data = read(shared_data, "apiclus1")
    known = controls(data, "stype", "api99")
    before = calibrate(data["pw"].to_numpy(float), known).weight
    step = trim(before, known, maximum=58.0)
    equal(expected, "trimmed_58", data, before * step.factor, before, 1e-8)


def test_the_published_values_of_the_brief(expected: pd.DataFrame) -> None:
    """The stored values are those that were written down when the bar was set."""
    rows = expected.set_index(["case", "quantity"])["value"]
    assert rows["linear", "total.enroll"] == pytest.approx(3638487.20413188, rel=1e-12)
    assert rows["logit", "g.min"] == pytest.approx(0.70087532724, rel=1e-6)
    assert rows["raking", "g.max"] == pytest.approx(1.9947612437, rel=1e-6)
