"""Weights and quantiles of tables that are never held whole equal those of the rows in memory."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest

from estimates.quantile import quantiles
from pipeline.carriers.scan_table import ScanTableWriter, open_scan_table
from pipeline.carriers.streamed_quantiles import streamed_quantiles
from pipeline.carriers.streamed_weights import calibrate_table, cell_weights
from surveys.design import design_from_columns
from weights.calibration.calibrate import NotCalibrated, calibrate
from weights.calibration.margins import Margin


@pytest.fixture
def rows(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.carriers.scan_table.ROWS_IN_GROUP", 997)
    for name in ("streamed_quantiles", "streamed_weights"):
        monkeypatch.setattr(f"pipeline.carriers.{name}._BATCH", 313)
    chance = np.random.default_rng(5)
    size = 6000
    columns = {
        "stratum": np.repeat(np.arange(6, dtype=np.int32), 1000),
        "psu": np.repeat(np.arange(300), 20),
        "weight": np.round(chance.lognormal(3, 0.5, size) * 64) / 64,
        "code_sex": chance.integers(0, 2, size).astype(np.int8),
        "code_age": chance.integers(0, 5, size).astype(np.int8),
        "code_area": np.repeat(chance.integers(0, 3, 300), 20).astype(np.int8),
        "income": np.round(chance.normal(40, 60, size), 1),
    }
    columns["income"][chance.uniform(size=size) < 0.1] = np.nan
    with ScanTableWriter(tmp_path / "rows.parquet") as writer:
        writer.write(columns)
    return columns, open_scan_table([tmp_path / "rows.parquet"])


def margins(columns):
    chance = np.random.default_rng(9)
    sex_age = columns["code_sex"].astype(np.int64) * 5 + columns["code_age"]
    known = {("sex", "age"): (sex_age, 10), ("area",): (columns["code_area"].astype(np.int64), 3)}
    drawn = columns["weight"] * chance.uniform(0.8, 1.25, columns["weight"].size)
    return {
        names: (cell, np.bincount(cell, weights=drawn, minlength=size)) for names, (cell, size) in known.items()
    }  # fmt: skip


@pytest.mark.parametrize("distance", ["raking", "linear", "logit"])
def test_calibration_on_counted_cells_is_that_of_the_rows(rows, tmp_path, distance):
    columns, table = rows
    known = margins(columns)
    bounds = (0.5, 2.0) if distance == "logit" else None
    controls = [
        Margin("|".join(names), cell, tuple(map(str, range(totals.size))), totals)
        for names, (cell, totals) in known.items()
    ]
    expected = calibrate(columns["weight"], controls, distance=distance, bounds=bounds).weight
    sizes = {"sex": 2, "age": 5, "area": 3}
    totals = {names: total for names, (_, total) in known.items()}
    out = tmp_path / "weighted.parquet"
    found = calibrate_table(table, sizes, totals, out, distance=distance, bounds=bounds)
    assert found.miss < 1e-9
    written = pq.read_table(out)
    assert written["weight"].to_numpy() == pytest.approx(expected, rel=1e-9)
    assert written.drop_columns("weight").equals(pq.read_table(table.paths[0]).drop_columns("weight"))
    assert out.stat().st_mode & 0o777 == 0o600


def test_cells_are_counted_once(rows):
    columns, table = rows
    found = cell_weights(table, {"sex": 2, "age": 5})
    cell = columns["code_sex"].astype(int) * 5 + columns["code_age"]
    assert found == pytest.approx(np.bincount(cell, weights=columns["weight"], minlength=10), rel=1e-12)


def test_totals_that_cannot_be_met_are_refused(rows, tmp_path):
    _, table = rows
    with pytest.raises(NotCalibrated):
        calibrate_table(table, {"sex": 2, "area": 3}, {("sex",): [1.0, 1.0], ("area",): [5.0, 5.0, 5.0]},
                        tmp_path / "x.parquet")  # fmt: skip


@pytest.mark.parametrize("digits", [4, 10, 18])
def test_quantiles_are_those_of_all_rows_at_once(rows, monkeypatch, digits):
    monkeypatch.setattr("pipeline.carriers.streamed_quantiles.DIGITS", digits)
    columns, table = rows
    p = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999)
    design = design_from_columns(columns["stratum"], columns["psu"])
    area = columns["code_area"].astype(np.int64)
    expected = quantiles(columns["income"], columns["weight"], design, p, domain=area, domains=3).estimate
    found = streamed_quantiles(table, "income", p, domain="area", domains=3)
    assert np.array_equal(found.estimate, expected)
    assert found.error == 0.0
    assert found.held < 6000
    whole = quantiles(columns["income"], columns["weight"], design, p).estimate
    assert np.array_equal(streamed_quantiles(table, "income", p).estimate, whole)


def test_a_domain_without_anybody_has_no_quantile(rows):
    _, table = rows
    found = streamed_quantiles(table, "income", (0.5,), domain="area", domains=4)
    assert np.isnan(found.estimate[3, 0])
    assert found.population[3] == 0


def test_order_plays_no_part(rows, tmp_path):
    _, table = rows
    whole = pq.read_table(table.paths[0])
    mixed = tmp_path / "mixed.parquet"
    pq.write_table(whole.take(np.random.default_rng(2).permutation(whole.num_rows)), mixed)
    p = (0.1, 0.5, 0.9)
    one, two = (streamed_quantiles(some, "income", p).estimate for some in (table, open_scan_table([mixed])))
    assert np.array_equal(one, two)
