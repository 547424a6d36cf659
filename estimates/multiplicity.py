"""Adjusted p-values when many domains are compared at once."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Method = Literal["holm", "benjamini_hochberg"]


def adjust(
    p_value: ArrayLike, *, method: Method = "holm", family: ArrayLike | None = None
) -> NDArray[np.float64]:
    r"""Adjust p-values for the number of comparisons in their family.

    Parameters
    ----------
    p_value : (m,) float
        Unadjusted two-sided p-values; NaN where a comparison could not be made, which then does not count.
    method : {"holm", "benjamini_hochberg"}
        Holm bounds the chance of any false alarm; Benjamini-Hochberg the expected share of false alarms.
    family : (m,) int or str, optional
        Label of the set of comparisons each belongs to, such as one indicator by department. One family by
        default.

    Returns
    -------
    (m,) float
        Adjusted p-values in the given order, at most 1; NaN stays NaN.

    Raises
    ------
    ValueError
        If a p-value lies outside [0, 1], labels and p-values differ in number, or the method is unknown.

    Notes
    -----
    With :math:`p_{(1)} \le \dots \le p_{(m)}`,

    .. math:: \tilde p^{\,\mathrm{Holm}}_{(i)} = \max_{j \le i} \min\{1, (m - j + 1)\, p_{(j)}\},
              \quad \tilde p^{\,\mathrm{BH}}_{(i)} = \min_{j \ge i} \min\{1, m\, p_{(j)} / j\}

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70.
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57(1), 289-300.
    """
    p = np.atleast_1d(np.asarray(p_value, dtype=np.float64))
    if np.any((p < 0) | (p > 1)):
        raise ValueError(
            f"{int(np.sum((p < 0) | (p > 1)))} p-values lie outside [0, 1]; p-values are probabilities."
        )
    if method not in ("holm", "benjamini_hochberg"):
        raise ValueError(f"no adjustment is called '{method}'; use holm or benjamini_hochberg.")
    labels = np.zeros(p.shape, dtype=np.int64) if family is None else np.asarray(family)
    if labels.shape != p.shape:
        raise ValueError(f"{labels.size} family labels for {p.size} p-values; one label is needed for each.")
    result = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    _, codes = np.unique(labels[known], return_inverse=True)
    order = np.lexsort((p[known], codes))
    rows, group = known[order], codes[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    stops = np.append(starts, rows.size)[1:]
    for start, stop in zip(starts, stops, strict=True):
        members = rows[start:stop]
        result[members] = _holm(p[members]) if method == "holm" else _benjamini_hochberg(p[members])
    return result


def _holm(ascending: NDArray[np.float64]) -> NDArray[np.float64]:
    m = ascending.size
    return np.minimum(np.maximum.accumulate((m - np.arange(m)) * ascending), 1.0)


def _benjamini_hochberg(ascending: NDArray[np.float64]) -> NDArray[np.float64]:
    m = ascending.size
    scaled = m * ascending / np.arange(1, m + 1)
    return np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
