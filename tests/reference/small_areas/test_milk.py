"""The Fay-Herriot model of the milk data against R: metafor, full matrices, and the printed results of sae."""

from __future__ import annotations

import importlib
import warnings
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from estimates.small_areas.area_model import AreaModel, fit_area_model
from estimates.small_areas.area_variance import area_variances, restricted_likelihood
from estimates.small_areas.diagnostics import diagnose

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def expected(root: Path) -> dict[str, Floats]:
    table = pd.read_csv(root / "tests" / "reference" / "small_areas" / "milk.expected.csv")
    found: dict[str, list[float]] = defaultdict(list)
    for what, value in zip(table["what"], table["value"], strict=True):
        found[str(what)].append(float(value))
    return {name: np.array(values) for name, values in found.items()}


@pytest.fixture(scope="module")
def milk(shared_data: Path) -> tuple[Floats, Floats, Floats]:
    table = pd.read_csv(shared_data / "fay_herriot" / "sae_milk.csv")
    major = table["MajorArea"].to_numpy()
    x = np.column_stack([np.ones(len(table)), *((major == area).astype(float) for area in (2, 3, 4))])
    return table["yi"].to_numpy(), table["SD"].to_numpy() ** 2, x


@pytest.fixture(scope="module")
def fitted(milk: tuple[Floats, Floats, Floats]) -> AreaModel:
    return fit_area_model(*milk)


def test_reml_is_that_of_metafor(fitted: AreaModel, expected: dict[str, Floats]) -> None:
    assert fitted.area_variance == pytest.approx(expected["area_variance"][0], rel=1e-9)
    np.testing.assert_allclose(fitted.coefficients, expected["coefficient"], rtol=1e-9)
    np.testing.assert_allclose(fitted.coefficient_se, expected["coefficient_se"], rtol=1e-9)
    np.testing.assert_allclose(fitted.estimate, expected["eblup"], rtol=1e-9)


def test_mean_squared_errors_are_those_of_full_matrices(fitted: AreaModel, expected: dict[str, Floats]) -> None:
    np.testing.assert_allclose(fitted.mse, expected["mse"], rtol=1e-9)


def test_printed_results_of_sae_are_met_to_six_digits(fitted: AreaModel) -> None:
    # Values of R sae as reprinted by samplics; sae stops at a relative change of 1e-4 of the area variance.
    np.testing.assert_allclose(fitted.coefficients, [0.9681890, 0.1327801, 0.2269462, -0.2413011], atol=1e-6)
    np.testing.assert_allclose(fitted.coefficient_se, [0.06936208, 0.10300072, 0.09232981, 0.08161707], atol=1e-6)
    np.testing.assert_allclose(fitted.estimate[:3], [1.0219703, 1.0476018, 1.0679513], atol=1e-6)
    assert fitted.area_variance == pytest.approx(0.018550, abs=1e-6)


def test_positive_estimators_are_at_the_top_of_their_likelihood(
    milk: tuple[Floats, Floats, Floats], expected: dict[str, Floats]
) -> None:
    y, d, x = milk
    # R's optimize finds the place of a maximum to the root of machine precision only.
    assert area_variances(y, d, x, method="amrl_yl")[0] == pytest.approx(expected["amrl_yl"][0], rel=1e-6)
    assert area_variances(y, d, x, method="amrl_ll")[0] == pytest.approx(expected["amrl_ll"][0], rel=1e-6)
    gap = restricted_likelihood(y, d, x, 0.01) - restricted_likelihood(y, d, x, 0.05)
    assert gap == pytest.approx(expected["restricted"][0] - expected["restricted"][1], rel=1e-9)


def test_interval_of_the_area_variance_is_the_q_profile_of_metafor(
    fitted: AreaModel, expected: dict[str, Floats]
) -> None:
    found = diagnose(fitted)
    np.testing.assert_allclose(
        [found.area_variance_low, found.area_variance_high], expected["q_profile"], rtol=1e-6)  # fmt: skip


def test_samplics_gives_the_same(milk: tuple[Floats, Floats, Floats], fitted: AreaModel) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # samplics says at import that it is archived
        area_model = importlib.import_module("samplics.sae").EblupAreaModel
        reml = importlib.import_module("samplics.utils.types").FitMethod.reml
    y, d, x = milk
    place = np.arange(y.size)
    other = area_model(method=reml)
    other.fit(yhat=y, X=x[:, 1:], area=place, error_std=np.sqrt(d), intercept=True, tol=1e-12, maxiter=500)
    other.predict(X=x[:, 1:], area=place)
    assert float(np.asarray(other.re_std) ** 2) == pytest.approx(fitted.area_variance, rel=1e-6)
    np.testing.assert_allclose([other.area_est[at] for at in place], fitted.estimate, rtol=1e-6)
    np.testing.assert_allclose([other.area_mse[at] for at in place], fitted.mse, rtol=1e-5)
