"""Variance of two-phase samples: a clustered listing, then a stratified subsample of what was listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimates.dense_variance import dense_variances
from estimates.measure import BoolVector, FloatVector, IntVector
from surveys.design import Design
from surveys.problems import DesignError, Message, Problem

UNIT_SPLIT = Message(
    "second_phase_unit_split",
    "{count} units of the second phase lie in two PSUs or two strata of the second phase, or were taken in part; each "
    "must lie in one and be taken whole. Correct the unit or the stratum of the second phase.",
    "{count} unidades de la segunda fase están en dos UPM o en dos estratos de la segunda fase, o se tomaron en parte; "
    "cada una debe estar en uno solo y tomarse entera. Corrija la unidad o el estrato de la segunda fase.",
)
TOO_FEW = Message(
    "second_phase_too_few",
    "{count} strata of the second phase have fewer than two units taken out of several listed ({names}); their "
    "variance needs two. Join each with a stratum like it.",
    "{count} estratos de la segunda fase tienen menos de dos unidades tomadas de varias listadas ({names}); su "
    "varianza necesita dos. Una cada uno con un estrato parecido.",
)


@dataclass(frozen=True)
class SecondPhase:
    """What was taken out of a listing.

    Parameters
    ----------
    unit : (n,) int
        Unit of the second phase, such as a family, of each row of the listing; -1 where it was not taken.
    stratum_of_unit, psu_of_unit : (U,) int
        Second-phase stratum and first-phase PSU of each unit taken.
    taken, listed : (G,) float
        Units taken (and answering) and units listed in each stratum of the second phase.
    """

    unit: IntVector
    stratum_of_unit: IntVector
    psu_of_unit: IntVector
    taken: FloatVector
    listed: FloatVector

    @property
    def weight_of_unit(self) -> FloatVector:
        """What the second phase multiplies the weight of each unit by, listed over taken, (U,)."""
        return np.asarray((self.listed / self.taken)[self.stratum_of_unit])


@dataclass(frozen=True)
class TwoPhaseVariance:
    """Variance and its two parts, each (k,)."""

    total: FloatVector
    first: FloatVector
    second: FloatVector


def second_phase(
    unit: Sequence[Any] | npt.NDArray[Any],
    stratum: Sequence[Any] | npt.NDArray[Any],
    taken: BoolVector,
    design: Design,
    *,
    where: str = "design.second_phase",
) -> SecondPhase:
    """Describe the subsample of a listing.

    Parameters
    ----------
    unit : (n,) of anything
        Unit of each row of the listing, such as its family.
    stratum : (n,) of anything
        Second-phase stratum of each row, such as displaced or not, known from the listing.
    taken : (n,) bool
        Whether the unit was taken and answered. Those who did not answer count as not drawn within their stratum:
        cross the strata with whatever explains who answers.
    design : Design
        First phase, of all n listed rows.
    where : str
        Place named by problems.

    Returns
    -------
    SecondPhase

    Raises
    ------
    DesignError
        Units in two PSUs or two strata or taken in part; strata with fewer than two units taken of several.
    """
    code = pd.factorize(np.asarray(unit, dtype=object))[0].astype(np.int64)
    group, names = pd.factorize(np.asarray(stratum, dtype=object), sort=True)
    facts = np.column_stack([group, design.psu, np.asarray(taken, dtype=np.int64)])
    _, first = np.unique(code, return_index=True)
    split = np.unique(code[(facts != facts[first][_rank(code)]).any(axis=1)])
    if split.size or (code < 0).any() or (group < 0).any():
        raise DesignError([Problem(UNIT_SPLIT, where, {"count": max(split.size, 1)})])
    group_of, psu_of, took = facts[first].T
    chosen = took == 1
    listed = np.bincount(group_of, minlength=len(names)).astype(np.float64)
    count = np.bincount(group_of[chosen], minlength=len(names)).astype(np.float64)
    few = np.flatnonzero((count < 2) & (listed > count) | (count == 0))
    if few.size:
        shown = ", ".join(str(names[g]) for g in few[:10])
        raise DesignError([Problem(TOO_FEW, where, {"count": few.size, "names": shown})])
    number = np.where(chosen, np.cumsum(chosen) - 1, -1)
    return SecondPhase(number[_rank(code)], group_of[chosen], psu_of[chosen], count, listed)


def two_phase_variance(
    unit_totals: npt.ArrayLike, phase: SecondPhase, design: Design, *, method: Literal["full", "simple"] = "full"
) -> TwoPhaseVariance:
    r"""Variance of totals estimated from a two-phase sample.

    Parameters
    ----------
    unit_totals : (U, k) float
        Total of each linearized variable in each unit taken, with the weights of both phases.
    phase : SecondPhase
        The subsample.
    design : Design
        First phase: strata, PSUs and finite populations.
    method : {"full", "simple"}
        ``simple`` is for first phases in which every unit was drawn by itself (PSU = unit) and large.

    Returns
    -------
    TwoPhaseVariance

    Raises
    ------
    ValueError
        ``simple`` with clusters, or a first phase of several stages.

    Notes
    -----
    With both phases without replacement and :math:`\check z` weighted by both,

    .. math:: v = \sum\sum_{s} \frac{\Delta_{1kl}}{\pi_{1kl}\,\pi_{2kl}} \frac{z_k}{\pi_{1k}} \frac{z_l}{\pi_{1l}}
              + \sum\sum_{s} \frac{\Delta_{2kl}}{\pi_{2kl}} \check z_k \check z_l .

    For clusters in strata h and then units in strata g, both by simple random sampling, the double sums are, with
    :math:`V(\cdot)` the first-phase variance of PSU totals, :math:`A_g` the PSU totals of the units of g,
    :math:`Q_{hg}` the sum of squares of its units, :math:`\pi_g = n_g / N_g` and
    :math:`r_g = \pi_g (N_g - 1)/(n_g - 1)`,

    .. math:: v_1 = V\Big(\sum_g A_g\Big) + \sum_g (r_g - 1)\, V(A_g)
              + \sum_g (\pi_g - r_g) \sum_h (1 - f_h)\, Q_{hg},

    .. math:: v_2 = \sum_g (1 - \pi_g)\, \frac{n_g}{n_g - 1} \sum_{u \in g} (\check z_u - \bar z_g)^2 .

    ``simple`` replaces the first by
    :math:`\sum_h (1-f_h) \frac{n_h}{n_h-1} \sum_u (\pi_u \check z_u - \bar z_h)^2 / \pi_u`,
    :math:`\bar z_h = \sum_u \check z_u / n_h`.

    References
    ----------
    Särndal, Swensson and Wretman (1992), section 9.3 (the double sums); R package survey, ``twophase`` with the
    methods of the same names (``full`` only with a finite population: with an infinite one R leaves out the products
    of different units).
    """
    values = np.asarray(unit_totals, dtype=np.float64).reshape(phase.stratum_of_unit.size, -1)
    if design.further_stages:
        raise ValueError("the first phase of a two-phase sample has one stage here")
    share = phase.taken / phase.listed
    mean = np.column_stack([np.bincount(phase.stratum_of_unit, weights=c) for c in values.T]) / phase.taken[:, None]
    spread = (values - mean[phase.stratum_of_unit]) ** 2
    factor = np.where(phase.taken > 1, (1 - share) * phase.taken / np.maximum(phase.taken - 1, 1), 0.0)
    second = np.asarray(factor[phase.stratum_of_unit] @ spread)
    first = _full(values, phase, design, share) if method == "full" else _simple(values, phase, design, share)
    return TwoPhaseVariance(first + second, first, second)


def _full(values: npt.NDArray[np.float64], phase: SecondPhase, design: Design, share: FloatVector) -> FloatVector:
    whole = np.zeros((design.psus, values.shape[1]))
    np.add.at(whole, phase.psu_of_unit, values)
    variance = dense_variances(whole, design)
    sizes = design.psus_per_stratum
    # Under `certainty` a lonely PSU adds nothing, neither its square.
    own = np.where((sizes > 1) | (design.lonely_psu == "centred"), design.fpc, 0.0)[design.stratum_of_psu]
    for g in np.flatnonzero(share < 1):
        here = phase.stratum_of_unit == g
        psu, part = phase.psu_of_unit[here], values[here]
        ratio = share[g] * (phase.listed[g] - 1) / (phase.taken[g] - 1)
        totals = np.zeros_like(whole)
        np.add.at(totals, psu, part)
        variance += (ratio - 1) * dense_variances(totals, design) + (share[g] - ratio) * (own[psu] @ part**2)
    return variance


def _simple(values: npt.NDArray[np.float64], phase: SecondPhase, design: Design, share: FloatVector) -> FloatVector:
    if np.unique(phase.psu_of_unit).size < phase.psu_of_unit.size:
        raise ValueError("the simple method is for a first phase without clusters; use the full one")
    stratum = design.stratum_of_psu[phase.psu_of_unit]
    sizes = design.psus_per_stratum
    pi = share[phase.stratum_of_unit][:, None]
    sums = np.column_stack([np.bincount(stratum, weights=c, minlength=design.strata) for c in values.T])
    centre = (sums / sizes[:, None])[stratum]
    factor = np.where(sizes > 1, design.fpc * sizes / np.maximum(sizes - 1, 1), 0.0)
    return np.asarray(factor[stratum] @ ((pi * values - centre) ** 2 / pi))


def _rank(code: IntVector) -> IntVector:
    """Position of each code among the distinct codes, (n,)."""
    return np.unique(code, return_inverse=True)[1].astype(np.int64)
