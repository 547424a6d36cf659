"""Covariance of any statistics from their linearized variables: every stage, calibration and second phase included."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from estimates.covariance import total_covariance
from estimates.level_calibration import LevelCalibration
from estimates.measure import FloatVector, IntVector
from estimates.two_phase import SecondPhase, two_phase_variance
from surveys.design import Design
from surveys.design_stages import stage_designs

FloatMatrix = npt.NDArray[np.float64]
# Sums of weight times linearized variables by a code of the rows: (code (n,), codes, weight (n,)) to (codes, k).
RowSums = Callable[[IntVector, int, FloatVector], FloatMatrix]


def linearized_covariance(
    sums: RowSums, weight: FloatVector, design: Design, calibration: LevelCalibration | None = None
) -> FloatMatrix:
    r"""Covariance of the statistics whose linearized variables can be summed by any code of the rows.

    Parameters
    ----------
    sums : callable
        As `row_sums` makes it; a statistic of few categories need not hold a number for each row.
    weight : (n,) float
        Final weights.
    design : Design
        Of the n rows. Later stages add their share.
    calibration : LevelCalibration, optional
        Known totals that the weights meet, and a second phase.

    Returns
    -------
    (k, k) float
        Symmetric, in the units of the statistics.

    Notes
    -----
    .. math:: \widehat C = \sum_h (1-f_h) \frac{n_h}{n_h-1} \sum_i (u_{hi}-\bar u_h)(u_{hi}-\bar u_h)^{\mathsf T}
              + \sum_h f_h \sum_i (1-f_{hi}) \frac{m_{hi}}{m_{hi}-1} \sum_j (u_{hij}-\bar u_{hi})
              (u_{hij}-\bar u_{hi})^{\mathsf T} + \dots

    with :math:`u = \sum w z`, and after a calibration :math:`u = \sum w z - (\sum w x)^{\mathsf T} B`, B the
    regression of all z on the known variables. With a second phase, :math:`c(a, b) = (v(a+b) - v(a-b)) / 4` from
    `estimates.two_phase.two_phase_variance`.

    References
    ----------
    Särndal, Swensson and Wretman (1992), section 5.4, results 4.3.1 and 6.6.1; section 9.3 (two phases).
    """
    if calibration is None:
        stages = [(design, None), *stage_designs(design)]
        return np.asarray(sum(total_covariance(sums(s.psu, s.psus, weight), s, share) for s, share in stages))
    known, unit = calibration.adjustment, calibration.unit
    final = np.where(known.weight[unit] > 0, known.weight[unit] * calibration.factor, 0.0)
    before = np.where(final > 0, known.base_weight[unit] * calibration.factor, 0.0)
    slope = known.coefficients(sums(known.group[unit], known.x.shape[0], before))
    if calibration.phase is not None:
        phase = calibration.phase
        taken = np.where(phase.unit[unit] >= 0, final, 0.0)
        of_unit = sums(np.maximum(phase.unit[unit], 0), phase.stratum_of_unit.size, taken)
        covariance = _polarized(of_unit - calibration.known_of_unit @ slope, phase, calibration.design)
        if (np.diag(covariance) >= 0).all():
            return covariance
        # As for single cells: where the unbiased estimate falls below 0 the ultimate cluster is taken.
    found = np.zeros((slope.shape[1], slope.shape[1]))
    for stage, share in [(calibration.design, None), *stage_designs(calibration.design)]:
        totals = sums(stage.psu[unit], stage.psus, final)
        found += total_covariance(totals - known.unit_totals(stage.psu, stage.psus) @ slope, stage, share)
    return found


def row_sums(z: npt.ArrayLike) -> RowSums:
    """Make the sums of linearized variables that are held row by row, (n, k) or (n,) float; 0 outside the base."""
    columns = np.asarray(z, dtype=np.float64)
    columns = columns.reshape(columns.shape[0], -1)

    def sums(code: IntVector, codes: int, weight: FloatVector) -> FloatMatrix:
        return np.column_stack([np.bincount(code, weights=weight * column, minlength=codes) for column in columns.T])

    return sums


def _polarized(residual: FloatMatrix, phase: SecondPhase, design: Design) -> FloatMatrix:
    size = np.sqrt((residual**2).sum(axis=0))
    scale = np.where(size > 0, size, 1.0)
    even = residual / scale
    first, second = np.triu_indices(residual.shape[1])
    together = two_phase_variance(even[:, first] + even[:, second], phase, design).total
    apart = two_phase_variance(even[:, first] - even[:, second], phase, design).total
    covariance = np.zeros((size.size, size.size))
    covariance[first, second] = covariance[second, first] = (together - apart) / 4
    return np.asarray(covariance * np.outer(scale, scale))
