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


@dataclass(frozen=True)
class GroupedSums:
    """Base-weighted sums by PSU and calibration group: all that calibrated replicates need of the rows.

    Parameters
    ----------
    psu, group : (K,) int
        The pairs that hold rows.
    size : (K,) float
        Base weight of each pair.
    totals : (K, D * k) sparse
        Sums of k columns in D cells; column j of cell d stands at ``d * k + j``.
    columns : int
        k.
    """

    psu: IntVector
    group: IntVector
    size: FloatVector
    totals: sparse.csr_array
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
    keys, pair = np.unique(psu * groups + controls.group, return_inverse=True)
    size = np.bincount(pair, weights=base_weight, minlength=keys.size).astype(np.float64)
    where = np.zeros(psu.size, dtype=np.int64) if cell is None else cell
    inside = np.flatnonzero(where >= 0)
    parts = (base_weight[inside, None] * columns[inside]).ravel()
    row = np.repeat(pair[inside], k)
    column = (where[inside, None] * k + np.arange(k)).ravel()
    totals = sparse.csr_array((parts, (row, column)), shape=(keys.size, cells * k))
    return GroupedSums(keys // groups, keys % groups, size, totals, k)


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
    factors = np.vstack([np.ones(replicates.factors.shape[1]), replicates.factors])
    groups = controls.x.shape[0]
    by_group = sparse.csr_array((sums.size, (sums.psu, sums.group)), shape=(factors.shape[1], groups))
    scale = np.maximum(np.abs(controls.totals), np.abs(controls.x * by_group.sum(axis=0)[:, None]).sum(axis=0) * 1e-6)
    g = np.empty((factors.shape[0], groups))
    step = max(1, NUMBERS_AT_A_TIME // max(groups, 1))
    for start in range(0, factors.shape[0], step):
        part = slice(start, start + step)
        size = np.asarray((by_group.T @ factors[part].T).T)
        g[part], miss = solve_replicates(size, controls.x, controls.totals, scale, function, tolerance)
        failed = int(np.count_nonzero(~(miss <= tolerance)))
        if failed:
            raise ArithmeticError(
                f"{failed} of {miss.size} replicates cannot meet the known totals (off by {np.nanmax(miss):.2g}); "
                "join the cells whose members lie in one PSU, or use the linearized variance"
            )
    totals = np.empty((factors.shape[0], sums.totals.shape[1]))
    step = max(1, NUMBERS_AT_A_TIME // max(sums.psu.size, 1))
    for start in range(0, factors.shape[0], step):
        part = slice(start, start + step)
        totals[part] = (factors[part][:, sums.psu] * g[part][:, sums.group]) @ sums.totals
    return totals.reshape(factors.shape[0], -1, sums.columns)


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
    pairs = (unit[:, :, None] * unit[:, None, :]).reshape(x.shape[0], -1)
    k = x.shape[1]
    multiplier = np.zeros((size.shape[0], k))
    g = np.ones_like(size)
    gap = totals - (size * g) @ x
    miss = np.max(np.abs(gap) / scale, axis=1)
    for _ in range(iterations):
        todo = np.flatnonzero(miss > tolerance)
        if todo.size == 0:
            break
        slope = size[todo] * function.slope(multiplier[todo] @ unit.T)
        matrix = (slope @ pairs).reshape(-1, k, k)
        inverse = np.linalg.pinv(matrix, rcond=1e-11, hermitian=True)
        direction = (inverse @ (gap[todo] / root)[:, :, None])[:, :, 0]
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
        if not improved.any():
            break
    return g, miss


def linear_calibrated_totals(
    replicates: ReplicateFactors,
    auxiliaries: FloatMatrix,
    products: FloatMatrix,
    totals: FloatMatrix,
    crossed: FloatMatrix,
    known: FloatVector,
) -> FloatMatrix:
    r"""Totals of every replicate after linear calibration on numbers, from PSU totals alone, the whole sample first.

    Parameters
    ----------
    replicates : ReplicateFactors
        Factors of PSUs.
    auxiliaries : (P, k) float
        PSU totals of d x.
    products : (P, k, k) float
        PSU totals of d x x'.
    totals : (P, m) float
        PSU totals of d y.
    crossed : (P, k, m) float
        PSU totals of d x y.
    known : (k,) float
        Known totals of x.

    Returns
    -------
    (R + 1, m) float
        Row 0 is the whole sample.

    Notes
    -----
    .. math:: \hat T_r = \sum_i a_{ri} t_i + \lambda_r^{\mathsf T} \sum_i a_{ri} (xy)_i, \qquad
              \lambda_r = \Big(\sum_i a_{ri} (xx)_i\Big)^{-} \Big(X - \sum_i a_{ri} x_i\Big)

    References
    ----------
    Särndal, Swensson and Wretman (1992), section 6.5 (g-weights).
    """
    factors = np.vstack([np.ones(replicates.factors.shape[1]), replicates.factors])
    k, m = auxiliaries.shape[1], totals.shape[1]
    scale = np.sqrt(np.maximum(np.diag(products.sum(axis=0)), np.finfo(float).tiny))
    matrix = (factors @ products.reshape(-1, k * k)).reshape(-1, k, k) / np.outer(scale, scale)
    gap = (known - factors @ auxiliaries) / scale
    multiplier = (np.linalg.pinv(matrix, rcond=1e-11, hermitian=True) @ gap[:, :, None])[:, :, 0] / scale
    added = np.einsum("rk,rkm->rm", multiplier, (factors @ crossed.reshape(-1, k * m)).reshape(-1, k, m))
    return np.asarray(factors @ totals + added)
