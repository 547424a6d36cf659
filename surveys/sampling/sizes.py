"""How many units a sample needs for a target precision of a proportion, domain by domain."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from surveys.problems import DesignError, Message, Problem

FloatArray = NDArray[np.float64]
Target = Literal["cv", "half_width", "log_cv"]

OUTSIDE = Message(
    "sampling_value_outside",
    "{name} has {count} values outside {limits}.\n  Correct them: sample sizes cannot be computed.",
    "{name} tiene {count} valores fuera de {limits}.\n  Corríjalos: no se puede calcular el tamaño de muestra.",
)


def sample_size(
    proportion: ArrayLike,
    target: ArrayLike,
    *,
    kind: Target = "cv",
    deff: ArrayLike = 1.0,
    response: ArrayLike = 1.0,
    population: ArrayLike = np.inf,
    per_unit: ArrayLike = 1.0,
    confidence: float = 0.95,
) -> FloatArray:
    r"""Units to draw so that a proportion reaches a target precision.

    Parameters
    ----------
    proportion : (...) float
        Expected proportion, a fraction strictly between 0 and 1.
    target : (...) float
        Coefficient of variation, half-width of the confidence interval (both fractions), or coefficient of
        variation of minus the logarithm of the proportion.
    kind : {"cv", "half_width", "log_cv"}
        What ``target`` is.
    deff : (...) float
        Design effect, as from `design_effect`.
    response : (...) float
        Share of drawn units expected to answer, in (0, 1].
    population : (...) float
        Units in the domain; infinite for none of the finite population correction.
    per_unit : (...) float
        Elements of the proportion's base in one drawn unit, such as persons in a household.
    confidence : float
        Coverage of the interval of ``half_width``.

    Returns
    -------
    (...) float
        Whole numbers of units to draw, rounded up. Never more than ``population``: where that many are needed
        to answer, all are drawn, and the target is out of reach if some do not answer.

    Raises
    ------
    DesignError
        A value outside its limits.

    Notes
    -----
    With :math:`V` the variance that the target allows and :math:`S^2 = p(1-p)N/(N-1)`,

    .. math:: m = \frac{1}{V / (\mathrm{deff}\, S^2) + 1/N}, \qquad n = \frac{m}{k\, r}

    where :math:`m` counts elements, :math:`k` is ``per_unit`` and :math:`r` the response rate; :math:`V` is
    :math:`(c\,p)^2`, :math:`(h / z_{1-\alpha/2})^2`, or :math:`(\ell\, q \ln q)^2` with
    :math:`q = \min(p, 1-p)`.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., sections 4.4 to 4.7. United Nations (2005), Household Sample
    Surveys in Developing and Transition Countries, chapter 2. CEPAL (2020), LC/TS.2020, for the logarithm.
    """
    p, goal, effect, rate, size, load = (
        np.asarray(item, dtype=np.float64) for item in (proportion, target, deff, response, population, per_unit)
    )
    found = [
        *inside("proportion", p, 0.0, 1.0),
        *inside("target", goal, 0.0, np.inf),
        *inside("deff", effect, 0.0, np.inf),
        *inside("response", rate, 0.0, 1.0, closed=True),
        *inside("population", size, 0.0, np.inf, closed=True),
        *inside("per_unit", load, 0.0, np.inf),
        *inside("confidence", np.asarray(confidence), 0.0, 1.0),
    ]
    if found:
        raise DesignError(found)
    allowed = _allowed_variance(p, goal, kind, confidence)
    elements = size * load
    finite = np.isfinite(elements) & (elements > 1)
    spread = p * (1 - p) * np.where(finite, elements / np.where(finite, elements - 1, 1.0), 1.0)
    needed = 1.0 / (allowed / (effect * spread) + 1.0 / elements)
    # A hair's breadth above a whole number is rounding, not another interview.
    return np.minimum(np.ceil(np.round(needed / (load * rate), 9)), size)


def variance_of_proportion(
    proportion: ArrayLike, n: ArrayLike, *, deff: ArrayLike = 1.0, population: ArrayLike = np.inf
) -> FloatArray:
    r"""Compute the variance of an estimated proportion under a planned design.

    Parameters
    ----------
    proportion, n, deff, population : (...) float
        Expected proportion, elements that answer in its base, design effect, elements in the domain.

    Returns
    -------
    (...) float
        NaN where ``n`` is not positive.

    Notes
    -----
    .. math:: V = \mathrm{deff} \left(1 - \frac{n}{N}\right) \frac{p(1-p)}{n} \frac{N}{N-1}

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., theorem 3.2; Kish (1965), section 8.2, for deff.
    """
    p, size, effect, total = (np.asarray(item, dtype=np.float64) for item in (proportion, n, deff, population))
    finite = np.isfinite(total) & (total > 1)
    spread = p * (1 - p) * np.where(finite, total / np.where(finite, total - 1, 1.0), 1.0)
    left = np.where(np.isfinite(total), np.maximum(1 - size / np.where(total > 0, total, 1.0), 0.0), 1.0)
    return np.where(size > 0, effect * left * spread / np.where(size > 0, size, 1.0), np.nan)


def design_effect(rho: ArrayLike, per_segment: ArrayLike, *, weights: ArrayLike = 1.0) -> FloatArray:
    r"""Design effect of clustering, times that of unequal weights.

    Parameters
    ----------
    rho : (...) float
        Intraclass correlation within segments, in (-1, 1].
    per_segment : (...) float
        Elements that answer per segment, at least 1.
    weights : (...) float
        Factor of unequal weights, ``1 + CV²`` of the weights; 1 for equal weights.

    Returns
    -------
    (...) float

    Raises
    ------
    DesignError
        A value outside its limits, or a design effect that is not positive.

    Notes
    -----
    .. math:: \mathrm{deff} = (1 + \mathrm{CV}_w^2)\,\{1 + (m - 1)\rho\}

    References
    ----------
    Kish (1965), Survey Sampling, section 5.4; Kish (1987), Statistical Design for Research, section 7.4.
    """
    rate, load, factor = (np.asarray(item, dtype=np.float64) for item in (rho, per_segment, weights))
    effect = factor * (1 + (load - 1) * rate)
    found = [
        *inside("rho", rate, -1.0, 1.0, closed=True),
        *inside("weights", factor, 1.0 - 1e-12, np.inf),
        *inside("per_segment", load, 1.0 - 1e-12, np.inf),
        *inside("deff", effect, 0.0, np.inf),
    ]
    if found:
        raise DesignError(found)
    return effect


def expected_cases(households: ArrayLike, *, response: ArrayLike, size: ArrayLike, prevalence: ArrayLike) -> FloatArray:
    r"""Cases that a sample of households is expected to find: the planning rule of a rare population.

    Parameters
    ----------
    households, response, size, prevalence : (...) float
        Households drawn, share that answers, persons per household (1 when families are counted), share of
        persons with the attribute.

    Returns
    -------
    (...) float

    Notes
    -----
    .. math:: y = n \cdot r \cdot k \cdot p

    References
    ----------
    The module on displacement in the EPHPM 2023 of Honduras, Joint Data Center on Forced Displacement:
    28,800 x 0.75 x 4.6 x 0.027 = 2,683 persons.
    """
    drawn, rate, load, share = (np.asarray(item, dtype=np.float64) for item in (households, response, size, prevalence))
    return np.asarray(drawn * rate * load * share, dtype=np.float64)


def inside(name: str, values: FloatArray, low: float, high: float, *, closed: bool = False) -> list[Problem]:
    """Tell how many values are not numbers strictly above ``low`` and below (``closed``: up to) ``high``."""
    good = (values > low) & ((values <= high) if closed else (values < high))
    count = int(np.sum(~good))
    limits = f"({low:g}, {high:g}{']' if closed else ')'}"
    return [Problem(OUTSIDE, "sampling", {"name": name, "count": count, "limits": limits})] if count else []


def _allowed_variance(p: FloatArray, goal: FloatArray, kind: Target, confidence: float) -> FloatArray:
    if kind == "cv":
        return np.asarray((goal * p) ** 2)
    if kind == "half_width":
        return np.asarray((goal / special.ndtri(0.5 + confidence / 2)) ** 2)
    smaller = np.minimum(p, 1 - p)
    return np.asarray((goal * smaller * np.log(smaller)) ** 2)
