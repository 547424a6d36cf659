"""Weights two ways: what one method gives must equal what another gives by algebra."""

from __future__ import annotations

import numpy as np
import pytest

from weights.calibration.calibrate import calibrate
from weights.calibration.margins import Amount, Margin
from weights.calibration_step import MarginRows, calibration
from weights.classes import Classes, one_class
from weights.nonresponse import nonresponse, unknown_eligibility
from weights.phases import pool, two_phase, weight_sharing
from weights.population_totals import KnownTotal, MarginShape, PopulationTotals
from weights.trimming import trim
from weights.weight_set import WeightSet

LETTERS = ("a", "b", "c", "d")


@pytest.fixture
def units(generator: np.random.Generator):
    """Households with unequal weights, a region, and persons of two sexes."""
    size = 400
    household = np.repeat(np.arange(size), generator.integers(1, 6, size))
    return {
        "weight": generator.lognormal(3, 0.6, size),
        "region": generator.integers(0, 4, size),
        "area": generator.integers(0, 2, size),
        "household": household,
        "sex": generator.integers(0, 2, household.size),
    }


def shape(name: str, level: str, *codes: tuple[str, ...], variables: tuple[str, ...] = ()) -> MarginShape:
    return MarginShape(name, level, variables or tuple(f"v{n}" for n in range(len(codes))), codes)


def known(shapes, **totals) -> PopulationTotals:
    return PopulationTotals(
        {one.name: one for one in shapes},
        {name: {cell: KnownTotal(float(total)) for cell, total in cells.items()} for name, cells in totals.items()},
    )


def region_margin(units) -> MarginRows:
    return MarginRows(shape("region", "household", LETTERS, variables=("region",)), tuple((x,) for x in LETTERS),
                      units["region"])  # fmt: skip


def region_totals(units, spread=1.0):
    sums = np.bincount(units["region"], weights=units["weight"])
    return {(label,): total * (1 + 0.2 * spread * (k - 1.5))
            for k, (label, total) in enumerate(zip(LETTERS, sums, strict=True))}


def test_raking_one_margin_is_poststratification(units) -> None:
    totals = np.array(list(region_totals(units).values()))
    margin = [Margin("region", units["region"], LETTERS, totals)]
    ratio = (totals / np.bincount(units["region"], weights=units["weight"]))[units["region"]]
    for distance, bounds in (("linear", None), ("raking", None), ("logit", (0.2, 3.0)), ("truncated", (0.2, 3.0))):
        made = calibrate(units["weight"], margin, distance=distance, bounds=bounds)
        assert made.g_weight == pytest.approx(ratio, rel=1e-12), distance


def test_calibrated_weights_calibrate_to_themselves(units) -> None:
    totals = np.array(list(region_totals(units).values()))
    margin = [Margin("region", units["region"], LETTERS, totals)]
    once = calibrate(units["weight"], margin, distance="raking").weight
    twice = calibrate(once, margin, distance="raking")
    assert twice.g_weight == pytest.approx(np.ones(once.size), abs=1e-9)


def test_a_poststratum_gives_its_total_exactly(units) -> None:
    totals = region_totals(units)
    step = calibration(units["weight"], [region_margin(units)],
                       known([region_margin(units).shape], region=totals), distance="linear")  # fmt: skip
    after = np.bincount(units["region"], weights=units["weight"] * step.factor)
    assert after == pytest.approx(list(totals.values()), rel=1e-13)
    assert step.diagnostics["totals_missed"] == 0


def test_a_partition_is_one_calibration_in_each_domain(units, generator) -> None:
    # Two margins in each region; the cells of the totals carry the region.
    sex_in_household = np.bincount(units["household"], weights=units["sex"], minlength=400)
    size = np.bincount(units["household"], minlength=400)
    areas, sexes = ("1", "2"), ("1", "2")
    g = generator.uniform(0.8, 1.25, 400)
    target = units["weight"] * g
    area_totals, sex_totals = {}, {}
    for r, region in enumerate(LETTERS):
        inside = units["region"] == r
        for a in range(2):
            area_totals[(region, areas[a])] = target[inside & (units["area"] == a)].sum()
        sex_totals[(region, "2")] = (target * sex_in_household)[inside].sum()
        sex_totals[(region, "1")] = (target * (size - sex_in_household))[inside].sum()
    shapes = [shape("area", "household", LETTERS, areas, variables=("region", "area")),
              shape("sex", "person", LETTERS, sexes, variables=("region", "sex"))]  # fmt: skip
    person_region = units["region"][units["household"]]
    margins = [
        MarginRows(shapes[0], tuple((r, a) for r in LETTERS for a in areas), units["region"] * 2 + units["area"]),
        MarginRows(shapes[1], tuple((r, s) for r in LETTERS for s in sexes), person_region * 2 + units["sex"],
                   units["household"]),
    ]  # fmt: skip
    totals = known(shapes, area=area_totals, sex=sex_totals)
    for distance, bounds in (("raking", None), ("logit", (0.3, 3.0))):
        whole = calibration(units["weight"], margins, totals, distance=distance, bounds=bounds,
                            partition=(units["region"], LETTERS))  # fmt: skip
        for r, region in enumerate(LETTERS):
            inside = units["region"] == r
            alone = calibrate(
                units["weight"][inside],
                [Margin("area", units["area"][inside], areas, np.array([area_totals[region, a] for a in areas])),
                 Amount("men", (size - sex_in_household)[inside].astype(float), sex_totals[region, "1"]),
                 Amount("women", sex_in_household[inside], sex_totals[region, "2"])],
                distance=distance, bounds=bounds,
            )  # fmt: skip
            assert whole.factor[inside] == pytest.approx(alone.g_weight, rel=1e-7)


