"""Successive difference replication, for samples drawn systematically from an ordered list."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from estimates.replication.factors import ReplicateFactors
from estimates.replication.hadamard import hadamard
from surveys.design import Design


def successive_difference_factors(
    design: Design, order: npt.ArrayLike | None = None, replicates: int | None = None
) -> ReplicateFactors:
    r"""Make replicates that compare each PSU with the next one on the list.

    Parameters
    ----------
    design : Design
        Strata, sizes and finite populations.
    order : (P,) float, optional
        Place of each PSU on the list from which it was drawn; the order of the PSU table when None.
    replicates : int, optional
        At least so many (80 is usual); None takes one row of the Hadamard matrix for each PSU, and the variance of
        a total is then exactly the sum of squared differences. With fewer, rows are used again and the
        variance is an approximation of it.

    Returns
    -------
    ReplicateFactors

    Notes
    -----
    PSU i of a stratum takes columns :math:`a(i)` and :math:`a(i+1)` of H; the last is followed by the first.

    .. math:: f_i^{(r)} = 1 + 2^{-3/2}\sqrt{1 - f_h}\,(H_{r,a(i)} - H_{r,a(i+1)}), \qquad
              v = \frac{4}{R} \sum_r (\hat\theta_{(r)} - \hat\theta)^2

    For a total: :math:`v = \tfrac12 \sum_h (1 - f_h) \sum_i (z_{hi} - z_{h,i+1})^2`.

    References
    ----------
    Fay and Train (1995), Proceedings of the Section on Government Statistics, American Statistical Association,
    154-159; Ash (2014), Survey Methodology 40(1), 47-59.
    """
    stratum = design.stratum_of_psu
    place = np.arange(design.psus) if order is None else np.asarray(order, dtype=np.float64)
    ranked = np.lexsort((place, stratum))
    signs = hadamard(design.psus + 1 if replicates is None else max(replicates, 4))
    rows = signs.shape[0]
    column = np.empty(design.psus, dtype=np.int64)
    # The first column is constant: it would leave differences out of every replicate.
    column[ranked] = 1 + np.arange(design.psus) % (rows - 1)
    end = np.cumsum(design.psus_per_stratum)
    following = np.empty(design.psus, dtype=np.int64)
    for h, last in enumerate(end):
        here = ranked[last - design.psus_per_stratum[h] : last]
        following[here] = np.roll(here, -1)
    step = 2.0**-1.5 * np.sqrt(design.fpc)[stratum]
    change = signs[:, column].astype(np.float64) - signs[:, column[following]]
    return ReplicateFactors("sdr", 1 + step * change, np.full(rows, 4.0 / rows))
