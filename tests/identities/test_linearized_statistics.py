"""A linearized variable is the derivative of its estimate by the weight, and its variance a jackknife's."""

from collections.abc import Callable

import numpy as np
import pytest

from estimates.linearized.gini import gini
from estimates.linearized.linearization import Linearized, linearized_variance
from estimates.linearized.poverty import RelativeLine, poverty
from estimates.linearized.quintile_share import quintile_share_ratio
from surveys.design import design_from_columns

Statistic = Callable[[np.ndarray, np.ndarray], Linearized]
SMOOTH: dict[str, Statistic] = {
    "gini": gini,
    "headcount": lambda y, w: poverty(y, w, 300.0),
    "gap": lambda y, w: poverty(y, w, 300.0, power=1),
    "severity": lambda y, w: poverty(y, w, 300.0, power=2),
}
STEPPED: dict[str, Statistic] = {
    "quintile share ratio": quintile_share_ratio,
    "at risk of poverty": lambda y, w: poverty(y, w, RelativeLine()),
    "relative gap": lambda y, w: poverty(y, w, RelativeLine(), power=1),
}


def people(psus: int, each: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    psu = np.repeat(np.arange(psus), each)
    y = np.round(rng.lognormal(6, 0.8, psu.size) * np.exp(rng.normal(0, 0.3, psus))[psu], 0)
    return y, rng.uniform(1, 5, psu.size), psu


@pytest.mark.parametrize("name", SMOOTH)
def test_z_is_the_derivative_by_the_weight(name: str) -> None:
    y, weight, _ = people(20, 12)
    statistic = SMOOTH[name]
    z = statistic(y, weight).z
    for row in range(0, y.size, 17):
        up, down = weight.copy(), weight.copy()
        up[row] += 1e-4
        down[row] -= 1e-4
        slope = (statistic(y, up).estimate - statistic(y, down).estimate) / 2e-4
        assert z[row] == pytest.approx(slope, abs=1e-8 * np.abs(z).max() + 1e-12)


@pytest.mark.parametrize("name", SMOOTH)
def test_the_variance_agrees_with_a_jackknife(name: str) -> None:
    """Delete-one-PSU jackknife over 400 PSUs: the two differ by terms of order 1/400."""
    y, weight, psu = people(400, 10)
    statistic = SMOOTH[name]
    replicates = np.array([statistic(y, np.where(psu == i, 0.0, weight)).estimate for i in range(400)])
    jackknife = 399 / 400 * np.sum((replicates - replicates.mean()) ** 2)
    linearized = linearized_variance(statistic(y, weight), weight, design_from_columns(None, psu))
    assert linearized == pytest.approx(jackknife, rel=0.03)


@pytest.mark.parametrize("name", STEPPED)
def test_the_variance_is_that_of_repeated_samples(name: str) -> None:
    """Quantiles jump, so a jackknife is no judge: 800 samples, whose variance has a relative error of 5 %."""
    rng = np.random.default_rng(11)
    psus, each = 150, 8
    psu = np.repeat(np.arange(psus), each)
    design = design_from_columns(None, psu)
    estimates, variances = [], []
    for _ in range(800):
        y = rng.lognormal(6, 0.8, psu.size) * np.exp(rng.normal(0, 0.3, psus))[psu]
        weight = rng.uniform(1, 5, psu.size)
        found = STEPPED[name](y, weight)
        estimates.append(found.estimate)
        variances.append(linearized_variance(found, weight, design))
    assert np.mean(variances) == pytest.approx(np.var(estimates, ddof=1), rel=0.15)


def test_equal_incomes_have_no_inequality() -> None:
    assert gini(np.full(9, 100.0), np.arange(1.0, 10)).estimate == pytest.approx(0, abs=1e-15)


def test_tied_incomes_do_not_depend_on_the_order_of_rows() -> None:
    y, weight, _ = people(20, 12)
    y = np.round(y, -2)
    shuffled = np.random.default_rng(1).permutation(y.size)
    here, there = gini(y, weight), gini(y[shuffled], weight[shuffled])
    assert here.estimate == pytest.approx(there.estimate, rel=1e-14)
    np.testing.assert_allclose(here.z[shuffled], there.z, rtol=1e-9)


def test_a_domain_without_members_has_no_estimate() -> None:
    y, weight, _ = people(4, 3)
    nobody = np.zeros(y.size, dtype=bool)
    for found in (
        gini(y, weight, nobody),
        quintile_share_ratio(y, weight, nobody),
        poverty(y, weight, 1.0, nobody),
    ):
        assert np.isnan(found.estimate)
        assert not found.z.any()
