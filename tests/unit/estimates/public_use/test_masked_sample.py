"""Weights and replicates that do not show the sample, and still estimate with the right error."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.public_use.masked_weights import fewest_strata, masked_weights
from estimates.public_use.replicate_weights import Held, replicate_standard_error, replicate_weights
from estimates.public_use.variance_units import join_psus


@pytest.mark.parametrize("step", [0.0, 1.0])
def test_a_weight_is_shared_by_rows_of_several_strata_and_cells_keep_their_sums(
    step: float, generator: np.random.Generator
) -> None:
    stratum = np.repeat(np.arange(8), 50)
    weight = 15 + stratum + generator.uniform(0, 1, 400)  # weights that tell the stratum
    cell = generator.integers(0, 3, 400)
    masked = masked_weights(weight, cell, stratum, rows=5, strata=3, step=step)
    told = np.unique(masked, return_inverse=True)[1]
    assert fewest_strata(np.unique(weight, return_inverse=True)[1], stratum) == 1
    assert fewest_strata(told, stratum) >= 3
    assert np.bincount(told).min() >= 5
    sums, before = np.bincount(cell, weights=masked), np.bincount(cell, weights=weight)
    assert sums == pytest.approx(before, rel=1e-12 if step == 0 else 0.01)
    if step:
        assert (masked % step == 0).all() and masked.min() >= step


def test_cells_too_small_for_a_group_are_put_together() -> None:
    weight = np.arange(1.0, 13.0)
    cell = np.array([0] * 9 + [1] * 2 + [2])
    stratum = np.tile([0, 1, 2], 4)
    masked = masked_weights(weight, cell, stratum, rows=3, strata=2)
    assert masked.sum() == pytest.approx(weight.sum())
    assert np.unique(masked, return_counts=True)[1].min() >= 3


def test_a_file_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="3 strata"):
        masked_weights(np.ones(10), np.zeros(10, dtype=np.int64), np.repeat([0, 1], 5), rows=3, strata=3)


@pytest.mark.parametrize("psus", [3, 6])
def test_units_have_psus_of_several_strata_and_variance_strata_have_two_units(psus: int) -> None:
    generator = np.random.default_rng(5)
    stratum = np.repeat(np.arange(9), generator.integers(3, 30, 9))
    place = (stratum > 5).astype(np.int64)
    units = join_psus(stratum, place, generator, psus=psus)
    assert np.bincount(units.unit_of_psu).min() >= psus
    assert fewest_strata(units.unit_of_psu, stratum) >= 2
    assert np.bincount(units.stratum_of_unit).min() >= 2
    assert units.degrees_of_freedom == units.units - np.unique(units.stratum_of_unit).size
    # A unit lies in one place.
    assert all(np.unique(place[units.unit_of_psu == unit]).size == 1 for unit in range(units.units))


@pytest.mark.parametrize("sizes", [(14, 14, 14), (49, 37, 22, 20, 19, 19, 16, 14, 11, 10), (6, 60, 6)])
def test_a_unit_mixes_strata_whatever_their_sizes(sizes: tuple[int, ...]) -> None:
    stratum = np.repeat(np.arange(len(sizes)), sizes)
    for seed in range(20):
        units = join_psus(stratum, np.zeros(stratum.size, dtype=np.int64), np.random.default_rng(seed), psus=6)
        assert fewest_strata(units.unit_of_psu, stratum) >= 2


def test_too_few_psus_are_refused() -> None:
    with pytest.raises(ValueError, match="two units"):
        join_psus(np.zeros(5, dtype=np.int64), np.zeros(5, dtype=np.int64), np.random.default_rng(1), psus=3)


def test_the_variance_over_all_joinings_is_that_of_the_strata() -> None:
    """Over 4000 random joinings the mean of the replicate variance is the stratified one, to its own noise."""
    generator = np.random.default_rng(11)
    stratum = np.repeat(np.arange(6), 12)
    totals = 100 + 5 * stratum + generator.normal(0, 4, 72)
    wanted = sum(12 * totals[stratum == h].var(ddof=1) for h in range(6))
    psu = np.arange(72)
    found = []
    for _ in range(4000):
        units = join_psus(stratum, np.zeros(72, dtype=np.int64), generator, psus=3)
        weights = replicate_weights(np.ones(72), psu, units)
        found.append(replicate_standard_error(totals, None, np.ones(72), weights, units.scale())[1] ** 2)
    noise = np.std(found) / np.sqrt(len(found))
    assert np.mean(found) == pytest.approx(wanted, abs=4 * noise)
    assert noise < 0.01 * wanted


def test_held_cells_keep_their_totals_in_every_replicate(generator: np.random.Generator) -> None:
    stratum, psu = np.repeat(np.arange(6), 60), np.repeat(np.arange(72), 5)
    units = join_psus(np.repeat(np.arange(6), 12), np.zeros(72, dtype=np.int64), generator, psus=3)
    weight, cell = generator.uniform(10, 20, 360), generator.integers(0, 4, 360)
    weights = replicate_weights(weight, psu, units, Held(cell))
    for code in range(4):
        assert weights[:, cell == code].sum(axis=1) == pytest.approx(weight[cell == code].sum())
    totals = np.tile(np.array([1.0, 2.0, 3.0, 4.0]), (units.units, 1))
    other = replicate_weights(weight, psu, units, Held(cell, totals))
    assert other[:, cell == 2].sum(axis=1) == pytest.approx(3.0)
    # Beside the unit left out, the ratio of a replicate weight to the weight tells the cell and the unit only.
    ratio = np.round(weights / weight, 9)
    told = np.unique(np.column_stack([units.unit_of_psu[psu], cell]), axis=0).shape[0]
    assert np.unique(ratio.T, axis=0).shape[0] <= told
    assert stratum.size == 360


def test_a_ratio_and_its_error_by_hand() -> None:
    weights = np.array([[0.0, 2.0], [2.0, 0.0]])
    value, base = np.array([1.0, 3.0]), np.array([2.0, 4.0])
    estimate, error = replicate_standard_error(value, base, np.ones(2), weights, np.array([0.5, 0.5]))
    assert estimate == pytest.approx(4 / 6)
    assert error == pytest.approx(np.sqrt(0.5 * ((6 / 8 - 4 / 6) ** 2 + (2 / 4 - 4 / 6) ** 2)))
