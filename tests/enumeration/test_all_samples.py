"""Over every possible sample of a tiny population, total and variance are unbiased: theory vouches."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from estimates.measure import Coding, Measure
from estimates.tabulate import tabulate
from estimates.variance import ultimate_cluster_variance
from surveys.design import design_from_columns

# Strata of 4 and 5 PSUs; each PSU holds the values of its people. Two or three PSUs of each are drawn.
POPULATION = (
    ((1.0, 4.0), (2.0,), (9.0, 3.0, 0.0), (5.0,)),
    ((7.0,), (0.0, 1.0), (2.5, 8.0), (6.0,), (3.0, 3.0)),
)
DRAWN = (2, 3)


def samples():
    choices = [combinations(range(len(h)), n) for h, n in zip(POPULATION, DRAWN, strict=True)]
    return product(*choices)


def rows_of(sample):
    stratum, psu, value, weight, frame = [], [], [], [], []
    for h, chosen in enumerate(sample):
        for i in chosen:
            for y in POPULATION[h][i]:
                stratum.append(h)
                psu.append(i)
                value.append(y)
                weight.append(len(POPULATION[h]) / DRAWN[h])
                frame.append(len(POPULATION[h]))
    return stratum, psu, np.array(value), np.array(weight), frame


def estimates(sample, inside):
    stratum, psu, value, weight, frame = rows_of(sample)
    design = design_from_columns(stratum, psu, nested=True, psu_population=frame)
    coding = Coding("size", np.where(inside(value), 0, -1), ("yes",))
    table = tabulate(
        "tiny",
        [Measure("y", "total", value, kind="total")],
        {"size": coding},
        [(["y"], [(), ("size",)])],
        design,
        weight,
    ).frame
    return table["estimate"].fillna(0.0).to_numpy(), table["se"].fillna(0.0).to_numpy() ** 2


def test_total_and_variance_are_unbiased_for_the_whole_and_for_a_domain():
    def large(value):
        return value > 2.9

    found = [estimates(sample, large) for sample in samples()]
    assert len(found) == 60
    totals = np.array([total for total, _ in found])
    variances = np.array([variance for _, variance in found])
    everyone = np.array([y for h in POPULATION for i in h for y in i])
    truth = [everyone.sum(), everyone[large(everyone)].sum()]
    assert totals.mean(axis=0) == pytest.approx(truth, rel=1e-13)
    assert variances.mean(axis=0) == pytest.approx(totals.var(axis=0), rel=1e-12)


def test_every_psu_drawn_leaves_no_variance():
    stratum, psu, value, weight, frame = rows_of([range(4), range(5)])
    design = design_from_columns(stratum, psu, nested=True, psu_population=frame)
    totals = np.bincount(design.psu, weights=value * np.ones_like(weight))
    assert ultimate_cluster_variance(totals, design).tolist() == [0.0]
