"""What must hold exactly between replicates, linearization and calibration."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.calibration_adjustment import CalibrationAdjustment, calibrated_ratios
from estimates.replication.balanced import balanced_factors
from estimates.replication.bootstrap import rao_wu_replicates
from estimates.replication.calibrated import calibrated_replicate_totals, group_sums
from estimates.replication.factors import replicate_covariance, replicate_variance
from estimates.replication.hadamard import hadamard
from estimates.replication.jackknife import jackknife_factors, jackknife_totals
from estimates.replication.preston import preston_factors
from estimates.replication.successive_differences import successive_difference_factors
from estimates.stage_variances import staged_cell_variances
from estimates.variance import ultimate_cluster_variance
from surveys.design import design_from_columns
from surveys.design_stages import with_stage
from weights.calibration.calibrate import calibrate
from weights.calibration.margins import Margin

ORDERS = [*range(1, 70), 80, 92, 93, 100, 116, 117, 160, 263, 500]


@pytest.mark.parametrize("order", ORDERS)
def test_hadamard_is_orthogonal(order):
    matrix = hadamard(order).astype(int)
    size = matrix.shape[0]
    assert order <= size < order + max(8, 0.15 * order)
    assert (np.abs(matrix) == 1).all() and (matrix[:, 0] == 1).all()
    assert np.array_equal(matrix.T @ matrix, size * np.eye(size, dtype=int))
    assert np.array_equal(matrix @ matrix.T, size * np.eye(size, dtype=int))


def pairs_of_psus(strata, fpc, chance):
    stratum = np.repeat(np.arange(strata), 2)
    design = design_from_columns(stratum, np.arange(2 * strata), psu_population=3 + stratum if fpc else None)
    return design, chance.lognormal(size=(2 * strata, 3))


@pytest.mark.parametrize("fay", [0.0, 0.3, 0.5])
@pytest.mark.parametrize("fpc", [False, True])
@pytest.mark.parametrize("strata", [1, 2, 3, 7, 20, 31])
def test_balanced_half_samples_are_linearization(strata, fpc, fay):
    design, totals = pairs_of_psus(strata, fpc, np.random.default_rng(strata))
    replicates = balanced_factors(design, fay)
    found = replicate_covariance(replicates.totals(totals), totals.sum(axis=0), replicates.scale)
    assert np.diag(found) == pytest.approx(ultimate_cluster_variance(totals, design), rel=1e-11)
    assert replicates.factors.mean(axis=0) == pytest.approx(np.ones(2 * strata), abs=1e-12)
    assert replicates.degrees_of_freedom == strata == design.degrees_of_freedom


def test_balanced_half_samples_need_pairs():
    with pytest.raises(ValueError, match="more than two PSUs"):
        balanced_factors(design_from_columns(None, np.arange(3)))


@pytest.fixture(params=[False, True])
def uneven(request):
    chance = np.random.default_rng(17)
    stratum = np.repeat(np.arange(5), [2, 3, 5, 4, 6])
    design = design_from_columns(stratum, np.arange(20), psu_population=7 + stratum if request.param else None)
    return design, chance.lognormal(size=(20, 2))


def test_jackknife_factors_are_the_closed_form(uneven):
    design, totals = uneven
    replicates = jackknife_factors(design)
    assert replicates.totals(totals) == pytest.approx(jackknife_totals(totals, design), rel=1e-12)
    found = replicate_covariance(replicates.totals(totals), totals.sum(axis=0), replicates.scale)
    assert np.diag(found) == pytest.approx(ultimate_cluster_variance(totals, design), rel=1e-11)
    assert replicates.factors.sum(axis=1) == pytest.approx(np.full(20, 20.0))
    assert replicates.degrees_of_freedom == design.degrees_of_freedom


def test_successive_differences_are_sums_of_squared_differences(uneven):
    design, totals = uneven
    place = np.random.default_rng(2).permutation(20)
    replicates = successive_difference_factors(design, place)
    expected = np.zeros(2)
    for h in range(design.strata):
        here = np.flatnonzero(design.stratum_of_psu == h)
        z = totals[here[np.argsort(place[here])]]
        expected += design.fpc[h] / 2 * ((z - np.roll(z, -1, axis=0)) ** 2).sum(axis=0)
    found = replicate_covariance(replicates.totals(totals), totals.sum(axis=0), replicates.scale)
    assert np.diag(found) == pytest.approx(expected, rel=1e-11)
    assert replicates.factors.mean(axis=0) == pytest.approx(np.ones(20))
    assert successive_difference_factors(design, place, replicates=8).replicates == 8


def test_a_census_has_no_variance():
    stratum = np.repeat([0, 1], 4)
    design = design_from_columns(stratum, np.arange(8), psu_population=np.full(8, 4))
    totals = np.random.default_rng(1).lognormal(size=(8, 2))
    chance = np.random.default_rng(4)
    made = [jackknife_factors(design), successive_difference_factors(design), rao_wu_replicates(design, 50, chance),
            preston_factors(design, 50, chance)]  # fmt: skip
    for replicates in made:
        found = replicate_covariance(replicates.totals(totals), totals.sum(axis=0), replicates.scale)
        assert np.abs(found).max() < 1e-20 * totals.sum() ** 2, replicates.method


def test_bootstraps_expect_linearization(uneven):
    design, totals = uneven
    for make in (rao_wu_replicates, preston_factors):
        replicates = make(design, 20_000, np.random.default_rng(9))
        assert (replicates.factors >= 0).all()
        found = np.diag(replicate_covariance(replicates.totals(totals), totals.sum(axis=0), replicates.scale))
        # The relative error of a variance from 20,000 replicates is 1 %; four of those.
        assert found == pytest.approx(ultimate_cluster_variance(totals, design), rel=0.04), make.__name__


def test_preston_expects_every_stage():
    chance = np.random.default_rng(31)
    stratum = np.repeat([0, 1, 2], [36, 48, 24])
    psu = np.repeat(np.arange(18), 6)
    ssu = np.arange(108) // 2
    design = design_from_columns(stratum, psu, psu_population=np.array([8, 10, 4])[stratum])
    design = with_stage(design, ssu, np.full(108, 5))
    design = with_stage(design, np.arange(108), np.full(108, 3))
    z = chance.lognormal(size=108) + psu / 9
    replicates = preston_factors(design, 40_000, np.random.default_rng(6))
    assert replicates.factors.shape[1] == 108
    unit = np.bincount(design.further_stages[-1].unit, weights=z)
    found = replicate_covariance(replicates.totals(unit), unit.sum(), replicates.scale)[0, 0]
    expected = staged_cell_variances(z, np.zeros(108, dtype=np.int64), 1, design)[0]
    first = ultimate_cluster_variance(np.bincount(design.psu, weights=z), design)[0]
    assert expected > 1.1 * first
    assert found == pytest.approx(expected, rel=0.03)


def test_any_function_of_totals(uneven):
    design, totals = uneven
    found, variance = replicate_variance(lambda t: t[:, :1] / t[:, 1:], totals, jackknife_factors(design))
    assert found[0] == pytest.approx(totals[:, 0].sum() / totals[:, 1].sum())
    missing = replicate_variance(lambda t: np.log(-t[:, :1]), totals, jackknife_factors(design))
    assert np.isnan(missing[0][0]) and np.isnan(missing[1][0]) and variance[0] > 0


def weighted_country(psus, seed=5):
    """Weights very unequal and informative: where R's rake() errs."""
    chance = np.random.default_rng(seed)
    rows = psus * 12
    psu = np.repeat(np.arange(psus), 12)
    stratum = psu * 8 // psus
    weight = np.where(chance.random(rows) < 0.5, 1.0, 30.0) * chance.uniform(0.8, 1.2, rows)
    sex = chance.integers(0, 2, rows)
    age = chance.integers(0, 4, rows)
    y = 2.0 * sex + 0.1 * weight + chance.normal(size=rows) + 0.3 * chance.normal(size=psus)[psu]
    truth = weight.sum()
    controls = [
        Margin("sex", sex, ("1", "2"), truth * np.array([0.45, 0.55])),
        Margin("age", age, ("1", "2", "3", "4"), truth * np.array([0.3, 0.26, 0.24, 0.2])),
    ]
    return design_from_columns(stratum, psu), weight, y, controls


