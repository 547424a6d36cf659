"""Replicate weights that an office gives with its file."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import sparse

from estimates.measure import FloatVector, IntVector

FloatMatrix = npt.NDArray[np.float64]
ImportedMethod = Literal["jk1", "jkn", "brr", "fay", "bootstrap", "sdr"]


def imported_scale(
    method: ImportedMethod, replicates: int, *, fay: float = 0.0, coefficients: npt.ArrayLike | None = None
) -> FloatVector:
    r"""Say what each replicate of an office counts.

    Parameters
    ----------
    method : {"jk1", "jkn", "brr", "fay", "bootstrap", "sdr"}
        As the office names it.
    replicates : int
        How many, R.
    fay : float
        For ``fay``.
    coefficients : (R,) float, optional
        For ``jkn``: :math:`(n_h - 1)/n_h` of the stratum of each replicate, times its finite population correction.
        Given for another method, they multiply its scale.

    Returns
    -------
    (R,) float

    Notes
    -----
    .. math:: c_{jk1} = \frac{R-1}{R}, \quad c_{brr} = c_{bootstrap} = \frac1R, \quad
              c_{fay} = \frac{1}{R(1-\rho)^2}, \quad c_{sdr} = \frac4R

    References
    ----------
    Wolter (2007), chapters 3 to 5; Fay and Train (1995) for successive differences.
    """
    if method not in get_args(ImportedMethod):
        raise ValueError(f"the replication method '{method}' is not known")
    if method == "jkn" and coefficients is None:
        raise ValueError("jkn needs the coefficient of each replicate: its strata cannot be seen in the weights")
    if not 0 <= fay < 1 or (fay > 0) != (method == "fay"):
        raise ValueError("fay takes a share above 0 and below 1, and no other method takes one")
    whole = {"jk1": (replicates - 1) / replicates, "jkn": 1.0, "sdr": 4 / replicates}
    scale = np.full(replicates, whole.get(method, 1 / (replicates * (1 - fay) ** 2)))
    if coefficients is not None:
        scale = scale * np.asarray(coefficients, dtype=np.float64)
    return scale


def imported_totals(weights: FloatMatrix, columns: FloatMatrix, cell: IntVector, cells: int) -> FloatMatrix:
    """Sum columns by cell under every replicate weight.

    Parameters
    ----------
    weights : (n, R) float
        Replicate weights as given, the base weight included.
    columns : (n, k) float
        Values; 0 where missing.
    cell : (n,) int
        Cell of each row; -1 in none.
    cells : int
        Number of cells D.

    Returns
    -------
    (R, D, k) float
    """
    inside = np.flatnonzero(cell >= 0)
    member = sparse.csr_array((np.ones(inside.size), (cell[inside], inside)), shape=(cells, cell.size))
    sums = [np.asarray(member @ (weights * columns[:, j : j + 1])).T for j in range(columns.shape[1])]
    return np.stack(sums, axis=2)


def imported_degrees_of_freedom(weights: FloatMatrix) -> int:
    """Rank of the replicate weights less one, as R's ``degf`` takes it.

    Parameters
    ----------
    weights : (n, R) float
        Replicate weights.

    Returns
    -------
    int

    References
    ----------
    R package survey, ``degf`` of a replicate design (rank with tolerance 1e-5).
    """
    size = np.sqrt((weights**2).sum(axis=0))
    unit = weights / np.where(size > 0, size, 1.0)
    # The product R x R keeps half of the digits, enough for a tolerance of 1e-5 on the rank.
    value = np.linalg.eigvalsh(unit.T @ unit)
    return int(np.count_nonzero(value > 1e-10 * value.max())) - 1
