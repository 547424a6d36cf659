"""A whole tabulation plan in one call: every measure in every cell of every breakdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimates.design_effects import Reference, design_effect
from estimates.further_stages import further_stage_variances
from estimates.measure import Coding, FloatVector, Measure
from estimates.moments import estimate_by_moments
from estimates.psu_totals import index_cells, scan
from estimates.row_intervals import ProportionInterval, row_intervals
from estimates.statistics.cell_estimates import CellEstimates
from estimates.statistics.ratio import ratio
from estimates.statistics.total import total
from estimates.table import LEADING, NUMBERS, TRAILING, WHOLE, EstimateTable
from estimates.variance import StratumCells
from estimates.verdicts import Verdicts, verdicts
from surveys.design import Design

T = TypeVar("T")
Method = Literal["automatic", "compiled", "plain"]
# Rows times measures times breakdowns from which starting the compiled code pays.
WORTH_COMPILING = 20_000_000
Plan = Sequence[tuple[Sequence[str], Sequence[tuple[str, ...]]]]


@dataclass(frozen=True)
class _Block:
    measure: Measure
    by: tuple[str, ...]
    cells: CellEstimates


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
    proportion_interval : {"korn_graubard", "logit"}
        Interval of proportions.
    deff_reference : {"without_replacement", "with_replacement", "dhs"}
        Simple random sample of the design effect.
    method : {"automatic", "compiled", "plain"}
        Arithmetic of the scan: compiled code for large plans, arrays for small ones; the numbers agree to
        rounding.

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
    blocks = _blocks(named, codings, _measures_by_breakdown(tables), design, weights, deff_reference, method)
    return _table(study, blocks, codings, design, standards, planned, confidence, proportion_interval)


def _blocks(
    measures: Mapping[str, Measure],
    codings: Mapping[str, Coding],
    wanted: Mapping[tuple[str, ...], Iterable[str]],
    design: Design,
    weight: FloatVector,
    reference: Reference,
    method: Method,
) -> list[_Block]:
    names = {by: [_named(measures, name, "measure").name for name in wanted[by]] for by in wanted}
    crossed = {by: [_named(codings, name, "breakdown") for name in by] for by in wanted}
    numbers = design.rows * sum(len(some) for some in names.values())
    large = method == "compiled" or (method == "automatic" and numbers >= WORTH_COMPILING)
    if large and not design.further_stages:
        return _compiled_blocks(measures, names, codings, design, weight, reference)
    blocks = []
    for by, some in names.items():
        index = index_cells(crossed[by], design)
        groups = StratumCells(index.cell, index.psu, index.cells, design)
        here = [measures[name] for name in some]
        found = []
        for measure, totals in zip(here, scan(here, index, weight), strict=True):
            estimate = total if measure.kind == "total" else ratio
            found.append(estimate(measure, totals, index, groups, weight, reference))
        if design.further_stages:
            estimated = [cells.estimate for cells in found]
            within = further_stage_variances(here, estimated, crossed[by], design, weight)
            found = [replace(cells, variance=cells.variance + v) for cells, v in zip(found, within, strict=True)]
        blocks += [_Block(measure, by, cells) for measure, cells in zip(here, found, strict=True)]
    return blocks


def _compiled_blocks(
    measures: Mapping[str, Measure],
    names: Mapping[tuple[str, ...], Sequence[str]],
    codings: Mapping[str, Coding],
    design: Design,
    weight: FloatVector,
    reference: Reference,
) -> list[_Block]:
    # Measures that share their breakdowns share their pass over the rows.
    together: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for name in dict.fromkeys(name for some in names.values() for name in some):
        together.setdefault(tuple(by for by in names if name in names[by]), []).append(name)
    found: dict[tuple[tuple[str, ...], str], _Block] = {}
    for breakdowns, some in together.items():
        here = [measures[name] for name in some]
        for by, measure, cells in estimate_by_moments(here, breakdowns, codings, design, weight, reference):
            found[by, measure.name] = _Block(measure, by, cells)
    return [found[by, name] for by, some in names.items() for name in some]


def _measures_by_breakdown(tables: Plan) -> dict[tuple[str, ...], dict[str, None]]:
    wanted: dict[tuple[str, ...], dict[str, None]] = {}
    first_order: dict[frozenset[str], tuple[str, ...]] = {}
    for names, breakdowns in tables:
        for by in breakdowns:
            # (sex, age) and (age, sex) are the same domains: one set of rows.
            order = first_order.setdefault(frozenset(by), tuple(by))
            wanted.setdefault(order, {}).update(dict.fromkeys(names))
    return wanted


def _table(
    study: str,
    blocks: Sequence[_Block],
    codings: Mapping[str, Coding],
    design: Design,
    standards: Sequence[str],
    planned: Sequence[str],
    confidence: float,
    proportion_interval: ProportionInterval,
) -> EstimateTable:
    breakdowns = tuple(dict.fromkeys(name for block in blocks for name in block.by))
    if not blocks:
        return EstimateTable(pd.DataFrame(columns=[*LEADING, *NUMBERS, *TRAILING]), ())
    sizes = [block.cells.n.size for block in blocks]
    estimate = np.concatenate([block.cells.estimate for block in blocks])
    variance = np.concatenate([block.cells.variance for block in blocks])
    srs = np.concatenate([block.cells.srs_variance for block in blocks])
    df, n_psu, n, cases = (
        np.concatenate([getattr(block.cells, name) for block in blocks])
        for name in ("df", "n_psu", "n", "cases")
    )
    population = np.concatenate([block.cells.population for block in blocks])
    se = np.sqrt(variance)
    deff = design_effect(variance, srs)
    shape = np.repeat([_shape(block.measure) for block in blocks], sizes)
    census = bool(np.all(design.fpc == 0))
    low, high, certified = row_intervals(
        shape, estimate, se, n.astype(float), cases.astype(float), population, df.astype(float),
        census=census, confidence=confidence, proportion=proportion_interval,
    )  # fmt: skip
    with np.errstate(invalid="ignore", divide="ignore"):
        cv = np.where(estimate != 0, se / np.abs(estimate), np.nan)
    kinds = np.repeat([block.measure.kind for block in blocks], sizes)
    is_planned = np.repeat([set(block.by) <= set(planned) for block in blocks], sizes)
    judged: Verdicts = verdicts(
        standards, kinds, estimate, se, n, cases, deff, df, is_planned, low, high, certified,
        collapsed=bool(design.collapsed),
    )  # fmt: skip
    columns: dict[str, object] = {
        "study": study,
        "indicator": np.repeat(np.array([block.measure.name for block in blocks], dtype=object), sizes),
    }
    for name in breakdowns:
        columns[name] = np.concatenate([_codes(block, name, codings) for block in blocks])
    columns |= {
        "estimate": estimate, "se": se, "ci_low": low, "ci_high": high, "cv": cv, "deff": deff, "df": df,
        "n": n, "n_psu": n_psu, "cases": cases, "population": population,
        "unit": np.repeat(np.array([block.measure.unit for block in blocks], dtype=object), sizes),
        "status": judged.status, "reason": judged.reason,
    }  # fmt: skip
    return EstimateTable(pd.DataFrame(columns), breakdowns)


def _codes(block: _Block, name: str, codings: Mapping[str, Coding]) -> npt.NDArray[np.object_]:
    size = block.cells.n.size
    if name not in block.by:
        return np.full(size, WHOLE, dtype=object)
    inner = 1
    for other in block.by[block.by.index(name) + 1 :]:
        inner *= len(codings[other].labels)
    labels = np.array(codings[name].labels, dtype=object)
    position = np.arange(size) // inner % len(labels)
    return np.asarray(labels[position], dtype=object)


def _shape(measure: Measure) -> str:
    if measure.kind == "prop":
        return "share"
    if measure.kind == "total":
        if measure.is_binary:
            return "count"
        if np.nanmin(measure.numerator, initial=0.0) >= 0:
            return "positive"
    return "any"


def _checked_weights(weight: npt.ArrayLike, design: Design) -> FloatVector:
    weights = np.asarray(weight, dtype=np.float64)
    if weights.shape != (design.rows,):
        raise ValueError(f"{weights.size} weights for {design.rows} rows of the design")
    wrong = int(np.count_nonzero(~np.isfinite(weights) | (weights < 0)))
    if wrong:
        raise ValueError(
            f"{wrong} weights are missing, infinite or negative; every weight must be a number >= 0"
        )
    return weights


def _named(things: Mapping[str, T], name: str, what: str) -> T:
    if name not in things:
        raise ValueError(f"no {what} is called '{name}'; known: {', '.join(sorted(things))}")
    return things[name]
