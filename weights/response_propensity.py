"""How likely each unit was to respond, by logistic regression, and how uneven response was."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.problems import DataError, Message, Problem

FloatVector = NDArray[np.float64]
BoolVector = NDArray[np.bool_]

PROPENSITY_SEPARATED = Message(
    "propensity_separated",
    "The response propensity cannot be estimated: with {predictors} some units respond always or never. Use fewer "
    "predictors, or join their codes.",
    "No se puede estimar la propensión a responder: con {predictors} hay unidades que responden siempre o nunca. Use "
    "menos variables, o agrupe sus códigos.",
)


@dataclass(frozen=True)
class Propensity:
    """A fitted response model.

    Parameters
    ----------
    probability : (n,) float
        Of each unit, outside the model's units too.
    coefficients : mapping of str to (estimate, standard error)
        By column of the model; standard errors are those of the model, not of the design.
    """

    probability: FloatVector
    coefficients: Mapping[str, tuple[float, float]]


def response_propensity(
    predictors: Mapping[str, NDArray[Any]],
    responded: BoolVector,
    eligible: BoolVector,
    *,
    weight: FloatVector | None = None,
    where: str = "",
) -> Propensity:
    r"""Fit a logistic regression of response.

    Parameters
    ----------
    predictors : mapping of str to (n,) object or float
        Texts become one column a code (a missing one is a code of its own); numbers enter as they are, centred and
        scaled, with a column that says where they are missing.
    responded, eligible : (n,) bool
        The model is fitted on eligible units.
    weight : (n,) float, optional
        Weights the likelihood when given.
    where : str
        For messages.

    Returns
    -------
    Propensity

    Raises
    ------
    DataError
        Some units respond always or never given the predictors.

    Notes
    -----
    .. math:: \operatorname{logit} p_k = x_k^{\mathsf T}\beta

    References
    ----------
    Little (1986), Survey nonresponse adjustments for estimates of means, International Statistical Review 54, 139-157.
    """
    # statsmodels takes a second to load, and most recipes have no use for it
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    names, x = design_columns(predictors, eligible)
    frequency = None if weight is None else weight[eligible] / weight[eligible].mean()
    problem = DataError([Problem(PROPENSITY_SEPARATED, where, {"predictors": ", ".join(predictors)})])
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            # what it warns of is looked for below, and said in plain words
            warnings.simplefilter("ignore")
            model = sm.GLM(responded[eligible].astype(float), x[eligible], family=sm.families.Binomial(),
                           freq_weights=frequency)  # fmt: skip
            fitted = model.fit(maxiter=100, tol=1e-12)
    except PerfectSeparationError:
        raise problem from None
    probability = 1.0 / (1.0 + np.exp(-np.clip(x @ fitted.params, -500, 500)))
    inside = probability[eligible]
    if not fitted.converged or inside.min() < 1e-6 or (inside.max() > 1 - 1e-6 and not responded[eligible].all()):
        raise problem
    pairs = zip(fitted.params.tolist(), fitted.bse.tolist(), strict=True)
    return Propensity(probability, dict(zip(names, pairs, strict=True)))


def design_columns(predictors: Mapping[str, NDArray[Any]], inside: BoolVector) -> tuple[list[str], FloatVector]:
    """Turn predictors to numbers: names, and (n, k) float with a constant first; the first code is left out."""
    size = inside.size
    names, columns = ["constant"], [np.ones(size)]
    for name, values in predictors.items():
        if values.dtype == object:
            texts = np.array(["-" if value is None else str(value) for value in values], dtype=str)
            for code in np.unique(texts[inside])[1:]:
                names.append(f"{name}={code}")
                columns.append((texts == code).astype(np.float64))
            continue
        missing = np.isnan(values)
        known = values[inside & ~missing]
        centre, scale = (float(known.mean()), float(known.std()) or 1.0) if known.size else (0.0, 1.0)
        names.append(name)
        columns.append(np.where(missing, 0.0, (values - centre) / scale))
        if missing[inside].any():
            names.append(f"{name} -")
            columns.append(missing.astype(np.float64))
    return names, np.column_stack(columns)


def r_indicator(probability: FloatVector, weight: FloatVector, inside: BoolVector) -> float:
    r"""Measure how even response was: 1 when all were equally likely to respond.

    Parameters
    ----------
    probability, weight : (n,) float
        Response propensities and design weights.
    inside : (n,) bool
        Eligible units.

    Notes
    -----
    .. math:: R = 1 - 2\sqrt{\frac{1}{\hat N - 1}\sum_k d_k (\hat p_k - \bar p)^2}

    References
    ----------
    Schouten, Cobben and Bethlehem (2009), Indicators for the representativeness of survey response, Survey Methodology
    35(1), 101-113.
    """
    p, d = probability[inside], weight[inside]
    total = float(d.sum())
    if total <= 1:
        return 1.0
    mean = float(d @ p) / total
    return 1.0 - 2.0 * float(np.sqrt(float(d @ (p - mean) ** 2) / (total - 1)))


def standardized_differences(
    columns: FloatVector, reference: FloatVector, weight: FloatVector
) -> FloatVector:
    r"""Compare weighted means with those of a reference, in standard deviations of the reference.

    Parameters
    ----------
    columns : (n, k) float
        Characteristics.
    reference, weight : (n,) float
        Weights of the reference (all eligible units) and of those compared (the respondents; others zero).

    Returns
    -------
    (k,) float
        Zero where the reference does not vary.

    Notes
    -----
    .. math:: \Delta_j = (\bar x_{j,w} - \bar x_{j,\text{ref}}) / s_{j,\text{ref}}
    """
    centre = reference @ columns / reference.sum()
    spread = np.sqrt(reference @ (columns - centre) ** 2 / reference.sum())
    apart = weight @ columns / weight.sum() - centre
    return np.asarray(np.divide(apart, spread, out=np.zeros_like(apart), where=spread > 1e-12))
