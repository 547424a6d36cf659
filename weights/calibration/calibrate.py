"""Calibration of weights to known totals, solved on groups of rows that are alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weights.calibration.distance import Bounds, Distance, calibration_function
from weights.calibration.margins import Control, ControlCells, control_cells
from weights.calibration.newton_step import NewtonStep

FloatVector = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """The result of a calibration.

    Parameters
    ----------
    g_weight : (n,) float
        Factor of each row.
    weight : (n,) float
        Base weight times factor.
    iterations : int
        Newton steps taken.
    miss : float
        Greatest difference from a known total, relative to it.
    cells : ControlCells
        The problem as it was solved; the variance needs its auxiliary vectors.
    """

    g_weight: FloatVector
    weight: FloatVector
    iterations: int
    miss: float
    cells: ControlCells


class NotCalibrated(ValueError):
    """No factors within the bounds hit the totals; ``miss`` is the relative difference that was left."""

    def __init__(self, miss: float, names: Sequence[tuple[str, str]]) -> None:
        self.miss = miss
        self.names = tuple(names)
        worst = "; ".join(f"{control} {cell}".strip() for control, cell in self.names)
        super().__init__(f"the known totals cannot be met (off by {miss:.2g} at the worst: {worst})")


def calibrate(
    base_weight: FloatVector,
    controls: Sequence[Control],
    *,
    distance: Distance = "linear",
    bounds: Bounds | None = None,
    tolerance: float = 1e-10,
    iterations: int = 200,
) -> Calibration:
    r"""Find the weights nearest to the base weights that hit every known total.

    Parameters
    ----------
    base_weight : (n,) float
        Weights before calibration, finite and not negative.
    controls : sequence of Margin or Amount
        Known totals. Margins may overlap; they must agree with one another.
    distance : {"linear", "raking", "logit", "truncated"}
        What "nearest" means.
    bounds : (float, float), optional
        Least and greatest factor, for ``logit`` and ``truncated``.
    tolerance : float
        Greatest relative difference from a total.
    iterations : int
        Newton steps before giving up.

    Returns
    -------
    Calibration

    Raises
    ------
    NotCalibrated
        When the totals cannot be met; `weights.calibration.feasibility` says which and what would help.

    Notes
    -----
    The factors are :math:`g_k = F(x_k^{\mathsf T}\lambda)` with :math:`\lambda` solving

    .. math:: \sum_k d_k\, F(x_k^{\mathsf T}\lambda)\, x_k = X,

    by Newton's method with halved steps. Rows alike for every control share one factor, so the sums run over
    groups: with margins alone, a million rows cost what their few hundred groups cost. A pseudo-inverse takes
    care of margins that repeat one another's total.

    References
    ----------
    Deville and Särndal (1992), JASA 87(418), eq. 2.4 and section 3.
    """
    function = calibration_function(distance, bounds)
    if not (np.isfinite(base_weight).all() and (base_weight >= 0).all()):
        raise ValueError("base weights must be finite and 0 or more")
    cells = control_cells(controls)
    x, totals = cells.x, cells.totals
    size = np.bincount(cells.group, weights=base_weight, minlength=x.shape[0])
    scale = np.maximum(np.abs(totals), np.maximum((size[:, None] * np.abs(x)).sum(axis=0) * 1e-6, 1e-300))
    newton = NewtonStep(x)
    multiplier = np.zeros(totals.size)
    g = np.ones(x.shape[0])
    gap = totals - newton.totals(size * g)
    miss = float(np.max(np.abs(gap) / scale))
    steps = 0
    while miss > tolerance and steps < iterations:
        steps += 1
        slope = size * function.slope(newton.scores(multiplier))
        direction = newton.direction(slope, gap)
        length = 1.0
        while True:
            trial = multiplier + length * direction
            trial_g = function.value(newton.scores(trial))
            trial_gap = totals - newton.totals(size * trial_g)
            trial_miss = float(np.max(np.abs(trial_gap) / scale))
            if trial_miss < miss or length < 1e-6:
                break
            length /= 2
        if not trial_miss < miss:
            break
        multiplier, g, gap, miss = trial, trial_g, trial_gap, trial_miss
    if miss > tolerance:
        worst = np.argsort(-np.abs(gap) / scale)[:5]
        raise NotCalibrated(miss, [cells.names[i] for i in worst if abs(gap[i]) / scale[i] > tolerance])
    factor = g[cells.group]
    return Calibration(factor, base_weight * factor, steps, miss, cells)
