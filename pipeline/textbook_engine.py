"""Headline figures computed again by plain loops, where samplics cannot judge."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from estimates.level_calibration import KNOWN, LevelCalibration
from pipeline.second_engine import TOLERANCE, Figure, FloatVector, Recomputed, relative_difference
from surveys.design import Design

JUDGED = ("lonely_psu", "fpc", "zero_estimate", "calibrated")


def recompute_excluded(
    results: Sequence[Recomputed],
    figures: Sequence[Figure],
    weight: FloatVector,
    design: Design,
    calibration: LevelCalibration | None = None,
) -> list[Recomputed]:
    """Judge what samplics left out for reasons of the design.

    Parameters
    ----------
    results : sequence of Recomputed
        What `pipeline.second_engine.recompute` said.
    figures : sequence of Figure
        Of the same length; n rows each.
    weight : (n,) float
        Final weights.
    design : Design
        Of the n rows, with one stage.
    calibration : LevelCalibration, optional
        What the weights of the n rows were calibrated to.

    Returns
    -------
    list of Recomputed
        The same, but for figures excluded for a lonely PSU, a finite population correction, a calibration or a
        zero estimate, which are now ``equal`` or ``different`` by the engine ``textbook``.
    """
    if design.further_stages:
        return list(results)
    judged = []
    for result, figure in zip(results, figures, strict=True):
        if result.reason not in JUDGED:
            judged.append(result)
            continue
        estimate, se = textbook(figure, weight, design, calibration)
        difference = max(relative_difference(estimate, figure.estimate), relative_difference(se, figure.se))
        outcome = "equal" if difference <= TOLERANCE else "different"
        judged.append(
            replace(result, outcome=outcome, estimate=estimate, se=se, difference=difference, engine="textbook")
        )
    return judged


def textbook(
    figure: Figure, weight: FloatVector, design: Design, calibration: LevelCalibration | None = None
) -> tuple[float, float]:
    r"""Estimate and standard error of one figure, row by row and PSU by PSU.

    Parameters
    ----------
    figure : Figure
        A proportion, mean, total or ratio.
    weight : (n,) float
        Final weights.
    design : Design
        Strata, PSUs, finite population correction and the rule for lonely strata.
    calibration : LevelCalibration, optional
        What the weights were calibrated to; every unit's residual is then computed one by one.

    Returns
    -------
    estimate, se : float
        In the unit of the indicator.

    Notes
    -----
    .. math:: v = \sum_h (1 - f_h) \frac{n_h}{n_h - 1} \sum_{i=1}^{n_h} (z_{hi} - \bar z_h)^2

    with :math:`z_k = y_k` for a total and :math:`z_k = (y_k - \hat R x_k) / \hat X` otherwise. A stratum with one
    PSU adds nothing under ``certainty``, and :math:`(1 - f_h)(z_{h1} - \bar z)^2` under ``centred``.

    References
    ----------
    Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, sections 5.5 and 4.3.
    """
    inside = []
    for row in range(len(weight)):
        x = 1.0 if figure.denominator is None else float(figure.denominator[row])
        y = float(figure.numerator[row])
        if bool(figure.inside[row]) and not math.isnan(y) and not math.isnan(x):
            inside.append((row, float(weight[row]), y, x))
    y_total = math.fsum(w * y for _, w, y, _ in inside)
    x_total = math.fsum(w * x for _, w, _, x in inside)
    estimate = y_total if figure.kind == "total" else y_total / x_total
    psu_total: dict[int, float] = defaultdict(float)
    of_unit: dict[int, float] = defaultdict(float)
    for row, w, y, x in inside:
        z = y if figure.kind == "total" else (y - estimate * x) / x_total
        psu_total[int(design.psu[row])] += w * z
        if calibration is not None:
            of_unit[int(calibration.unit[row])] += float(calibration.factor[row]) * z
    if calibration is not None:
        psu_total = _residual_totals(of_unit, calibration)
    members: dict[int, list[float]] = defaultdict(list)
    for psu, stratum in enumerate(design.stratum_of_psu):
        members[int(stratum)].append(psu_total[psu])
    centre = math.fsum(psu_total.values()) / design.psus
    variance = 0.0
    for stratum, totals in members.items():
        size, remaining = len(totals), float(design.fpc[stratum])
        if size > 1:
            mean = math.fsum(totals) / size
            spread = math.fsum((total - mean) ** 2 for total in totals)
            variance += remaining * size / (size - 1) * spread
        elif design.lonely_psu == "centred":
            variance += remaining * (totals[0] - centre) ** 2
    se = math.sqrt(variance)
    # Residuals of what the known totals determine are nothing but rounding.
    return estimate, 0.0 if calibration is not None and se <= KNOWN * abs(estimate) else se


def _residual_totals(of_unit: dict[int, float], calibration: LevelCalibration) -> dict[int, float]:
    """Sum weighted residuals by PSU, from a regression on the known variables by least squares over all units."""
    known = calibration.adjustment
    values = np.array([of_unit.get(unit, 0.0) for unit in range(known.weight.size)])
    root = np.sqrt(known.base_weight)
    x = known.x[known.group]
    slope = np.linalg.lstsq(x * root[:, None], values * root, rcond=None)[0]
    totals: dict[int, float] = defaultdict(float)
    for unit, residual in enumerate(values - x @ slope):
        totals[int(calibration.design.psu[unit])] += float(known.weight[unit] * residual)
    return totals
