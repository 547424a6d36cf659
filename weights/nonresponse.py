"""Units of unknown eligibility and units that did not respond: their weight goes to those alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.problems import DataError, Message, Problem
from weights.classes import Classes, by_quantile, one_class
from weights.diagnostics import diagnose
from weights.response_propensity import (
    design_columns,
    r_indicator,
    response_propensity,
    standardized_differences,
)
from weights.weight_set import WeightStep

FloatVector = NDArray[np.float64]
BoolVector = NDArray[np.bool_]

CLASS_WITHOUT_RESPONDENTS = Message(
    "class_without_respondents",
    "The class '{cell}' has {units} {units|unit|units} and none of them responded; nobody can stand for them. Join "
    "the class with another: fewer variables in `classes:`, or fewer `quantiles:`.",
    "La clase '{cell}' tiene {units} {units|unidad|unidades} y ninguna respondió; nadie puede representarlas. Una la "
    "clase con otra: menos variables en `classes:`, o menos `quantiles:`.",
)
CLASS_WITHOUT_KNOWN = Message(
    "class_without_known",
    "The class '{cell}' has {units} {units|unit|units} and the eligibility of none is known; nobody can stand for "
    "them. Join the class with another: fewer variables in `classes:`.",
    "La clase '{cell}' tiene {units} {units|unidad|unidades} y de ninguna se sabe si es elegible; nadie puede "
    "representarlas. Una la clase con otra: menos variables en `classes:`.",
)


def unknown_eligibility(
    before: FloatVector,
    *,
    unknown: BoolVector,
    classes: Classes,
    where: str,
    parameters: Mapping[str, object] | None = None,
) -> WeightStep:
    r"""Give the weight of units of unknown eligibility to those whose eligibility is known.

    Parameters
    ----------
    before : (n,) float
        Weights before the step.
    unknown : (n,) bool
        Units of which nobody knows whether they belong to the population.
    classes : Classes
        Within which weight moves.
    where : str
        For messages.
    parameters : mapping, optional
        What the recipe said, kept in the record.

    Returns
    -------
    WeightStep

    Raises
    ------
    DataError
        A class in which no eligibility is known.

    Notes
    -----
    .. math:: f_c = \sum_{k \in c} d_k \Big/ \sum_{k \in c,\ \text{known}} d_k,

    0 for the unknown. Units known not to be eligible take their share, so that no more is added than is likely.

    References
    ----------
    Valliant, Dever and Kreuter (2018), Practical Tools for Designing and Weighting Survey Samples, section 13.4.
    """
    used = before > 0
    factor, table = _moved(before, classes, used, used & ~unknown, CLASS_WITHOUT_KNOWN, where)
    diagnostics = {**diagnose(before * factor), "unknown": int((unknown & used).sum()), "tables": table}
    return WeightStep("unknown_eligibility", factor, ("unknown_eligibility",), dict(parameters or {}), diagnostics)


def nonresponse(
    before: FloatVector,
    *,
    eligible: BoolVector,
    responded: BoolVector,
    classes: Classes | None = None,
    predictors: Mapping[str, NDArray[Any]] | None = None,
    quantiles: int | None = None,
    weighted: bool = False,
    compared: Mapping[str, NDArray[Any]] | None = None,
    where: str = "",
    parameters: Mapping[str, object] | None = None,
) -> WeightStep:
    r"""Give the weight of eligible units that did not respond to those that did.

    Parameters
    ----------
    before : (n,) float
        Weights before the step; units with weight zero take no part.
    eligible, responded : (n,) bool
        Units of the population, and those with an interview.
    classes : Classes, optional
        Weighting classes.
    predictors : mapping of str to (n,) values, optional
        Of the response propensity; without ``quantiles`` the factor is one over it.
    quantiles : int, optional
        Classes of about equal weight along the propensity.
    weighted : bool
        Whether the propensity is fitted with the weights.
    compared : mapping of str to (n,) values, optional
        Characteristics known of all eligible units, compared before and after; the predictors unless given.
    where, parameters
        As in `unknown_eligibility`.

    Returns
    -------
    WeightStep
        Zero for nonrespondents and units that are not eligible.

    Raises
    ------
    DataError
        A class without respondents, or a propensity that cannot be estimated.

    Notes
    -----
    By class :math:`f_c = \sum_{k \in c \cap E} d_k / \sum_{k \in c \cap R} d_k`; by propensity
    :math:`f_k = 1 / \hat p_k`.

    References
    ----------
    Little (1986), International Statistical Review 54, 139-157; Särndal and Lundström (2005), Estimation in Surveys
    with Nonresponse, chapter 6.
    """
    used = (before > 0) & eligible
    answered = used & responded
    model: dict[str, object] = {}
    if predictors:
        fit = response_propensity(predictors, answered, used, weight=before if weighted else None, where=where)
        model["model"] = {name: list(pair) for name, pair in fit.coefficients.items()}
        if quantiles:
            classes = by_quantile(fit.probability, before, used, quantiles)
    if predictors and not quantiles:
        probability = fit.probability
        factor = np.where(answered, 1.0 / np.maximum(probability, 1e-300), 0.0)
        table: list[dict[str, object]] = []
    else:
        classes = classes or one_class(before.size)
        factor, table = _moved(before, classes, used, answered, CLASS_WITHOUT_RESPONDENTS, where)
        rate = classes.sums(before, answered) / np.maximum(classes.sums(before, used), 1e-300)
        probability = rate[classes.code]
    after = before * factor
    diagnostics = {
        **diagnose(after),
        "eligible": int(used.sum()),
        "responded": int(answered.sum()),
        "weighted_response": float(before[answered].sum() / before[used].sum()) if used.any() else None,
        "r_indicator": r_indicator(probability, before, used),
        **model,
    }
    for name, values in (compared or predictors or {}).items():
        table = table + _compared(name, values, before, after, used, answered)
    apart = [row for row in table if row["measure"] == "standardized_difference"]
    if apart:
        for moment in ("before", "after"):
            diagnostics[f"largest_difference_{moment}"] = max(abs(float(str(row[moment]))) for row in apart)
    diagnostics["tables"] = table
    return WeightStep("nonresponse", factor, ("nonresponse",), dict(parameters or {}), diagnostics)


def _moved(
    before: FloatVector, classes: Classes, used: BoolVector, receives: BoolVector, message: Message, where: str
) -> tuple[FloatVector, list[dict[str, object]]]:
    gives, takes = classes.sums(before, used), classes.sums(before, receives)
    units, receivers = classes.counts(used), classes.counts(receives)
    empty = (units > 0) & (receivers == 0)
    if empty.any():
        raise DataError(
            Problem(message, where, {"cell": classes.labels[c], "units": int(units[c])}) for c in np.flatnonzero(empty)
        )
    ratio = np.divide(gives, takes, out=np.ones_like(gives), where=takes > 0)
    table: list[dict[str, object]] = [
        {"measure": "class_factor", "cell": label, "before": int(units[c]), "after": int(receivers[c]),
         "value": float(ratio[c])}
        for c, label in enumerate(classes.labels)
        if units[c]
    ]  # fmt: skip
    return np.where(receives, ratio[classes.code], 0.0), table


def _compared(
    name: str, values: NDArray[Any], before: FloatVector, after: FloatVector, used: BoolVector, answered: BoolVector
) -> list[dict[str, object]]:
    """Compare respondents with all eligible units, code by code."""
    if values.dtype == object:
        texts = np.array(["-" if value is None else str(value) for value in values], dtype=str)
        codes = np.unique(texts[used])
        labels, columns = [f"{name}={code}" for code in codes], (texts[:, None] == codes[None, :]).astype(np.float64)
    else:
        labels, x = design_columns({name: values}, used)
        labels, columns = labels[1:], x[:, 1:]
    reference = np.where(used, before, 0.0)
    first = standardized_differences(columns, reference, np.where(answered, before, 0.0))
    second = standardized_differences(columns, reference, np.where(answered, after, 0.0))
    return [
        {"measure": "standardized_difference", "cell": label, "before": float(one), "after": float(two)}
        for label, one, two in zip(labels, first, second, strict=True)
    ]
