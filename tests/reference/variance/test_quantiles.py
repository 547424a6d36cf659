"""Quantiles, their intervals and their errors agree with R's svyquantile, domain by domain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.quantile import quantiles
from surveys.design import design_from_columns
from surveys.design_stages import with_stage

HERE = Path(__file__).parent
RULES = {"math": "hf1", "hf2": "hf2", "hf7": "hf7"}
INTERVALS = {"mean": "mean", "xlogit": "logit"}
P = (0.1, 0.25, 0.5, 0.75, 0.9)


def compare(rows, found, domain=0):
    for column, row in enumerate(rows.itertuples()):
        for name in ("estimate", "low", "high", "se"):
            ours = getattr(found, name)[domain, column]
            assert ours == pytest.approx(getattr(row, name), rel=1e-10, nan_ok=True), (name, row)


@pytest.mark.parametrize("rule", RULES)
def test_stratified_schools(shared_data, expected, rule):
    data = pd.read_csv(shared_data / "r_survey" / "survey_apistrat.csv.gz")
    design = design_from_columns(data["stype"], np.arange(len(data)), psu_population=data["fpc"])
    found = quantiles(data["api00"].to_numpy(float), data["pw"].to_numpy(), design, P, rule=RULES[rule])
    rows = expected("quantiles").query("data == 'apistrat' and rule == @rule")
    assert len(rows) == len(P)
    compare(rows, found)
    assert found.df[0] == 197


@pytest.mark.parametrize("rule", RULES)
def test_two_stages_of_schools(shared_data, expected, rule):
    data = pd.read_csv(shared_data / "r_survey" / "survey_apiclus2.csv.gz")
    design = design_from_columns(None, data["dnum"], psu_population=data["fpc1"], lonely_psu="certainty")
    design = with_stage(design, data["snum"], data["fpc2"])
    found = quantiles(data["api00"].to_numpy(float), data["pw"].to_numpy(), design, P, rule=RULES[rule])
    compare(expected("quantiles").query("data == 'apiclus2' and rule == @rule"), found)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("interval", INTERVALS)
def test_domains(expected, rule, interval):
    data = pd.read_csv(HERE / "quantiles.csv")
    design = design_from_columns(data["stratum"], data["psu"], psu_population=data["frame"])
    area = pd.factorize(data["area"], sort=True)[0].astype(np.int64)
    income, weight = data["income"].to_numpy(), data["weight"].to_numpy()
    options = {"rule": RULES[rule], "interval": INTERVALS[interval]}
    found = quantiles(income, weight, design, P, domain=area, domains=3, **options)
    table = expected("quantiles").query("data == 'people' and rule == @rule and interval == @interval")
    for domain, name in enumerate("abc"):
        rows = table[table["domain"] == name]
        assert len(rows) == len(P)
        compare(rows, found, domain)


def test_published_values_of_the_schools(shared_data):
    """The values that the project was given: 501, 668 and 836 with their intervals and errors."""
    data = pd.read_csv(shared_data / "r_survey" / "survey_apistrat.csv.gz")
    design = design_from_columns(data["stype"], np.arange(len(data)), psu_population=data["fpc"])
    found = quantiles(data["api00"].to_numpy(float), data["pw"].to_numpy(), design, (0.1, 0.5, 0.9))
    assert found.estimate[0].tolist() == [501, 668, 836]
    assert found.low[0].tolist() == [476, 642, 806]
    assert found.high[0].tolist() == [521, 694, 865]
    assert found.se[0] == pytest.approx([11.4092790474, 13.1840557882, 14.9588325289], rel=1e-10)


def test_empty_domain_is_missing():
    design = design_from_columns(None, np.arange(6))
    found = quantiles(np.arange(6.0), np.ones(6), design, (0.5,), domain=np.zeros(6, dtype=np.int64), domains=2)
    assert np.isnan(found.estimate[1, 0]) and np.isnan(found.se[1, 0])
    assert found.n.tolist() == [6, 0]
