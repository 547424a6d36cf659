"""A bootstrapped plan equals replicates of one measure and cell at a time, and nears linearization."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.measure import Coding, Measure
from estimates.replication.bootstrap import bootstrap_variance, rao_wu_factors, replicate_totals
from estimates.replication.factors import ReplicateFactors
from estimates.replication.jackknife import jackknife_factors
from estimates.replication.plan_bootstrap import rao_wu_draws, replicated_plan
from estimates.tabulate import tabulate
from surveys.design import Design, design_from_columns

PLAN = [(), ("area",), ("sex",), ("age", "area"), ("age", "sex")]


def _survey(rows: int = 3000, psus: int = 60) -> tuple[list[Measure], dict[str, Coding], Design, np.ndarray]:
    rng = np.random.default_rng(7)
    psu = rng.integers(0, psus, rows)
    stratum = psu % 3
    design = design_from_columns(stratum, psu, psu_population=np.array([25.0, 40.0, 1e9])[stratum])
    y, x = rng.normal(1e4, 50, rows) + 20 * psu, rng.gamma(2, 1, rows)
    hit = (rng.random(rows) < 0.3).astype(float)
    hit[rng.random(rows) < 0.1] = np.nan
    measures = [
        Measure("mean", "mean", y, kind="mean"),
        Measure("some", "proportion", hit),
        Measure("ratio", "ratio", y, x, kind="ratio"),
        Measure("byte", "proportion", (rng.random(rows) < 0.2).astype(np.int8)),
        Measure("inside", "mean", x, universe=rng.random(rows) < 0.7, kind="mean"),
        Measure("total", "total", x, kind="total"),
    ]
    codings = {
        "area": Coding("area", (psu // 3) % 2, ("u", "r")),
        "sex": Coding("sex", rng.integers(-1, 2, rows), ("1", "2")),
        "age": Coding("age", rng.integers(0, 3, rows), ("a", "b", "c")),
    }
    weight = rng.lognormal(2, 0.4, rows)
    weight[::97] = 0.0
    return measures, codings, design, weight


def _one_by_one(
    measure: Measure, by: tuple[str, ...], codings: dict[str, Coding], design: Design, weight: np.ndarray,
    factors: np.ndarray,
) -> np.ndarray:  # fmt: skip
    sizes = [len(codings[name].labels) for name in by]
    found = []
    for cell in np.ndindex(*sizes):
        base = measure.base()
        for name, code in zip(by, cell, strict=True):
            base = base & (codings[name].codes == code)
        x = np.ones(weight.size) if measure.denominator is None else measure.denominator
        y = np.where(base, weight * np.nan_to_num(measure.numerator.astype(float)), 0.0)
        sums = [np.bincount(design.psu, weights=v, minlength=design.psus) for v in (y, np.where(base, weight * x, 0.0))]
        repeated = replicate_totals(factors, np.stack(sums, axis=1))
        whole = np.array([v.sum() for v in sums])
        if measure.kind == "total":
            found.append(bootstrap_variance(repeated[:, :1], whole[:1])[0])
        else:
            found.append(bootstrap_variance(repeated[:, :1] / repeated[:, 1:], whole[:1] / whole[1:])[0])
    return np.array(found)


@pytest.mark.parametrize("psus", [60, 57])
def test_plan_equals_one_cell_at_a_time(psus: int) -> None:
    """The same factors give the same variances, where areas lie in one PSU or cut across, in any order of rows."""
    measures, codings, design, weight = _survey(psus=psus)
    factors = rao_wu_factors(design, 300, np.random.default_rng(3))
    replicates = ReplicateFactors("rao_wu", factors, np.full(300, 1 / 300))
    found = replicated_plan(measures, codings, PLAN, design, weight, replicates)
    for by in PLAN:
        for k, measure in enumerate(measures):
            expected = _one_by_one(measure, by, codings, design, weight, factors)
            np.testing.assert_allclose(found[by].variance[k], expected, rtol=1e-10)


@pytest.mark.parametrize("draws", [None, 5])
def test_adding_drawn_units_equals_multiplying_factors(draws: int | None) -> None:
    """The two roads of one set of replicates give the same numbers."""
    measures, codings, design, weight = _survey()
    drawn = rao_wu_draws(design, 101, np.random.default_rng(5), draws)
    added = replicated_plan(measures, codings, PLAN, design, weight, drawn)
    factors = drawn.factors(design)
    np.testing.assert_allclose(
        np.bincount(design.stratum_of_psu, weights=factors.factors.mean(axis=0)), design.psus_per_stratum, rtol=1e-12
    )
    multiplied = replicated_plan(measures, codings, PLAN, design, weight, factors)
    for by in PLAN:
        np.testing.assert_allclose(added[by].variance, multiplied[by].variance, rtol=1e-10)


@pytest.mark.parametrize("draws", [None, 4])
def test_bootstrap_nears_linearization(draws: int | None) -> None:
    """Estimates are those of the table, and standard errors differ by Monte Carlo error only."""
    measures, codings, design, weight = _survey(rows=20_000)
    names = [measure.name for measure in measures]
    table = tabulate("s", measures, codings, [(names, PLAN)], design, weight).frame
    drawn = rao_wu_draws(design, 2000, np.random.default_rng(11), draws)
    found = replicated_plan(measures, codings, PLAN, design, weight, drawn)
    estimate = np.concatenate([found[by].estimate.ravel() for by in PLAN])
    se = np.concatenate([np.sqrt(found[by].variance).ravel() for by in PLAN])
    np.testing.assert_allclose(estimate, table["estimate"], rtol=1e-10)
    ratio = se / table["se"].to_numpy()
    assert abs(float(ratio.mean()) - 1) < 0.02
    assert float(np.abs(ratio - 1).max()) < 0.12


def test_jackknife_through_the_plan_equals_its_own_factors() -> None:
    """Any method's factors and scales are taken."""
    measures, codings, design, weight = _survey()
    replicates = jackknife_factors(design)
    found = replicated_plan(measures[:1], codings, [("sex",)], design, weight, replicates)
    linear = tabulate("s", measures[:1], codings, [(["mean"], [("sex",)])], design, weight).frame
    np.testing.assert_allclose(np.sqrt(found[("sex",)].variance[0]), linear["se"], rtol=0.05)


def test_a_cell_without_rows_has_no_number() -> None:
    """Empty cells are not defined, and totals of them are zero."""
    measures, codings, design, weight = _survey()
    codings["empty"] = Coding("empty", codings["sex"].codes, ("1", "2", "3"))
    drawn = rao_wu_draws(design, 20, np.random.default_rng(1))
    found = replicated_plan(measures, codings, [("empty",)], design, weight, drawn)[("empty",)]
    assert np.isnan(found.estimate[:5, 2]).all()
    assert np.isnan(found.variance[:5, 2]).all()
    assert found.estimate[5, 2] == 0.0
    assert found.variance[5, 2] == 0.0


def test_plans_too_fine_are_refused() -> None:
    """Totals that would fill the memory are a clear error."""
    measures, _, design, weight = _survey()
    rows = np.arange(weight.size)
    fine = {"row": Coding("row", rows, tuple(map(str, rows)))}
    many = measures * 400
    with pytest.raises(ValueError, match="fewer breakdowns"):
        replicated_plan(many, fine, [("row",)], design, weight, rao_wu_draws(design, 2, np.random.default_rng(1)))
