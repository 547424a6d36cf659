"""A whole tabulation plan in one call: every measure in every cell of every breakdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimates.cancelled import settled
from estimates.cell_rows import NOT_DEFINED
from estimates.design_effects import Reference, design_effect
from estimates.further_stages import further_stage_variances
from estimates.level_calibration import LevelCalibration
from estimates.measure import BoolVector, Coding, FloatVector, Measure
from estimates.moments import estimate_by_moments, psu_order
from estimates.psu_totals import index_cells, scan
from estimates.row_intervals import ProportionInterval, row_intervals
from estimates.scan_plan import scan_plan
from estimates.statistics.cell_estimates import CellEstimates
from estimates.statistics.ratio import ratio
from estimates.statistics.total import total
from estimates.table import LEADING, NUMBERS, TRAILING, WHOLE, EstimateTable
from estimates.variance import StratumCells
from estimates.verdicts import Verdicts, verdicts
from surveys.design import Design

T = TypeVar("T")
Method = Literal["automatic", "compiled", "plain"]
# Rows times measures times breakdowns, and rows, from which starting the compiled code pays.
WORTH_COMPILING = 20_000_000
MANY_ROWS = 500_000
Plan = Sequence[tuple[Sequence[str], Sequence[tuple[str, ...]]]]


@dataclass(frozen=True)
class _Block:
    """Measures of one breakdown; the arrays of ``cells`` and ``known`` are (measures, D)."""

    measures: Sequence[Measure]
    by: tuple[str, ...]
    cells: CellEstimates
    known: BoolVector | None = None


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
    calibration : LevelCalibration, optional
        Known totals that the weights were made to meet, which the variance then takes into account.

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
    if calibration is not None:
        blocks = [_calibrated(block, codings, calibration, weights) for block in blocks]
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
    large = method == "compiled" or (method == "automatic" and (numbers >= WORTH_COMPILING or design.rows >= MANY_ROWS))
    if large and not design.further_stages:
        return _compiled_blocks(measures, names, codings, design, weight, reference)
    return [
        _plain_block([measures[name] for name in some], by, crossed[by], design, weight, reference)
        for by, some in names.items()
    ]


def _calibrated(
    block: _Block, codings: Mapping[str, Coding], calibration: LevelCalibration, weight: FloatVector
) -> _Block:
    crossed = [codings[name] for name in block.by]
    cells, known = calibration.recalculated(block.measures, block.cells, crossed, weight)
    return replace(block, cells=cells, known=known)


def _plain_block(
    measures: Sequence[Measure],
    by: tuple[str, ...],
    crossed: Sequence[Coding],
    design: Design,
    weight: FloatVector,
    reference: Reference,
) -> _Block:
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
    return _Block(measures, by, CellEstimates(**stacked))


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
    bounds = psu_order(design)
    blocks: list[_Block] = []
    for breakdowns, some in together.items():
        here = [measures[name] for name in some]
        plan = scan_plan(breakdowns, codings, design, *bounds)
        for found in estimate_by_moments(here, plan, codings, design, weight, reference):
            crossed = [codings[name] for name in found.by]
            blocks.append(_Block(found.measures, found.by, settled(found, crossed, design, weight, reference)))
        for by in plan.too_fine:
            blocks.append(_plain_block(here, by, [codings[name] for name in by], design, weight, reference))
    return _as_asked(blocks, names)


def _as_asked(blocks: Sequence[_Block], names: Mapping[tuple[str, ...], Sequence[str]]) -> list[_Block]:
    """Put blocks in the order of the plan; whole blocks where they already are, else measure by measure."""
    by_breakdown: dict[tuple[str, ...], list[_Block]] = {}
    for block in blocks:
        by_breakdown.setdefault(block.by, []).append(block)
    ordered: list[_Block] = []
    for by, some in names.items():
        mine = by_breakdown[by]
        if [measure.name for block in mine for measure in block.measures] == list(some):
            ordered += mine
            continue
        place = {m.name: (block, row) for block in mine for row, m in enumerate(block.measures)}
        for name in some:
            block, row = place[name]
            one = {f.name: getattr(block.cells, f.name)[row : row + 1] for f in fields(CellEstimates)}
            ordered.append(_Block([block.measures[row]], by, CellEstimates(**one)))
    return ordered


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
    measures = [measure for block in blocks for measure in block.measures]
    sizes = [block.cells.n.shape[1] for block in blocks for _ in block.measures]
    column = {
        item.name: np.concatenate([getattr(block.cells, item.name).ravel() for block in blocks])
        for item in fields(CellEstimates)
    }
    estimate, n, cases, df = (column[name] for name in ("estimate", "n", "cases", "df"))
    # Sums beyond the largest number that can be held are no estimates.
    beyond = np.isinf(estimate) | (np.isfinite(estimate) & ~np.isfinite(column["variance"]) & (n > 0))
    variance = column["variance"]
    if beyond.any():
        estimate, variance = np.where(beyond, np.nan, estimate), np.where(beyond, np.nan, variance)
    se = np.sqrt(variance)
    deff = design_effect(variance, column["srs_variance"])
    census = bool(np.all(design.fpc == 0))
    shapes = [_shape(measure) for measure in measures]
    low, high, certified = row_intervals(
        np.repeat(shapes, sizes), estimate, se, n.astype(float), cases.astype(float), column["population"],
        df.astype(float), census=census, confidence=confidence, proportion=proportion_interval,
    )  # fmt: skip
    known = np.concatenate([_known(block) for block in blocks])
    if known.any():
        # What calibration fixed does not vary: its interval is the figure itself, and it has no design effect.
        low, high = (np.where(known, estimate, limit) for limit in (low, high))
        deff, certified = np.where(known, np.nan, deff), certified | known
    with np.errstate(invalid="ignore", divide="ignore"):
        cv = np.where(estimate != 0, se / np.abs(estimate), np.nan)
    is_planned = np.repeat([set(block.by) <= set(planned) for block in blocks for _ in block.measures], sizes)
    judged: Verdicts = verdicts(
        standards, np.repeat([measure.kind for measure in measures], sizes), estimate, se, n, cases, deff, df,
        is_planned, low, high, certified, collapsed=bool(design.collapsed), known=known,
    )  # fmt: skip
    rows = int(estimate.size)
    columns: dict[str, object] = {
        "study": _texts(np.zeros(rows, dtype=np.int64), (study,)),
        "indicator": _repeated([measure.name for measure in measures], sizes),
    }
    for name in breakdowns:
        position = np.concatenate([_codes(block, name, codings) for block in blocks])
        columns[name] = _texts(position, (WHOLE, *codings[name].labels))
    columns |= {
        "estimate": estimate, "se": se, "ci_low": low, "ci_high": high, "cv": cv, "deff": deff, "df": df,
        "n": n, "n_psu": column["n_psu"], "cases": cases, "population": column["population"],
        "unit": _repeated([measure.unit for measure in measures], sizes),
        "status": _texts(judged.status, judged.statuses), "reason": _texts(judged.reason, judged.reasons),
    }  # fmt: skip
    if beyond.any():
        columns["reason"] = _texts(judged.reason, judged.reasons).mask(pd.Series(beyond), NOT_DEFINED)
    return EstimateTable(pd.DataFrame(columns), breakdowns)


def _known(block: _Block) -> BoolVector:
    return np.zeros(block.cells.n.size, dtype=bool) if block.known is None else block.known.ravel()


def _codes(block: _Block, name: str, codings: Mapping[str, Coding]) -> npt.NDArray[np.int64]:
    """Position of the code of every row of a block, 1 for the first label; 0 for the whole."""
    rows = block.cells.n.size
    if name not in block.by:
        return np.zeros(rows, dtype=np.int64)
    inner = 1
    for other in block.by[block.by.index(name) + 1 :]:
        inner *= len(codings[other].labels)
    cells = np.arange(block.cells.n.shape[1]) // inner % len(codings[name].labels) + 1
    return np.tile(cells, len(block.measures))


def _repeated(texts: Sequence[str], sizes: Sequence[int]) -> object:
    known = {text: position for position, text in enumerate(dict.fromkeys(texts))}
    return _texts(np.repeat([known[text] for text in texts], sizes), tuple(known))


def _texts(position: npt.NDArray[np.int64], texts: Sequence[str]) -> pd.Series[str]:
    """Texts by position: few texts, many rows, none of which is looked at twice."""
    return pd.Series(np.array(texts, dtype=object), dtype="str").take(position).reset_index(drop=True)


def _shape(measure: Measure) -> str:
    if measure.kind == "prop":
        return "share"
    if measure.kind == "total":
        if measure.is_binary:
            return "count"
        if float(np.nanmin(measure.numerator, initial=0.0)) >= 0.0:
            return "positive"
    return "any"


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
