"""Amounts of which one or two contributors make nearly all, so that a total tells theirs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from estimates.measure import Measure


def dominated_cells(
    amounts: NDArray[np.float64], domain: NDArray[np.int64], domains: int, *, largest: int = 2, share: float = 0.85
) -> NDArray[np.bool_]:
    r"""Find the domains in which the largest contributors make more than a share of the amount.

    Parameters
    ----------
    amounts : (n,) float
        What each row contributes, unweighted; missing values contribute nothing.
    domain : (n,) int
        Position of the row's domain, -1 outside all.
    domains : int
        Number of domains, D.
    largest : int
        Contributors taken together, n of the (n, k) rule.
    share : float
        Their greatest share of the amount, k.

    Returns
    -------
    (D,) bool
        True where the rule is broken; domains without any amount have nothing to tell.

    Notes
    -----
    With contributions :math:`|y_{(1)}| \ge |y_{(2)}| \ge \dots` the cell is dominated when
    :math:`\sum_{i \le n} |y_{(i)}| > k \sum_i |y_{(i)}|`. Amounts are not weighted: whoever knows that a family is in
    the sample knows what it told, not its weight.

    References
    ----------
    Hundepool, A. et al. (2012). Statistical Disclosure Control. Wiley, section 4.2.2, the (n, k) rule.
    """
    size = np.abs(np.nan_to_num(amounts))
    used = np.flatnonzero((domain >= 0) & (size > 0))
    order = used[np.lexsort((-size[used], domain[used]))]
    of_domain = domain[order]
    start = np.searchsorted(of_domain, np.arange(domains))
    rank = np.arange(order.size) - start[of_domain]
    whole = np.bincount(of_domain, weights=size[order], minlength=domains)
    top = np.bincount(of_domain[rank < largest], weights=size[order][rank < largest], minlength=domains)
    return np.asarray(top > share * whole, dtype=bool)


def is_amount(measure: Measure) -> bool:
    """Tell whether a measure adds up amounts: something else than who has an attribute and who has not."""
    values = measure.numerator
    if values.dtype.kind != "f":
        return bool(values.size) and bool(np.abs(values.astype(np.int64)).max() > 1)
    return not bool(np.isin(values[np.isfinite(values)], (0.0, 1.0)).all())
