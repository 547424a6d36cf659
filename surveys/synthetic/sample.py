"""The two-phase sample: segments with probability proportional to size, all their families, then interviews."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveys.synthetic.numbers import Floats, Integers
from surveys.synthetic.population import Flags, Population

COMPLETE, REFUSED, NO_CONTACT, OUT_OF_REACH = 1, 3, 4, 5
DISPLACED, CONTROL, LISTED_ONLY = 1, 2, 3


@dataclass(frozen=True)
class Sample:
    """One draw of the design.

    Parameters
    ----------
    family : (n,) int64
        Families that answered the listing.
    weight : (n,) float64
        Weight of the listing, adding up to the families of the country.
    weight_studied : (n,) float64
        The same before it is extended from the studied municipalities to the country.
    group : (n,) int64
        1 displaced, 2 control, 3 listed only.
    result : (n,) int64
        Result of the interview, 0 where none was attempted.
    interview_weight : (n,) float64
        Weight of completed interviews, NaN elsewhere.
    segments : (s,) int64
        Segments drawn.
    inclusion : (s,) float64
        Their inclusion probabilities.
    """

    family: Integers
    weight: Floats
    weight_studied: Floats
    group: Integers
    result: Integers
    interview_weight: Floats
    segments: Integers
    inclusion: Floats


def draw_sample(country: Population, *, seed: int) -> Sample:
    """List the families of drawn segments, then interview those displaced and a sample of the others.

    Notes
    -----
    The listing weight is the inverse of the segment's inclusion probability, times families found over families
    that answered in the segment, times a ratio to the families of the municipality, times (when the assumption
    ``extrapolation`` is ``country``) the families of the country over those of the studied municipalities. An
    interview weight multiplies it by the inverse of the rate of the second phase and by weighted families over
    weighted respondents in its group.
    """
    values = country.values
    random = np.random.Generator(np.random.PCG64(seed))
    places = country.places
    segments, inclusion = _segments(country, random)
    position = np.full(places.segment_families.size, -1)
    position[segments] = np.arange(segments.size)
    found = np.flatnonzero(position[country.segment] >= 0)
    answered = random.random(found.size) < values["listing_response"]
    family = found[answered]
    place = position[country.segment[family]]
    nonresponse = (np.bincount(position[country.segment[found]], minlength=segments.size)
                   / np.maximum(np.bincount(place, minlength=segments.size), 1))
    base = nonresponse[place] / inclusion[place]
    municipality = country.municipality[family]
    known = np.bincount(places.segment_municipality, weights=places.segment_families, minlength=places.code.size)
    ratio = known / np.maximum(np.bincount(municipality, weights=base, minlength=places.code.size), 1e-9)
    studied = base * ratio[municipality]
    extension = known.sum() / known[places.studied].sum() if values["extrapolation"] == "country" else 1.0
    weight = studied * extension
    group, result = _interviews(country, family, random)
    return Sample(family=family, weight=weight, weight_studied=studied, group=group, result=result,
                  interview_weight=_interview_weight(country, family, weight, group, result), segments=segments,
                  inclusion=inclusion)


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


def _interviews(country: Population, family: Integers, random: np.random.Generator) -> tuple[Integers, Integers]:
    values = country.values
    displaced = country.says_violence[family]
    others = np.flatnonzero(~displaced)
    step = others.size / (values["control_families"] / values["interview_response_control"])
    taken = others[(random.random() * step + step * np.arange(int(others.size / step))).astype(np.int64)]
    group = np.where(displaced, DISPLACED, LISTED_ONLY)
    group[taken] = CONTROL
    chance = np.where(displaced, _willing(country, family), values["interview_response_control"])
    answers = random.random(family.size) < chance
    why = np.array([REFUSED, NO_CONTACT, OUT_OF_REACH])[random.integers(0, 3, family.size)]
    result = np.where(group == LISTED_ONLY, 0, np.where(answers, COMPLETE, why))
    return group, result


def _willing(country: Population, family: Integers) -> Floats:
    """Response of displaced families: lower where it hurts or frightens most to answer."""
    values = country.values
    recent = country.year[family] >= values["last_year"] - 1
    level = values["interview_response_displaced"]
    gap = values["recent_response_gap"]
    share = recent[country.says_violence[family]].mean() if country.says_violence[family].any() else 0.0
    return np.asarray(np.where(recent, level - gap * (1 - share), level + gap * share))


def _interview_weight(country: Population, family: Integers, weight: Floats, group: Integers,
                      result: Integers) -> Floats:
    displaced: Flags = country.says_violence[family]
    factor = np.full(family.size, np.nan)
    for members, code in ((displaced, DISPLACED), (~displaced, CONTROL)):
        respondents = (group == code) & (result == COMPLETE)
        # Two factors in one: inverse of the second-phase rate, and answers within the group.
        factor[respondents] = weight[members].sum() / weight[respondents].sum()
    return np.asarray(weight * factor)
