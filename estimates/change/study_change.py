"""Every change since an earlier round that a study declares: its error, its test, and whether it may be stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from estimates.change.round_change import degrees_of_change, round_change
from estimates.change.round_totals import CellKey, RoundTotals
from estimates.change.shared_segments import SharedPsus, covariance_of_rounds, shared_psus, union_degrees
from estimates.measure import FloatVector
from estimates.multiplicity import adjust
from estimates.protection import HIDDEN_STATUSES
from estimates.table import WHOLE
from surveys.dictionary import Dictionary
from surveys.problems import DataError, Message, Problem, StudyError
from surveys.rounds import ChangeSpec
from surveys.study import Study

SIGNIFICANCE = 0.05
SIDES = ("earlier", "earlier_low", "earlier_high", "later", "later_low", "later_high")
NUMBERS = (
    *SIDES, "estimate", "se", "ci_low", "ci_high", "df", "t", "p_value", "p_adjusted", "minimum_detectable",
    "correlation", "shared_psus", "overlap",
)  # fmt: skip
AFTER = ("kind", *NUMBERS, "unit", "family", "conclusion", "note_es", "note_en", "status", "reason")

NOT_KEPT = Message(
    "change_not_kept",
    "'{since}' keeps no totals of {cells}, whose change is declared. Tabulate the same there, by the same breakdowns, "
    "or take it out of `change:`.",
    "'{since}' no guarda totales de {cells}, cuyo cambio se declara. Tabule lo mismo allá, con las mismas "
    "desagregaciones, o quítelo de `change:`.")
REDEFINED = Message(
    "change_redefined",
    "'{indicator}' is defined otherwise in '{since}': a change could be one of definition. Declare it under `breaks:`, "
    "which forbids the comparison, or under `notes:`, which explains it.",
    "'{indicator}' se define de otro modo en '{since}': un cambio podría ser de definición. Declárelo en `breaks:`, "
    "que impide comparar, o en `notes:`, que lo explica.")
NOTHING_SHARED = Message(
    "change_nothing_shared",
    "'{since}' and this study share no PSU, but `overlap: {overlap}` is declared. Name in `match:` the variable that "
    "names a PSU alike in both, or write `overlap: independent`.",
    "'{since}' y este estudio no comparten ninguna UPM, pero se declara `overlap: {overlap}`. Indique en `match:` la "
    "variable que nombra igual una UPM en ambos, o escriba `overlap: independent`.")


@dataclass(frozen=True)
class RoundPair:
    """A change declared, and the two rounds it is between, their PSUs named alike."""

    spec: ChangeSpec
    earlier: RoundTotals
    own: RoundTotals


def change_of_study(
    study: Study, dictionary: Dictionary, pairs: Sequence[RoundPair],
    limits: Mapping[str, Mapping[CellKey, tuple[float, float]]],
) -> pd.DataFrame:  # fmt: skip
    """Compute every change that a study declares.

    Parameters
    ----------
    study, dictionary : Study, Dictionary
        What is declared, and the codes of its breakdowns.
    pairs : sequence of RoundPair
        One for each entry of ``change:``.
    limits : mapping of str to (mapping of cell to (low, high))
        Intervals of the figures themselves, by name of the round.

    Returns
    -------
    DataFrame
        ``study``, ``since``, ``indicator``, a column for each breakdown (a code, or ``_T``), then `AFTER`. A cell
        that either round hides has status ``withheld`` and no numbers, so no difference gives it back. Where the
        series breaks, status is ``break``: both figures stand, and nothing is said of change. ``conclusion`` is
        higher, lower, no_change_shown, not_comparable or withheld, from the p-value adjusted by Holm within
        indicator, breakdown and round.

    Raises
    ------
    StudyError
        Cells that the earlier round does not keep, or redefined indicators that the study says nothing of.
    DataError
        No shared PSU where some are declared.
    """
    within = list(dict.fromkeys(name for pair in pairs for by in pair.spec.by for name in by))
    columns = ["study", "since", "indicator", *within, *AFTER]
    problems = [problem for pair in pairs for problem in _unfit(pair, study, dictionary)]
    if problems:
        raise StudyError(problems)
    frames = [
        _of_family(pair, name, by, study, dictionary, limits)
        for pair in pairs for name in pair.spec.indicators for by in pair.spec.by
    ]  # fmt: skip
    if not frames:
        return pd.DataFrame(columns=columns)
    frames = [frame.assign(**{name: WHOLE for name in within if name not in frame.columns}) for frame in frames]
    return pd.concat(frames, ignore_index=True)[columns]


def shared_of_change(pair: RoundPair, where: str) -> SharedPsus | None:
    """Find the PSUs that two rounds share as declared; None for independent samples.

    Raises
    ------
    DataError
        None is found where some are declared.
    """
    if pair.spec.overlap == "independent":
        return None
    shared = shared_psus(pair.earlier, pair.own)
    if shared.used == 0:
        details = {"since": pair.spec.since, "overlap": pair.spec.overlap}
        raise DataError([Problem(NOTHING_SHARED, where, details)])
    return shared


def _of_family(
    pair: RoundPair, name: str, by: tuple[str, ...], study: Study, dictionary: Dictionary,
    limits: Mapping[str, Mapping[CellKey, tuple[float, float]]],
) -> pd.DataFrame:  # fmt: skip
    spec, earlier, own = pair.spec, pair.earlier, pair.own
    shared = shared_of_change(pair, f"{study.name}/study.yaml  change")
    cells = _cells(name, by, dictionary, own)
    pairs = [(earlier.place[key], own.place[key]) for key in cells]
    before, now = ([places[side] for places in pairs] for side in (0, 1))
    estimates = (earlier.estimate[before], own.estimate[now])
    errors = (earlier.se[before], own.se[now])
    degrees = (earlier.df[before].astype(np.float64), own.df[now].astype(np.float64))
    covariance: FloatVector = np.zeros(len(cells))
    union = None
    used, overlap = np.zeros(len(cells)), np.zeros(len(cells))
    if shared is not None:
        covariance = covariance_of_rounds(earlier.table(before), own.table(now), shared)
        union = union_degrees(earlier, own, pairs).astype(np.float64)
        used, overlap = _overlap(shared, earlier, own, pairs)
    found = round_change(*estimates, *errors, covariance, degrees_of_change(*errors, *degrees, union), kind=spec.kind)
    family = " x ".join([spec.since, name, *by])
    frame = pd.DataFrame({
        "study": study.name, "since": spec.since, "indicator": [key[0] for key in cells],
        **{column: [dict(key[1])[column] for key in cells] for column in by}, "kind": spec.kind,
        "earlier": estimates[0], "later": estimates[1], "estimate": found.estimate, "se": found.se,
        "ci_low": found.low, "ci_high": found.high, "df": found.df, "t": found.t, "p_value": found.p_value,
        "minimum_detectable": found.minimum_detectable,
        "correlation": found.correlation if shared is not None else np.nan, "shared_psus": used, "overlap": overlap,
        "unit": dictionary.indicators[name.partition(".")[0]].unit, "family": family,
    })  # fmt: skip
    for side, of_round in (("earlier", earlier), ("later", own)):
        known = limits[of_round.study]
        for place, end in enumerate(("low", "high")):
            frame[f"{side}_{end}"] = [known[key][place] for key in cells]
    return _judged(frame, spec, [(earlier.status[one], own.status[other]) for one, other in pairs])


def _judged(frame: pd.DataFrame, spec: ChangeSpec, statuses: Sequence[tuple[str, str]]) -> pd.DataFrame:
    hidden = np.array([any(status in (*HIDDEN_STATUSES, "empty") for status in pair) for pair in statuses])
    secret = np.array(["confidential" in pair for pair in statuses])
    broken = np.array([spec.broken(name) for name in frame["indicator"]])
    undefined = ~np.isfinite(frame["p_value"].to_numpy())
    weak = np.array(["weak" in pair for pair in statuses])
    frame["status"] = np.select(
        [hidden, broken, undefined, weak], ["withheld", "break", "withheld", "weak"], default="reliable"
    )
    frame["reason"] = np.select(
        [hidden & secret, hidden, broken, undefined],
        ["confidential_side", "withheld_side", "break_in_series", "not_defined"], default="",
    )  # fmt: skip
    stated = frame["status"].isin(["weak", "reliable"]).to_numpy()
    for column in NUMBERS:
        if column == "p_adjusted":
            continue
        keep = frame["status"].ne("withheld") if column in SIDES else stated
        frame[column] = frame[column].where(keep)
    frame["p_adjusted"] = adjust(frame["p_value"].to_numpy(dtype=np.float64))
    found = stated & (frame["p_adjusted"] < SIGNIFICANCE).to_numpy()
    frame["conclusion"] = np.select(
        [broken & ~hidden, ~stated, found & (frame["t"] > 0), found],
        ["not_comparable", "withheld", "higher", "lower"], default="no_change_shown",
    )  # fmt: skip
    notes = [spec.note(name) for name in frame["indicator"]]
    frame["note_es"] = ["" if note is None else note.es for note in notes]
    frame["note_en"] = ["" if note is None else note.en for note in notes]
    return frame


def _overlap(
    shared: SharedPsus, earlier: RoundTotals, own: RoundTotals, pairs: Sequence[tuple[int, int]]
) -> tuple[FloatVector, FloatVector]:
    r"""Count shared PSUs with members in both rounds, and their share of :math:`\sqrt{n_1 n_2}` of such PSUs."""
    inform = shared.factor[shared.group] != 0
    used, share = [], []
    for one, other in pairs:
        a, b = earlier.members(one), own.members(other)
        both = int(np.sum(inform & np.isin(shared.first, a) & np.isin(shared.second, b)))
        used.append(both)
        share.append(both / np.sqrt(a.size * b.size) if a.size and b.size else 0.0)
    return np.array(used, dtype=np.float64), np.array(share, dtype=np.float64)


def _cells(name: str, by: tuple[str, ...], dictionary: Dictionary, own: RoundTotals) -> list[CellKey]:
    wanted = [
        tuple(sorted(zip(by, codes, strict=True)))
        for codes in product(*(dictionary.codes_of(dictionary.breakdowns[each].variable) for each in by))
    ]
    parts = dict.fromkeys(key[0] for key in own.keys if name in (key[0], key[0].partition(".")[0]))
    return [(part, domain) for part in parts for domain in wanted if (part, domain) in own.place]


def _unfit(pair: RoundPair, study: Study, dictionary: Dictionary) -> list[Problem]:
    spec, earlier, own = pair.spec, pair.earlier, pair.own
    where = f"{study.name}/study.yaml  change"
    cells = [(name, by, _cells(name, by, dictionary, own)) for name in spec.indicators for by in spec.by]
    lacking = [
        " x ".join((name, *by)) for name, by, keys in cells if not keys or any(key not in earlier.place for key in keys)
    ]
    problems = []
    if lacking:
        problems.append(Problem(NOT_KEPT, where, {"since": spec.since, "cells": ", ".join(lacking)}))
    for name in dict.fromkeys(name.partition(".")[0] for name in spec.indicators):
        before = earlier.definition.get(name)
        said = spec.note(name) is not None
        if before is not None and before != own.definition.get(name) and not said:
            problems.append(Problem(REDEFINED, where, {"since": spec.since, "indicator": name}))
    return problems
