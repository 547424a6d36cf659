"""Headline figures computed a second time, by samplics, from microdata and weights."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TOLERANCE = 1e-8
ROUNDING = 1e-12

FloatVector = NDArray[np.float64]
IntVector = NDArray[np.int64]


@dataclass(frozen=True)
class Figure:
    """One published figure and the rows it comes from.

    Parameters
    ----------
    name : str
        Indicator and domain, for the page.
    kind : str
        ``prop``, ``mean``, ``total`` or ``ratio``.
    numerator : (n,) float
        Value of every row; NaN where missing.
    denominator : (n,) float, optional
        For a ratio.
    inside : (n,) bool
        Rows of the domain and the universe.
    estimate, se : float
        What the first engine said.
    """

    name: str
    kind: str
    numerator: FloatVector
    denominator: FloatVector | None
    inside: NDArray[np.bool_]
    estimate: float
    se: float


@dataclass(frozen=True)
class Recomputed:
    """What the second engine said of one figure.

    Parameters
    ----------
    name : str
        As in the figure.
    outcome : str
        ``equal``, ``different``, or ``excluded`` when samplics cannot be right about it.
    estimate, se : float or None
        Of the second engine.
    difference : float or None
        Largest relative difference of the two numbers.
    reason : str
        Code of the reason for which samplics did not judge: see `EXCLUSIONS`.
    engine : str
        Who computed the numbers: ``samplics``, or ``textbook`` for our own plain loops.
    """

    name: str
    outcome: str
    estimate: float | None = None
    se: float | None = None
    difference: float | None = None
    reason: str = ""
    engine: str = "samplics"


EXCLUSIONS = {
    "zero_estimate": (
        "samplics divides by the estimate, and this one is zero",
        "samplics divide entre la estimación, y esta es cero",
    ),
    "lonely_psu": (
        "a stratum has one PSU, and samplics treats each of its persons as a PSU",
        "un estrato tiene una sola UPM, y samplics trata a cada persona como una UPM",
    ),
    "fpc": (
        "the design has a finite population correction that is not passed to samplics",
        "el diseño tiene una corrección por población finita que no se entrega a samplics",
    ),
    "calibrated": (
        "samplics ignores calibration in the variance",
        "samplics ignora la calibración en la varianza",
    ),
    "two_phase": (
        "samplics knows no sample in two phases",
        "samplics no conoce muestras en dos fases",
    ),
    "not_estimated": (
        "our engine gives no number for this figure",
        "nuestro motor no da un número para esta cifra",
    ),
    "statistic": (
        "samplics is wrong about this kind of statistic",
        "samplics se equivoca en este tipo de estadístico",
    ),
}


def recompute(
    figures: Sequence[Figure],
    *,
    weight: FloatVector,
    stratum: IntVector,
    psu: IntVector,
    exclude: str = "",
) -> list[Recomputed]:
    """Compute figures again with samplics and compare.

    Parameters
    ----------
    figures : sequence of Figure
        All over the same n rows.
    weight : (n,) float
        Final weights.
    stratum, psu : (n,) int
        Design of every row; a PSU number belongs to one stratum.
    exclude : str
        Reason, from `EXCLUSIONS`, for which samplics cannot judge this design at all; empty if it can.

    Returns
    -------
    list of Recomputed
        One for each figure, in order. ``different`` means a relative difference above 1e-8 in the estimate
        or in its standard error.

    Notes
    -----
    Known faults of samplics are kept out of the way: domains go through ``domain=`` (``by=`` drops PSUs);
    rows are sorted by stratum and PSU; missing values never reach it; rows outside the domain carry a one,
    because a zero estimate in *any* domain makes it fail; a design in which PSUs of the sample have no row
    left is completed with a row of weight zero by the caller.
    """
    order = np.lexsort((psu, stratum))
    results = []
    for figure in figures:
        reason = exclude or _cannot_judge(figure)
        if reason:
            results.append(Recomputed(figure.name, "excluded", reason=reason))
            continue
        estimate, se = _samplics(figure, weight, stratum, psu, order)
        difference = figure_difference((estimate, se), (figure.estimate, figure.se))
        outcome = "equal" if difference <= TOLERANCE else "different"
        results.append(Recomputed(figure.name, outcome, estimate, se, difference))
    return results


def _cannot_judge(figure: Figure) -> str:
    if not (np.isfinite(figure.estimate) and np.isfinite(figure.se)):
        return "not_estimated"
    if figure.kind not in ("prop", "mean", "total", "ratio"):
        return "statistic"
    return "zero_estimate" if figure.estimate == 0 else ""


def _samplics(
    figure: Figure,
    weight: FloatVector,
    stratum: IntVector,
    psu: IntVector,
    order: IntVector,
) -> tuple[float, float]:
    with warnings.catch_warnings():
        # samplics announces at import that it is archived; known, and the reason why it is only a witness.
        warnings.simplefilter("ignore", FutureWarning)
        from samplics.estimation import TaylorEstimator
        from samplics.utils.types import PopParam

    known = figure.inside & np.isfinite(figure.numerator)
    if figure.denominator is not None:
        known &= np.isfinite(figure.denominator)
    parameter = {
        "prop": PopParam.mean,
        "mean": PopParam.mean,
        "total": PopParam.total,
        "ratio": PopParam.ratio,
    }[figure.kind]
    denominator = figure.denominator
    # Outside the domain one row of each PSU is enough: it only says that the PSU was drawn.
    drawn = np.zeros(psu.size, dtype=bool)
    drawn[np.unique(psu, return_index=True)[1]] = True
    order = order[(known | drawn)[order]]
    estimator = TaylorEstimator(parameter)
    estimator.estimate(
        y=np.where(known, figure.numerator, 1.0)[order],
        x=None if denominator is None else np.where(known, denominator, 1.0)[order],
        # samplics also estimates what is outside, and fails if nobody has weight there: units that left the sample.
        samp_weight=np.where(known | (weight > 0), weight, 1.0)[order],
        stratum=pd.Series(stratum[order]),
        psu=pd.Series(psu[order]),
        domain=pd.Series(known.astype(np.int64)[order]),
    )
    return float(estimator.point_est[1]), float(estimator.stderror[1])


def relative_difference(second: float, first: float) -> float:
    """Difference of two numbers as a share of the larger; zero when both are zero."""
    scale = max(abs(first), abs(second))
    return 0.0 if scale == 0 else abs(second - first) / scale


def figure_difference(second: tuple[float, float], first: tuple[float, float]) -> float:
    """Largest relative difference of two estimates and of their standard errors, each an estimate with its error.

    An error below 1e-12 of its estimate is the rounding of sums that cancel, as where a domain lies in one PSU: two
    such errors are both 0. A difference below 1e-12 is 0 too: its digits depend on the processor.
    """
    errors = [0.0 if se <= ROUNDING * abs(estimate) else se for estimate, se in (second, first)]
    found = max(relative_difference(second[0], first[0]), relative_difference(errors[0], errors[1]))
    return 0.0 if found <= ROUNDING else found
