"""Selecting a stratified sample from a frame of segments, with every probability written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from surveys.problems import DesignError, Message, Problem
from surveys.sampling.brewer import brewer_joint, draw_brewer
from surveys.sampling.draws import IntArray, draw_pps_systematic, draw_simple, systematic_joint
from surveys.sampling.probabilities import check_sample, inclusion_probabilities, simple_joint
from surveys.sampling.sizes import FloatArray

Method = Literal["simple", "systematic", "pps_systematic", "brewer"]
METHODS: tuple[Method, ...] = ("simple", "systematic", "pps_systematic", "brewer")
# Tables of pairs of larger strata are not computed.
MOST_PAIRS = 2000

COLUMN_ABSENT = Message(
    "frame_column",
    "the frame has no column '{name}'.\n  Its columns are: {columns}. Correct the name.",
    "el marco no tiene la columna '{name}'.\n  Sus columnas son: {columns}. Corrija el nombre.",
)
DUPLICATE = Message(
    "frame_duplicate",
    "units that stand more than once in the frame: {count}. Their chance would be doubled.\n"
    "  Keep one row for each unit.",
    "unidades que están más de una vez en el marco: {count}. Su probabilidad sería doble.\n  Deje una fila por unidad.",
)
BLANK = Message(
    "frame_blank",
    "rows of the frame without '{name}': {count}.\n  Complete them: a unit without it cannot be drawn.",
    "filas del marco sin '{name}': {count}.\n  Complételas: sin ese dato la unidad no se puede elegir.",
)
STRATUM_NOT_IN_FRAME = Message(
    "frame_stratum_absent",
    "the sample asks for stratum '{name}', which the frame does not have.\n  Correct the stratum.",
    "la muestra pide el estrato '{name}', que el marco no tiene.\n  Corrija el estrato.",
)
STRATUM_NOT_ASKED = Message(
    "frame_stratum_unasked",
    "stratum '{name}' of the frame gets no units, so nothing could be said of it.\n"
    "  Give it a sample, or take it out of the frame and of the population studied.",
    "el estrato '{name}' del marco no recibe unidades, y nada se podría decir de él.\n"
    "  Dele una muestra, o quítelo del marco y de la población estudiada.",
)


@dataclass(frozen=True)
class Selection:
    """A sample of units and all that is needed to repeat and to weight it.

    Parameters
    ----------
    sample : DataFrame
        The rows of the frame that were drawn, in its order, with ``stratum_sample``, ``stratum_units``,
        ``probability``, ``certainty`` and ``base_weight``.
    probability : (N,) float
        Inclusion probability of every unit of the frame.
    joint : mapping of str to (N_h, N_h) float, or None
        Probabilities of pairs by stratum, rows in the order of drawing ``order``; None where they are not
        defined exactly at a reasonable cost. Pairs of different strata are independent.
    order : mapping of str to (N_h,) int
        Rows of the frame of each stratum, in the order of drawing.
    method : str
        How it was drawn.
    seed : object
        What the generator was seeded with.
    state : mapping
        The generator's state before the draw, with which the draw can be repeated.
    """

    sample: pd.DataFrame
    probability: FloatArray
    joint: Mapping[str, FloatArray | None]
    order: Mapping[str, IntArray]
    method: Method
    seed: Any
    state: Mapping[str, Any]


def select(
    frame: pd.DataFrame,
    sample: Mapping[str, int],
    *,
    unit: str,
    random: np.random.Generator,
    stratum: str | None = None,
    size: str | None = None,
    method: Method = "pps_systematic",
    order: tuple[str, ...] = (),
    certainty: bool = True,
    pairs: bool = False,
) -> Selection:
    r"""Draw units of a frame, stratum by stratum.

    Parameters
    ----------
    frame : DataFrame
        One row per unit; never changed.
    sample : mapping of str to int
        Units to draw in each stratum, by its name as text; without ``stratum`` the single entry ``""``.
    unit, stratum, size : str
        Columns: name of the unit, its stratum, its measure of size (for the PPS methods).
    random : Generator
        Source of chance, used stratum by stratum in the order of ``sample``.
    method : {"simple", "systematic", "pps_systematic", "brewer"}
        How to draw.
    order : tuple of str
        Columns by which a stratum is sorted before a systematic draw (implicit stratification).
    certainty : bool
        Take units too large for a probability below one with certainty; otherwise refuse them.
    pairs : bool
        Also compute the probabilities of pairs.

    Returns
    -------
    Selection
        Base weights are :math:`1/\pi_k`.

    Raises
    ------
    DesignError
        A repeated unit, a blank stratum or size, a stratum that asks more than it has or is in only one of the
        two, a probability above one. All that can be found before drawing is told at once.

    References
    ----------
    Särndal, Swensson and Wretman (1992), sections 3.4, 3.6 and 3.7; Horvitz and Thompson (1952) for the weight.
    """
    _check(
        frame,
        sample,
        unit=unit,
        stratum=stratum,
        size=size if method in ("pps_systematic", "brewer") else None,
        order=order,
        method=method,
        certainty=certainty,
    )
    sizes = (
        np.ones(len(frame))
        if size is None or method in ("simple", "systematic")
        else (pd.to_numeric(frame[size], errors="coerce").to_numpy(dtype=np.float64))
    )
    groups = _groups(frame, sample, stratum)
    ranked = _ranked(frame, groups, order)
    chances = {
        name: inclusion_probabilities(sizes[rows], sample[name], certainty=certainty, where=_place(name))
        for name, rows in ranked.items()
    }
    state = dict(random.bit_generator.state)
    seed = getattr(getattr(random.bit_generator, "seed_seq", None), "entropy", None)
    probability = np.zeros(len(frame))
    drawn: list[IntArray] = []
    joint: dict[str, FloatArray | None] = {}
    for name, rows in ranked.items():
        probability[rows] = chances[name]
        drawn.append(rows[_draw(method, chances[name], sample[name], random)])
        joint[name] = _pairs(method, chances[name], sample[name]) if pairs else None
    chosen = np.sort(np.concatenate(drawn))
    strata = _strata(frame, stratum)[chosen]
    taken = frame.iloc[chosen].copy().reset_index(drop=True)
    taken["stratum_sample"] = [sample[name] for name in strata]
    taken["stratum_units"] = [ranked[name].size for name in strata]
    taken["probability"] = probability[chosen]
    taken["certainty"] = probability[chosen] >= 1 - 1e-12
    taken["base_weight"] = 1 / probability[chosen]
    return Selection(taken, probability, joint, ranked, method, seed, state)


def _draw(method: Method, chance: FloatArray, n: int, random: np.random.Generator) -> IntArray:
    if method == "simple":
        return draw_simple(chance.size, n, random)
    return draw_brewer(chance, random) if method == "brewer" else draw_pps_systematic(chance, random)


def _pairs(method: Method, chance: FloatArray, n: int) -> FloatArray | None:
    if chance.size > MOST_PAIRS:
        return None
    if method == "simple":
        return simple_joint(chance.size, n)
    return brewer_joint(chance) if method == "brewer" else systematic_joint(chance)


def _check(
    frame: pd.DataFrame,
    sample: Mapping[str, int],
    *,
    unit: str,
    stratum: str | None,
    size: str | None,
    order: tuple[str, ...],
    method: str,
    certainty: bool,
) -> None:
    if method not in METHODS:
        raise ValueError(f"no draw is called '{method}'; use one of {', '.join(METHODS)}.")
    if size is None and method in ("pps_systematic", "brewer"):
        raise ValueError(f"'{method}' draws in proportion to size; name the column of the size.")
    absent = [name for name in (unit, stratum, size, *order) if name is not None and name not in frame.columns]
    if absent:
        columns = ", ".join(str(name) for name in frame.columns)
        raise DesignError([Problem(COLUMN_ABSENT, "frame", {"name": name, "columns": columns}) for name in absent])
    found: list[Problem] = []
    for name in (unit, stratum):
        blank = 0 if name is None else int((frame[name].isna() | (frame[name].astype(str).str.strip() == "")).sum())
        if blank:
            found.append(Problem(BLANK, "frame", {"name": name, "count": blank}))
    repeated = int(frame[unit].dropna().duplicated().sum())
    if repeated:
        found.append(Problem(DUPLICATE, "frame", {"count": repeated}))
    there = set(_strata(frame, stratum))
    found += [Problem(STRATUM_NOT_IN_FRAME, "sample", {"name": name}) for name in sample if name not in there]
    found += [Problem(STRATUM_NOT_ASKED, "sample", {"name": name}) for name in sorted(there - set(sample))]
    for name, rows in _groups(frame, sample, stratum).items():
        sizes = np.ones(rows.size) if size is None else pd.to_numeric(frame[size].iloc[rows], errors="coerce")
        try:
            check_sample(sample[name], rows.size, _place(name))
            inclusion_probabilities(sizes, sample[name], certainty=certainty, where=_place(name))
        except DesignError as error:
            found += error.problems
    if found:
        raise DesignError(found)


def _place(name: str) -> str:
    return f"frame  {name}" if name else "frame"


def _strata(frame: pd.DataFrame, stratum: str | None) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    if stratum is None:
        return np.full(len(frame), "", dtype=object)
    return np.array([str(name) for name in frame[stratum]], dtype=object)


def _groups(frame: pd.DataFrame, sample: Mapping[str, int], stratum: str | None) -> dict[str, IntArray]:
    names = _strata(frame, stratum)
    groups = {name: np.flatnonzero(names == name).astype(np.int64) for name in sample}
    return {name: rows for name, rows in groups.items() if rows.size}


def _ranked(frame: pd.DataFrame, groups: dict[str, IntArray], order: tuple[str, ...]) -> dict[str, IntArray]:
    if not order:
        return groups
    return {
        name: rows[frame.iloc[rows].reset_index(drop=True).sort_values(list(order), kind="stable").index.to_numpy()]
        for name, rows in groups.items()
    }
