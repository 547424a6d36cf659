"""Variance of one estimated total by plain loops: strata, stages, calibration residuals and the sums over all pairs."""

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
    z: Sequence[float],
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
        leaves = [float(w) * value for w, value in zip(weight, z, strict=True)]
        return math.sqrt(_stages(leaves, design))
    residuals = _residuals(z, calibration)
    variance = -1.0 if calibration.phase is None else _two_phases(residuals, calibration.phase, calibration.design)
    if variance < 0:
        variance = _stages(residuals, calibration.design)
    error = math.sqrt(variance)
    # Residuals of what the known totals determine are nothing but rounding.
    return 0.0 if error <= KNOWN * abs(estimate) else error


def _residuals(z: Sequence[float], calibration: LevelCalibration) -> list[float]:
    """Weighted residual of every calibrated unit, from a regression by least squares over all of them."""
    known = calibration.adjustment
    of_unit = [0.0] * int(known.weight.size)
    for unit, factor, value in zip(calibration.unit, calibration.factor, z, strict=True):
        of_unit[int(unit)] += float(factor) * value
    values, x = np.array(of_unit), known.x[known.group]
    root = np.sqrt(known.base_weight)
    slope = np.linalg.lstsq(x * root[:, None], values * root, rcond=None)[0]
    return [float(w * residual) for w, residual in zip(known.weight, values - x @ slope, strict=True)]


def _stages(leaves: Sequence[float], design: Design) -> float:
    totals = _added(leaves, design.psu, design.psus)
    members: dict[int, list[int]] = defaultdict(list)
    for psu, stratum in enumerate(design.stratum_of_psu):
        members[int(stratum)].append(psu)
    centre, variance = math.fsum(totals) / design.psus, 0.0
    for stratum, psus in members.items():
        left = float(design.fpc[stratum])
        if len(psus) > 1:
            variance += left * _spread([totals[psu] for psu in psus])
        elif design.lonely_psu == "centred":
            variance += left * (totals[psus[0]] - centre) ** 2
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
                variance += before * (1 - fraction) * _spread([totals[unit] for unit in units])
            for unit in units:
                chance[unit] = before * fraction
        drawn = chance
    return variance


def _spread(totals: Sequence[float]) -> float:
    size = len(totals)
    mean = math.fsum(totals) / size
    return size / (size - 1) * math.fsum((total - mean) ** 2 for total in totals)


def _added(leaves: Sequence[float], unit: npt.NDArray[np.int64], units: int) -> list[float]:
    totals = [0.0] * units
    for at, value in zip(unit, leaves, strict=True):
        totals[int(at)] += value
    return totals


def _two_phases(residuals: Sequence[float], phase: SecondPhase, design: Design) -> float:
    if design.lonely_psu == "centred" and (design.psus_per_stratum == 1).any():
        raise ValueError("the sums over all pairs do not know centred lonely strata")
    totals = [0.0] * int(phase.stratum_of_unit.size)
    for unit, value in zip(phase.unit, residuals, strict=True):
        if unit >= 0:
            totals[int(unit)] += value
    z, group, psu = np.array(totals), phase.stratum_of_unit, phase.psu_of_unit
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
