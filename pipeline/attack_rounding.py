"""Numbers about victims that a file prints closer than the rounding of its release allows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.disclosure.cells import RoundedRows
from estimates.disclosure.rounding import COUNT_BASE
from estimates.release_view import ERRORS, NOT_ROUNDED, kinds_of
from surveys.dictionary import Dictionary

NEAR = 1e-4
FloatVector = NDArray[np.float64]


def not_rounded(
    told: Mapping[str, FloatVector],
    frame: pd.DataFrame,
    view: pd.DataFrame,
    rounded: RoundedRows | None,
    dictionary: Dictionary,
) -> NDArray[np.bool_]:
    """Find rows about victims of which a file tells an unrounded number.

    Parameters
    ----------
    told : mapping of str to (R,) float
        Numbers read from the file, NaN where it tells none.
    frame, view : DataFrame
        Internal rows, and what may be printed of them.
    rounded : RoundedRows or None
        Rows that the release rounds; None where it does not.
    dictionary : Dictionary
        What each row measures.

    Returns
    -------
    (R,) bool
        Counts that are no multiples of 5; totals, errors, bounds and bases that are no multiples of the base; shares
        that are no ratio of such totals; other figures that are not those of the view; design effects and the like.
    """
    if rounded is None:
        return np.zeros(len(frame), dtype=bool)
    kinds = kinds_of(frame, dictionary)
    found = np.zeros(len(frame), dtype=bool)
    for name in ("n", "cases"):
        found |= _between(told[name] / COUNT_BASE)
    found |= _between(told["population"] / rounded.base)
    for name in NOT_ROUNDED:
        found |= np.isfinite(told[name])
    for name in ERRORS:
        value = told[name]
        away = np.abs(value - view[name].to_numpy(dtype=np.float64)) > NEAR * np.abs(value)
        share = _between(value * told["population"] / rounded.base) & (value < 1)
        found |= np.select([kinds == "total", kinds == "share"], [_between(value / rounded.base), share], away)
    return np.asarray(found & rounded.rows, dtype=bool)


def _between(multiple: FloatVector) -> NDArray[np.bool_]:
    return np.asarray(np.abs(multiple - np.round(multiple)) > NEAR, dtype=bool)
