"""Replicates that are calibrated again, each on its own, on groups of rows and never on rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from estimates.measure import FloatVector, IntVector
from estimates.replication.factors import ReplicateFactors
from weights.calibration.distance import Bounds, CalibrationFunction, Distance, calibration_function
from weights.calibration.margins import ControlCells

FloatMatrix = npt.NDArray[np.float64]
NUMBERS_AT_A_TIME = 8_000_000
FAR = 50.0  # a multiplier beyond which an exponential is no starting point


@dataclass(frozen=True)
class GroupedSums:
    """Base-weighted sums by PSU and calibration group: all that calibrated replicates need of the rows.

    Parameters
    ----------
    size : (U, G) sparse
        Base weight of each group in each PSU.
    totals : (U, M) sparse
        Sums of the columns in each PSU; one for each group, cell and column that occur together.
    group, target : (M,) int
        Group of each of those, and its place ``cell * k + column`` in the answer; sorted by place.
    cells, columns : int
        D and k.
    """

    size: sparse.csr_array
    totals: sparse.csr_array
    group: IntVector
    target: IntVector
    cells: int
    columns: int


def group_sums(
    psu: IntVector,
    controls: ControlCells,
    base_weight: FloatVector,
    columns: FloatMatrix,
    cell: IntVector | None = None,
    cells: int = 1,
) -> GroupedSums:
    """Sum columns once by PSU, calibration group and cell.

    Parameters
    ----------
    psu : (n,) int
        Unit that the replicate factors are for.
    controls : ControlCells
        Groups of the rows.
    base_weight : (n,) float
        Weights before calibration.
    columns : (n, k) float
        Values; 0 where missing.
    cell : (n,) int, optional
        Cell of each row, -1 in none; one cell of all rows when None.
    cells : int
        Number of cells D.

    Returns
    -------
    GroupedSums
    """
    groups, k = controls.x.shape[0], columns.shape[1]
    units = int(psu.max()) + 1
    size = sparse.csr_array((base_weight, (psu, controls.group)), shape=(units, groups))
    where = np.zeros(psu.size, dtype=np.int64) if cell is None else cell
    inside = np.flatnonzero(where >= 0)
    together = where[inside] * groups + controls.group[inside]
    kinds, kind = np.unique(together, return_inverse=True)
    group, at = kinds % groups, kinds // groups
    blocks = [
        sparse.csr_array((base_weight[inside] * column, (psu[inside], kind)), shape=(units, kinds.size))
        for column in columns[inside].T
    ]
    target = np.concatenate([at * k + j for j in range(k)])
    order = np.argsort(target, kind="stable")
    totals = sparse.csr_array(sparse.csc_array(sparse.hstack(blocks))[:, order])
    return GroupedSums(size, totals, np.tile(group, k)[order], target[order], cells, k)


def calibrated_replicate_totals(
    replicates: ReplicateFactors,
    sums: GroupedSums,
    controls: ControlCells,
    *,
    distance: Distance = "linear",
    bounds: Bounds | None = None,
    tolerance: float = 1e-10,
) -> FloatMatrix:
    r"""Totals of every replicate after it was calibrated to the known totals, the whole sample first.

    Parameters
    ----------
    replicates : ReplicateFactors
        Factors of PSUs.
    sums : GroupedSums
        From `group_sums`.
    controls : ControlCells
        Known totals and auxiliary vectors of the groups.
    distance, bounds
        Of the calibration, as `weights.calibration.calibrate`.
    tolerance : float
        Greatest relative difference from a known total.

    Returns
    -------
    (R + 1, D, k) float
        Row 0 is the whole sample.

    Raises
    ------
    ArithmeticError
        Some replicates cannot meet the totals, as when all members of a cell of a margin are in one PSU.

    Notes
    -----
    With :math:`N_{ic}` the base weight of group c in PSU i and :math:`a_{ri}` the factors,

    .. math:: \sum_c \Big(\sum_i a_{ri} N_{ic}\Big) F(x_c^{\mathsf T}\lambda_r)\, x_c = X, \qquad
              \hat T_r = \sum_c F(x_c^{\mathsf T}\lambda_r) \sum_i a_{ri} T_{ic}.

    Rows of a group share one g-weight in every replicate, so this equals calibrating persons, for every distance.

    References
    ----------
    Valliant (1993), JASA 88(421), 89-96 (every replicate calibrated again); Deville and Särndal (1992), JASA
    87(418), 376-382.
    """
    function = calibration_function(distance, bounds)
    # PSUs after the last one with rows have nothing to multiply. Sparse sums take PSUs in rows.
    units, count = sums.size.shape[0], replicates.replicates + 1
    factors = np.empty((units, count))
    factors[:, 0] = 1.0
    factors[:, 1:] = replicates.factors[:, :units].T
    groups = controls.x.shape[0]
    by_group = sums.size
    scale = np.maximum(np.abs(controls.totals), np.abs(controls.x * by_group.sum(axis=0)[:, None]).sum(axis=0) * 1e-6)
    g = np.empty((count, groups))
    step = max(1, NUMBERS_AT_A_TIME // max(groups, 1))
    for start in range(0, count, step):
        part = slice(start, start + step)
        size = np.ascontiguousarray((by_group.T @ factors[:, part]).T)
        g[part], miss = solve_replicates(size, controls.x, controls.totals, scale, function, tolerance)
        failed = int(np.count_nonzero(~(miss <= tolerance)))
        if failed:
            raise ArithmeticError(
                f"{failed} of {miss.size} replicates cannot meet the known totals (off by {np.nanmax(miss):.2g}); "
                "join the cells whose members lie in one PSU, or use the linearized variance"
            )
    found = np.zeros((count, sums.cells * sums.columns))
    places, first = np.unique(sums.target, return_index=True)
    step = max(1, NUMBERS_AT_A_TIME // max(sums.target.size, 1))
    for start in range(0, count, step):
        part = slice(start, start + step)
        by_kind = np.asarray((sums.totals.T @ factors[:, part]).T)
        found[part, places] = np.add.reduceat(by_kind * g[part][:, sums.group], first, axis=1)
    return found.reshape(count, sums.cells, sums.columns)


def solve_replicates(
    size: FloatMatrix,
    x: FloatMatrix,
    totals: FloatVector,
    scale: FloatVector,
    function: CalibrationFunction,
    tolerance: float,
    iterations: int = 100,
) -> tuple[FloatMatrix, FloatVector]:
    """Solve the calibration equations of many replicates at once by Newton's method with halved steps.

    Replicates share the curvature of their mean while that brings them nearer, and take their own where it does not.

    Parameters
    ----------
    size : (R, G) float
        Base weight of each group in each replicate.
    x : (G, k) float
        Auxiliary vectors.
    totals, scale : (k,) float
        Known totals, and what their differences are relative to.
    function : CalibrationFunction
        The distance.
    tolerance : float
        Relative difference at which a replicate is done.
    iterations : int
        Newton steps before giving up.

    Returns
    -------
    g : (R, G) float
        Factors.
    miss : (R,) float
        Greatest relative difference left.
    """
    root = np.sqrt(np.maximum((x**2 * size.mean(axis=0)[:, None]).sum(axis=0), np.finfo(float).tiny))
    unit = x / root
    k = x.shape[1]
    middle = size.mean(axis=0)
    # The mean of the replicates is solved first: all start from its answer, with its curvature.
    start = np.zeros(k)
    for _ in range(iterations if size.shape[0] > 1 else 0):
        ahead = totals - (middle * function.value(unit @ start)) @ x
        if np.max(np.abs(ahead) / scale) <= tolerance:
            break
        start = start + _inverse(middle * function.slope(unit @ start), unit) @ (ahead / root)
    if not np.isfinite(start).all() or np.abs(unit @ start).max(initial=0.0) > FAR:
        start = np.zeros(k)
    shared = _inverse(middle * function.slope(unit @ start), unit)
    multiplier = np.tile(start, (size.shape[0], 1))
    g = function.value(multiplier @ unit.T)
    gap = totals - (size * g) @ x
    miss = np.max(np.abs(gap) / scale, axis=1)
    own = np.zeros(size.shape[0], dtype=bool)
    for _ in range(iterations):
        todo = np.flatnonzero(miss > tolerance)
        if todo.size == 0:
            break
        before = miss[todo].copy()
        direction = (gap[todo] / root) @ shared
        if own[todo].any():
            alone = np.flatnonzero(own[todo])
            slope = size[todo[alone]] * function.slope(multiplier[todo[alone]] @ unit.T)
            for position, row in zip(alone, slope, strict=True):
                direction[position] = _inverse(row, unit) @ (gap[todo[position]] / root)
        length = np.ones(todo.size)
        improved = np.zeros(todo.size, dtype=bool)
        while not improved.all() and length.min() > 1e-6:
            rest = np.flatnonzero(~improved)
            at = todo[rest]
            trial = multiplier[at] + length[rest, None] * direction[rest]
            trial_g = function.value(trial @ unit.T)
            trial_gap = totals - (size[at] * trial_g) @ x
            trial_miss = np.max(np.abs(trial_gap) / scale, axis=1)
            better = trial_miss < miss[at]
            won = at[better]
            multiplier[won], g[won], gap[won], miss[won] = (
                trial[better], trial_g[better], trial_gap[better], trial_miss[better],
            )  # fmt: skip
            improved[rest[better]] = True
            length[rest[~better]] /= 2
        if not (improved | ~own[todo]).any():
            break
        # A replicate unlike the others takes its own curvature.
        own[todo] |= miss[todo] > 0.3 * before
    return g, miss


def _inverse(slope: FloatVector, unit: FloatMatrix) -> FloatMatrix:
    """Generalized inverse of the curvature: margins that repeat one another's total do no harm."""
    return np.asarray(np.linalg.pinv((unit * slope[:, None]).T @ unit, rcond=1e-11, hermitian=True))
