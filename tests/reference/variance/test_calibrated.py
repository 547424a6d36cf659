"""Estimates and errors after calibration agree with R's calibrate and postStratify, at every stage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.calibration_adjustment import CalibrationAdjustment, calibrated_ratios, calibrated_variance
from surveys.design import design_from_columns
from surveys.design_stages import with_stage
from weights.calibration.calibrate import calibrate
from weights.calibration.margins import Amount, Margin

HERE = Path(__file__).parent


def margin(name, column, totals):
    codes, labels = pd.factorize(column, sort=True)
    return Margin(name, codes.astype(np.int64), tuple(map(str, labels)), np.array(totals, float))


def schools(folder, name):
    data = pd.read_csv(folder / "r_survey" / f"survey_{name}.csv.gz")
    if name == "apistrat":
        design = design_from_columns(data["stype"], np.arange(len(data)), psu_population=data["fpc"])
    elif name == "apiclus1":
        design = design_from_columns(None, data["dnum"], psu_population=data["fpc"])
    else:
        design = design_from_columns(None, data["dnum"], psu_population=data["fpc1"], lonely_psu="certainty")
        design = with_stage(design, data["snum"], data["fpc2"])
    return data, design


STYPE = (4421, 755, 1018)
CASES = {
    "d1.stype": ("apiclus1", "stype", {}),
    "d1.post": ("apiclus1", "stype", {"distance": "raking"}),
    "d1.api99": ("apiclus1", "both", {}),
    "d1.api99.logit": ("apiclus1", "both", {"distance": "logit", "bounds": (0.7, 1.7)}),
    "d1.api99.truncated": ("apiclus1", "both", {"distance": "truncated", "bounds": (0.7, 1.7)}),
    "d1.api99.raking": ("apiclus1", "both", {"distance": "raking"}),
    "ds.wide.linear": ("apistrat", "wide", {}),
    "ds.wide.raking": ("apistrat", "wide", {"distance": "raking"}),
    "d2.stype": ("apiclus2", "stype", {}),
}


@pytest.mark.parametrize("case", CASES)
def test_schools(shared_data, expected, case):
    name, kind, options = CASES[case]
    data, design = schools(shared_data, name)
    controls = {
        "stype": [margin("stype", data["stype"], STYPE)],
        "both": [margin("stype", data["stype"], STYPE), Amount("api99", data["api99"].to_numpy(float), 3914069)],
        "wide": [margin("wide", data["sch.wide"], (1072, 5122))],
    }[kind]
    base = data["pw"].to_numpy(float)
    adjustment = CalibrationAdjustment.of(calibrate(base, controls, tolerance=1e-13, **options), base)
    whole = np.zeros(len(data), dtype=np.int64)
    kinds = pd.factorize(data["stype"], sort=True)[0].astype(np.int64)
    one = np.ones(len(data))
    for row in expected("calibrated").query("case == @case").itertuples():
        columns = {
            "mean": ("api00", one),
            "total": ("enroll", None),
            "ratio": ("api.stu", data["enroll"].to_numpy(float)),
        }
        y, x = columns[row.quantity]
        cell, cells, at = (whole, 1, 0) if row.domain == "_T" else (kinds, 3, "EHM".index(row.domain))
        estimate, variance = calibrated_ratios(data[y].to_numpy(float), x, cell, cells, adjustment, design)
        assert estimate[at] == pytest.approx(row.estimate, rel=1e-9), row
        assert np.sqrt(variance[at]) == pytest.approx(row.se, rel=1e-8), row


@pytest.mark.parametrize("distance", ["linear", "raking", "logit"])
def test_three_margins_with_unequal_weights(expected, distance):
    data = pd.read_csv(HERE / "calibrated.csv")
    design = design_from_columns(data["stratum"], data["psu"], psu_population=data["frame"])
    base = data["weight"].to_numpy()
    controls = [
        margin("region", data["region"], (4700, 4000, 4500, 3800)),
        margin("sex", data["sex"], (8000, 9000)),
        margin("age", data["age"], (5800, 5000, 3500, 2700)),
    ]
    bounds = (0.3, 3.0) if distance == "logit" else None
    found = calibrate(base, controls, distance=distance, bounds=bounds, tolerance=1e-14)
    adjustment = CalibrationAdjustment.of(found, base)
    region = (data["region"] - 1).to_numpy(np.int64)
    one = np.ones(len(data))
    rows = expected("calibrated")
    rows = rows[rows["case"] == f"people.{distance}"]
    assert len(rows) == 15
    for row in rows.itertuples():
        y, x = {"share": ("moved", one), "count": ("moved", None), "income": ("income", one)}[row.quantity]
        cell, cells, at = (0 * region, 1, 0) if row.domain == "_T" else (region, 4, int(row.domain) - 1)
        estimate, variance = calibrated_ratios(data[y].to_numpy(float), x, cell, cells, adjustment, design)
        assert estimate[at] == pytest.approx(row.estimate, rel=1e-9), row
        assert np.sqrt(variance[at]) == pytest.approx(row.se, rel=1e-8), row


def test_from_sums_alone(expected):
    """PSU totals and sums by group are all that is needed: the same error without a row in sight."""
    data = pd.read_csv(HERE / "calibrated.csv")
    design = design_from_columns(data["stratum"], data["psu"], psu_population=data["frame"])
    base = data["weight"].to_numpy()
    controls = [
        margin("region", data["region"], (4700, 4000, 4500, 3800)),
        margin("sex", data["sex"], (8000, 9000)),
        margin("age", data["age"], (5800, 5000, 3500, 2700)),
    ]
    found = calibrate(base, controls, tolerance=1e-14)
    adjustment = CalibrationAdjustment.of(found, base)
    y = data["moved"].to_numpy(float)
    totals = np.bincount(design.psu, weights=found.weight * y, minlength=design.psus)
    sums = np.bincount(adjustment.group, weights=base * y, minlength=adjustment.x.shape[0])
    row = expected("calibrated").query("case == 'people.linear' and quantity == 'count' and domain == '_T'").iloc[0]
    variance = calibrated_variance(totals, sums, adjustment, design)
    assert np.sqrt(variance[0]) == pytest.approx(row["se"], rel=1e-10)


def test_rake_of_r_is_not_the_reference(shared_data, expected):
    """On one margin raking is post-stratification; R's rake() gives it another error when weights are unequal."""
    data, _ = schools(shared_data, "apistrat")
    design = design_from_columns(data["stype"], np.arange(len(data)))
    base = data["pw"].to_numpy(float)
    found = calibrate(base, [margin("wide", data["sch.wide"], (1072, 5122))], distance="raking", tolerance=1e-13)
    adjustment = CalibrationAdjustment.of(found, base)
    whole = np.zeros(len(data), dtype=np.int64)
    total, variance = calibrated_ratios(data["enroll"].to_numpy(float), None, whole, 1, adjustment, design)
    rows = expected("calibrated").set_index("case")
    assert total[0] == pytest.approx(rows.loc["ds0.wide.rake", "estimate"], rel=1e-6)
    assert np.sqrt(variance[0]) == pytest.approx(rows.loc["ds0.wide.post", "se"], rel=1e-9)
    assert np.sqrt(variance[0]) == pytest.approx(128_255, rel=1e-5)
    assert rows.loc["ds0.wide.rake", "se"] > 1.04 * np.sqrt(variance[0])
