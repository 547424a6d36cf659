"""Lines of the printed table of reference values that no other test holds: quantiles, limits, tests, a regression."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.intervals import proportion_interval
from estimates.measure import Coding
from estimates.models.association import rao_scott
from estimates.models.regression import Regression, regress
from estimates.quantile import quantiles
from surveys.design import Design, design_from_columns

PRINTED = pd.read_csv(Path(__file__).with_name("printed.csv"), comment="#", index_col="item")["values"]


def printed(item: str) -> list[float]:
    return [float(text) for text in PRINTED[item].split()]


@pytest.fixture(scope="module")
def schools(shared_data: Path) -> tuple[pd.DataFrame, Design, np.ndarray]:
    data = pd.read_csv(shared_data / "r_survey" / "survey_apiclus1.csv.gz")
    return data, design_from_columns(None, data["dnum"], psu_population=data["fpc"]), data["pw"].to_numpy(float)


def fitted(schools: tuple[pd.DataFrame, Design, np.ndarray], *columns: np.ndarray) -> Regression:
    data, design, weight = schools
    x = np.column_stack([np.ones(len(data)), *columns])
    return regress(data["api00"].to_numpy(float), x, [str(j) for j in range(x.shape[1])], weight, design)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_quantiles(shared_data: Path, p: float) -> None:
    data = pd.read_csv(shared_data / "r_survey" / "survey_apistrat.csv.gz")
    design = design_from_columns(data["stype"], np.arange(len(data)), psu_population=data["fpc"])
    found = quantiles(data["api00"].to_numpy(float), data["pw"].to_numpy(float), design, [p])
    numbers = [float(values[0, 0]) for values in (found.estimate, found.low, found.high, found.se)]
    assert numbers == pytest.approx(printed(f"ds.quantile.{p}"), rel=1e-9)


@pytest.mark.parametrize("method", ["logit", "korn_graubard_r", "arcsine", "wald"])
def test_limits_of_a_proportion(schools: tuple[pd.DataFrame, Design, np.ndarray], method: str) -> None:
    data, _, _ = schools
    low, high = proportion_interval(method, 0.07650273224, 0.026810219051, len(data), 14)
    assert [float(low), float(high)] == pytest.approx(printed(f"d1.interval.{method}"), rel=1e-8)


def test_t_test_of_two_groups_is_a_regression_on_one_of_them(
    schools: tuple[pd.DataFrame, Design, np.ndarray]
) -> None:
    found = fitted(schools, (schools[0]["comp.imp"] == "Yes").to_numpy(float))
    assert [found.coefficient[1], found.t[1], found.df, found.p_value[1]] == pytest.approx(
        printed("d1.t_test"), rel=1e-8
    )


def test_regression(schools: tuple[pd.DataFrame, Design, np.ndarray]) -> None:
    found = fitted(schools, *(schools[0][name].to_numpy(float) for name in ("ell", "meals", "mobility")))
    assert found.coefficient.tolist() == pytest.approx(printed("d1.coefficients"), rel=1e-9)
    assert found.se.tolist() == pytest.approx(printed("d1.errors"), rel=1e-9)
    assert found.df == 11


def test_independence(schools: tuple[pd.DataFrame, Design, np.ndarray]) -> None:
    data, design, weight = schools
    wide, kind = (
        Coding(name, codes.astype(np.int64), tuple(map(str, labels)))
        for name, (codes, labels) in ((name, pd.factorize(data[name], sort=True)) for name in ("sch.wide", "stype"))
    )
    found = rao_scott(wide, kind, weight, design)
    assert [found.f, found.numerator_df, found.denominator_df, found.p_value] == pytest.approx(
        printed("d1.rao_scott"), rel=1e-9
    )
