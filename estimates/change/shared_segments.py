"""Covariance of two rounds from the PSUs that both drew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimates.change.round_totals import RoundTotals
from estimates.measure import FloatVector, IntVector


@dataclass(frozen=True)
class SharedPsus:
    """PSUs that two rounds have in common.

    Parameters
    ----------
    first, second : (m,) int
        Position of each in either round, in the order of their groups.
    group : (m,) int
        Pair of strata, of the first and of the second round, in which it lies.
    factor : (G,) float
        By group, what the covariance of its PSU totals is multiplied with; 0 where a single PSU is shared.
    moved : int
        Shared PSUs whose group joins strata of unequal composition: see `shared_psus`.
    """

    first: IntVector
    second: IntVector
    group: IntVector
    factor: FloatVector
    moved: int

    @property
    def used(self) -> int:
        """Shared PSUs that inform the covariance: two or more in the same strata."""
        return int(np.count_nonzero(self.factor[self.group] != 0)) if self.group.size else 0


def shared_psus(first: RoundTotals, second: RoundTotals) -> SharedPsus:
    r"""Find the PSUs that two rounds have in common, by name, and the strata they share.

    Parameters
    ----------
    first, second : RoundTotals
        Rounds whose PSUs are named alike.

    Returns
    -------
    SharedPsus
        ``moved`` counts PSUs of a stratum of the first round that the second round spread over several strata, other
        than the one that most of them went to.

    Notes
    -----
    A group of :math:`n_c` shared PSUs, of strata with :math:`n_1` and :math:`n_2` PSUs in the samples and N in the
    frame, has the factor

    .. math:: n_c - n_1 n_2 / N

    N is the smaller of both frames, and infinite where either round counts as drawn with replacement.

    References
    ----------
    Kish (1965), Survey Sampling, section 12.4; Tam (1984), The American Statistician 38(4), 288-289.
    """
    places = {name: position for position, name in enumerate(second.psu_name)}
    pairs = np.array(
        [(position, places[name]) for position, name in enumerate(first.psu_name) if name in places], dtype=np.int64
    ).reshape(-1, 2)
    strata = np.column_stack([first.stratum[pairs[:, 0]], second.stratum[pairs[:, 1]]])
    joined, group = np.unique(strata, axis=0, return_inverse=True)
    group = group.reshape(-1)
    size = np.bincount(group, minlength=len(joined)).astype(np.float64)
    n_first, n_second = np.bincount(first.stratum), np.bincount(second.stratum)
    frame = np.minimum(first.psu_population[joined[:, 0]], second.psu_population[joined[:, 1]])
    factor = size - n_first[joined[:, 0]] * n_second[joined[:, 1]] / frame
    largest = np.zeros(first.psu_population.size)
    np.maximum.at(largest, joined[:, 0], size)
    order = np.argsort(group, kind="stable")
    return SharedPsus(
        pairs[order, 0], pairs[order, 1], group[order], np.where(size > 1, factor, 0.0),
        int(size.sum() - largest.sum()),
    )  # fmt: skip


def covariance_of_rounds(
    first: npt.NDArray[np.float64], second: npt.NDArray[np.float64], shared: SharedPsus
) -> FloatVector:
    r"""Covariance of each of m estimates of one round with the same one of another.

    Parameters
    ----------
    first, second : (P, m) and (Q, m) float
        PSU totals of the linearized variables of either round, as `RoundTotals.table` gives them.
    shared : SharedPsus
        Of the two rounds.

    Returns
    -------
    (m,) float
        0 where nothing is shared.

    Notes
    -----
    .. math:: c(\hat\theta_1, \hat\theta_2) = \sum_h \Big(n_{c,h} - \frac{n_{1,h}\, n_{2,h}}{N_h}\Big)
              \frac{1}{n_{c,h} - 1} \sum_{i \in s_{1,h} \cap s_{2,h}}
              (z_{1,hi} - \bar z_{1,h})(z_{2,hi} - \bar z_{2,h})

    with means over the shared PSUs. Only PSUs drawn on purpose into both rounds carry covariance; of two samples
    drawn with replacement and apart it is 0. With all PSUs shared this is the covariance of totals of one sample, as
    for a panel. Families need not be the same: the total of a PSU holds what its families have in common, and of
    families found again also what each keeps.

    References
    ----------
    Kish (1965), Survey Sampling, section 12.4; Tam (1984), The American Statistician 38(4), 288-289 (covariance under
    partial overlap); Berger and Priam (2016), Journal of the Royal Statistical Society A 179(3), 681-708.
    """
    m = first.shape[1]
    if shared.used == 0:
        return np.zeros(m)
    a, b, groups = first[shared.first], second[shared.second], shared.factor.size
    size = np.bincount(shared.group, minlength=groups).astype(np.float64)

    def centred(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        sums = np.zeros((groups, m))
        np.add.at(sums, shared.group, values)
        return np.asarray(values - (sums / size[:, None])[shared.group])

    scale = np.where(size > 1, shared.factor / np.maximum(size - 1, 1), 0.0)
    return np.asarray((scale[shared.group][:, None] * centred(a) * centred(b)).sum(axis=0))


def union_degrees(first: RoundTotals, second: RoundTotals, cells: Sequence[tuple[int, int]]) -> IntVector:
    """PSUs of either round minus strata, each with members of the cell in either round, (m,).

    A stratum of the second round whose PSUs were shared is the stratum of the first in which most of them lie.
    """
    places = {name: position for position, name in enumerate(first.psu_name)}
    psu_of_second = np.array(
        [places.get(name, first.psus + position) for position, name in enumerate(second.psu_name)], dtype=np.int64
    )
    strata = first.psu_population.size
    stratum_of_second = strata + second.stratum
    known = psu_of_second < first.psus
    for stratum in np.unique(second.stratum):
        inside = known & (second.stratum == stratum)
        if inside.any():
            votes = np.bincount(first.stratum[psu_of_second[inside]])
            stratum_of_second[second.stratum == stratum] = int(np.argmax(votes))
    found = []
    for one, other in cells:
        a, b = first.members(one), second.members(other)
        psus = np.union1d(a, psu_of_second[b])
        held = np.union1d(first.stratum[a], stratum_of_second[b])
        found.append(psus.size - held.size)
    return np.array(found, dtype=np.int64)
