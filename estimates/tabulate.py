"""A whole tabulation plan in one call: every measure in every cell of every breakdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

from estimates.block_table import Block, estimate_table
from estimates.cancelled import settled
from estimates.design_effects import Reference
from estimates.further_stages import further_stage_variances
from estimates.level_calibration import LevelCalibration
from estimates.measure import Coding, FloatVector, Measure
from estimates.moments import estimate_by_moments, psu_order
from estimates.psu_totals import index_cells, scan
from estimates.scan_plan import scan_plan
from estimates.statistics.cell_estimates import CellEstimates
from estimates.statistics.ratio import ratio
from estimates.statistics.total import total
from estimates.table import EstimateTable
from estimates.variance import StratumCells
from surveys.design import Design
from surveys.study import ProportionInterval

T = TypeVar("T")
Method = Literal["automatic", "compiled", "plain"]
# Rows times measures times breakdowns, and rows, from which starting the compiled code pays.
WORTH_COMPILING = 20_000_000
MANY_ROWS = 500_000
# Sums the rows elsewhere: measures, their names by breakdown, codings, design, weights and reference to blocks.
Scan = Callable[
    [
        Mapping[str, Measure],
        Mapping[tuple[str, ...], Sequence[str]],
        Mapping[str, Coding],
        Design,
        FloatVector,
        Reference,
    ],
    list[Block],
]
Plan = Sequence[tuple[Sequence[str], Sequence[tuple[str, ...]]]]


def tabulate(
    study: str,
    measures: Iterable[Measure],
    codings: Mapping[str, Coding],
    tables: Plan,
    design: Design,
    weight: npt.ArrayLike,
    *,
    standards: Sequence[str] = ("cepal_2023",),
    planned: Sequence[str] = (),
    confidence: float = 0.95,
    proportion_interval: ProportionInterval = "korn_graubard",
    deff_reference: Reference = "without_replacement",
    method: Method = "automatic",
    calibration: LevelCalibration | None = None,
    scan: Scan | None = None,
) -> EstimateTable:
    """Estimate measures over breakdowns.

    Parameters
    ----------
    study : str
        Name of the study.
    measures : iterable of Measure
        Vectors of n rows, all of one level.
    codings : mapping of str to Coding
        Breakdown variables by name.
    tables : sequence of (measure names, breakdowns)
        Each breakdown is a tuple of coding names; ``()`` is the whole. A measure asked for twice in one
        breakdown is one set of rows.
    design : Design
        Of the n rows.
    weight : (n,) float
        Final weights, finite and not negative.
    standards : sequence of str
        Publication standards; the strictest wins.
    planned : sequence of str
        Breakdowns for which the sample was designed. The whole is always planned.
    confidence : float
        Coverage intended of intervals.
    proportion_interval : ProportionInterval
        Interval of proportions.
    deff_reference : {"without_replacement", "with_replacement", "dhs"}
        Simple random sample of the design effect.
    method : {"automatic", "compiled", "plain"}
        Arithmetic of the scan: compiled code for large plans, arrays for small ones; the numbers agree to
        rounding.
    calibration : LevelCalibration, optional
        Known totals that the weights were made to meet, which the variance then takes into account.
    scan : callable, optional
        Sums the rows in place of this engine, as `pipeline.carriers.study_scan.StudyScan` does; not where later
        stages add to the variance, which need the rows themselves.

    Returns
    -------
    EstimateTable
        A row for every code combination of a breakdown, empty ones too.

    Raises
    ------
    ValueError
        Vectors of different lengths, weights that are not finite or negative, unknown names.
    """
    weights = _checked_weights(weight, design)
    named = {measure.name: measure for measure in measures}
    for length in [m.numerator.size for m in named.values()] + [c.codes.size for c in codings.values()]:
        if length != design.rows:
            raise ValueError(f"a vector has {length} rows where the design has {design.rows}")
    wanted = measures_by_breakdown(tables)
    if scan is not None and wanted and not design.further_stages:
        names = {by: [_named(named, name, "measure").name for name in some] for by, some in wanted.items()}
        crossed = {name: _named(codings, name, "breakdown") for by in wanted for name in by}
        asked = {name: named[name] for name in dict.fromkeys(name for some in names.values() for name in some)}
        blocks = scan(asked, names, crossed, design, weights, deff_reference)
    else:
        blocks = _blocks(named, codings, wanted, design, weights, deff_reference, method)
    if calibration is not None:
        blocks = [_calibrated(block, named, codings, calibration, weights) for block in blocks]
    labels = {name: coding.labels for name, coding in codings.items()}
    return estimate_table(study, blocks, labels, design, standards, planned, confidence, proportion_interval)


def _blocks(
    measures: Mapping[str, Measure],
    codings: Mapping[str, Coding],
    wanted: Mapping[tuple[str, ...], Iterable[str]],
    design: Design,
    weight: FloatVector,
    reference: Reference,
    method: Method,
) -> list[Block]:
    names = {by: [_named(measures, name, "measure").name for name in wanted[by]] for by in wanted}
    crossed = {by: [_named(codings, name, "breakdown") for name in by] for by in wanted}
    numbers = design.rows * sum(len(some) for some in names.values())
    large = method == "compiled" or (method == "automatic" and (numbers >= WORTH_COMPILING or design.rows >= MANY_ROWS))
    if large and not design.further_stages:
        return _compiled_blocks(measures, names, codings, design, weight, reference)
    return [
        _plain_block([measures[name] for name in some], by, crossed[by], design, weight, reference)
        for by, some in names.items()
    ]


def _calibrated(
    block: Block,
    measures: Mapping[str, Measure],
    codings: Mapping[str, Coding],
    calibration: LevelCalibration,
    weight: FloatVector,
) -> Block:
    crossed = [codings[name] for name in block.by]
    mine = [measures[measure.name] for measure in block.measures]
    cells, known = calibration.recalculated(mine, block.cells, crossed, weight)
    return replace(block, cells=cells, known=known)


def _plain_block(
    measures: Sequence[Measure],
    by: tuple[str, ...],
    crossed: Sequence[Coding],
    design: Design,
    weight: FloatVector,
    reference: Reference,
) -> Block:
    index = index_cells(crossed, design)
    groups = StratumCells(index.cell, index.psu, index.cells, design)
    found = []
    for measure, totals in zip(measures, scan(measures, index, weight), strict=True):
        estimate = total if measure.kind == "total" else ratio
        found.append(estimate(measure, totals, index, groups, weight, reference))
    if design.further_stages:
        estimated = [cells.estimate for cells in found]
        within = further_stage_variances(measures, estimated, crossed, design, weight)
        found = [replace(cells, variance=cells.variance + v) for cells, v in zip(found, within, strict=True)]
    names = [item.name for item in fields(CellEstimates)]
    stacked = {name: np.stack([getattr(cells, name) for cells in found]) for name in names}
    return Block(measures, by, CellEstimates(**stacked))


def _compiled_blocks(
    measures: Mapping[str, Measure],
    names: Mapping[tuple[str, ...], Sequence[str]],
    codings: Mapping[str, Coding],
    design: Design,
    weight: FloatVector,
    reference: Reference,
) -> list[Block]:
    # Measures that share their breakdowns share their pass over the rows.
    together: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for name in dict.fromkeys(name for some in names.values() for name in some):
        together.setdefault(tuple(by for by in names if name in names[by]), []).append(name)
    bounds = psu_order(design)
    blocks: list[Block] = []
    for breakdowns, some in together.items():
        here = [measures[name] for name in some]
        plan = scan_plan(breakdowns, codings, design, *bounds)
        for found in estimate_by_moments(here, plan, codings, design, weight, reference):
            crossed = [codings[name] for name in found.by]
            blocks.append(Block(found.measures, found.by, settled(found, crossed, design, weight, reference)))
        for by in plan.too_fine:
            blocks.append(_plain_block(here, by, [codings[name] for name in by], design, weight, reference))
    return _as_asked(blocks, names)


def _as_asked(blocks: Sequence[Block], names: Mapping[tuple[str, ...], Sequence[str]]) -> list[Block]:
    """Put blocks in the order of the plan; whole blocks where they already are, else measure by measure."""
    by_breakdown: dict[tuple[str, ...], list[Block]] = {}
    for block in blocks:
        by_breakdown.setdefault(block.by, []).append(block)
    ordered: list[Block] = []
    for by, some in names.items():
        mine = by_breakdown[by]
        if [measure.name for block in mine for measure in block.measures] == list(some):
            ordered += mine
            continue
        place = {m.name: (block, row) for block in mine for row, m in enumerate(block.measures)}
        for name in some:
            block, row = place[name]
            one = {f.name: getattr(block.cells, f.name)[row : row + 1] for f in fields(CellEstimates)}
            ordered.append(Block([block.measures[row]], by, CellEstimates(**one)))
    return ordered


def measures_by_breakdown(tables: Plan) -> dict[tuple[str, ...], dict[str, None]]:
    """Gather the measures of each breakdown; the same variables in another order are the same breakdown."""
    wanted: dict[tuple[str, ...], dict[str, None]] = {}
    first_order: dict[frozenset[str], tuple[str, ...]] = {}
    for names, breakdowns in tables:
        for by in breakdowns:
            # (sex, age) and (age, sex) are the same domains: one set of rows.
            order = first_order.setdefault(frozenset(by), tuple(by))
            wanted.setdefault(order, {}).update(dict.fromkeys(names))
    return wanted


def _checked_weights(weight: npt.ArrayLike, design: Design) -> FloatVector:
    weights = np.asarray(weight, dtype=np.float64)
    if weights.shape != (design.rows,):
        raise ValueError(f"{weights.size} weights for {design.rows} rows of the design")
    wrong = int(np.count_nonzero(~np.isfinite(weights) | (weights < 0)))
    if wrong:
        raise ValueError(f"{wrong} weights are missing, infinite or negative; every weight must be a number >= 0")
    return weights


def _named(things: Mapping[str, T], name: str, what: str) -> T:
    if name not in things:
        raise ValueError(f"no {what} is called '{name}'; known: {', '.join(sorted(things))}")
    return things[name]
