"""Means, totals, ratios, proportions and counts by domain agree with R, with and without fpc."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.measure import Coding, Measure
from estimates.row_intervals import row_intervals
from estimates.tabulate import tabulate
from surveys.design import design_from_columns

# Closed forms in double precision: what remains is the order of the sums.
CLOSE = 1e-10


def table(data, *, fpc, **options):
    design = design_from_columns(
        data["stratum"], data["psu"], nested=True, psu_population=data["psu_population"] if fpc else None
    )
    income = data["income"].to_numpy(float)
    displaced = data["displaced"].to_numpy(float)
    measures = [
        Measure("mean", "mean", income, kind="mean"),
        Measure("total", "total", income, kind="total"),
        Measure("proportion", "proportion", displaced, kind="prop"),
        Measure("ratio", "ratio", income, data["members"].to_numpy(float), kind="ratio"),
        Measure("count", "count", displaced, kind="total"),
    ]
    labels = ("a", "b", "c")
    codings = {"domain": Coding("domain", np.searchsorted(labels, data["domain"]), labels)}
    names = [measure.name for measure in measures]
    result = tabulate(
        "case",
        measures,
        codings,
        [(names, [(), ("domain",)])],
        design,
        data["weight"].to_numpy(float),
        **options,
    )
    return result.frame.set_index(["indicator", "domain"])


@pytest.mark.parametrize("fpc", [False, True])
def test_estimates_errors_effects_and_degrees_of_freedom(clusters, expected, fpc):
    prefix = "fpc." if fpc else "replacement."
    ours = table(clusters, fpc=fpc)
    replaced = table(clusters, fpc=fpc, deff_reference="with_replacement")
    rows = expected("stratified_clusters")
    rows = rows[rows["quantity"].str.startswith(prefix)]
    checked = 0
    for row in rows.itertuples():
        quantity = row.quantity.removeprefix(prefix)
        if quantity == "korn_graubard":
            continue
        key = (quantity, row.domain)
        assert ours.loc[key, "estimate"] == pytest.approx(row.estimate, rel=CLOSE)
        assert ours.loc[key, "se"] == pytest.approx(row.se, rel=CLOSE)
        if np.isfinite(row.deff):
            assert ours.loc[key, "deff"] == pytest.approx(row.deff, rel=CLOSE)
            assert replaced.loc[key, "deff"] == pytest.approx(row.replaced, rel=CLOSE)
        if np.isfinite(row.df):
            assert ours.loc[key, "df"] == row.df
        if quantity == "mean":
            assert ours.loc[key, ["ci_low", "ci_high"]].tolist() == pytest.approx(
                [row.low, row.high], rel=CLOSE
            )
        checked += 1
    assert checked == 20


@pytest.mark.parametrize("fpc", [False, True])
def test_intervals_of_proportions(clusters, expected, fpc):
    prefix = "fpc." if fpc else "replacement."
    logit = table(clusters, fpc=fpc, proportion_interval="logit")
    korn_graubard = table(clusters, fpc=fpc)
    rows = expected("stratified_clusters").set_index(["quantity", "domain"])
    for domain in ("_T", "a", "b", "c"):
        row = rows.loc[(prefix + "proportion", domain)]
        ours = logit.loc[("proportion", domain), ["ci_low", "ci_high"]].tolist()
        # R 4.1 takes its logit interval through a fitted model that stops iterating at 1e-8.
        assert ours == pytest.approx([row["low"], row["high"]], rel=1e-6)
    row = rows.loc[(prefix + "korn_graubard", "_T")]
    ours = korn_graubard.loc[("proportion", "_T"), ["ci_low", "ci_high"]].tolist()
    assert ours == pytest.approx([row["low"], row["high"]], rel=1e-7)


def test_a_zero_cell_is_never_zero_to_zero():
    nothing = np.zeros(2)
    low, high, certified = row_intervals(
        np.array(["share", "count"]), nothing, nothing, np.array([50.0, 50.0]), nothing, np.array([1e4, 1e4]),
        np.array([10.0, 10.0]),
    )  # fmt: skip
    assert low.tolist() == [0.0, 0.0]
    assert (high > 0).all()
    assert not certified.any()
