"""Strata with one PSU add what R says they add, under each policy."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.measure import Coding, Measure
from estimates.tabulate import tabulate
from surveys.design import design_from_columns
from surveys.problems import DesignError


def survey(clusters):
    return clusters[~(clusters["stratum"].isin([2, 5]) & (clusters["psu"] > 1))].reset_index(drop=True)


def estimates(data, policy, fpc):
    design = design_from_columns(
        data["stratum"], data["psu"], nested=True, lonely_psu=policy,
        psu_population=data["psu_population"] if fpc else None,
    )  # fmt: skip
    displaced = data["displaced"].to_numpy(float)
    measures = [
        Measure("mean", "proportion", displaced, kind="prop"),
        Measure("total", "count", displaced, kind="total"),
    ]
    labels = ("a", "b", "c")
    codings = {"domain": Coding("domain", np.searchsorted(labels, data["domain"]), labels)}
    plan = [(["mean", "total"], [(), ("domain",)])]
    frame = tabulate("case", measures, codings, plan, design, data["weight"].to_numpy(float)).frame
    return design, frame.set_index(["indicator", "domain"])


def test_policies(clusters, expected):
    data = survey(clusters)
    for row in expected("lonely_strata").itertuples():
        where, policy, quantity = row.quantity.split(".")
        if policy == "zero":
            continue
        name, _, domain = quantity.partition("_")
        _, ours = estimates(data, policy, where == "fpc")
        key = (name, domain or "_T")
        assert ours.loc[key, "estimate"] == pytest.approx(row.estimate, rel=1e-10)
        assert ours.loc[key, "se"] == pytest.approx(row.se, rel=1e-10), row.quantity


def test_centred_totals_differ_from_survey_4_1_by_the_centre_only(clusters, expected):
    """That version squares a lonely PSU's own total; the mean of all PSU totals is taken out here, as 4.5 says it does.

    For means and ratios the mean is 0, so both are the same number (above).
    """
    data = survey(clusters)
    table = expected("lonely_strata").set_index("quantity")
    for where in ("replacement", "fpc"):
        design, ours = estimates(data, "centred", where == "fpc")
        totals = np.bincount(design.psu, weights=data["weight"] * data["displaced"], minlength=design.psus)
        alone = (design.psus_per_stratum == 1)[design.stratum_of_psu]
        left = design.fpc[design.stratum_of_psu][alone]
        mean = totals.mean()
        certain = estimates(data, "certainty", where == "fpc")[1].loc[("total", "_T"), "se"] ** 2
        theirs = table.loc[f"{where}.zero.total", "se"] ** 2
        assert theirs == pytest.approx(certain + left @ totals[alone] ** 2, rel=1e-10)
        centred = ours.loc[("total", "_T"), "se"] ** 2
        assert centred == pytest.approx(certain + left @ (totals[alone] - mean) ** 2, rel=1e-10)
        assert theirs > centred


def test_collapsing_is_recorded(clusters):
    design, frame = estimates(survey(clusters), "collapsed", False)
    assert [group.name for group in design.collapsed] == ["2+3", "5+6"]
    assert design.lonely == ("2", "5")
    assert frame["reason"].str.contains("lonely_psu_collapsed").all()


def test_fail_stops(clusters):
    with pytest.raises(DesignError, match="2 strata have a single PSU"):
        estimates(survey(clusters), "fail", False)