@pytest.mark.parametrize(("distance", "bounds"), [("linear", None), ("raking", None), ("logit", (0.4, 2.5))])
def test_jackknife_that_rakes_again_agrees_in_the_limit(distance, bounds):
    gaps = []
    for psus in (40, 640):
        design, weight, y, controls = weighted_country(psus)
        found = calibrate(weight, controls, distance=distance, bounds=bounds, tolerance=1e-12)
        adjustment = CalibrationAdjustment.of(found, weight)
        _, linearized = calibrated_ratios(y, None, np.zeros(y.size, dtype=np.int64), 1, adjustment, design)
        sums = group_sums(design.psu, found.cells, weight, y[:, None])
        replicates = jackknife_factors(design)
        totals = calibrated_replicate_totals(
            replicates, sums, found.cells, distance=distance, bounds=bounds, tolerance=1e-11
        )[:, 0, 0]
        assert totals[0] == pytest.approx(found.weight @ y, rel=1e-9)
        again = replicate_covariance(totals[1:], totals[0], replicates.scale)[0, 0]
        gaps.append(abs(np.sqrt(again / linearized[0]) - 1))
    assert gaps[1] < 0.005 and gaps[1] < gaps[0]


def test_groups_are_persons():
    """Raking the cells of the margins in every replicate is raking the persons."""
    design, weight, y, controls = weighted_country(40)
    found = calibrate(weight, controls, distance="raking", tolerance=1e-12)
    replicates = jackknife_factors(design)
    sums = group_sums(design.psu, found.cells, weight, y[:, None], np.arange(y.size) % 3, 3)
    totals = calibrated_replicate_totals(replicates, sums, found.cells, distance="raking", tolerance=1e-12)
    for r in (0, 11, 39):
        again = calibrate(weight * replicates.factors[r][design.psu], controls, distance="raking", tolerance=1e-12)
        expected = np.bincount(np.arange(y.size) % 3, weights=again.weight * y)
        assert totals[r + 1, :, 0] == pytest.approx(expected, rel=1e-9)


