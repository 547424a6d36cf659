"""Rao and Scott's tests of independence in a two-way table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from estimates.level_calibration import LevelCalibration
from estimates.linearized_covariance import linearized_covariance
from estimates.measure import BoolVector, Coding, FloatVector, IntVector
from surveys.design import Design

FloatMatrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Association:
    """Result of a test of independence.

    Parameters
    ----------
    f : float
        Rao and Scott's second-order statistic.
    numerator_df, denominator_df : float
        Its degrees of freedom.
    p_value : float
        Probability of an F at least as large under independence.
    chi_square : float
        Pearson's statistic of the weighted shares, scaled to the rows used; not itself a valid test.
    n : int
        Rows used.
    """

    f: float
    numerator_df: float
    denominator_df: float
    p_value: float
    chi_square: float
    n: int


def rao_scott(
    rows: Coding,
    columns: Coding,
    weight: FloatVector,
    design: Design,
    domain: BoolVector | None = None,
    *,
    calibration: LevelCalibration | None = None,
) -> Association:
    r"""Test whether two categorical variables are independent.

    Parameters
    ----------
    rows, columns : Coding
        Two variables of n rows; rows where either is missing leave the base. Categories without members are
        left out.
    weight : (n,) float
        Final weights.
    design : Design
        Describes the n rows.
    domain : (n,) bool, optional
        Rows of the domain.
    calibration : LevelCalibration, optional
        Known totals that the weights meet, and a second phase.

    Returns
    -------
    Association
        NaN statistics when one of the variables has a single category with members.

    Notes
    -----
    With :math:`\hat p` the cell shares, :math:`D = \mathrm{diag}(\hat p)` and :math:`C` the interaction
    contrasts made
    orthogonal to the main effects,

    .. math:: \Delta = (C^{\mathsf T} D^{-1} C)^{-1} (C^{\mathsf T} D^{-1}\, n \widehat V\, D^{-1} C), \qquad
              F = \frac{X^2}{\mathrm{tr}\,\Delta}, \qquad
              \nu = \frac{(\mathrm{tr}\,\Delta)^2}{\mathrm{tr}\,\Delta^2},

    referred to F with :math:`\nu` and :math:`\nu\,(\text{PSUs} - \text{strata})` degrees of freedom.

    References
    ----------
    Rao and Scott (1984), Annals of Statistics 12(1), 46-60; Thomas and Rao (1987), JASA 82, 630-636 (the F
    form).
    """
    used = (rows.codes >= 0) & (columns.codes >= 0) & (weight > 0)
    if domain is not None:
        used &= domain
    r, row = np.unique(rows.codes[used], return_inverse=True)
    c, column = np.unique(columns.codes[used], return_inverse=True)
    n, w = int(used.sum()), weight[used]
    if r.size < 2 or c.size < 2:
        return Association(np.nan, np.nan, np.nan, np.nan, np.nan, n)
    cell = row * c.size + column
    population = w.sum()
    p = np.bincount(cell, weights=w, minlength=r.size * c.size) / population

    def sums(code: IntVector, codes: int, by: FloatVector) -> FloatMatrix:
        counted = np.bincount(code[used] * p.size + cell, weights=by[used], minlength=codes * p.size)
        table = counted.reshape(codes, p.size)
        return np.asarray((table - table.sum(axis=1, keepdims=True) * p) / population)

    covariance = linearized_covariance(sums, weight, design, calibration)
    table = p.reshape(r.size, c.size)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)).ravel()
    chi_square = float(n * np.sum((p - expected) ** 2 / expected))
    # The contrasts of log shares that vanish under independence: orthogonal to the main effects.
    effects = _dummies(r.size, c.size)
    main = np.column_stack([np.ones(p.size), *effects])
    inner = np.column_stack([a * b for a in effects[: r.size - 1] for b in effects[r.size - 1 :]])
    contrast = inner - main @ np.linalg.lstsq(main, inner, rcond=None)[0]
    inverse = np.divide(1.0, p, out=np.zeros_like(p), where=p > 0)[:, None]
    simple = contrast.T @ (contrast * inverse) / n
    delta = np.linalg.solve(simple, (contrast * inverse).T @ covariance @ (contrast * inverse))
    trace = float(np.trace(delta))
    nu = trace**2 / float(np.trace(delta @ delta))
    psus = np.unique(design.psu[used])
    df = psus.size - np.unique(design.stratum_of_psu[psus]).size
    f = chi_square / trace
    return Association(f, nu, nu * df, float(stats.f.sf(f, nu, nu * df)) if df > 0 else np.nan, chi_square, n)


def _dummies(rows: int, columns: int) -> list[FloatVector]:
    row, column = np.divmod(np.arange(rows * columns), columns)
    return [(row == level).astype(np.float64) for level in range(1, rows)] + [
        (column == level).astype(np.float64) for level in range(1, columns)
    ]
