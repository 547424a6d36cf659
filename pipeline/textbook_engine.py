"""Headline figures computed again by plain loops, where samplics cannot judge."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from estimates.level_calibration import LevelCalibration
from pipeline.second_engine import TOLERANCE, Figure, FloatVector, Recomputed, figure_difference
from pipeline.textbook_variance import plain_error
from surveys.design import Design

JUDGED = ("lonely_psu", "fpc", "zero_estimate", "calibrated", "two_phase")


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
        Of the n rows.
    calibration : LevelCalibration, optional
        What the weights of the n rows were calibrated to.

    Returns
    -------
    list of Recomputed
        The same, but for figures excluded for a lonely PSU, a finite population correction, a calibration, a second
        phase or a zero estimate, which are now ``equal`` or ``different`` by the engine ``textbook``.
    """
    if calibration is not None and calibration.phase is not None and design.lonely_psu == "centred" and design.lonely:
        return list(results)
    judged = []
    for result, figure in zip(results, figures, strict=True):
        if result.reason not in JUDGED:
            judged.append(result)
            continue
        estimate, se = textbook(figure, weight, design, calibration)
        difference = figure_difference((estimate, se), (figure.estimate, figure.se))
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
        Strata, PSUs, later stages, finite population correction and the rule for lonely strata.
    calibration : LevelCalibration, optional
        What the weights were calibrated to; every unit's residual is then computed one by one.

    Returns
    -------
    estimate, se : float
        In the unit of the indicator.

    Notes
    -----
    The variance of `pipeline.textbook_variance.plain_error`, with :math:`z_k = y_k` for a total and
    :math:`z_k = (y_k - \hat R x_k) / \hat X` otherwise.

    References
    ----------
    Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, sections 5.5 and 4.3.
    """
    below = np.ones(weight.size) if figure.denominator is None else figure.denominator
    used = np.flatnonzero(figure.inside & ~np.isnan(figure.numerator) & ~np.isnan(below))
    w, y, x = weight[used], figure.numerator[used], below[used]
    y_total, x_total = math.fsum((w * y).tolist()), math.fsum((w * x).tolist())
    estimate = y_total if figure.kind == "total" else y_total / x_total
    z = np.zeros(weight.size)
    z[used] = y if figure.kind == "total" else (y - estimate * x) / x_total
    return estimate, plain_error(z, estimate, weight, design, calibration)
