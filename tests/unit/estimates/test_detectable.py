"""Detectable change against statsmodels' power of the normal and its own inverse."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.power import NormalIndPower

from estimates.detectable import minimum_detectable_change, power_of_change, se_of_change


@pytest.mark.parametrize("effect", [0.05, 0.2, 0.6])
@pytest.mark.parametrize("n", [40, 2000])
def test_power_agrees_with_statsmodels(effect: float, n: int) -> None:
    expected = NormalIndPower().power(effect, n, 0.05, alternative="two-sided")
    np.testing.assert_allclose(power_of_change(effect, 1 / np.sqrt(n), 1 / np.sqrt(n)), expected, rtol=1e-10)


@pytest.mark.parametrize("power", [0.5, 0.8, 0.9])
@pytest.mark.parametrize("df", [6.0, 40.0, np.inf])
def test_the_detectable_change_has_its_power(power: float, df: float) -> None:
    change = minimum_detectable_change(0.01, 0.02, df=df, power=power)
    # The closed form leaves out the wrong tail, which adds a thousandth at most here.
    np.testing.assert_allclose(power_of_change(change, 0.01, 0.02, df=df), power, atol=2e-3)


def test_power_without_change_is_the_significance() -> None:
    np.testing.assert_allclose(power_of_change(0.0, 0.01, 0.02, df=[3.0, np.inf]), 0.05)


def test_a_panel_sees_smaller_changes_and_few_degrees_of_freedom_larger_ones() -> None:
    plain, panel, few = (
        float(minimum_detectable_change(0.01, 0.01)),
        float(minimum_detectable_change(0.01, 0.01, correlation=0.5)),
        float(minimum_detectable_change(0.01, 0.01, df=5)),
    )
    assert panel < plain < few
    assert panel == pytest.approx(plain * np.sqrt(0.5))


def test_missing_errors_give_missing_changes() -> None:
    assert np.isnan(minimum_detectable_change([np.nan, -1.0, 1.0], 0.1, df=[10, 10, 0])).all()
    assert se_of_change(0.1, 0.1, correlation=1.0) == 0.0
    with pytest.raises(ValueError, match="strictly between"):
        minimum_detectable_change(0.1, 0.1, power=1.0)
