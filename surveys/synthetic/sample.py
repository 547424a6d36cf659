"""The two-phase sample: segments with probability proportional to size, all their families, then interviews."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveys.synthetic.numbers import Floats, Integers
from surveys.synthetic.places import URBAN
from surveys.synthetic.population import Flags, Population

COMPLETE, REFUSED, NO_CONTACT, OUT_OF_REACH = 1, 3, 4, 5
DISPLACED, CONTROL, LISTED_ONLY = 1, 2, 3


@dataclass(frozen=True)
class Sample:
    """One draw of the design, with the probabilities that a field office would record.

    Parameters
    ----------
    family : (n,) int64
        Families found in the segments drawn, whether they answered the listing or not.
    listing_result : (n,) int64
        Result of the listing.
    group : (n,) int64
        1 displaced, 2 control, 3 listed only, 0 where the listing was not answered.
    result : (n,) int64
        Result of the interview, 0 where none was attempted.
    segment_probability : (n,) float64
        Inclusion probability of the family's segment.
    interview_probability : (n,) float64
        Conditional probability of being drawn for the interview, NaN where the listing was not answered.
    segments : (s,) int64
        Segments drawn.
    inclusion : (s,) float64
        Their inclusion probabilities.
    """

    family: Integers
    listing_result: Integers
    group: Integers
    result: Integers
    segment_probability: Floats
    interview_probability: Floats
    segments: Integers
    inclusion: Floats

    @property
    def listed(self) -> Flags:
        """Families that answered the listing, (n,) bool."""
        return np.asarray(self.listing_result == COMPLETE)


def draw_sample(country: Population, *, seed: int) -> Sample:
    """List the families of drawn segments, then interview those displaced and a sample of the others.

    Notes
    -----
    Nothing is weighted here: the weighting recipe of the study starts from the probabilities and results that this
    leaves, as it would from those of a field office.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    places = country.places
    segments, inclusion = _segments(country, random)
    position = np.full(places.segment_families.size, -1)
    position[segments] = np.arange(segments.size)
    family = np.flatnonzero(position[country.segment] >= 0)
    answered = random.random(family.size) < _answering(country, family, "listing_response", "listing_urban_gap")
    listed = np.flatnonzero(answered)
    chance, group, result = (np.full(family.size, blank) for blank in (np.nan, 0, 0))
    chance[listed], group[listed], result[listed] = _interviews(country, family[listed], random)
    why = np.array([REFUSED, NO_CONTACT])[random.integers(0, 2, family.size)]
    return Sample(family=family, listing_result=np.where(answered, COMPLETE, why), group=group, result=result,
                  segment_probability=inclusion[position[country.segment[family]]], interview_probability=chance,
                  segments=segments, inclusion=inclusion)


def _answering(country: Population, family: Integers, level: str, gap: str) -> Floats:
    """Chance of answering: below its level in urban segments and above it in rural ones, by a gap in all."""
    values = country.values
    urban = country.places.segment_area[country.segment[family]] == URBAN
    share = urban.mean()
    return np.asarray(values[level] + values[gap] * np.where(urban, share - 1.0, share))


def _segments(country: Population, random: np.random.Generator) -> tuple[Integers, Floats]:
    places, values = country.places, country.values
    inside = places.studied[places.segment_municipality]
    wanted = values["families_listed"] / values["listing_response"]
    total = places.segment_census[inside].sum()
    # A later round starts where the first one did, a little further on: see `_shift`.
    earlier = values.get("first_round_seed")
    starts = random if earlier is None else np.random.Generator(np.random.PCG64(earlier))
    chosen, chances = [], []
    for municipality in np.flatnonzero(places.studied):
        here = np.flatnonzero(inside & (places.segment_municipality == municipality))
        size = places.segment_census[here].astype(float)
        # Families expected in a segment drawn by size: larger ones come more often.
        typical = size @ places.segment_cut[here] / size.sum()
        count = max(2, round(wanted * size.sum() / total / typical))
        chance = np.minimum(count * size / size.sum(), 1.0)
        # Ordering by area before a systematic draw spreads the sample over urban and rural segments.
        ends = np.concatenate([[0.0], np.cumsum(chance)])
        start = starts.random()
        if earlier is not None:
            start = (start + _shift(chance, values["common_segments"])) % 1.0
        ticks = start + np.arange(np.floor(ends[-1] + 1))
        taken = np.unique(np.searchsorted(ends, ticks[ticks < ends[-1]], side="right") - 1)
        chosen.append(here[taken])
        chances.append(chance[taken])
    return np.concatenate(chosen), np.concatenate(chances)


def _shift(chance: Floats, common: float) -> float:
    """Shift of a systematic draw by which two rounds are expected to share a part of their segments.

    A segment of chance p is in both rounds with chance max(0, p - shift), and in each of them with chance p
    exactly, because a uniform start that is shifted round the unit interval is uniform.
    """
    low, high = 0.0, float(chance.max())
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(chance - middle, 0).sum() > common * chance.sum() else (low, middle)
    return low


def _interviews(country: Population, family: Integers,
                random: np.random.Generator) -> tuple[Floats, Integers, Integers]:
    """Draw the second phase out of the families listed: probability, group and result."""
    values = country.values
    displaced = country.says_violence[family]
    others = np.flatnonzero(~displaced)
    step = others.size / (values["control_families"] / values["interview_response_control"])
    taken = others[(random.random() * step + step * np.arange(int(others.size / step))).astype(np.int64)]
    group = np.where(displaced, DISPLACED, LISTED_ONLY)
    group[taken] = CONTROL
    willing = np.full(family.size, np.nan)
    willing[taken] = _answering(country, family[taken], "interview_response_control", "interview_urban_gap")
    chance = np.where(displaced, _willing(country, family), willing)
    answers = random.random(family.size) < chance
    why = np.array([REFUSED, NO_CONTACT, OUT_OF_REACH])[random.integers(0, 3, family.size)]
    result = np.where(group == LISTED_ONLY, 0, np.where(answers, COMPLETE, why))
    return np.where(displaced, 1.0, taken.size / others.size), group, result


def recently_moved(country: Population, family: Integers) -> Flags:
    """Tell which families moved, or were displaced, in the last two years of the reference period."""
    return np.asarray(country.year[family] >= country.values["last_year"] - 1)


def _willing(country: Population, family: Integers) -> Floats:
    """Response of displaced families: lower where it hurts or frightens most to answer."""
    values = country.values
    recent = recently_moved(country, family)
    level = values["interview_response_displaced"]
    gap = values["recent_response_gap"]
    share = recent[country.says_violence[family]].mean() if country.says_violence[family].any() else 0.0
    return np.asarray(np.where(recent, level - gap * (1 - share), level + gap * share))