def test_raking_on_one_margin_is_post_stratification():
    design, weight, y, controls = weighted_country(40)
    whole = np.zeros(y.size, dtype=np.int64)
    found = []
    for distance in ("linear", "raking"):
        calibration = calibrate(weight, controls[:1], distance=distance, tolerance=1e-13)
        found.append(calibrated_ratios(y, None, whole, 1, CalibrationAdjustment.of(calibration, weight), design))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-11)
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-9)
    # By hand: deviations from the weighted mean of the post-stratum.
    sex, totals = controls[0].cell, controls[0].totals
    size = np.bincount(sex, weights=weight)
    mean = np.bincount(sex, weights=weight * y) / size
    z = weight * (totals / size)[sex] * (y - mean[sex])
    by_hand = ultimate_cluster_variance(np.bincount(design.psu, weights=z), design)
    assert found[1][1] == pytest.approx(by_hand, rel=1e-9)


def test_known_totals_have_no_variance():
    design, weight, _, controls = weighted_country(40)
    calibration = calibrate(weight, controls, distance="raking", tolerance=1e-12)
    adjustment = CalibrationAdjustment.of(calibration, weight)
    one = np.ones(weight.size)
    total, variance = calibrated_ratios(one, None, controls[1].cell, 4, adjustment, design)
    assert total == pytest.approx(controls[1].totals, rel=1e-9)
    assert (np.sqrt(variance) < 1e-9 * total).all()


def test_persons_of_calibrated_households():
    """Households calibrated, persons counted: the same as the sums of persons by household."""
    design, weight, y, controls = weighted_country(40)
    found = calibrate(weight, controls, distance="raking", tolerance=1e-12)
    adjustment = CalibrationAdjustment.of(found, weight)
    chance = np.random.default_rng(12)
    household = np.repeat(np.arange(y.size), chance.integers(0, 5, y.size))
    person = chance.lognormal(size=household.size)
    cell = chance.integers(0, 3, household.size)
    total, variance = calibrated_ratios(person, None, cell, 3, adjustment, design, household)
    for d in range(3):
        sums = np.bincount(household, weights=person * (cell == d), minlength=y.size)
        again = calibrated_ratios(sums, None, np.zeros(y.size, dtype=np.int64), 1, adjustment, design)
        assert total[d] == pytest.approx(again[0][0], rel=1e-12)
        assert variance[d] == pytest.approx(again[1][0], rel=1e-10)


def test_described_by_columns_and_by_domain():
    """What a weighting stage can write down is enough: one model, or one for each domain."""
    design, weight, y, controls = weighted_country(40)
    domain = design.psu % 2
    whole = np.zeros(y.size, dtype=np.int64)
    found = calibrate(weight, controls, tolerance=1e-12)
    x = found.cells.x[found.cells.group]
    one = calibrated_ratios(y, None, whole, 1, CalibrationAdjustment.of(found, weight), design)
    again = calibrated_ratios(y, None, whole, 1, CalibrationAdjustment.of_columns(x, weight, found.weight), design)
    assert again[1] == pytest.approx(one[1], rel=1e-10)
    parts = CalibrationAdjustment.of_columns(x, weight, found.weight, domain)
    assert parts.x.shape[1] == 2 * x.shape[1]
    slope = [np.linalg.lstsq(np.sqrt(weight[k])[:, None] * x[k], np.sqrt(weight[k]) * y[k], rcond=None)[0]
             for k in (domain == 0, domain == 1)]  # fmt: skip
    residual = y - np.where(domain == 0, x @ slope[0], x @ slope[1])
    by_hand = ultimate_cluster_variance(np.bincount(design.psu, weights=found.weight * residual), design)
    assert calibrated_ratios(y, None, whole, 1, parts, design)[1] == pytest.approx(by_hand, rel=1e-9)
