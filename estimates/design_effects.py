"""Design effects against three simple random samples, each named."""

from __future__ import annotations

from typing import Literal

import numpy as np

from estimates.measure import FloatVector

Reference = Literal["without_replacement", "with_replacement", "dhs"]


def srs_variance(
    squares: FloatVector, n: FloatVector, population: FloatVector, variance: FloatVector, reference: Reference
) -> FloatVector:
    r"""Variance that a simple random sample of the same size would have had, for a mean or ratio.

    Parameters
    ----------
    squares : (D,) float
        Weighted sum of squares of the linearized residuals, :math:`\sum w e^2` with
        :math:`e = (y - \hat R x)\,\hat N / \hat X`.
    n : (D,) float
        Rows of the base.
    population : (D,) float
        Sum of weights of the base.
    variance : (D,) float
        Variance under the design; used by ``dhs`` only.
    reference : {"without_replacement", "with_replacement", "dhs"}
        Which sample to compare with.

    Returns
    -------
    (D,) float
        NaN where not defined: one row, or a population not larger than the sample without replacement.

    Notes
    -----
    With :math:`S^2 = \frac{n}{n-1} \sum w e^2 / \hat N`,

    .. math:: v_{wr} = S^2 / n, \qquad v_{wor} = \frac{\hat N - n}{\hat N} \frac{S^2}{n}, \qquad
              v_{dhs} = \frac{1}{n} \left( \sum w e^2 / \hat N + v \right).

    References
    ----------
    Kish (1965), Survey Sampling, section 8.2. R package survey, ``svymean(deff = TRUE)`` and ``"replace"``.
    The DHS Program's form is the one that reproduces its published DEFT.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = squares / population
        if reference == "dhs":
            return np.asarray((spread + variance) / n)
        replaced = np.where(n > 1, spread / (n - 1.0), np.nan)
        if reference == "with_replacement":
            return np.asarray(replaced)
        # A population that is the sample but for rounding leaves nothing to compare with.
        larger = population > n * (1.0 + 1e-12)
        return np.asarray(np.where(larger, replaced * (population - n) / population, np.nan))


def design_effect(variance: FloatVector, srs: FloatVector) -> FloatVector:
    """Divide a variance by that of a simple random sample; NaN where the latter is 0 or unknown."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(srs > 0, variance / srs, np.nan))
