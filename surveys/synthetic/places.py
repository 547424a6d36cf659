"""Municipalities and census segments: how many families live where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.synthetic.numbers import Floats, Integers, normal, uniform

URBAN, RURAL = 1, 2


@dataclass(frozen=True)
class Places:
    """The territory.

    Parameters
    ----------
    code, name, department, grouped : (m,) str
        Municipalities: four-digit code, name, two-digit department, municipality of 2024 that it became part of.
    prioritised, studied : (m,) bool
        On the list of the policy; in the study.
    segment_municipality : (s,) int64
        Municipality of each census segment.
    segment_area : (s,) int64
        1 urban, 2 rural.
    segment_families : (s,) int64
        Families living there at the time of the study.
    segment_cut : (s,) int64
        Families living there when the segments were cut: those of the first round of a study.
    segment_census : (s,) int64
        Families the frame believes to live there; the measure of size.
    """

    code: NDArray[np.str_]
    name: NDArray[np.str_]
    department: NDArray[np.str_]
    grouped: NDArray[np.str_]
    prioritised: NDArray[np.bool_]
    studied: NDArray[np.bool_]
    segment_municipality: Integers
    segment_area: Integers
    segment_families: Integers
    segment_cut: Integers
    segment_census: Integers

    @property
    def code_2024(self) -> NDArray[np.str_]:
        """Code of the municipality of 2024 of each old one, (m,) str: department, then place in the alphabet there."""
        pairs = sorted(set(zip(self.department.tolist(), self.grouped.tolist(), strict=True)))
        first = {department: number for number, (department, _) in reversed(list(enumerate(pairs)))}
        known = {pair: f"{pair[0]}{number - first[pair[0]] + 1:02d}" for number, pair in enumerate(pairs)}
        mine = zip(self.department.tolist(), self.grouped.tolist(), strict=True)
        return np.array([known[pair] for pair in mine])


def places(rows: Sequence[Sequence[Any]], values: Mapping[str, Any], *, families: int, seed: int) -> Places:
    """Spread the families of the country over municipalities, areas and census segments.

    Parameters
    ----------
    rows : sequence
        One per municipality: code, name, population, urban population, municipality of 2024.
    values : mapping
        Facts and assumptions by name.
    families : int
        Families in the country.
    seed : int
        Seed of the country.

    Returns
    -------
    Places
        A later round of the same country names the families of the first one (``frame_families``): its segments
        keep their limits, numbers and sizes in the frame, whoever lives there now.
    """
    code = np.array([str(row[0]) for row in rows])
    population = np.array([float(row[2]) for row in rows])
    urban = np.array([float(row[3]) for row in rows])
    cells = np.stack([urban, population - urban], axis=1)
    share = cells.ravel() / population.sum()
    cut = int(values.get("frame_families", families))
    count = _rounded(share * cut, cut).reshape(cells.shape)
    segments = np.where(count > 0, np.maximum(np.rint(count / values["segment_families"]), 1), 0).astype(np.int64)
    municipality = np.repeat(np.repeat(np.arange(len(code)), 2), segments.ravel())
    area = np.repeat(np.tile([URBAN, RURAL], len(code)), segments.ravel())
    cell = np.repeat(np.arange(segments.size), segments.ravel())
    sizes = _segment_sizes(count.ravel(), cell, values["segment_size_spread"], seed)
    now = sizes
    if cut != families:
        now = _segment_sizes(_rounded(share * families, families), cell, values["segment_size_spread"], seed)
    number = np.arange(cell.size)
    drift = normal(uniform(seed, "frame", number), uniform(seed, "frame again", number))
    census = np.maximum(np.rint(sizes * np.exp(values["frame_ageing"] * drift)), 1).astype(np.int64)
    return Places(
        code=code, name=np.array([str(row[1]) for row in rows]), department=np.array([c[:2] for c in code]),
        grouped=np.array([str(row[4]) for row in rows]), prioritised=np.isin(code, values["prioritised"]),
        studied=np.isin(code, values["studied"]), segment_municipality=municipality, segment_area=area,
        segment_families=now, segment_cut=sizes, segment_census=census)


def _segment_sizes(count: Integers, cell: Integers, spread: float, seed: int) -> Integers:
    number = np.arange(cell.size)
    share = np.exp(spread * normal(uniform(seed, "segment", number), uniform(seed, "segment again", number)))
    total = np.bincount(cell, weights=share, minlength=count.size)
    exact = share / total[cell] * count[cell]
    # Cumulated rounding inside the cell keeps its total exactly.
    ends = np.rint(np.cumsum(exact) + 1e-9).astype(np.int64)
    return np.diff(np.concatenate([np.zeros(1, dtype=np.int64), ends]))


def _rounded(exact: Floats, total: int) -> Integers:
    ends = np.rint(np.cumsum(exact)).astype(np.int64)
    ends[-1] = total
    return np.diff(np.concatenate([np.zeros(1, dtype=np.int64), ends]))
