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
        Places with fewer than ``2 * psus`` PSUs are put together.
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
    place = _large_enough(place_of_psu, 2 * psus)
    unit_of_psu = np.full(stratum_of_psu.size, -1, dtype=np.int64)
    stratum_of_unit: list[int] = []
    variance_strata = 0
    for code in np.unique(place):
        inside = np.flatnonzero(place == code)
        width = max(2, min(units, inside.size // psus))
        hands = _hands(inside, stratum_of_psu, width, random)
        groups = max(1, sum(hand.size for hand in hands) // (width * psus))
        # Larger strata first, then around: neighbours in the deal are of different strata.
        for number, hand in enumerate(hands):
            start = len(stratum_of_unit) + (number % groups) * width
            offset = int(random.integers(width))
            for position, psu in enumerate(hand):
                unit_of_psu[psu] = start + (position + offset) % width
        stratum_of_unit += [variance_strata + group for group in range(groups) for _ in range(width)]
        variance_strata += groups
    return _without_small(VarianceUnits(unit_of_psu, np.array(stratum_of_unit, dtype=np.int64)), psus)


def _hands(inside: IntVector, stratum: IntVector, width: int, random: np.random.Generator) -> list[IntVector]:
    """PSUs of a place in hands of ``width`` of one stratum, shuffled; odd ones go with its last hand."""
    by_stratum = [random.permutation(inside[stratum[inside] == code]) for code in np.unique(stratum[inside])]
    small = [psus for psus in by_stratum if psus.size < width]
    large = [psus for psus in by_stratum if psus.size >= width]
    if small:
        large.append(np.concatenate(small))
    hands: list[list[IntVector]] = []
    for psus in sorted(large, key=lambda psus: -psus.size):
        cuts = max(1, psus.size // width)
        ends = [width * number for number in range(1, cuts)]
        hands.append([np.asarray(part) for part in np.split(psus, ends)])
    order = random.permutation(len(hands))
    longest = max((len(hand) for hand in hands), default=0)
    return [hands[place][turn] for turn in range(longest) for place in order if turn < len(hands[place])]


def _large_enough(place: IntVector, least: int) -> IntVector:
    """Put small places together, the smallest first."""
    if place.size < least:
        raise ValueError(f"{place.size} PSUs cannot make two units of {least // 2}")
    found = place.copy()
    while True:
        codes, counts = np.unique(found, return_counts=True)
        if counts.min() >= least:
            return found
        order = np.argsort(counts, kind="stable")
        found[found == codes[order[0]]] = codes[order[1]]


def _without_small(made: VarianceUnits, psus: int) -> VarianceUnits:
    """Join units that came out smaller than asked with the smallest other of their variance stratum."""
    unit, stratum = made.unit_of_psu.copy(), made.stratum_of_unit.copy()
    while True:
        counts = np.bincount(unit, minlength=stratum.size)
        small = np.flatnonzero((counts < psus) & (stratum >= 0))
        if small.size == 0:
            break
        at = int(small[np.argmin(counts[small])])
        mates = np.flatnonzero((stratum == stratum[at]) & (np.arange(stratum.size) != at))
        if mates.size < 2:
            # A variance stratum needs two units: join it whole with another one, unit by unit.
            other = next(code for code in np.unique(stratum[stratum >= 0]) if code != stratum[at])
            theirs = np.flatnonzero(stratum == other)
            ours = np.flatnonzero(stratum == stratum[at])
            for number, mine in enumerate(ours):
                unit[unit == mine] = theirs[number % theirs.size]
                stratum[mine] = -1
            continue
        mate = int(mates[np.argmin(counts[mates])])
        unit[unit == at] = mate
        stratum[at] = -1
    used = np.flatnonzero(stratum >= 0)
    new_unit = np.full(stratum.size, -1, dtype=np.int64)
    new_unit[used] = np.arange(used.size)
    codes = np.unique(stratum[used], return_inverse=True)[1].reshape(-1)
    return VarianceUnits(new_unit[unit], codes.astype(np.int64))
