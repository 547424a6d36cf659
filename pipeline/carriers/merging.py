"""Totals of parts added up, and the estimates of the whole: exact sums, so that any cut gives the same bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from estimates.block_table import estimate_table
from estimates.carried.estimated import estimated, strata_of_counts
from estimates.carried.task import Task
from estimates.measure import IntVector
from pipeline.carriers.by_engine import gathered_exactly
from pipeline.carriers.partial_totals import LevelTotals, PsuList, added, scale_of_totals
from pipeline.carriers.scan_table import STRATUM
from pipeline.carriers.totals_files import Totals
from surveys.strata import names_in_order


class DifferentParts(Exception):
    """Parts that cannot be added; ``what`` says in which respect they differ, ``part`` which one."""

    def __init__(self, what: str, part: str) -> None:
        self.what, self.part = what, part
        super().__init__(f"{what}: {part}")


def merged(parts: Sequence[Totals]) -> Totals:
    """Add parts up.

    Parameters
    ----------
    parts : sequence of Totals
        In any order; the answer does not depend on it. A PSU whose rows lie in several parts of one study is one PSU;
        strata of different studies are different strata.

    Returns
    -------
    Totals

    Raises
    ------
    DifferentParts
        Another plan, another dictionary, the same part twice, or a stratum whose frame differs between parts.
    """
    parts = sorted(parts, key=lambda part: (part.about["study"], part.about["part"]))
    first = parts[0]
    named = set()
    for part in parts:
        name = f"{part.about['study']}/{part.about['part']}"
        for what in ("plan", "dictionary"):
            mine = part.plan if what == "plan" else part.about["dictionary"]
            if mine != (first.plan if what == "plan" else first.about["dictionary"]):
                raise DifferentParts(what, name)
        if name in named:
            raise DifferentParts("part", name)
        named.add(name)
    studies = list(dict.fromkeys(part.about["study"] for part in parts))
    strata, places = _strata(parts, several=len(studies) > 1)
    psus = _psus(parts, strata, places)
    population = _populations(parts, strata, places)
    levels = {}
    for name in first.levels:
        tables = []
        for number, one in enumerate(first.levels[name].task.passes()):
            renumbered = [
                _with_strata(part.levels[name].tables[number], place)
                for part, place in zip(parts, places, strict=True)
            ]
            tables.append(added(renumbered, one))
        levels[name] = LevelTotals(_with_shapes([part.levels[name].task for part in parts]), tuple(tables))
    about = {
        **first.about, "study": "+".join(studies), "part": "+".join(part.about["part"] for part in parts),
        "synthetic": any(part.about["synthetic"] for part in parts),
        "left_out": sorted({name for part in parts for name in part.about["left_out"]}),
    }  # fmt: skip
    return Totals(about, psus, population, levels)


def estimates_of(totals: Totals) -> tuple[pd.DataFrame, int]:
    """Estimate everything that was summed.

    Parameters
    ----------
    totals : Totals
        Of one part or of several together.

    Returns
    -------
    frame : DataFrame
        Rows of an `EstimateTable`; not protected, for use inside the house.
    doubtful : int
        Cells whose variance lost digits: values alike in a whole cell but for their last digits.

    Raises
    ------
    surveys.problems.DesignError
        A stratum with one PSU under ``fail``.
    """
    judged = totals.about["judged"]
    counts = {place: 0 for place in range(len(totals.psus.strata))}
    for place in totals.psus.stratum.tolist():
        counts[place] += 1
    population = None
    if totals.psu_population is not None:
        population = {place: totals.psu_population[name] for place, name in enumerate(totals.psus.strata)}
    strata, position = strata_of_counts(
        counts, judged["lonely_psu"], population, names=dict(enumerate(totals.psus.strata))
    )
    frames, doubtful = [], 0
    for level in totals.levels.values():
        gathered = gathered_exactly(level.task, level.tables, scale_of_totals(level.task))
        blocks, doubts = estimated(level.task, gathered, strata, position, judged["deff"])
        doubtful += sum(int(item.ill.sum()) for item in doubts)
        frames.append(
            estimate_table(
                totals.about["study"], blocks, level.task.labels, strata, judged["standards"], judged["planned"],
                0.95, judged["interval"],
            ).frame
        )  # fmt: skip
    return _joined(frames), doubtful


def _strata(parts: Sequence[Totals], *, several: bool) -> tuple[list[str], list[IntVector]]:
    """Name the strata of the whole, and give their place for each stratum of each part."""
    named = [
        [f"{part.about['study']}: {name}" if several else name for name in part.psus.strata] for part in parts
    ]
    every = list(dict.fromkeys(name for names in named for name in names))
    strata = [every[position] for position in names_in_order(every)]
    place = {name: number for number, name in enumerate(strata)}
    return strata, [np.array([place[name] for name in names], dtype=np.int64) for names in named]


def _psus(parts: Sequence[Totals], strata: Sequence[str], places: Sequence[IntVector]) -> PsuList:
    listed = pd.DataFrame(
        {
            "stratum": np.concatenate([place[part.psus.stratum] for part, place in zip(parts, places, strict=True)]),
            "psu": np.concatenate([part.psus.psu for part in parts]),
        }
    )
    listed = listed.drop_duplicates().sort_values(["stratum", "psu"])
    return PsuList(tuple(strata), listed["stratum"].to_numpy(), listed["psu"].to_numpy())


def _populations(
    parts: Sequence[Totals], strata: Sequence[str], places: Sequence[IntVector]
) -> Mapping[str, float] | None:
    found: dict[str, float] = {}
    for part, place in zip(parts, places, strict=True):
        if (part.psu_population is None) != (parts[0].psu_population is None):
            raise DifferentParts("psu_population", part.about["part"])
        if part.psu_population is None:
            continue
        for name, number in zip(part.psus.strata, place.tolist(), strict=True):
            size = part.psu_population[name]
            if found.setdefault(strata[number], size) != size:
                raise DifferentParts("psu_population", part.about["part"])
    return found or None


def _with_strata(table: pa.Table, place: IntVector) -> pa.Table:
    column = pa.array(place[table[STRATUM].to_numpy()])
    return table.set_column(table.schema.get_field_index(STRATUM), STRATUM, column)


def _with_shapes(tasks: Sequence[Task]) -> Task:
    """Call an amount never negative only where it is so in every part."""
    shapes: dict[str, set[str]] = {}
    for task in tasks:
        for measure in task.measures:
            shapes.setdefault(measure.name, set()).add(measure.shape)
    measures: list[Any] = [
        measure if len(shapes[measure.name]) == 1 else replace(measure, shape="any") for measure in tasks[0].measures
    ]
    return replace(tasks[0], measures=tuple(measures))


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    leading, rest = ["study", "indicator"], list(frames[0].columns[list(frames[0].columns).index("estimate") :])
    names = [name for frame in frames for name in frame.columns if name not in (*leading, *rest)]
    breakdowns = list(dict.fromkeys(names))
    whole = [frame.assign(**{name: "_T" for name in breakdowns if name not in frame.columns}) for frame in frames]
    return pd.concat([frame[[*leading, *breakdowns, *rest]] for frame in whole], ignore_index=True)
