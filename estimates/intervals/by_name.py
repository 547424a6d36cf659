"""Every interval of a proportion under the name a study writes in its configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from estimates.intervals.arcsine import arcsine
from estimates.intervals.beta_prior import bayes_uniform, jeffreys
from estimates.intervals.bounds import Bounds, FloatArray
from estimates.intervals.korn_graubard import korn_graubard
from estimates.intervals.likelihood import likelihood
from estimates.intervals.logit import logit
from estimates.intervals.wald import wald
from estimates.intervals.wilson import wilson
from estimates.intervals.zero_cell import zero_cell


def proportion_interval(
    name: str,
    p: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    df: ArrayLike,
    *,
    deff: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Bounds:
    """Interval of proportions by the method of that name.

    Parameters
    ----------
    name : str
        A key of `PROPORTION_INTERVALS`.
    p, se : (...) float
        Estimated proportion, a fraction, and its standard error.
    n, df : (...) float
        Rows in the denominator and design degrees of freedom.
    deff : (...) float, optional
        Design effect expected of the attribute, for cells of 0 and 100 %.
    confidence : float
        Two-sided coverage.

    Returns
    -------
    Bounds
        Fractions.

    Raises
    ------
    ValueError
        If no method has that name; the message lists those there are.
    """
    if name not in PROPORTION_INTERVALS:
        known = ", ".join(sorted(PROPORTION_INTERVALS))
        raise ValueError(f"no interval is called '{name}'; use one of {known}.")
    share, error, rows, degrees = (np.asarray(value, dtype=np.float64) for value in (p, se, n, df))
    return PROPORTION_INTERVALS[name](share, error, rows, degrees, deff, confidence)


def _wald(
    p: FloatArray, se: FloatArray, df: FloatArray, n: FloatArray, deff: ArrayLike | None, confidence: float
) -> Bounds:
    """Symmetric limits, except in cells of 0 and 100 %: [0, 0] would say that nobody is possible."""
    inner = wald(p, se, df, confidence=confidence)
    edge = zero_cell(p, n, deff=deff, confidence=confidence)
    extreme = ((p == 0) | (p == 1)) & np.isfinite(inner.low)
    return Bounds(np.where(extreme, edge.low, inner.low), np.where(extreme, edge.high, inner.high))


_Method = Callable[[FloatArray, FloatArray, FloatArray, FloatArray, ArrayLike | None, float], Bounds]

PROPORTION_INTERVALS: Mapping[str, _Method] = MappingProxyType(
    {
        "korn_graubard": lambda p, se, n, df, deff, c: korn_graubard(p, se, n, df, deff=deff, confidence=c),
        "korn_graubard_r": lambda p, se, n, df, deff, c: korn_graubard(
            p, se, n, df, deff=deff, confidence=c, cap=False
        ),
        "wilson": lambda p, se, n, df, deff, c: wilson(p, se, n, df, deff=deff, confidence=c),
        "wilson_z": lambda p, se, n, df, deff, c: wilson(
            p, se, n, np.full_like(df, np.inf), cap=False, deff=deff, confidence=c
        ),
        "jeffreys": lambda p, se, n, df, deff, c: jeffreys(p, se, n, df, deff=deff, confidence=c),
        "bayes_uniform": lambda p, se, n, df, deff, c: bayes_uniform(p, se, n, df, deff=deff, confidence=c),
        "logit": lambda p, se, n, df, deff, c: logit(p, se, df, n=n, deff=deff, confidence=c),
        "likelihood": lambda p, se, n, df, deff, c: likelihood(p, se, df, n=n, deff=deff, confidence=c),
        "arcsine": lambda p, se, n, df, deff, c: arcsine(p, se, df, n=n, deff=deff, confidence=c),
        "wald": lambda p, se, n, df, deff, c: _wald(p, se, df, n, deff, c),
        "wald_z": lambda p, se, n, df, deff, c: _wald(p, se, np.full_like(df, np.inf), n, deff, c),
    }
)
