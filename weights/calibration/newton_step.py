"""The linear algebra of calibration, on the few controls that each group has, by one thread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

FloatVector = NDArray[np.float64]
FloatMatrix = NDArray[np.float64]

# Groups that fill more of their columns are multiplied as a full matrix.
FULL = 0.3
# Of more controls, the threads of a library are worth waiting for.
MANY = 128
RANK = 1e-11


class NewtonStep:
    """Sums over groups and the step they ask for.

    Parameters
    ----------
    x : (G, k) float
        Auxiliary vector of each group.

    Notes
    -----
    A group is in one cell of each margin, so few of the k columns are filled and sums over those alone cost what
    the groups cost. Small problems never reach the threads of a linear algebra library: on busy processors
    waiting for them costs more than the calibration of a million rows, and their sums may differ by machine.
    """

    def __init__(self, x: FloatMatrix) -> None:
        if x.shape[1] > 8 and np.count_nonzero(x) > FULL * x.size:
            self.full: FloatMatrix | None = x
            return
        self.full = None
        self.some = sparse.csr_array(x)
        self.across = sparse.csr_array(self.some.T)

    def scores(self, multiplier: FloatVector) -> FloatVector:
        """Sum of the multipliers of each group, (G,)."""
        return np.asarray((self.some if self.full is None else self.full) @ multiplier)

    def totals(self, size: FloatVector) -> FloatVector:
        """Totals of the controls, (k,), with ``size`` units in each group."""
        return np.asarray(self.across @ size if self.full is None else size @ self.full)

    def direction(self, slope: FloatVector, gap: FloatVector) -> FloatVector:
        r"""Least-norm solution of :math:`(\sum_g s_g x_g x_g^{\mathsf T})\,\delta` = gap.

        Parameters
        ----------
        slope : (G,) float
            Derivative of the totals by the score of each group.
        gap : (k,) float
            What is missing of the totals.

        Returns
        -------
        (k,) float
            Margins that repeat one another's total are no obstacle.
        """
        if self.full is not None:
            return least_norm((self.full * slope[:, None]).T @ self.full, gap)
        filled = np.diff(self.some.indptr)
        weighted = sparse.csr_array(
            (self.some.data * np.repeat(slope, filled), self.some.indices, self.some.indptr), shape=self.some.shape
        )
        return least_norm(sparse.csr_array(self.across @ weighted).toarray(), gap)


def least_norm(matrix: FloatMatrix, gap: FloatVector) -> FloatVector:
    r"""Solve a symmetric system that may be singular.

    Parameters
    ----------
    matrix : (k, k) float
        Positive semidefinite.
    gap : (k,) float
        Right side.

    Returns
    -------
    (k,) float
        The solution of least norm, with rows and columns scaled so that counts and amounts weigh alike.

    Notes
    -----
    With the pivoted Cholesky factor :math:`A = LL^{\mathsf T}`, L of full column rank,

    .. math:: A^{+} = L (L^{\mathsf T}L)^{-2} L^{\mathsf T}.

    References
    ----------
    Courrieu (2005), Neural Information Processing - Letters and Reviews 8(2), 25-29.
    """
    root = np.sqrt(np.maximum(np.diag(matrix), np.finfo(float).tiny))
    root = np.where(root > 1e-12 * root.max(initial=1.0), root, 1.0)
    scaled = matrix / np.outer(root, root)
    if gap.size > MANY:
        value, vector = np.linalg.eigh(scaled)
        kept = value > RANK * value.max(initial=0.0)
        inverse = (vector[:, kept] / value[kept]) @ vector[:, kept].T
        return np.asarray(inverse @ (gap / root) / root)
    factor = _pivoted_factor(scaled)
    gram = np.einsum("ki,kj->ij", factor, factor)
    inner = np.einsum("ki,k->i", factor, gap / root)
    inner = np.linalg.solve(gram, np.linalg.solve(gram, inner))
    return np.asarray(np.einsum("ki,i->k", factor, inner) / root)


def _pivoted_factor(matrix: FloatMatrix) -> FloatMatrix:
    """Columns L, (k, rank), with ``L @ L.T`` the matrix; the greatest pivot that is left is taken first."""
    left = matrix.copy()
    columns: list[FloatVector] = []
    smallest = RANK * left.diagonal().max(initial=0.0)
    while len(columns) < left.shape[0]:
        diagonal = left.diagonal()
        pivot = int(np.argmax(diagonal))
        if not diagonal[pivot] > smallest:
            break
        column = left[:, pivot] / np.sqrt(diagonal[pivot])
        left -= column[:, None] * column
        # What the factor has taken is gone exactly, or rounding would be taken for further columns.
        left[:, pivot] = left[pivot, :] = 0.0
        columns.append(column)
    return np.stack(columns, axis=1) if columns else np.zeros((left.shape[0], 0))
