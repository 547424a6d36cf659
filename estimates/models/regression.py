"""Linear, logistic and Poisson regression with the covariance of the sample design."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import expit
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from estimates.level_calibration import LevelCalibration
from estimates.linearized_covariance import linearized_covariance, row_sums
from estimates.measure import BoolVector, FloatVector
from estimates.models.refusals import CannotRegress
from surveys.design import Design

Family = Literal["linear", "logistic", "poisson"]
FloatMatrix = npt.NDArray[np.float64]
_FAMILIES = {
    "linear": families.Gaussian,
    "logistic": families.Binomial,
    "poisson": families.Poisson,
}


@dataclass(frozen=True)
class Regression:
    """A fitted model.

    Parameters
    ----------
    names : tuple of str, length p
        Coefficients.
    coefficient, se, t, p_value, ci_low, ci_high : (p,) float
        On the scale of the linear predictor.
    covariance : (p, p) float
        Of the coefficients, under the design.
    df : int
        PSUs minus strata minus p, plus one when there is a constant: what the intervals use.
    n : int
        Rows used.
    family : {"linear", "logistic", "poisson"}
        Which model.
    effect, effect_se : (p,) float
        Average marginal effect of each column on the scale of y, and its standard error: a derivative, or for a
        column of a code variable the change from its reference to that code.
    """

    names: tuple[str, ...]
    coefficient: FloatVector
    se: FloatVector
    t: FloatVector
    p_value: FloatVector
    ci_low: FloatVector
    ci_high: FloatVector
    covariance: FloatMatrix
    df: int
    n: int
    family: Family
    effect: FloatVector
    effect_se: FloatVector


def regress(
    y: FloatVector,
    x: FloatMatrix,
    names: Sequence[str],
    weight: FloatVector,
    design: Design,
    domain: BoolVector | None = None,
    *,
    family: Family = "linear",
    confidence: float = 0.95,
    codes: Sequence[Sequence[int]] = (),
    calibration: LevelCalibration | None = None,
) -> Regression:
    r"""Fit by weighted pseudo maximum likelihood, with a design-based sandwich.

    Parameters
    ----------
    y : (n,) float
        Outcome; 0 or 1 for logistic, counts of 0 or more for Poisson. Missing values leave the base.
    x : (n, p) float
        Covariates, the constant among them. Rows with a missing value leave the base.
    names : sequence of str, length p
        Names of the columns.
    weight : (n,) float
        Final weights.
    design : Design
        Describes the n rows; PSUs without rows in the base are kept.
    domain : (n,) bool, optional
        Rows of the domain.
    family : {"linear", "logistic", "poisson"}
        With its canonical link: identity, logit, log.
    confidence : float
        Of the intervals, by Student's t.
    codes : sequence of sequence of int
        Columns of each code variable, one for every code but the reference.
    calibration : LevelCalibration, optional
        Known totals that the weights meet, and a second phase.

    Returns
    -------
    Regression

    Raises
    ------
    CannotRegress
        Fewer rows than coefficients, columns that depend on one another, an outcome outside the family, no
        convergence (perfect separation among its causes).

    Notes
    -----
    With :math:`\mu_k` the fitted mean and :math:`v_k` its variance function,

    .. math:: u_{hi} = \sum_{k \in hi} w_k x_k (y_k - \hat\mu_k), \qquad
              A = \sum_k w_k v_k x_k x_k^{\mathsf T}, \qquad
              \widehat V(\hat\beta) = A^{-1}\, \widehat C(u)\, A^{-1},

    where :math:`\widehat C` is the covariance of the total of u under the design, every stage of it, and after a
    calibration that of its residuals. The fit is iterated to
    1e-14, so
    A belongs to the coefficients reported. The average marginal effect of column j is

    .. math:: \widehat m_j = \sum_k w_k\, \partial\mu_k/\partial x_{kj} \Big/ \sum_k w_k \quad\text{or}\quad
              \sum_k w_k\,[\mu(x_k^{j}) - \mu(x_k^{0})] \Big/ \sum_k w_k,

    with :math:`x_k^{j}` the row as if it had code j and :math:`x_k^{0}` as if it had the reference; its variance is
    :math:`\nabla\widehat m_j^{\mathsf T}\, \widehat V(\hat\beta)\, \nabla\widehat m_j`, the covariates taken as they
    are in the sample.

    References
    ----------
    Binder (1983), International Statistical Review 51(3), 279-292; Heeringa, West and Berglund (2017),
    Applied
    Survey Data Analysis, sections 7.3 and 8.3; Williams (2012), Stata Journal 12(2), 308-331, average marginal effects.
    """
    used = ~np.isnan(y) & ~np.isnan(x).any(axis=1) & (weight > 0)
    if domain is not None:
        used &= domain
    outcome, columns, w = y[used], x[used], weight[used]
    _refuse(outcome, columns, names, family)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerfectSeparationWarning)  # it does not converge, which is told below
        fit = GLM(outcome, columns, family=_FAMILIES[family](), freq_weights=w).fit(
            tol=1e-14, rtol=1e-13, tol_criterion="params", maxiter=200
        )
    if not fit.converged:
        raise CannotRegress("not_converged")
    beta = np.asarray(fit.params, dtype=np.float64)
    mean = np.asarray(fit.fittedvalues, dtype=np.float64)
    spread = {"linear": np.ones_like(mean), "logistic": mean * (1 - mean), "poisson": mean}[family]
    bread = np.linalg.inv(columns.T @ (columns * (w * spread)[:, None]))
    # The linearized variable of each coefficient: the regression on known totals meets numbers of like size.
    influence = np.zeros((used.size, beta.size))
    influence[used] = (columns * (outcome - mean)[:, None]) @ bread
    covariance = linearized_covariance(row_sums(influence), weight, design, calibration)
    se = np.sqrt(np.diag(covariance))
    psus = np.unique(design.psu[used])
    df = int(psus.size - np.unique(design.stratum_of_psu[psus]).size - beta.size + 1)
    t, p_value, reach = beta / se, np.full(beta.size, np.nan), np.full(beta.size, np.nan)
    if df > 0:
        p_value = 2 * stats.t.sf(np.abs(t), df)
        reach = stats.t.ppf((1 + confidence) / 2, df) * se
    effect, effect_se = _marginal(beta, covariance, columns, w, mean, family, codes)
    return Regression(
        tuple(names), beta, se, t, p_value, beta - reach, beta + reach, covariance, df, int(used.sum()),
        family, effect, effect_se,
    )  # fmt: skip


def _marginal(
    beta: FloatVector,
    covariance: FloatMatrix,
    x: FloatMatrix,
    w: FloatVector,
    mean: FloatVector,
    family: Family,
    codes: Sequence[Sequence[int]],
) -> tuple[FloatVector, FloatVector]:
    """Average change of the mean by each column; the covariates are taken as they are in the sample."""
    share = w / w.sum()
    if family == "linear":
        return beta, np.sqrt(np.diag(covariance))
    slope, bend = _slopes(mean, family)
    level, turn = float(share @ slope), (share * bend) @ x
    effect, jacobian = beta * level, level * np.eye(beta.size) + np.outer(beta, turn)
    for group in codes:
        without = x.copy()
        without[:, list(group)] = 0.0
        for column in group:
            chosen = without.copy()
            chosen[:, column] = 1.0
            low, high = (_means(rows @ beta, family) for rows in (without, chosen))
            effect[column] = float(share @ (high - low))
            jacobian[column] = (share * _slopes(high, family)[0]) @ chosen - (share * _slopes(low, family)[0]) @ without
    return effect, np.sqrt(np.diag(jacobian @ covariance @ jacobian.T))


def _means(linear: FloatVector, family: Family) -> FloatVector:
    return np.asarray(expit(linear) if family == "logistic" else np.exp(linear))


def _slopes(mean: FloatVector, family: Family) -> tuple[FloatVector, FloatVector]:
    """First and second derivative of the mean by the linear predictor."""
    slope = mean * (1 - mean) if family == "logistic" else mean
    return slope, slope * (1 - 2 * mean) if family == "logistic" else slope


def _refuse(y: FloatVector, x: FloatMatrix, names: Sequence[str], family: Family) -> None:
    if x.shape[1] != len(names):
        raise ValueError(f"{x.shape[1]} columns and {len(names)} names")
    if y.size <= x.shape[1]:
        raise CannotRegress("too_few_rows")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("infinite values; mark them as missing or correct them")
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise CannotRegress("columns_dependent")
    if family == "logistic" and not np.isin(y, (0.0, 1.0)).all():
        raise CannotRegress("outcome_not_binary")
    if family == "poisson" and (y < 0).any():
        raise CannotRegress("outcome_negative")
