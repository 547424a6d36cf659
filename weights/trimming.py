"""Step `trim`: weights cut to limits of their own while every known total is still met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from surveys.problems import DataError, Message, Problem
from weights.calibration.margins import Control, ControlCells, Margin, control_cells
from weights.classes import Classes, one_class
from weights.diagnostics import diagnose
from weights.weight_set import WeightStep

FloatVector = NDArray[np.float64]
FloatMatrix = NDArray[np.float64]

TRIM_TOO_TIGHT = Message(
    "trim_too_tight",
    "No weights of at most the limit (greatest {limit}) and at least {floor} meet the totals of the calibration. "
    "{remedy_en}",
    "Ningún factor de a lo sumo el tope (el mayor {limit}) y de al menos {floor} cumple los totales de la calibración. "
    "{remedy_es}",
)
TRIM_LIMIT = Message(
    "trim_limit",
    "The step trims to nothing: one of `maximum`, `median_times`, `mean_times` or `quantile` was expected, above the "
    "least weight ({found}). Correct it.",
    "El paso no recorta a nada: se esperaba uno de `maximum`, `median_times`, `mean_times` o `quantile`, mayor que el "
    "menor factor ({found}). Corríjalo.",
)


def trim(
    before: FloatVector,
    controls: Sequence[Control] = (),
    *,
    maximum: float | None = None,
    median_times: float | None = None,
    mean_times: float | None = None,
    quantile: float | None = None,
    minimum: float = 0.0,
    classes: Classes | None = None,
    where: str = "",
    parameters: Mapping[str, object] | None = None,
) -> WeightStep:
    r"""Cut weights that are too large, and spread what was cut so that the totals stay exact.

    Parameters
    ----------
    before : (n,) float
        Weights before the step; zeros stay zero.
    controls : sequence of Margin or Amount
        Totals that must still be met: those of the calibration before. Without any, the sum in each class stays.
    maximum, median_times, mean_times, quantile : float, optional
        The limit: a weight, a multiple of the median or mean, or a quantile; one of them.
    minimum : float
        Least weight.
    classes : Classes, optional
        Within which median, mean and quantile are taken.
    where : str
        For messages.
    parameters : mapping, optional
        For the record.

    Returns
    -------
    WeightStep

    Raises
    ------
    DataError
        No limit, or one with which the totals cannot be met; the message says which would do.

    Notes
    -----
    .. math:: \min_w \sum_k (w_k - d_k)^2 / d_k \quad \text{s.t.} \quad \sum_k w_k x_k = X, \quad
              \ell_k \le w_k \le u_k .

    The weights are :math:`d_k \min(u_k / d_k, \max(\ell_k / d_k, 1 + x_k^{\mathsf T}\lambda))`: cutting and
    calibrating again in one step, so that neither undoes the other. :math:`\lambda` maximizes the concave dual, by
    Newton's method with a line search.

    References
    ----------
    Folsom and Singh (2000), The generalized exponential model, Proceedings of the ASA Survey Research Methods Section,
    598-603 (bounds of their own for each unit); Deville and Särndal (1992), case 7.
    """
    used = before > 0
    groups = classes or one_class(before.size)
    limit = _limits(before, used, groups, maximum=maximum, median_times=median_times, mean_times=mean_times,
                    quantile=quantile)  # fmt: skip
    if limit is None or not (limit[used] > minimum).all():
        raise DataError([Problem(TRIM_LIMIT, where, {"found": "-" if limit is None else f"{limit[used].min():,.6g}"})])
    if not controls:
        sums = groups.sums(before)
        controls = [Margin("sum", groups.code, groups.labels, sums)]
    cells = control_cells([_rows(control, used) for control in controls])
    d, cap = before[used], limit[used]
    low = np.minimum(np.full(d.size, minimum), cap)
    g = bounded_factors(d, cells, low / d, cap / d)
    if g is None:
        raise DataError([_too_tight(d, cells, low, cap, minimum, where)])
    factor = np.zeros(before.size)
    factor[used] = g
    after = before * factor
    diagnostics = {
        **diagnose(after), "limit": float(cap.max()), "above_limit": int((d > cap).sum()),
        "cut_share": float(np.maximum(d - cap, 0.0).sum() / d.sum()),
        "at_limit": int((np.isclose(after[used], cap, rtol=1e-9)).sum()),
        "g_min": float(g.min()), "g_max": float(g.max()),
        "largest_miss": float(np.max(np.abs(_gap(d, cells, g)) / np.maximum(np.abs(cells.totals), 1.0))),
        "kish_deff_before": diagnose(before)["kish_deff"],
    }  # fmt: skip
    return WeightStep("trim", factor, ("trimming",), dict(parameters or {}), diagnostics)


def bounded_factors(
    weight: FloatVector, cells: ControlCells, low: FloatVector, high: FloatVector, *, tolerance: float = 1e-11
) -> FloatVector | None:
    """Find the factors nearest to one within bounds of their own for each row that meet the totals.

    Parameters
    ----------
    weight, low, high : (n,) float
        Weights, and least and greatest factor of each.
    cells : ControlCells
        The totals.
    tolerance : float
        Greatest relative difference from a total.

    Returns
    -------
    (n,) float or None
        None when none were found.
    """
    x, totals = cells.x[cells.group], cells.totals
    scale = np.maximum(np.abs(totals), 1e-9 * np.abs(x).sum(axis=0) * weight.mean() + 1e-300)
    x = x / scale
    target = totals / scale
    # What the margins repeat of one another is left out, so that the matrix below can be inverted.
    value, vector = np.linalg.eigh((x * weight[:, None]).T @ x)
    basis = vector[:, value > 1e-12 * value.max(initial=0.0)] / np.sqrt(value[value > 1e-12 * value.max(initial=0.0)])
    if np.abs(target - np.linalg.pinv(basis.T) @ (basis.T @ target)).max(initial=0.0) > 1e-6:
        return None  # margins that disagree
    z, goal = x @ basis, basis.T @ target
    multiplier = np.zeros(basis.shape[1])
    for _ in range(200):
        u = z @ multiplier
        g = np.clip(1 + u, low, high)
        gap = goal - (weight * g) @ z
        if np.max(np.abs(target - (weight * g) @ x), initial=0.0) <= tolerance:
            return np.asarray(g)
        inner = weight * ((1 + u > low) & (1 + u < high))
        matrix = (z * inner[:, None]).T @ z
        ridge = 1e-12 * max(float(np.trace(matrix)), 1e-6)
        direction = np.linalg.solve(matrix + ridge * np.eye(matrix.shape[0]), gap)
        length, rise, start = 1.0, float(gap @ direction), _dual(u, weight, low, high) - float(goal @ multiplier)
        while length > 1e-12:
            trial = multiplier + length * direction
            value_there = _dual(z @ trial, weight, low, high) - float(goal @ trial)
            if value_there <= start - 1e-4 * length * rise + 1e-13 * abs(start):
                break
            length /= 2
        else:
            return None
        multiplier = trial
        if float(np.abs(multiplier).max(initial=0.0)) > 1e12:
            return None
    return None


def _dual(u: FloatVector, weight: FloatVector, low: FloatVector, high: FloatVector) -> float:
    """Integral of the clipped line from 0 to u, summed with the weights."""
    inner = np.clip(u, low - 1, high - 1)
    at_zero = np.clip(0.0, low - 1, high - 1)
    area = inner + inner**2 / 2 - at_zero - at_zero**2 / 2
    area = area + (1 + inner) * (u - inner) - (1 + at_zero) * (0 - at_zero)
    return float(weight @ area)


def _gap(weight: FloatVector, cells: ControlCells, g: FloatVector) -> FloatVector:
    size = np.bincount(cells.group, weights=weight * g, minlength=cells.x.shape[0])
    return cells.totals - size @ cells.x


def _rows(control: Control, used: NDArray[np.bool_]) -> Control:
    if isinstance(control, Margin):
        return replace(control, cell=control.cell[used])
    return replace(control, value=control.value[used])


def _limits(
    before: FloatVector, used: NDArray[np.bool_], classes: Classes, *, maximum: float | None,
    median_times: float | None, mean_times: float | None, quantile: float | None,
) -> FloatVector | None:  # fmt: skip
    stated = [rule for rule in (maximum, median_times, mean_times, quantile) if rule is not None]
    if len(stated) != 1:
        return None
    if maximum is not None:
        return np.full(before.size, float(maximum))
    limit = np.full(len(classes.labels), np.inf)
    for number in range(limit.size):
        inside = before[used & (classes.code == number)]
        if not inside.size:
            continue
        if median_times is not None:
            limit[number] = median_times * float(np.median(inside))
        elif mean_times is not None:
            limit[number] = mean_times * float(inside.mean())
        else:
            limit[number] = float(np.quantile(inside, float(quantile or 0.0)))
    return np.asarray(limit[classes.code])


def _too_tight(
    d: FloatVector, cells: ControlCells, low: FloatVector, cap: FloatVector, minimum: float, where: str
) -> Problem:
    """Find the least multiple of the limits with which the totals can be met (a linear programme on groups)."""
    groups = cells.x.shape[0]
    room, floor = (np.bincount(cells.group, weights=side, minlength=groups) for side in (cap, low))
    scale = np.maximum(np.abs(cells.totals), 1.0)
    one = sparse.eye_array(groups)
    programme: Any = dict(
        A_ub=sparse.hstack([one, sparse.csr_array(-room[:, None])]), b_ub=np.zeros(groups),
        A_eq=sparse.hstack([sparse.csr_array(cells.x.T / scale[:, None]), sparse.csr_array((scale.size, 1))]),
        b_eq=cells.totals / scale, bounds=[(float(f), None) for f in floor] + [(0, None)],
    )  # fmt: skip
    result: Any = linprog(np.r_[np.zeros(groups), 1.0], method="highs", **programme)
    details = {"limit": f"{cap.max():,.6g}", "floor": f"{minimum:,.6g}"}
    if result.status == 0:
        times = np.ceil(float(result.x[-1]) * 1.001 * 1000) / 1000
        details |= {
            "remedy_en": f"Limits {times:g} times as high would do.",
            "remedy_es": f"Bastarían topes {times:g} veces más altos.",
        }
    else:
        details |= {"remedy_en": "Lower `minimum`.", "remedy_es": "Baje `minimum`."}
    return Problem(TRIM_TOO_TIGHT, where, details)
