"""Invariants of every interval: sides, zero cells, missing numbers, shapes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from estimates.intervals import (
    PROPORTION_INTERVALS,
    effective_sample,
    korn_graubard,
    log_interval,
    proportion_interval,
    t_quantile,
    wald,
    wilson,
    zero_cell,
)

NAMES = sorted(PROPORTION_INTERVALS)
INSIDE = [name for name in NAMES if not name.startswith("wald")]


@pytest.mark.parametrize("name", INSIDE)
@given(
    p=st.floats(0, 1),
    se=st.floats(0, 0.5),
    n=st.integers(1, 10**7),
    df=st.floats(0.5, 1e6),
    deff=st.floats(0.1, 50),
)
def test_limits_stay_in_order_and_inside(
    name: str, p: float, se: float, n: int, df: float, deff: float
) -> None:
    low, high = proportion_interval(name, p, se, n, df, deff=deff)
    if np.isfinite(low) or np.isfinite(high):
        assert 0 <= float(low) <= p <= float(high) <= 1


@pytest.mark.parametrize("name", NAMES)
def test_zero_and_whole_cells_get_one_sided_bounds(name: str) -> None:
    low, high = proportion_interval(name, [0.0, 1.0], [0.0, 0.0], 121, 40)
    assert low[0] == 0.0 and high[1] == 1.0
    assert 0.015 < high[0] < 0.035 and high[0] == pytest.approx(1 - low[1])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("p", "se", "n", "df"),
    [
        (np.nan, 0.1, 100, 10),
        (0.1, np.nan, 100, 10),
        (0.1, 0.01, 100, 0),
        (0.0, 0.0, 100, -1),
        (0.0, np.nan, 100, 9),
        (0.1, -0.1, 100, 10),
    ],
)
def test_what_cannot_be_known_is_missing_never_an_exception(
    name: str, p: float, se: float, n: float, df: float
) -> None:
    low, high = proportion_interval(name, p, se, n, df)
    if name in ("wald_z", "wilson_z") and df <= 0:
        return  # the normal quantile has no degrees of freedom to miss
    assert np.isnan(low) and np.isnan(high)


@pytest.mark.parametrize("name", NAMES)
def test_arrays_of_any_shape(name: str) -> None:
    p = np.linspace(0, 1, 12).reshape(3, 4)
    low, high = proportion_interval(name, p, 0.05, np.full(4, 300.0), 30)
    assert low.shape == high.shape == (3, 4)
    empty = proportion_interval(name, np.array([]), np.array([]), np.array([]), np.array([]))
    assert empty.low.size == 0


@pytest.mark.parametrize("name", INSIDE)
def test_more_confidence_and_more_error_widen(name: str) -> None:
    narrow = proportion_interval(name, 0.03, 0.006, 2000, 40, confidence=0.90)
    wide = proportion_interval(name, 0.03, 0.006, 2000, 40, confidence=0.99)
    worse = proportion_interval(name, 0.03, 0.009, 2000, 40, confidence=0.90)
    for other in (wide, worse):
        assert other.low < narrow.low and other.high > narrow.high


@pytest.mark.parametrize("name", [name for name in INSIDE if name != "korn_graubard_r"])
def test_a_proportion_and_its_complement_mirror(name: str) -> None:
    one = proportion_interval(name, 0.011, 0.0035, 2080, 24)
    other = proportion_interval(name, 0.989, 0.0035, 2080, 24)
    np.testing.assert_allclose([one.low, one.high], [1 - other.high, 1 - other.low], rtol=1e-9)


def test_simple_random_sampling_is_clopper_and_pearson() -> None:
    n, cases = 400, np.array([0, 1, 7, 200, 399, 400])
    p = cases / n
    with np.errstate(invalid="ignore"):
        bounds = korn_graubard(p, np.sqrt(p * (1 - p) / n), n, n - 1)
    for k, low, high in zip(cases, *bounds, strict=True):
        exact = stats.binomtest(int(k), n).proportion_ci(0.95, method="exact")
        np.testing.assert_allclose([low, high], [exact.low, exact.high], rtol=1e-9, atol=1e-15)


def test_simple_random_sampling_is_wilson() -> None:
    exact = stats.binomtest(7, 400).proportion_ci(0.95, method="wilson")
    p = 7 / 400
    bounds = wilson(p, np.sqrt(p * (1 - p) / 400), 400, np.inf)
    np.testing.assert_allclose([bounds.low, bounds.high], [exact.low, exact.high], rtol=1e-12)


def test_the_effective_sample_never_passes_n_and_a_design_effect_shrinks_zero_cells() -> None:
    assert effective_sample(0.5, 1e-6, 100, 20) == 100
    assert effective_sample(0.5, 0.0, 100, 20) == 100
    assert effective_sample(0.5, 1e-6, 100, 20, cap=False) > 1e6
    assert effective_sample(0.0, 0.0, 100, 20, deff=4.0) == 25
    assert zero_cell(0.0, 400, deff=4.0).high == pytest.approx(zero_cell(0.0, 100).high)
    assert zero_cell(0.0, 100, deff=0.2).high == zero_cell(0.0, 100).high
    assert np.isnan(zero_cell(0.0, None).high) and np.isnan(zero_cell(0.0, 0).high)


def test_log_interval_keeps_totals_positive_and_bounds_zeros() -> None:
    bounds = log_interval([100.0, 0.0, -1.0, 5.0], [90.0, 0.0, 1.0, np.nan], 20, n=50, population=1000.0)
    assert 0 < bounds.low[0] < 100 < bounds.high[0]
    assert bounds.low[1] == 0 and bounds.high[1] == pytest.approx(1000 * float(zero_cell(0.0, 50).high))
    assert np.isnan(bounds.high[2]) and np.isnan(bounds.low[3])
    assert np.isnan(log_interval(0.0, 0.0, 20).high)


def test_quantiles_and_names() -> None:
    np.testing.assert_allclose(
        t_quantile([5.0, np.inf], 0.95), [stats.t.ppf(0.975, 5), stats.norm.ppf(0.975)]
    )
    assert wald(-2.0, 1.0).low == pytest.approx(-2 - stats.norm.ppf(0.975))
    with pytest.raises(ValueError, match="confidence is 95"):
        wald(1.0, 1.0, confidence=95)
    with pytest.raises(ValueError, match="korn_graubard"):
        proportion_interval("clopper", 0.1, 0.1, 10, 5)
