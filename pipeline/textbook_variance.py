"""Variance of one estimated total by plain sums: strata, stages, calibration residuals and the sums over all pairs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from estimates.level_calibration import KNOWN, LevelCalibration
from estimates.two_phase import SecondPhase
from surveys.design import Design

FloatVector = npt.NDArray[np.float64]


def plain_error(
    z: Sequence[float] | FloatVector,
    estimate: float,
    weight: FloatVector,
    design: Design,
    calibration: LevelCalibration | None = None,
) -> float:
    r"""Find the standard error of a statistic from its linearized variable.

    Parameters
    ----------
    z : (n,) sequence of float
        Linearized variable of every row, 0 outside the base, without weight.
    estimate : float
        The statistic; errors that are nothing beside it are 0 after a calibration.
    weight : (n,) float
        Final weights.
    design : Design
        Of the n rows.
    calibration : LevelCalibration, optional
        What the weights were calibrated to, and a second phase.

    Returns
    -------
    float
        In the unit of the statistic.

    Notes
    -----
    .. math:: v = \sum_h (1 - f_h) \frac{n_h}{n_h - 1} \sum_{i=1}^{n_h} (z_{hi} - \bar z_h)^2 + \dots

    A stratum with one PSU adds nothing under ``certainty``, and :math:`(1 - f_h)(z_{h1} - \bar z)^2` under
    ``centred``. With a second phase, the double sum over all pairs of units,

    .. math:: v = \sum_u \sum_v D_{uv} \frac{\pi_u \pi_v}{\pi_{uv}} \check z_u \check z_v
                + \sum_u \sum_v \frac{\pi_{uv} - \pi_u \pi_v}{\pi_{uv}} \check z_u \check z_v,

    with D the quadratic form of the first phase and :math:`\pi` the chances of the second.

    References
    ----------
    Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, sections 4.3, 6.6 and 9.3.
    """
    if calibration is None:
        return math.sqrt(_stages(weight * np.asarray(z), design))
    residuals = _residuals(z, calibration)
    variance = -1.0 if calibration.phase is None else _two_phases(residuals, calibration.phase, calibration.design)
    if variance < 0:
        variance = _stages(residuals, calibration.design)
    error = math.sqrt(variance)
    # Residuals of what the known totals determine are nothing but rounding.
    return 0.0 if error <= KNOWN * abs(estimate) else error


def _residuals(z: Sequence[float] | FloatVector, calibration: LevelCalibration) -> FloatVector:
    """Weighted residual of every calibrated unit, from a regression by least squares over all of them."""
    known = calibration.adjustment
    values = _added(calibration.factor * np.asarray(z), calibration.unit, int(known.weight.size))
    x = known.x[known.group]
    root = np.sqrt(known.base_weight)
    slope = np.linalg.lstsq(x * root[:, None], values * root, rcond=None)[0]
    return np.asarray(known.weight * (values - x @ slope))


def _stages(leaves: FloatVector, design: Design) -> float:
    totals = _added(leaves, design.psu, design.psus)
    members: dict[int, list[int]] = defaultdict(list)
    for psu, stratum in enumerate(design.stratum_of_psu):
        members[int(stratum)].append(psu)
    centre, variance = math.fsum(totals.tolist()) / design.psus, 0.0
    for stratum, psus in members.items():
        left = float(design.fpc[stratum])
        if len(psus) > 1:
            variance += left * _spread(totals[psus])
        elif design.lonely_psu == "centred":
            variance += left * float(totals[psus[0]] - centre) ** 2
    if design.psu_population is None:
        return variance
    drawn = [len(members[int(stratum)]) / float(design.psu_population[stratum]) for stratum in design.stratum_of_psu]
    for stage in design.further_stages:
        totals = _added(leaves, stage.unit, stage.group_of_unit.size)
        groups: dict[int, list[int]] = defaultdict(list)
        for unit, group in enumerate(stage.group_of_unit):
            groups[int(group)].append(unit)
        chance = [0.0] * int(stage.group_of_unit.size)
        for group, units in groups.items():
            before = drawn[int(stage.parent_of_group[group])]
            fraction = len(units) / float(stage.population[group])
            if len(units) > 1:
                variance += before * (1 - fraction) * _spread(totals[units])
            for unit in units:
                chance[unit] = before * fraction
        drawn = chance
    return variance


def _spread(totals: FloatVector) -> float:
    size = len(totals)
    mean = math.fsum(totals.tolist()) / size
    return size / (size - 1) * math.fsum(((totals - mean) ** 2).tolist())


def _added(leaves: FloatVector, unit: npt.NDArray[np.int64], units: int) -> FloatVector:
    """Add up the leaves of every unit, one after the other in the order of the rows."""
    return np.bincount(unit, weights=leaves, minlength=units).astype(np.float64)


def _two_phases(residuals: FloatVector, phase: SecondPhase, design: Design) -> float:
    if design.lonely_psu == "centred" and (design.psus_per_stratum == 1).any():
        raise ValueError("the sums over all pairs do not know centred lonely strata")
    taken = phase.unit >= 0
    z = _added(residuals[taken], phase.unit[taken], int(phase.stratum_of_unit.size))
    group, psu = phase.stratum_of_unit, phase.psu_of_unit
    chance = phase.taken / phase.listed
    pairs = np.where(phase.taken > 1, chance * (phase.taken - 1) / np.maximum(phase.listed - 1, 1), 1.0)
    variance = 0.0
    for stratum in range(design.strata):
        here = np.flatnonzero(design.stratum_of_psu[psu] == stratum)
        size = int(design.psus_per_stratum[stratum])
        if size == 1 or here.size == 0:
            continue
        left = float(design.fpc[stratum])
        same_psu = psu[here][:, None] == psu[here][None, :]
        form = np.where(same_psu, left, -left / (size - 1))
        variance += float(np.sum(form * _undone(here, group, chance, pairs) * np.outer(z[here], z[here])))
    for g in range(chance.size):
        here = np.flatnonzero(group == g)
        undone = _undone(here, group, chance, pairs)
        variance += float(np.sum((1 - undone) * np.outer(z[here], z[here])))
    return variance


def _undone(
    here: npt.NDArray[np.int64], group: npt.NDArray[np.int64], chance: FloatVector, pairs: FloatVector
) -> FloatVector:
    """Product of the chances of two units over the chance of both, for all pairs of some units."""
    g = group[here]
    same = g[:, None] == g[None, :]
    both = np.where(same, pairs[g][:, None], np.outer(chance[g], chance[g]))
    np.fill_diagonal(both, chance[g])
    return np.asarray(np.outer(chance[g], chance[g]) / both)
