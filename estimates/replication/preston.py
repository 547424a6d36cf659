"""Preston's rescaled bootstrap for several stages drawn without replacement."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from estimates.measure import IntVector
from estimates.replication.factors import ReplicateFactors
from surveys.design import Design
from surveys.design_stages import stage_designs

FloatMatrix = npt.NDArray[np.float64]


def preston_factors(design: Design, replicates: int, random: np.random.Generator) -> ReplicateFactors:
    r"""Draw the factor of every unit of the last stage in every replicate.

    Parameters
    ----------
    design : Design
        Strata, finite populations and further stages. Without further stages the units are the PSUs.
    replicates : int
        How many, R.
    random : numpy.random.Generator
        State of the draw, for the manifest.

    Returns
    -------
    ReplicateFactors
        For units of the last stage, ``design.further_stages[-1].unit``.

    Notes
    -----
    Half of the units of every group, :math:`m = \lfloor n/2 \rfloor`, are drawn without replacement at every
    stage; :math:`\delta` is 1 for those drawn. For two stages

    .. math:: a_{hij} = 1 - \lambda_1 + \lambda_1 \tfrac{n}{m} \delta_{hi}
              - \lambda_2 \sqrt{\tfrac{n}{m}}\,\delta_{hi}
              + \lambda_2 \sqrt{\tfrac{n}{m}}\,\delta_{hi} \tfrac{n_i}{m_i} \delta_{hij},

    .. math:: \lambda_1 = \sqrt{\frac{m (1 - f)}{n - m}}, \qquad
              \lambda_2 = \sqrt{\frac{m_i f (1 - f_i)}{n_i - m_i}},

    and so on for later stages. The factors have mean 1, and the expected variance of a total is that of
    linearization, every stage included. With one stage they are never negative.

    References
    ----------
    Preston (2009), Survey Methodology 35(2), 227-234.
    """
    stages = [(design, np.ones(design.strata)), *stage_designs(design)]
    factor = np.ones((replicates, 1))
    carried = np.ones((replicates, 1))
    parent: IntVector = np.zeros(design.strata, dtype=np.int64)
    for position, (stage, share) in enumerate(stages):
        group = stage.stratum_of_psu
        if position:
            parent = design.further_stages[position - 1].parent_of_group
        sizes = stage.psus_per_stratum
        half = sizes // 2
        # A unit alone in its group is certain, and so is every unit of a group drawn whole: they pass on what
        # came before. (Drawing halves of a whole group would add nothing and could make factors negative.)
        alone = (half == 0) | (stage.fpc == 0)
        drawn = np.where(alone[group], True, _draw(sizes, half, replicates, random))
        ratio = np.where(alone, 1.0, sizes / np.maximum(half, 1))
        rescale = np.sqrt(np.where(alone, 0.0, half * share * stage.fpc / np.maximum(sizes - half, 1)))
        above = parent[group]
        step = carried[:, above] * rescale[group] * (ratio[group] * drawn - 1)
        factor = factor[:, above] + step
        carried = carried[:, above] * np.sqrt(ratio)[group] * drawn
    return ReplicateFactors("preston", factor, np.full(replicates, 1 / replicates))


def _draw(sizes: IntVector, half: IntVector, replicates: int, random: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Which units are drawn, (R, U): the m smallest of random numbers within each group."""
    group = np.repeat(np.arange(sizes.size), sizes)
    number = random.random((replicates, group.size))
    order = np.argsort(number + group, axis=1, kind="stable")
    start = np.r_[0, np.cumsum(sizes)[:-1]]
    first = (np.arange(group.size) - start[group]) < half[group]
    drawn = np.empty(number.shape, dtype=bool)
    np.put_along_axis(drawn, order, np.broadcast_to(first, number.shape), axis=1)
    return drawn
