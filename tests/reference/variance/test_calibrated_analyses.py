"""Quantiles, contrasts, regressions and tests of independence know calibration and later stages, as R's do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.calibration_adjustment import CalibrationAdjustment
from estimates.comparison import contrast
from estimates.group_linearized import linearized_measure
from estimates.level_calibration import LevelCalibration
from estimates.measure import BoolVector, Coding, FloatVector, Measure
from estimates.models.association import rao_scott
from estimates.models.regression import Family, regress
from estimates.quantile import quantiles
from surveys.design import Design, design_from_columns
from surveys.design_stages import with_stage
from weights.calibration.calibrate import calibrate
from weights.calibration.margins import Amount, Margin

# Fits are iterated to 1e-14 on both sides, calibrations to 1e-13.
ITERATED = 1e-7
CASES = {"d1": "apiclus1", "d1.raking": "apiclus1", "d2": "apiclus2", "d2.linear": "apiclus2", "ds.linear": "apistrat"}


@dataclass(frozen=True)
class Case:
    """One design with its weights and what they were calibrated to."""

    data: pd.DataFrame
    design: Design
    weight: FloatVector
    calibration: LevelCalibration | None
    expected: pd.Series

    def column(self, name: str) -> FloatVector:
        return self.data[name].to_numpy(dtype=np.float64)


@pytest.fixture(params=CASES)
def case(
    request: pytest.FixtureRequest, shared_data: Path, expected: Callable[[str], pd.DataFrame]
) -> Case:
    name = str(request.param)
    data = pd.read_csv(shared_data / "r_survey" / f"survey_{CASES[name]}.csv.gz")
    if name.startswith("ds"):
        design = design_from_columns(data["stype"], np.arange(len(data)), psu_population=data["fpc"])
    elif name.startswith("d1"):
        design = design_from_columns(None, data["dnum"], psu_population=data["fpc"])
    else:
        design = design_from_columns(None, data["dnum"], psu_population=data["fpc1"], lonely_psu="certainty")
        design = with_stage(design, data["snum"], data["fpc2"])
    weight, known = data["pw"].to_numpy(float), None
    if "." in name:
        codes, labels = pd.factorize(data["sch.wide" if name.startswith("ds") else "stype"], sort=True)
        totals = np.array((1072, 5122) if name.startswith("ds") else (4421, 755, 1018), dtype=float)
        controls: list[Margin | Amount] = [Margin("m", codes.astype(np.int64), tuple(map(str, labels)), totals)]
        if name == "d1.raking":
            controls.append(Amount("api99", data["api99"].to_numpy(float), 3914069))
        made = calibrate(weight, controls, tolerance=1e-13, distance="raking" if "raking" in name else "linear")
        adjustment = CalibrationAdjustment.of(made, weight)
        weight = adjustment.weight
        known = LevelCalibration(adjustment, design, np.arange(len(data)), np.ones(len(data)))
    table = expected("calibrated_analyses").query("case == @name").set_index(["quantity", "item"])["value"]
    return Case(data, design, weight, known, table)


def test_quantiles(case: Case) -> None:
    found = quantiles(case.column("api00"), case.weight, case.design, [0.25, 0.5, 0.9], calibration=case.calibration)
    for place in range(3):
        want = case.expected[f"quantile{place + 1}"]
        assert [found.estimate[0, place], found.low[0, place], found.high[0, place]] == pytest.approx(
                want.to_list(), nan_ok=True
            )


@pytest.mark.parametrize(
    ("name", "kind"), [("difference", "difference"), ("ratio", "ratio"), ("totals", "difference")]
)
def test_contrasts(case: Case, name: str, kind: str) -> None:
    column, how, second = ("api.stu", "total", "M") if name == "totals" else ("api00", "mean", "H")
    measure = Measure("y", how, case.column(column), kind="total" if name == "totals" else "mean")
    groups: list[BoolVector] = [(case.data["stype"] == code).to_numpy() for code in ("E", second)]
    first, other = (linearized_measure(measure, group, case.weight) for group in groups)
    found = contrast(
        first,
        other,
        groups[0] | groups[1],
        case.weight,
        case.design,
        kind="ratio" if kind == "ratio" else "difference",
        calibration=case.calibration,
    )
    want = case.expected[name]
    assert found.estimate == pytest.approx(want["estimate"], rel=1e-9)
    assert found.se == pytest.approx(want["se"], rel=1e-8)


@pytest.mark.parametrize("family", ["linear", "logistic", "poisson"])
def test_regression(case: Case, family: Family) -> None:
    y = {
        "linear": case.column("api00"),
        "logistic": (case.data["sch.wide"] == "Yes").to_numpy(float),
        "poisson": np.maximum(case.column("api00") - 600, 0),
    }[family]
    x = np.column_stack([np.ones(y.size), case.column("ell"), case.column("meals")])
    model = regress(
        y, x, ["1", "ell", "meals"], case.weight, case.design, family=family, calibration=case.calibration
    )
    want = case.expected[family]
    np.testing.assert_allclose(model.coefficient, [want[f"coefficient{i}"] for i in (1, 2, 3)], rtol=ITERATED)
    np.testing.assert_allclose(model.se, [want[f"se{i}"] for i in (1, 2, 3)], rtol=ITERATED)
    assert model.df == want["df"]


def test_independence(case: Case) -> None:
    if "rao_scott" not in case.expected:
        # one variable of the table is what the sample was calibrated to and the other its stratum: nothing is tested
        assert case.design.strata == 3
        return
    wide, kind = (
        Coding(name, pd.factorize(case.data[name], sort=True)[0].astype(np.int64), labels)
        for name, labels in (("sch.wide", ("No", "Yes")), ("stype", ("E", "H", "M")))
    )
    found = rao_scott(wide, kind, case.weight, case.design, calibration=case.calibration)
    want = case.expected["rao_scott"]
    assert [found.f, found.numerator_df, found.denominator_df, found.p_value] == pytest.approx(
        [want["f"], want["numerator_df"], want["denominator_df"], want["p_value"]], rel=1e-8
    )


def test_later_stages_and_calibration_matter(expected: Callable[[str], pd.DataFrame]) -> None:
    table = expected("calibrated_analyses").set_index(["case", "quantity", "item"])["value"]
    plain, known = table["d1"], table["d1.raking"]
    assert known["linear", "se1"] < 0.9 * plain["linear", "se1"]
    assert abs(known["difference", "se"] / plain["difference", "se"] - 1) > 0.05