def test_a_household_has_one_weight_for_household_and_person_margins(units) -> None:
    sex = MarginRows(shape("sex", "person", ("1", "2"), variables=("sex",)), (("1",), ("2",)), units["sex"],
                     units["household"])  # fmt: skip
    persons = np.bincount(units["sex"], weights=units["weight"][units["household"]])
    totals = known([region_margin(units).shape, sex.shape], region=region_totals(units, 0.5),
                   sex={("1",): persons[0] * 1.05, ("2",): persons[1] * 0.97})  # fmt: skip
    step = calibration(units["weight"], [region_margin(units), sex], totals, distance="logit", bounds=(0.3, 3.0))
    after = units["weight"] * step.factor
    assert step.factor.size == 400
    of_persons = np.bincount(units["sex"], weights=after[units["household"]])
    assert of_persons == pytest.approx([persons[0] * 1.05, persons[1] * 0.97], rel=1e-9)
    assert np.bincount(units["region"], weights=after) == pytest.approx(
        list(region_totals(units, 0.5).values()), rel=1e-9
    )


@pytest.mark.parametrize("distance", ["logit", "truncated"])
def test_factors_stay_within_bounds(units, distance) -> None:
    bounds = (0.68, 1.32)
    step = calibration(units["weight"], [region_margin(units)],
                       known([region_margin(units).shape], region=region_totals(units)), distance=distance,
                       bounds=bounds)  # fmt: skip
    assert bounds[0] - 1e-12 <= step.factor.min() and step.factor.max() <= bounds[1] + 1e-12


def test_trimming_keeps_every_total_and_every_limit(units) -> None:
    totals = np.array(list(region_totals(units, 0.3).values()))
    controls = [Margin("region", units["region"], LETTERS, totals)]
    before = calibrate(units["weight"], controls, distance="raking").weight
    step = trim(before, controls, quantile=0.9, minimum=8.0)
    after = before * step.factor
    assert after.max() <= np.quantile(before, 0.9) * (1 + 1e-12)
    assert after.min() >= 8.0 * (1 - 1e-12)
    assert np.bincount(units["region"], weights=after) == pytest.approx(totals, rel=1e-10)
    assert step.diagnostics["kish_deff"] < step.diagnostics["kish_deff_before"]
    nothing = trim(before, controls, maximum=before.max() * 1.1)
    assert nothing.factor == pytest.approx(np.ones(400), abs=1e-9)


def test_weights_only_move_until_units_leave_the_population(units, generator) -> None:
    weight, classes = units["weight"], Classes(units["region"], LETTERS)
    unknown = generator.random(400) < 0.1
    step = unknown_eligibility(weight, unknown=unknown, classes=classes, where="")
    first = weight * step.factor
    assert classes.sums(first) == pytest.approx(classes.sums(weight))
    responded = ~unknown & (generator.random(400) < 0.7)
    step = nonresponse(first, eligible=np.ones(400, bool), responded=responded, classes=classes)
    assert classes.sums(first * step.factor) == pytest.approx(classes.sums(first))
    assert (step.factor[~responded] == 0).all()


def test_a_second_phase_of_everybody_changes_nothing(units) -> None:
    everybody = np.ones(400, bool)
    step = two_phase(units["weight"], selected=everybody, responded=everybody, groups=one_class(400))
    assert step.factor == pytest.approx(np.ones(400))
    assert step.contains == ("two_phase",)


def test_shared_families_count_once_and_rounds_once(generator) -> None:
    family = np.array(["a", "a", "b"], dtype=object)
    step = weight_sharing(np.ones(3) * 10, np.array([2.0, 2.0, 1.0]), variable="links", family=family)
    assert (step.factor * 10).sum() == pytest.approx(20)
    weight = generator.lognormal(2, 1, 60)
    rounds = np.repeat(np.array(["1", "2", "3"], dtype=object), 20)
    for shares in ("effective", "equal", {"1": 0.5, "2": 0.3, "3": 0.2}):
        made = pool(weight, rounds, variable="round", shares=shares)
        used = [made.factor[rounds == name][0] for name in "123"]
        assert sum(used) == pytest.approx(1.0)


def test_replay_is_equal_to_the_bit(units, generator) -> None:
    responded = generator.random(400) < 0.7
    weights = WeightSet.unweighted(400)
    first = nonresponse(units["weight"], eligible=np.ones(400, bool), responded=responded)
    weights = WeightSet(units["weight"].copy(), (), units["weight"].copy()).then(first)
    weights = weights.then(trim(weights.final, quantile=0.95))
    assert (weights.replay() == weights.final).all()
