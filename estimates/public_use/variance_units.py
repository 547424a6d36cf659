"""PSUs of several strata joined into units, so that replicates show neither a PSU nor a stratum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IntVector = NDArray[np.int64]
FloatVector = NDArray[np.float64]
FloatMatrix = NDArray[np.float64]


@dataclass(frozen=True)
class VarianceUnits:
    """Units that take the place of PSUs.

    Parameters
    ----------
    unit_of_psu : (P,) int
        Unit of every PSU.
    stratum_of_unit : (U,) int
        Variance stratum of every unit; each has at least two.
    """

    unit_of_psu: IntVector
    stratum_of_unit: IntVector

    @property
    def units(self) -> int:
        """How many, and therefore how many replicates."""
        return int(self.stratum_of_unit.size)

    @property
    def degrees_of_freedom(self) -> int:
        """Units minus variance strata."""
        return self.units - int(np.unique(self.stratum_of_unit).size)

    @property
    def size_of_stratum(self) -> IntVector:
        """Units in the variance stratum of each unit, (U,)."""
        return np.asarray(np.bincount(self.stratum_of_unit)[self.stratum_of_unit], dtype=np.int64)

    def factors(self) -> FloatMatrix:
        """Factors of the delete-one jackknife, (U replicates, U units)."""
        n = self.size_of_stratum.astype(np.float64)
        same = self.stratum_of_unit[:, None] == self.stratum_of_unit[None, :]
        grown = np.where(same, (n / (n - 1))[None, :], 1.0)
        return np.where(np.eye(self.units, dtype=bool), 0.0, grown)

    def scale(self) -> FloatVector:
        """Return what the squared deviation of each replicate counts, (U,)."""
        n = self.size_of_stratum.astype(np.float64)
        return np.asarray((n - 1) / n, dtype=np.float64)


def join_psus(
    stratum_of_psu: IntVector, place_of_psu: IntVector, random: np.random.Generator, *, psus: int, units: int = 4
) -> VarianceUnits:
    r"""Join PSUs of different strata at random into units of at least ``psus`` PSUs.

    Parameters
    ----------
    stratum_of_psu : (P,) int
        Sampling strata.
    place_of_psu : (P,) int
        Places that the file shows; a unit lies in one place, so that it does not fall apart into single PSUs there.
        Places with fewer than ``2 * psus`` PSUs or with one stratum are put together with others.
    random : Generator
        Draws who goes with whom.
    psus : int
        Least PSUs of a unit.
    units : int
        Units of a variance stratum, fewer where a place has not enough PSUs.

    Returns
    -------
    VarianceUnits

    Raises
    ------
    ValueError
        Fewer than ``2 * psus`` PSUs in all.

    Notes
    -----
    Each stratum is dealt at random, one PSU to each of n units at a time; units of one variance stratum get PSUs of
    the same strata. With totals :math:`t_u = \sum_h y_{hu}` of units,

    .. math:: v = \sum_g \frac{n_g}{n_g - 1} \sum_{u \in g} (t_u - \bar t_g)^2

    is unbiased for the sum of the strata's variances, because products across strata cancel over the random joining;
    only degrees of freedom are lost. Where a stratum's PSUs are not a multiple of n, and where strata with fewer than n
    PSUs are dealt together, it is too large.

    References
    ----------
    Rust (1985), Variance estimation for complex estimators in sample surveys, JOS 1(4), section 4; Lu, Brick and
    Sitter (2006), Algorithms for constructing combined strata variance estimators, JSM proceedings.
    """
    place = _large_enough(place_of_psu, stratum_of_psu, 2 * psus)
    unit_of_psu = np.full(stratum_of_psu.size, -1, dtype=np.int64)
    stratum_of_unit: list[int] = []
    for code in np.unique(place):
        inside = np.flatnonzero(place == code)
        unit, groups, width = _dealt(inside, stratum_of_psu, random, psus, units)
        unit_of_psu[inside] = len(stratum_of_unit) + unit
        first = stratum_of_unit[-1] + 1 if stratum_of_unit else 0
        stratum_of_unit += [first + group for group in range(groups) for _ in range(width)]
    return VarianceUnits(unit_of_psu, np.array(stratum_of_unit, dtype=np.int64))


def _dealt(
    inside: IntVector, stratum: IntVector, random: np.random.Generator, psus: int, units: int
) -> tuple[IntVector, int, int]:
    """Deal the PSUs of a place: unit of each, variance strata, and units of each of them."""
    mixed = min(2, np.unique(stratum[inside]).size)
    for width in range(max(2, min(units, inside.size // psus)), 1, -1):
        hands = _hands(inside, stratum, width, random)
        offset = random.integers(width, size=len(hands))
        for groups in range(max(1, inside.size // (width * psus)), 0, -1):
            unit = np.full(stratum.size, -1, dtype=np.int64)
            # Neighbours among the hands are of different strata, so a run of them mixes strata.
            for number, hand in enumerate(hands):
                start = (number * groups // len(hands)) * width
                unit[hand] = start + (np.arange(hand.size) + offset[number]) % width
            counts = np.bincount(unit[inside], minlength=groups * width)
            pairs = np.unique(np.column_stack([unit[inside], stratum[inside]]), axis=0)
            strata = np.bincount(pairs[:, 0], minlength=groups * width)
            if counts.min() >= psus and strata.min() >= mixed:
                return unit[inside], groups, width
    # Two units over all strata: the largest halves there are.
    half = np.empty(inside.size, dtype=np.int64)
    half[np.lexsort((random.random(inside.size), stratum[inside]))] = np.arange(inside.size) % 2
    return half, 1, 2


def _hands(inside: IntVector, stratum: IntVector, width: int, random: np.random.Generator) -> list[IntVector]:
    """PSUs of a place in hands of ``width`` of one stratum; odd ones go with its last hand, small strata together."""
    by_stratum = [random.permutation(inside[stratum[inside] == code]) for code in np.unique(stratum[inside])]
    small = [psus for psus in by_stratum if psus.size < width]
    large = [psus for psus in by_stratum if psus.size >= width]
    if small:
        large.append(np.concatenate(small))
    placed: list[tuple[float, float, IntVector]] = []
    for psus in large:
        cuts = max(1, psus.size // width)
        # The hands of a stratum are spread evenly over all of them.
        for number, hand in enumerate(np.split(psus, [width * cut for cut in range(1, cuts)])):
            placed.append(((number + 0.5) / cuts, float(random.random()), hand))
    return [hand for _, _, hand in sorted(placed, key=lambda item: item[:2])]


def _large_enough(place: IntVector, stratum: IntVector, least: int) -> IntVector:
    """Put places of too few PSUs or of one stratum together, the smallest first."""
    if place.size < least:
        raise ValueError(f"{place.size} PSUs cannot make two units of {least // 2}")
    found = place.copy()
    while True:
        codes, counts = np.unique(found, return_counts=True)
        alone = np.array([np.unique(stratum[found == code]).size < 2 for code in codes])
        small = np.flatnonzero((counts < least) | alone)
        if small.size == 0 or codes.size == 1:
            return found
        at = small[np.argmin(counts[small])]
        others = np.flatnonzero(codes != codes[at])
        found[found == codes[at]] = codes[others[np.argmin(counts[others])]]
