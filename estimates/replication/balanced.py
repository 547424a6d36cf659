"""Balanced repeated replication and Fay's version of it, for two PSUs in each stratum."""

from __future__ import annotations

import numpy as np

from estimates.replication.factors import ReplicateFactors
from estimates.replication.hadamard import hadamard
from surveys.design import Design


def balanced_factors(design: Design, fay: float = 0.0) -> ReplicateFactors:
    r"""Make the half-samples of a design with two PSUs in each stratum.

    Parameters
    ----------
    design : Design
        Every stratum has two PSUs; a stratum with one, under a policy that allows it, is in every replicate.
    fay : float
        Share of the weight that a PSU keeps when it is left out, from 0 (half-samples) to less than 1.

    Returns
    -------
    ReplicateFactors
        As many replicates as the smallest Hadamard matrix with a column for each stratum beside the first.

    Raises
    ------
    ValueError
        A stratum with more than two PSUs, or ``fay`` outside 0 to 1.

    Notes
    -----
    .. math:: a_{hi}^{(r)} = 1 \pm (1 - \rho)\sqrt{1 - f_h}\; H_{rh}, \qquad
              v = \frac{1}{R (1 - \rho)^2} \sum_r (\hat\theta_{(r)} - \hat\theta)^2

    The two PSUs of a stratum take opposite signs. The orthogonal columns of H cancel every product of two strata,
    so that the variance of a total is exactly that of linearization.

    References
    ----------
    McCarthy (1969), Review of the International Statistical Institute 37, 239-264; Judkins (1990), Journal of
    Official Statistics 6(3), 223-239 (Fay); Wolter (2007), chapter 3 (with the finite population correction).
    """
    if not 0 <= fay < 1:
        raise ValueError("the share that Fay's method keeps lies from 0 to less than 1")
    sizes = design.psus_per_stratum
    if (sizes > 2).any():
        raise ValueError(f"{int((sizes > 2).sum())} strata have more than two PSUs; balanced half-samples need two")
    signs = hadamard(design.strata + 1)[:, 1 : design.strata + 1].astype(np.float64)
    step = (1 - fay) * np.sqrt(design.fpc) * (sizes == 2)
    first = np.r_[True, np.diff(design.stratum_of_psu) > 0]
    side = np.where(first, 1.0, -1.0)
    change = (signs * step)[:, design.stratum_of_psu] * side
    replicates = signs.shape[0]
    scale = np.full(replicates, 1 / (replicates * (1 - fay) ** 2))
    return ReplicateFactors("fay" if fay else "brr", 1 + change, scale)
