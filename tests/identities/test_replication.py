"""Replication from PSU totals against linearization and against replicates made the long way."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.replication.bootstrap import bootstrap_variance, rao_wu_factors, replicate_totals
from estimates.replication.jackknife import jackknife_totals, jackknife_variance
from estimates.variance import ultimate_cluster_variance
from surveys.design import design_from_columns


@pytest.fixture(params=[False, True])
def survey(request):
    chance = np.random.default_rng(3)
    rows = 500
    stratum = chance.integers(0, 6, rows)
    psu = chance.integers(0, 7, rows)
    design = design_from_columns(stratum, psu, nested=True, psu_population=12 + stratum if request.param else None)
    columns = np.column_stack([chance.lognormal(size=rows), np.ones(rows)]) * chance.uniform(1, 5, rows)[:, None]
    totals = np.column_stack([np.bincount(design.psu, weights=column) for column in columns.T])
    return design, columns, totals


def test_jackknife_of_a_total_is_linearization(survey):
    design, _, totals = survey
    variance = jackknife_variance(jackknife_totals(totals, design), totals.sum(axis=0), design)
    assert variance == pytest.approx(ultimate_cluster_variance(totals, design), rel=1e-12)


def test_closed_form_is_leaving_rows_out(survey):
    design, columns, totals = survey
    replicates = jackknife_totals(totals, design)
    for psu in range(0, design.psus, 5):
        stratum = design.stratum_of_psu[psu]
        n_h = design.psus_per_stratum[stratum]
        factor = np.where(design.stratum_of_psu == stratum, n_h / (n_h - 1), 1.0)
        factor[psu] = 0.0
        assert replicates[psu] == pytest.approx(factor[design.psu] @ columns, rel=1e-12)


def test_expected_bootstrap_variance_is_linearization(survey):
    design, _, totals = survey
    factors = rao_wu_factors(design, 20_000, np.random.default_rng(5))
    assert (factors >= 0).all()
    assert factors.mean() == pytest.approx(1.0, abs=1e-3)
    found = bootstrap_variance(replicate_totals(factors, totals), totals.sum(axis=0))
    # The relative error of a variance from 20,000 replicates is 1 %; four of those.
    assert found == pytest.approx(ultimate_cluster_variance(totals, design), rel=0.04)
