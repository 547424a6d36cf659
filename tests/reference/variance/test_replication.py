"""Replicates given by an office, made by us and calibrated again agree with R's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.replication.calibrated import calibrated_replicate_totals, group_sums
from estimates.replication.factors import replicate_covariance
from estimates.replication.imported import imported_degrees_of_freedom, imported_scale, imported_totals
from estimates.replication.jackknife import jackknife_factors
from estimates.replication.linear_calibration import linear_calibrated_totals
from surveys.design import design_from_columns
from weights.calibration.margins import Amount, Margin, control_cells

HERE = Path(__file__).parent
OFFICE = {
    "jkn": ("jkn", {"coefficients": np.full(10, 0.5)}),
    "brr": ("brr", {}),
    "fay": ("fay", {"fay": 0.3}),
    "bootstrap": ("bootstrap", {}),
    "sdr": ("fay", {}),
    "jk1": ("fay", {}),
}


@pytest.mark.parametrize("method", OFFICE)
def test_weights_of_an_office(expected, method):
    data = pd.read_csv(HERE / "replicate_weights.csv")
    prefix, options = OFFICE[method]
    weights = data[[name for name in data if name.startswith(f"{prefix}_")]].to_numpy()
    scale = imported_scale(method, weights.shape[1], **options)
    columns = np.column_stack([data["y"], data["x"], np.ones(len(data))])
    area = pd.factorize(data["area"], sort=True)[0].astype(np.int64)
    base = data["weight"].to_numpy()[:, None]
    rows = expected("replication")
    rows = rows[rows["case"] == method]
    assert len(rows) == 9
    for row in rows.itertuples():
        cell, cells, at = (0 * area, 1, 0) if row.domain == "_T" else (area, 2, "ab".index(row.domain))
        whole, repeated = (imported_totals(w, columns, cell, cells)[:, at] for w in (base, weights))
        statistic = {
            "mean": lambda t: t[:, 0] / t[:, 2],
            "total": lambda t: t[:, 0],
            "ratio": lambda t: t[:, 0] / t[:, 1],
        }
        estimate = statistic[row.quantity](whole)
        variance = replicate_covariance(statistic[row.quantity](repeated), estimate, scale)[0, 0]
        assert estimate[0] == pytest.approx(row.estimate, rel=1e-11)
        assert np.sqrt(variance) == pytest.approx(row.se, rel=1e-9)
        assert imported_degrees_of_freedom(weights) == row.df


def test_refusals():
    with pytest.raises(ValueError, match="coefficient"):
        imported_scale("jkn", 4)
    with pytest.raises(ValueError, match="fay takes"):
        imported_scale("fay", 4)
    with pytest.raises(ValueError, match="not known"):
        imported_scale("jack", 4)


def school_problem(data, kind):
    codes, labels = pd.factorize(data["stype"], sort=True)
    stype = Margin("stype", codes.astype(np.int64), tuple(labels), np.array([4421.0, 755.0, 1018.0]))
    wide = Margin("wide", (data["sch.wide"] == "Yes").to_numpy(np.int64), ("No", "Yes"), np.array([1072.0, 5122.0]))
    extra = {"stype": [], "api99": [Amount("api99", data["api99"].to_numpy(float), 3914069)], "raking": [wide]}
    return control_cells([stype, *extra[kind]])


@pytest.mark.parametrize("centre", ["estimate", "replicates"])
@pytest.mark.parametrize("quantity", ["mean", "total.stype", "total.api99", "mean.raking"])
def test_every_replicate_calibrated_again(shared_data, expected, quantity, centre):
    """Among them the project's given value, 473431.356779779 around the mean of the replicates."""
    data = pd.read_csv(shared_data / "r_survey" / "survey_apiclus1.csv.gz")
    design = design_from_columns(None, data["dnum"], psu_population=data["fpc"])
    replicates = jackknife_factors(design)
    weight = data["pw"].to_numpy(float)
    name, kind = quantity.split(".") if "." in quantity else (quantity, None)
    columns = np.column_stack([data["api00" if name == "mean" else "enroll"], np.ones(len(data))]).astype(float)
    if kind is None:
        totals = np.column_stack([np.bincount(design.psu, weights=weight * c) for c in columns.T])
        repeated = np.vstack([totals.sum(axis=0), replicates.totals(totals)])
    else:
        controls = school_problem(data, kind)
        sums = group_sums(design.psu, controls, weight, columns)
        distance = "raking" if kind == "raking" else "linear"
        repeated = calibrated_replicate_totals(replicates, sums, controls, distance=distance, tolerance=1e-13)[:, 0]
    values = repeated[:, 0] / repeated[:, 1] if name == "mean" else repeated[:, 0]
    rows = expected("replication")
    case = "schools.mse" if centre == "estimate" else "schools.mean"
    row = rows[(rows["case"] == case) & (rows["quantity"] == quantity)].iloc[0]
    variance = replicate_covariance(values[1:], values[:1], replicates.scale, centre=centre)[0, 0]
    assert values[0] == pytest.approx(row["estimate"], rel=1e-9)
    assert np.sqrt(variance) == pytest.approx(row["se"], rel=1e-8)
    assert replicates.degrees_of_freedom == row["df"]
    if quantity == "total.stype" and centre == "replicates":
        assert np.sqrt(variance) == pytest.approx(473431.356779779, rel=1e-12)


def test_linear_calibration_from_psu_totals_alone(shared_data, expected):
    data = pd.read_csv(shared_data / "r_survey" / "survey_apiclus1.csv.gz")
    design = design_from_columns(None, data["dnum"], psu_population=data["fpc"])
    d, y = data["pw"].to_numpy(float), data["enroll"].to_numpy(float)
    controls = school_problem(data, "api99")
    x = controls.x[controls.group]

    def psu_totals(values):
        found = np.zeros((design.psus, *values.shape[1:]))
        np.add.at(found, design.psu, values)
        return found

    replicates = jackknife_factors(design)
    found = linear_calibrated_totals(
        replicates, psu_totals(d[:, None] * x), psu_totals(d[:, None, None] * x[:, :, None] * x[:, None, :]),
        psu_totals((d * y)[:, None]), psu_totals((d * y)[:, None, None] * x[:, :, None]), controls.totals,
    )  # fmt: skip
    variance = replicate_covariance(found[1:], found[0], replicates.scale)[0, 0]
    row = expected("replication").query("case == 'schools.mse' and quantity == 'total.api99'").iloc[0]
    assert found[0, 0] == pytest.approx(row["estimate"], rel=1e-10)
    assert np.sqrt(variance) == pytest.approx(row["se"], rel=1e-9)


def test_totals_that_a_replicate_cannot_meet_are_refused():
    design = design_from_columns(None, np.arange(6))
    controls = control_cells([Margin("m", np.array([0, 1, 1, 1, 1, 1]), ("a", "b"), np.array([2.0, 9.0]))])
    sums = group_sums(design.psu, controls, np.ones(6), np.ones((6, 1)))
    with pytest.raises(ArithmeticError, match="cannot meet"):
        calibrated_replicate_totals(jackknife_factors(design), sums, controls)
