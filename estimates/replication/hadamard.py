"""Hadamard matrices by the constructions of Sylvester and Paley."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SignMatrix = npt.NDArray[np.int8]


def hadamard(at_least: int) -> SignMatrix:
    r"""Smallest Hadamard matrix that these constructions give from an order on.

    Parameters
    ----------
    at_least : int
        Least order, 1 or more.

    Returns
    -------
    (m, m) int8 of 1 and -1
        Orthogonal rows and orthogonal columns; the first column is all ones.

    Notes
    -----
    With q a prime and Q the matrix of its quadratic character,

    .. math:: H = I + \begin{pmatrix} 0 & 1^{\mathsf T} \\ -1 & Q \end{pmatrix}
              \quad (q \equiv 3 \bmod 4,\ m = q + 1), \qquad
              C \otimes \begin{pmatrix} 1 & 1 \\ 1 & -1 \end{pmatrix}
              + I \otimes \begin{pmatrix} 1 & -1 \\ -1 & -1 \end{pmatrix}
              \quad (q \equiv 1 \bmod 4,\ m = 2(q + 1)),

    C the symmetric conference matrix of q, and :math:`H \otimes H_2` doubles any of them.

    References
    ----------
    Sylvester (1867), Philosophical Magazine 34, 461-475; Paley (1933), Journal of Mathematics and Physics 12,
    311-320.
    """
    if at_least < 1:
        raise ValueError("the order of a Hadamard matrix is 1 or more")
    order = at_least
    while True:
        found = _build(order)
        if found is not None:
            # Turning the signs of rows keeps every product of two columns.
            return np.asarray(found * found[:, :1], dtype=np.int8)
        order += 1


def _build(order: int) -> SignMatrix | None:
    if order in (1, 2):
        return np.array([[1, 1], [1, -1]], dtype=np.int8)[:order, :order]
    if order % 4:
        return None
    if _is_prime(order - 1):
        return _paley_one(order - 1)
    if order // 2 % 2 == 0:
        half = _build(order // 2)
        if half is not None:
            return np.block([[half, half], [half, -half]]).astype(np.int8)
    q = order // 2 - 1
    return _paley_two(q) if q % 4 == 1 and _is_prime(q) else None


def _paley_one(q: int) -> SignMatrix:
    matrix = np.ones((q + 1, q + 1), dtype=np.int8)
    matrix[1:, 0] = -1
    matrix[1:, 1:] = _character(q) + np.eye(q, dtype=np.int8)
    return matrix


def _paley_two(q: int) -> SignMatrix:
    conference = np.ones((q + 1, q + 1), dtype=np.int8)
    conference[0, 0] = 0
    conference[1:, 1:] = _character(q)
    first = np.kron(conference, np.array([[1, 1], [1, -1]], dtype=np.int8))
    second = np.kron(np.eye(q + 1, dtype=np.int8), np.array([[1, -1], [-1, -1]], dtype=np.int8))
    return np.asarray(first + second, dtype=np.int8)


def _character(q: int) -> SignMatrix:
    """Quadratic character of the differences, (q, q)."""
    sign = np.full(q, -1, dtype=np.int8)
    sign[np.arange(1, q, dtype=np.int64) ** 2 % q] = 1
    sign[0] = 0
    number = np.arange(q)
    return np.asarray(sign[(number[:, None] - number[None, :]) % q])


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))
