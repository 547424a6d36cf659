"""A calibration step solves singular systems, and gives the same bits however many threads a library has."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from weights.calibration.newton_step import NewtonStep, least_norm

TWO_MARGINS = """
import numpy as np
from weights.calibration.calibrate import calibrate
from weights.calibration.margins import Margin
random = np.random.default_rng(3)
cells = [random.integers(0, many, 30_000) for many in (14, 16)]
weight = random.lognormal(0, 0.5, 30_000)
margins = []
for name, cell in zip("ab", cells):
    own = np.bincount(cell, weights=weight)
    moved = own * (1 + 0.05 * (np.arange(own.size) % 3 - 1))
    totals = moved * weight.sum() / moved.sum()
    margins.append(Margin(name, cell, tuple(map(str, range(own.size))), totals))
print(calibrate(weight, margins, distance="logit", bounds=(0.8, 1.3)).weight.tobytes().hex()[:100_000])
"""


def _groups(controls: int, filled: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(controls)
    x = random.normal(size=(400, controls)) * (random.random((400, controls)) < filled)
    return x, random.random(400)


@pytest.mark.parametrize(("controls", "filled"), [(1, 1.0), (6, 1.0), (30, 1.0), (30, 0.1), (140, 0.05)])
def test_direction_solves_the_system(controls: int, filled: float) -> None:
    x, slope = _groups(controls, filled)
    matrix = (x * slope[:, None]).T @ x
    gap = matrix @ np.linspace(1, 2, controls)
    step = NewtonStep(x)
    assert step.direction(slope, gap) == pytest.approx(np.linspace(1, 2, controls), rel=1e-9)
    assert step.scores(gap) == pytest.approx(x @ gap, rel=1e-12)
    assert step.totals(slope) == pytest.approx(slope @ x, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("columns", [3, 40, 150])
def test_least_norm_is_the_pseudo_inverse(columns: int) -> None:
    random = np.random.default_rng(columns)
    full = random.normal(size=(columns, columns // 2 + 1))
    matrix = full @ full.T
    root = np.sqrt(np.diag(matrix))
    scaled = matrix / np.outer(root, root)
    gap = matrix @ random.normal(size=columns)
    wanted = np.linalg.pinv(scaled, rcond=1e-11, hermitian=True) @ (gap / root) / root
    assert least_norm(matrix, gap) == pytest.approx(wanted, rel=1e-6, abs=1e-8 * np.abs(wanted).max())


def test_a_control_that_no_group_has_moves_nothing() -> None:
    assert least_norm(np.zeros((3, 3)), np.ones(3)).tolist() == [0.0, 0.0, 0.0]


def test_threads_of_a_library_change_no_bit() -> None:
    found = []
    for threads in ("1", "2", "2"):
        environment = os.environ | {"OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        answer = subprocess.run(
            [sys.executable, "-c", TWO_MARGINS], env=environment, capture_output=True, text=True, check=True
        )
        found.append(answer.stdout)
    assert len(found[0]) > 90_000
    assert found[0] == found[1] == found[2]
