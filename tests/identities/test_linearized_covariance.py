"""The covariance of linearized variables is that of the single figures, in two phases, with known totals, by stages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.calibration_adjustment import CalibrationAdjustment
from estimates.level_calibration import LevelCalibration
from estimates.linearized_covariance import linearized_covariance, row_sums
from estimates.two_phase import second_phase
from pipeline.textbook_variance import plain_error
from surveys.design import design_from_columns

DATA = Path(__file__).parent.parent / "reference" / "variance" / "two_phases.csv"


@pytest.fixture(scope="module")
def second() -> tuple[LevelCalibration, np.ndarray, np.ndarray]:
    """A listing drawn in two phases and calibrated to its areas; weight and three variables of its rows."""
    data = pd.read_csv(DATA)
    design = design_from_columns(data["stratum"], data["psu"], psu_population=data["frame"])
    phase = second_phase(data["family"], data["phase2_stratum"], data["chosen"].to_numpy(bool), design)
    weight = np.zeros(len(data))
    used = np.flatnonzero(phase.unit >= 0)
    weight[used] = data["frame"].to_numpy(float)[used] / 4 * phase.weight_of_unit[phase.unit[used]]
    area = pd.factorize(data["area"], sort=True)[0].astype(np.int64)
    adjustment = CalibrationAdjustment(area, np.eye(area.max() + 1), weight, weight)
    z = data[["displaced", "income", "members"]].to_numpy(float) * (weight > 0)[:, None]
    rows = np.arange(len(data))
    return LevelCalibration(adjustment, design, rows, np.ones(len(data)), phase), weight, z


@pytest.mark.parametrize("phases", [1, 2])
def test_every_sum_of_two_has_the_variance_of_the_cell(
    second: tuple[LevelCalibration, np.ndarray, np.ndarray], phases: int
) -> None:
    known, weight, z = second
    known = known if phases == 2 else replace(known, phase=None)
    covariance = linearized_covariance(row_sums(z), weight, known.design, known)
    whole = np.zeros(len(z), dtype=np.int64)
    for a in range(3):
        for b in range(3):
            together = float(known.variances(z[:, a] + z[:, b], whole, 1)[0])
            said = covariance[a, a] + covariance[b, b] + 2 * covariance[a, b]
            assert said == pytest.approx(together, rel=1e-10)
    assert (np.linalg.eigvalsh(covariance) > 0).all()
    for a in range(3):
        # the sums over all pairs of units, one by one
        plain = plain_error(z[:, a].tolist(), 1.0, weight, known.design, known)
        assert plain == pytest.approx(covariance[a, a] ** 0.5, rel=1e-9)


def test_the_second_phase_adds_what_the_first_alone_does_not_hold(
    second: tuple[LevelCalibration, np.ndarray, np.ndarray]
) -> None:
    known, weight, z = second
    two = linearized_covariance(row_sums(z), weight, known.design, known)
    one = linearized_covariance(row_sums(z), weight, known.design, replace(known, phase=None))
    assert abs(two[0, 0] / one[0, 0] - 1) > 0.01


def test_what_is_known_has_no_covariance(second: tuple[LevelCalibration, np.ndarray, np.ndarray]) -> None:
    known, weight, z = second
    area = known.adjustment.x[known.adjustment.group][:, 0] * (weight > 0)
    covariance = linearized_covariance(row_sums(np.c_[area, z]), weight, known.design, known)
    assert np.abs(covariance[0]).max() < 1e-9 * covariance[1, 1] * weight.sum()
