"""A calibration and a second phase as the rows of one level see them, and the errors of the cells of a breakdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from estimates.calibration_adjustment import CalibrationAdjustment, FloatMatrix, calibrated_cell_variances
from estimates.calibrations import Calibrations, PhaseRows
from estimates.measure import BoolVector, Coding, FloatVector, IntVector, Measure
from estimates.statistics.cell_estimates import CellEstimates
from estimates.two_phase import SecondPhase, second_phase, two_phase_variance
from surveys.design import Design
from surveys.microdata import Microdata
from surveys.study import Study

# A standard error below this share of its estimate is rounding: totals are met to 1e-8 of themselves.
KNOWN = 1e-7
CELLS_AT_A_TIME = 5_000_000  # numbers of a block of second-phase units by cells
ROWS_AT_A_TIME = 4_000_000  # rows times measures, so that a plan of many measures stays small in memory


@dataclass(frozen=True)
class LevelCalibration:
    """A calibration of the units of one level, seen from the rows of that level or of one below.

    Parameters
    ----------
    adjustment : CalibrationAdjustment
        Of the N calibrated units, with their final weights.
    design : Design
        Of these N units.
    unit : (n,) int
        Unit of each row.
    factor : (n,) float
        Weight of the row as a multiple of that of its unit, such as nonresponse within the household; 1 for rows
        that inherit. Taken as known.
    phase : SecondPhase, optional
        What was taken out of the N units, where they were a listing.
    """

    adjustment: CalibrationAdjustment
    design: Design
    unit: IntVector
    factor: FloatVector
    phase: SecondPhase | None = None

    def variances(self, linearized: FloatVector, cell: IntVector, cells: int, times: int = 1) -> FloatVector:
        """Variance in every cell, (cells,); the n rows may be repeated several times one after another."""
        unit, z = np.tile(self.unit, times), linearized * np.tile(self.factor, times)
        if self.phase is None:
            return calibrated_cell_variances(z, cell, cells, self.adjustment, self.design, unit)
        variance = self._two_phases(z, cell, cells, unit, self.phase)
        negative = variance < 0
        if negative.any():
            # The unbiased estimate can fall below 0 in a cell of few units; the ultimate cluster cannot.
            clustered = calibrated_cell_variances(z, cell, cells, self.adjustment, self.design, unit)
            variance = np.where(negative, clustered, variance)
        return variance

    def _two_phases(
        self, z: FloatVector, cell: IntVector, cells: int, unit: IntVector, phase: SecondPhase
    ) -> FloatVector:
        """Variance of residual totals of the units taken, (cells,)."""
        known = self.adjustment
        row = np.flatnonzero((cell >= 0) & (known.weight[unit] > 0))
        row = row[np.argsort(cell[row], kind="stable")]
        at, above, z = cell[row], unit[row], z[row]
        place = phase.unit[above]
        units, groups = phase.stratum_of_unit.size, known.x.shape[0]
        variance = np.empty(cells)
        width = max(1, CELLS_AT_A_TIME // max(units, groups))
        for start in range(0, cells, width):
            stop = min(start + width, cells)
            part, size = slice(*np.searchsorted(at, (start, stop))), stop - start
            here, values, of = at[part] - start, z[part], above[part]
            by_group = np.bincount(
                known.group[of] * size + here, weights=known.base_weight[of] * values, minlength=groups * size
            )
            totals = np.bincount(place[part] * size + here, weights=known.weight[of] * values, minlength=units * size)
            slope = known.coefficients(by_group.reshape(groups, size).astype(np.float64))
            residual = totals.reshape(units, size) - self.known_of_unit @ slope
            variance[start:stop] = two_phase_variance(residual, phase, self.design).total
        return variance

    @cached_property
    def known_of_unit(self) -> FloatMatrix:
        """Weighted auxiliaries of each unit of the second phase, (U, k)."""
        known, phase = self.adjustment, self.phase
        if phase is None:
            raise ValueError("no second phase")
        taken = np.flatnonzero(phase.unit >= 0)
        values = np.zeros((phase.stratum_of_unit.size, known.x.shape[1]))
        values[phase.unit[taken]] = known.weight[taken, None] * known.x[known.group[taken]]
        return values

    def recalculated(
        self, measures: Sequence[Measure], found: CellEstimates, crossed: Sequence[Coding], weight: FloatVector
    ) -> tuple[CellEstimates, BoolVector]:
        r"""Put the calibrated variances in the place of the others.

        Parameters
        ----------
        measures : sequence of Measure
            Of n rows.
        found : CellEstimates
            Arrays (measures, D), with variances that take the weights as they are.
        crossed : sequence of Coding
            Breakdown, the last varying fastest.
        weight : (n,) float
            Final weights of the rows.

        Returns
        -------
        CellEstimates
            With the other variances; a standard error that is nothing but rounding is 0.
        known : (measures, D) bool
            Figures which the known totals determine: nothing is left to vary.

        Notes
        -----
        As `estimates.calibration_adjustment.calibrated_cell_variances`, with :math:`z_k = y_k` for a total and
        :math:`z_k = (y_k - \hat R_d x_k) / \hat X_d` for a ratio, mean or proportion of cell d.
        """
        cell, cells = np.zeros(weight.size, dtype=np.int64), 1
        outside = weight <= 0
        for coding in crossed:
            cell = cell * len(coding.labels) + np.asarray(coding.codes, dtype=np.int64)
            outside = outside | (np.asarray(coding.codes) < 0)
            cells *= len(coding.labels)
        cell = np.where(outside, -1, cell)
        variance = np.empty_like(found.variance)
        width = max(1, ROWS_AT_A_TIME // max(weight.size, 1))
        for start in range(0, len(measures), width):
            chunk = measures[start : start + width]
            placed = [np.where(measure.base(), cell, -1) for measure in chunk]
            z = [
                _linearized(measure, at, found.estimate[start + place], cells, weight)
                for place, (measure, at) in enumerate(zip(chunk, placed, strict=True))
            ]
            own = np.concatenate([np.where(at >= 0, at + place * cells, -1) for place, at in enumerate(placed)])
            computed = self.variances(np.concatenate(z), own, cells * len(chunk), len(chunk))
            variance[start : start + len(chunk)] = computed.reshape(len(chunk), cells)
        variance = np.where(np.isfinite(found.variance), variance, np.nan)
        variance, known = settled_variances(found.estimate, variance, found.variance)
        return replace(found, variance=variance), known


def settled_variances(
    estimate: FloatVector, variance: FloatVector, plain: FloatVector
) -> tuple[FloatVector, BoolVector]:
    """Take rounding for 0, and tell which figures vary without the known totals and not with them."""
    with np.errstate(invalid="ignore"):
        rounding = variance <= (KNOWN * estimate) ** 2
        return np.where(rounding, 0.0, variance), rounding & (plain > (KNOWN * estimate) ** 2)


def level_calibration(
    level: str,
    study: Study,
    microdata: Microdata,
    design: Design,
    weights: Mapping[str, FloatVector],
    calibrations: Calibrations | None,
) -> LevelCalibration | None:
    """Find the calibration behind the weights of a level.

    Parameters
    ----------
    level : str
        Whose rows are estimated.
    study, microdata, design, weights
        As `estimates.study_estimates.estimate_study`.
    calibrations : Calibrations or None
        What the weighting left.

    Returns
    -------
    LevelCalibration or None
        None where the weights were given from outside or not calibrated.
    """
    owner = None if calibrations is None else calibrations.owner(level, microdata, weights)
    if calibrations is None or owner is None:
        return None
    final = weights[owner]
    # Without known totals nothing is regressed on.
    nothing = (np.zeros(final.size, dtype=np.int64), np.zeros((1, 1)), final)
    group, x, before = calibrations.known.get(owner, nothing)
    above_design = design.at(microdata.rows_of(study.design.level, owner))
    unit = microdata.rows_of(owner, level)
    above = next(name for name in (level, *microdata.ancestors(level)) if name in weights)
    weight = weights[above][microdata.rows_of(above, level)]
    factor = np.divide(weight, final[unit], out=np.zeros(weight.size), where=final[unit] > 0)
    return LevelCalibration(
        CalibrationAdjustment(group, x, before, final), above_design, unit, factor,
        _second_phase(calibrations.phases.get(owner), above_design, final),
    )  # fmt: skip


def _second_phase(rows: PhaseRows | None, design: Design, weight: FloatVector) -> SecondPhase | None:
    if rows is None:
        return None
    listed = np.flatnonzero(rows.listed)
    taken = rows.taken & (weight > 0)
    found = second_phase(listed, rows.group[listed], taken[listed], design.at(listed))
    unit = np.full(weight.size, -1, dtype=np.int64)
    unit[listed] = found.unit
    return replace(found, unit=unit)


def _linearized(
    measure: Measure, cell: IntVector, estimate: FloatVector, cells: int, weight: FloatVector
) -> FloatVector:
    """Linearized variable of each row in its own cell, (n,); 0 outside."""
    inside = cell >= 0
    y = np.where(inside, np.asarray(measure.numerator, dtype=np.float64), 0.0)
    if measure.kind == "total":
        return y
    x = inside.astype(np.float64)
    if measure.denominator is not None:
        x = np.where(inside, np.asarray(measure.denominator, dtype=np.float64), 0.0)
    size = np.bincount(cell[inside], weights=(weight * x)[inside], minlength=cells)
    at = np.maximum(cell, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (y - estimate[at] * x) / size[at]
    return np.where(inside & np.isfinite(z), z, 0.0)
