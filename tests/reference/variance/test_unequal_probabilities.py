"""Errors under unequal probabilities agree with R's pps designs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.unequal_probabilities import (
    brewer_variance,
    hajek_variance,
    horvitz_thompson_variance,
    yates_grundy_variance,
)
from estimates.variance import ultimate_cluster_variance
from surveys.design import design_from_columns

HERE = Path(__file__).parent


def variance(method, totals, joint, design):
    if method == "replacement":
        return ultimate_cluster_variance(totals, design)[0]
    if method == "brewer":
        return brewer_variance(totals, np.diag(joint).copy(), design)[0]
    return {"horvitz_thompson": horvitz_thompson_variance, "yates_grundy": yates_grundy_variance}[method](
        totals, joint
    )[0]


@pytest.mark.parametrize("method", ["replacement", "brewer", "horvitz_thompson", "yates_grundy"])
def test_clusters(expected, method):
    data = pd.read_csv(HERE / "unequal_probabilities.csv")
    joint = pd.read_csv(HERE / "unequal_probabilities_joint.csv", header=None).to_numpy()
    design = design_from_columns(None, data["psu"])
    weight = 1 / data["p"].to_numpy()
    rows = expected("unequal_probabilities")
    rows = rows[rows["case"] == method]
    assert len(rows) == (2 if method == "yates_grundy" else 6)
    for row in rows.itertuples():
        inside = np.ones(len(data)) if row.domain == "_T" else (data["area"] == "a").to_numpy(float)
        y = data["y"].to_numpy() * inside
        x = {"total": None, "mean": inside, "ratio": data["x"].to_numpy() * inside}[row.quantity]
        estimate, z = weight @ y, y
        if x is not None:
            estimate, z = estimate / (weight @ x), (y - estimate / (weight @ x) * x) / (weight @ x)
        totals = np.bincount(design.psu, weights=weight * z)
        assert estimate == pytest.approx(row.estimate, rel=1e-12)
        assert np.sqrt(variance(method, totals, joint, design)) == pytest.approx(row.se, rel=1e-10), row


def test_election(shared_data, expected):
    data = pd.read_csv(shared_data / "r_survey" / "survey_election_pps.csv.gz")
    design = design_from_columns(None, np.arange(len(data)))
    p = data["p"].to_numpy()
    row = expected("unequal_probabilities").query("case == 'election.brewer'").iloc[0]
    z = data["Bush"].to_numpy() / p
    assert np.sqrt(brewer_variance(z, p, design)[0]) == pytest.approx(row["se"], rel=1e-10)
    # Hájek's approximation has no reference in R; it lies beside Brewer's.
    assert hajek_variance(z, p, design)[0] == pytest.approx(row["se"] ** 2, rel=0.02)
