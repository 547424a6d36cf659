"""Precision that the European Union asks of a survey's design: a target to plan for, not a rule for cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from estimates.publication.cells import FloatArray


@dataclass(frozen=True)
class DesignTarget:
    """Coefficients of one row of Annex II."""

    slope: float
    intercept: float


TARGETS: Mapping[str, DesignTarget] = MappingProxyType(
    {
        "at_risk_of_poverty_or_exclusion": DesignTarget(900, 2600),
        "persistent_poverty": DesignTarget(350, 1000),
        "unemployment": DesignTarget(7800, -4500),
        "employment": DesignTarget(7800, -4500),
    }
)


def required_se(p: ArrayLike, population: ArrayLike, *, target: str) -> FloatArray:
    r"""Largest standard error that the design may be planned with.

    Parameters
    ----------
    p : (...) float
        Expected proportion, a fraction.
    population : (...) float
        Units of the reference population: households for poverty, persons of 15 to 74 years for work.
    target : str
        A key of `TARGETS`.

    Returns
    -------
    (...) float
        Fraction; NaN where the formula has no positive sample size (very small populations).

    Raises
    ------
    ValueError
        If no target has that name.

    Notes
    -----
    .. math:: \mathrm{se} \le \sqrt{ \frac{p (1-p)}{f(N)} }, \qquad f(N) = a \sqrt N + b

    with N in millions, rounded to three decimals.

    References
    ----------
    Regulation (EU) 2019/1700, Annex II.
    """
    if target not in TARGETS:
        raise ValueError(f"no design target is called '{target}'; use one of {', '.join(sorted(TARGETS))}.")
    share = np.asarray(p, dtype=np.float64)
    millions = np.round(np.asarray(population, dtype=np.float64) / 1e6, 3)
    row = TARGETS[target]
    size = row.slope * np.sqrt(millions) + row.intercept
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(size > 0, np.sqrt(share * (1 - share) / size), np.nan)
