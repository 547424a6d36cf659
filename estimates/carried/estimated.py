"""Estimates of a whole plan from what its passes gathered, with the strata that were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from estimates.block_table import Block, Strata
from estimates.carried.gathering import Found, Gathering
from estimates.carried.task import Task
from estimates.design_effects import Reference
from estimates.measure import FloatVector, IntVector
from surveys.design import Design, LonelyPsu, design_from_columns
from surveys.strata import CollapsedStratum


@dataclass(frozen=True)
class CountedStrata:
    """Strata of which only the number of PSUs is known.

    Parameters
    ----------
    names : tuple of str
        Strata in their natural order, after collapsing.
    psus_per_stratum : (H,) int
        PSUs of the sample in each.
    psu_population : (H,) float or None
        PSUs in the frame; None where the first stage counts as drawn with replacement.
    lonely_psu : str
        What a stratum with one PSU adds.
    collapsed : tuple of CollapsedStratum
        Strata that were joined.
    """

    names: tuple[str, ...]
    psus_per_stratum: IntVector
    psu_population: FloatVector | None
    lonely_psu: LonelyPsu
    collapsed: tuple[CollapsedStratum, ...]

    @property
    def psus(self) -> int:
        """PSUs of the sample."""
        return int(self.psus_per_stratum.sum())

    @property
    def fpc(self) -> FloatVector:
        """Finite population correction of each stratum, (H,)."""
        if self.psu_population is None:
            return np.ones(self.psus_per_stratum.size)
        return 1.0 - self.psus_per_stratum / self.psu_population


def strata_of_counts(
    psus: Mapping[int, int],
    lonely_psu: LonelyPsu,
    psu_population: Mapping[int, float] | None = None,
    names: Mapping[int, str] | None = None,
) -> tuple[CountedStrata, dict[int, int]]:
    """Settle the strata of a sample from the number of PSUs found in each.

    Parameters
    ----------
    psus : mapping of int to int
        PSUs by number of the stratum.
    lonely_psu : {"fail", "certainty", "centred", "collapsed"}
        What to do with a stratum with one PSU.
    psu_population : mapping of int to float, optional
        PSUs in the frame by number of the stratum.
    names : mapping of int to str, optional
        Names of the strata; their numbers by default.

    Returns
    -------
    strata : CountedStrata
        After collapsing.
    position : dict of int to int
        Place of each stratum in it.

    Raises
    ------
    DesignError
        As `surveys.design.design_from_columns`, which judges a sample with at most two PSUs of each stratum.
    """
    numbers = sorted(psus)
    some = np.array([min(psus[number], 2) for number in numbers])
    stratum = np.repeat(np.array([number if names is None else names[number] for number in numbers]), some)
    # With one or two of its PSUs a stratum is as lonely as with all of them, unless its frame was drawn whole.
    frame = None
    if psu_population is not None:
        whole = [psu_population[number] <= psus[number] for number in numbers]
        frame = np.repeat(np.where(whole, some, 1e9), some)
    settled = design_from_columns(
        stratum, np.arange(stratum.size), psu_population=frame, lonely_psu=lonely_psu
    )
    first = np.cumsum(some) - some
    place = settled.stratum_of_psu[settled.psu[first]]
    counts = np.bincount(place, weights=[psus[number] for number in numbers]).astype(np.int64)
    population = None
    if psu_population is not None:
        frames = np.array([psu_population[number] for number in numbers], dtype=np.float64)
        population = np.bincount(place, weights=frames).astype(np.float64)
    strata = CountedStrata(settled.stratum_names, counts, population, lonely_psu, settled.collapsed)
    return strata, dict(zip(numbers, place.tolist(), strict=True))


def strata_of_design(design: Design) -> tuple[Strata, dict[int, int]]:
    """Take the strata of a design as they are; its rows are not needed."""
    return design, {number: number for number in range(design.strata)}


def blocks_in_order(task: Task, found: Sequence[Found]) -> list[Block]:
    """Put the blocks of all passes in the order of the plan, one for each measure of a breakdown."""
    place = {
        (item.block.by, measure.name): (item.block, row)
        for item in found
        for row, measure in enumerate(item.block.measures)
    }
    blocks = []
    for by, names in task.tables.items():
        for name in names:
            block, row = place[by, name]
            one = {field: values[row : row + 1] for field, values in vars(block.cells).items()}
            blocks.append(Block([block.measures[row]], by, type(block.cells)(**one)))
    return blocks


def estimated(
    task: Task, gathered: Sequence[Gathering], strata: Strata, position: Mapping[int, int], reference: Reference
) -> tuple[list[Block], list[Found]]:
    """Estimate every measure of a plan.

    Parameters
    ----------
    task : Task
        The plan.
    gathered : sequence of Gathering
        Of each of its passes.
    strata : Strata
        Of the whole sample.
    position : mapping of int to int
        Place in it of the strata as the rows number them.
    reference : {"without_replacement", "with_replacement", "dhs"}
        Simple random sample of the design effect.

    Returns
    -------
    blocks : list of Block
        In the order of the plan.
    doubtful : list of Found
        Those with cells in which digits cancelled.
    """
    found = [item for one in gathered for item in one.finish(strata, position, reference)]
    return blocks_in_order(task, found), [item for item in found if item.ill.any()]
