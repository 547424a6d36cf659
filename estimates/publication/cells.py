"""The table cells a publication standard looks at, with the quantities every standard derives from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
TextArray = NDArray[np.str_]
ObjectArray = NDArray[np.object_]

KINDS = ("prop", "mean", "total", "size", "ratio", "count")

Compatibility = Literal["calidad"]


@dataclass(frozen=True)
class Cells:
    """Estimates laid side by side; every field has the same shape (n,).

    Parameters
    ----------
    kind : (n,) str
        ``prop``, ``mean``, ``total``, ``size`` (weighted number of units), ``count`` (same) or ``ratio``.
    estimate, se : (n,) float
        Estimate and standard error; proportions as fractions.
    n, cases : (n,) float
        Unweighted base of the cell, and unweighted cases with the attribute.
    deff, df : (n,) float
        Design effect; PSUs minus strata with members of the domain.
    planned : (n,) bool
        The sample was designed for this domain.
    ci_low, ci_high : (n,) float
        Interval printed with the estimate.
    low_df_justified : (n,) bool
        The office has written down why few degrees of freedom are acceptable in this planned domain.
    target_n : (n,) float
        Sample size the design promised to the domain; NaN when none was promised.
    compat : {"calidad"} or None
        Reproduce a known program where it departs from the published text.
    """

    kind: TextArray
    estimate: FloatArray
    se: FloatArray
    n: FloatArray
    cases: FloatArray
    deff: FloatArray
    df: FloatArray
    planned: BoolArray
    ci_low: FloatArray
    ci_high: FloatArray
    low_df_justified: BoolArray
    target_n: FloatArray
    compat: Compatibility | None = None

    @cached_property
    def cv(self) -> FloatArray:
        """Coefficient of variation, a fraction; NaN for an estimate of zero."""
        size = np.abs(self.estimate)
        return np.where(size > 0, self.se / np.where(size > 0, size, 1.0), np.nan)

    @cached_property
    def effective_n(self) -> FloatArray:
        """Base divided by the design effect."""
        known = self.deff > 0
        return np.where(known, self.n / np.where(known, self.deff, 1.0), np.nan)

    @cached_property
    def is_proportion(self) -> BoolArray:
        """Proportions, and ratios that lie in [0, 1] and are judged as proportions."""
        inside = (self.estimate >= 0) & (self.estimate <= 1)
        return np.asarray((self.kind == "prop") | ((self.kind == "ratio") & inside), dtype=np.bool_)

    @cached_property
    def is_count(self) -> BoolArray:
        """Totals and numbers of units."""
        return np.asarray((self.kind == "total") | (self.kind == "size") | (self.kind == "count"), dtype=np.bool_)

    @cached_property
    def is_known(self) -> BoolArray:
        """An estimate and a standard error exist."""
        return np.isfinite(self.estimate) & np.isfinite(self.se) & (self.se >= 0)

    @cached_property
    def logcv(self) -> FloatArray:
        r"""Coefficient of variation of minus the logarithm of a proportion.

        Returns
        -------
        (n,) float
            :math:`(\mathrm{se}/p) / (-\ln p)` for p < 0.5 and the same of 1 - p above; NaN at 0 and 1 and for
            what is not a proportion. With ``compat="calidad"`` the upper half divides se by p, as that
            program does: 0.016 instead of 0.118 for p = 0.88 and se = 0.03.
        """
        p = self.estimate
        valid = self.is_proportion & (p > 0) & (p < 1)
        safe = np.where(valid, p, 0.5)
        smaller = np.where(safe < 0.5, safe, 1 - safe)
        divisor = safe if self.compat == "calidad" else smaller
        return np.where(valid, self.se / divisor / -np.log(smaller), np.nan)


def cells_from(
    *,
    kind: str | ArrayLike,
    estimate: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    cases: ArrayLike,
    deff: ArrayLike,
    df: ArrayLike,
    planned: ArrayLike = False,
    ci_low: ArrayLike = np.nan,
    ci_high: ArrayLike = np.nan,
    low_df_justified: ArrayLike = False,
    target_n: ArrayLike = np.nan,
    compat: Compatibility | None = None,
) -> Cells:
    """Broadcast everything to one shape and refuse kinds that no standard knows.

    Parameters
    ----------
    kind, estimate, se, n, cases, deff, df, planned, ci_low, ci_high, low_df_justified, target_n, compat
        Fields of `Cells`; any may be a single value for all cells.

    Returns
    -------
    Cells
        With arrays of shape (n,).

    Raises
    ------
    ValueError
        If a kind is not one of `KINDS`.
    """
    kinds = np.asarray(kind, dtype=np.str_)
    unknown = sorted(set(np.unique(kinds).tolist()) - set(KINDS))
    if unknown:
        raise ValueError(f"cells of kind {', '.join(unknown)}; a standard judges {', '.join(KINDS)}.")
    given = (estimate, se, n, cases, deff, df, ci_low, ci_high, target_n)
    numbers = [np.asarray(v, dtype=np.float64) for v in given]
    flags = [np.asarray(v, dtype=np.bool_) for v in (planned, low_df_justified)]
    shape = np.broadcast_shapes((1,), kinds.shape, *(v.shape for v in (*numbers, *flags)))
    value, error, rows, y, effect, degrees, low, high, target = (np.broadcast_to(v, shape) for v in numbers)
    is_planned, justified = (np.broadcast_to(v, shape) for v in flags)
    return Cells(
        np.broadcast_to(kinds, shape),
        value,
        error,
        rows,
        y,
        effect,
        degrees,
        is_planned,
        low,
        high,
        justified,
        target,
        compat,
    )
