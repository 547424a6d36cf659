"""The California schools of R's survey package, to ten digits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from estimates.measure import Coding, Measure
from estimates.tabulate import tabulate
from surveys.design import design_from_columns
from surveys.design_stages import with_stage

TYPES = ("E", "H", "M")


def read(shared_data, name):
    return pd.read_csv(shared_data / "r_survey" / f"survey_{name}.csv.gz")


def vector(column):
    return column.to_numpy(dtype=float)


def test_two_stages_with_fpc_at_each(shared_data, expected):
    data = read(shared_data, "apiclus2")
    design = design_from_columns(None, data["dnum"], psu_population=data["fpc1"])
    design = with_stage(design, data["snum"], data["fpc2"])
    measures = [
        Measure("mean.api00", "mean", vector(data["api00"]), kind="mean"),
        Measure("total.enroll", "total", vector(data["enroll"]), kind="total"),
    ]
    plan = [([measure.name for measure in measures], [()])]
    weight = vector(data["pw"])
    ours = tabulate("x", measures, {}, plan, design, weight).frame.set_index("indicator")
    rows = expected("api")
    for row in rows[rows["design"] == "apiclus2"].itertuples():
        assert ours.loc[row.quantity, "estimate"] == pytest.approx(row.estimate, rel=1e-10)
        assert ours.loc[row.quantity, "se"] == pytest.approx(row.se, rel=1e-10)
        assert design.degrees_of_freedom == row.df


def test_stratified_and_one_stage(shared_data, expected):
    strata, clusters = read(shared_data, "apistrat"), read(shared_data, "apiclus1")
    found = {}
    design = design_from_columns(strata["stype"], np.arange(len(strata)), psu_population=strata["fpc"])
    measures = [
        Measure("mean.api00", "mean", vector(strata["api00"]), kind="mean"),
        Measure("total.enroll", "total", vector(strata["enroll"]), kind="total"),
        Measure("ratio", "ratio", vector(strata["api.stu"]), vector(strata["enroll"]), kind="ratio"),
    ]
    plan = [([measure.name for measure in measures], [()])]
    found["apistrat"] = tabulate("x", measures, {}, plan, design, strata["pw"]).frame.assign(stype="_T")
    replaced = tabulate(
        "x", measures, {}, plan, design, strata["pw"], deff_reference="with_replacement"
    ).frame
    design = design_from_columns(None, clusters["dnum"], psu_population=clusters["fpc"])
    measures = [Measure("mean.api00", "mean", vector(clusters["api00"]), kind="mean")]
    measures += [Measure(f"proportion.{k}", "proportion", vector(clusters["stype"] == k)) for k in TYPES]
    codings = {"stype": Coding("stype", np.searchsorted(TYPES, clusters["stype"]), TYPES)}
    plan = [([measure.name for measure in measures], [(), ("stype",)])]
    found["apiclus1"] = tabulate("x", measures, codings, plan, design, clusters["pw"]).frame
    for row in expected("api").itertuples():
        if row.design not in found:
            continue
        frame = found[row.design].set_index(["indicator", "stype"])
        ours = frame.loc[(row.quantity, row.domain)]
        assert ours["estimate"] == pytest.approx(row.estimate, rel=1e-10)
        assert ours["se"] == pytest.approx(row.se, rel=1e-10)
        assert ours["df"] == row.df
        if np.isfinite(row.low):
            assert [ours["ci_low"], ours["ci_high"]] == pytest.approx([row.low, row.high], rel=1e-7)
        if np.isfinite(row.deff):
            assert ours["deff"] == pytest.approx(row.deff, rel=1e-9)
        if np.isfinite(row.replaced):
            assert replaced["deff"].iloc[0] == pytest.approx(row.replaced, rel=1e-9)
