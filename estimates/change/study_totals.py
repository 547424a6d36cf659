"""The totals that a study keeps for a later round, taken by the same scan as its estimates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.calibrations import Calibrations
from estimates.change.round_totals import CellKey, RoundTotals
from estimates.domain_cells import domain_cells
from estimates.figures import FIGURES, Figure, figure_blocks, figure_of
from estimates.level_calibration import LevelCalibration, level_calibration
from estimates.level_rows import LevelRows, level_rows
from estimates.measure import BoolVector, Coding, FloatVector, IntVector, Measure
from estimates.measures import coding_of, measures_of
from estimates.psu_totals import CellIndex, PsuTotals, index_cells, scan, sum_by
from estimates.study_plan import LevelPlan, plan_by_level, whole_plan, with_needed
from estimates.table import WHOLE
from surveys.design import Design
from surveys.dictionary import Dictionary, Indicator
from surveys.microdata import Microdata
from surveys.study import Study


@dataclass(frozen=True)
class _Kept:
    """Pairs of one figure in one breakdown: (PSU, cell of the breakdown), total and members."""

    name: str
    by: tuple[str, ...]
    psu: IntVector
    cell: IntVector
    total: FloatVector
    member: BoolVector
    estimate: FloatVector


def study_totals(
    study: Study,
    dictionary: Dictionary,
    microdata: Microdata,
    design: Design,
    weights: Mapping[str, NDArray[np.float64]],
    frame: pd.DataFrame,
    psu_name: Sequence[str],
    calibrations: Calibrations | None = None,
) -> RoundTotals:
    """Keep linearized PSU totals of every tabulated cell.

    Parameters
    ----------
    study, dictionary, microdata, design, weights, calibrations
        As `estimates.study_estimates.estimate_study` takes them.
    frame : DataFrame
        Its result, after protection: estimates, errors and statuses are those of its rows.
    psu_name : sequence of str, length P
        Names of the PSUs of the design.

    Returns
    -------
    RoundTotals
        Cells of the frame. A figure to whose error rows outside its cell add, such as poverty under a relative line,
        is left out. After calibration the totals are those of residuals, as in
        `estimates.calibration_adjustment.calibrated_variance`.
    """
    microdata = with_needed(study, dictionary, microdata)
    keys, numbers, status = _rows_of(frame)
    place = {key: position for position, key in enumerate(keys)}
    psus: list[IntVector] = []
    cells: list[IntVector] = []
    totals: list[FloatVector] = []
    members: list[BoolVector] = []
    kept = np.zeros(len(keys), dtype=bool)
    for level, plan in plan_by_level(whole_plan(study), dictionary).items():
        rows = level_rows(level, study, dictionary, microdata, design, weights)
        names = dict.fromkeys(name for _, sets in plan for by in sets for name in by)
        codings = {name: coding_of(dictionary.breakdowns[name], rows.columns, dictionary) for name in names}
        known = level_calibration(level, study, microdata, design, weights, calibrations)
        for found in _level(plan, dictionary, rows, codings, known):
            at = np.array([place.get((found.name, key), -1) for key in _domains(found.by, codings)], dtype=np.int64)
            # Rates are totals over a known number, and totals may be carried beyond the places sampled: both are
            # constants by which the frame has multiplied already.
            with np.errstate(invalid="ignore", divide="ignore"):
                scale = numbers["estimate"][at] / found.estimate
            scale = np.where(np.isfinite(scale), scale, 1.0)
            some = at[found.cell] >= 0
            psus.append(found.psu[some])
            cells.append(at[found.cell[some]])
            totals.append((found.total * scale[found.cell])[some])
            members.append(found.member[some])
            kept[at[at >= 0]] = True
    pairs = (psus, cells, totals, members)
    return _sorted(study, keys, numbers, status, kept, pairs, psu_name, design, dictionary)


def definition(indicator: Indicator) -> str:
    """Say what an indicator counts, so that two rounds can be held against one another."""
    options = indicator.options
    parts = [indicator.statistic, str(indicator.of), str(indicator.over or ""), str(indicator.universe or "")]
    return " | ".join([*parts, str(options.p or ""), str(options.line or ""), indicator.unit])


def _level(
    plan: LevelPlan,
    dictionary: Dictionary,
    rows: LevelRows,
    codings: Mapping[str, Coding],
    known: LevelCalibration | None,
) -> Iterator[_Kept]:
    wanted: dict[tuple[str, ...], dict[str, None]] = {}
    order: dict[frozenset[str], tuple[str, ...]] = {}
    for names, sets in plan:
        for by in sets:
            wanted.setdefault(order.setdefault(frozenset(by), by), {}).update(dict.fromkeys(names))
    read: dict[str, list[Measure] | Figure] = {}
    for by, figures in wanted.items():
        index = index_cells([codings[name] for name in by], rows.design)
        for name in figures:
            indicator = dictionary.indicators[name]
            if name not in read:
                if indicator.statistic in FIGURES:
                    read[name] = figure_of(indicator, rows.columns, dictionary)
                else:
                    read[name] = measures_of(indicator, rows.columns, dictionary)
            what = read[name]
            if isinstance(what, Figure):
                yield from _of_figure(what, by, codings, rows, known)
            else:
                for measure, totals in zip(what, scan(what, index, rows.weight), strict=True):
                    yield _of_measure(measure, by, index, totals, rows, known)


def _of_measure(
    measure: Measure,
    by: tuple[str, ...],
    index: CellIndex,
    totals: PsuTotals,
    rows: LevelRows,
    known: LevelCalibration | None,
) -> _Kept:
    y, x = (sum_by(index.cell, part, index.cells) for part in (totals.numerator, totals.denominator))
    if measure.kind == "total":
        estimate, z = y, totals.numerator
    else:
        with np.errstate(invalid="ignore", divide="ignore"):
            above, size = y / x, np.where(x != 0, x, np.nan)
        estimate = totals.centre + above
        z = np.nan_to_num((totals.numerator - above[index.cell] * totals.denominator) / size[index.cell])
    found = _Kept(measure.name, by, index.psu, index.cell, z, totals.n > 0, estimate)
    if known is None:
        return found
    of_row = np.full(rows.weight.size, -1, dtype=np.int64)
    of_row[index.row] = index.cell_of_row
    of_row = np.where(measure.base() & (rows.weight > 0), of_row, -1)
    value = np.nan_to_num(np.asarray(measure.numerator, dtype=np.float64))
    if measure.kind != "total":
        base = np.ones(value.size)
        if measure.denominator is not None:
            base = np.nan_to_num(np.asarray(measure.denominator, dtype=np.float64))
        at = np.maximum(of_row, 0)
        value = np.nan_to_num((value - estimate[at] * base) / size[at])
    return _residual(found, value, of_row, index.cells, rows, known)


def _of_figure(
    figure: Figure,
    by: tuple[str, ...],
    codings: Mapping[str, Coding],
    rows: LevelRows,
    known: LevelCalibration | None,
) -> Iterator[_Kept]:
    # residuals do not depend on what a design effect is held against
    blocks = figure_blocks(figure, by, codings, rows.design, rows.weight, "with_replacement")
    cells = domain_cells([codings[name] for name in by], figure.base, rows.weight, rows.design)
    for block in blocks:
        if block.found.z is None:
            continue
        keys, pair = np.unique(cells.cell * rows.design.psus + rows.design.psu[cells.row], return_inverse=True)
        z = np.nan_to_num(block.found.z)
        total = sum_by(pair, cells.weight * z, keys.size)
        cell, psu = keys // rows.design.psus, keys % rows.design.psus
        found = _Kept(
            block.name, by, psu, cell, total, np.ones(keys.size, dtype=bool), block.found.cells.estimate
        )  # fmt: skip
        if known is not None and figure.indicator.statistic != "quantile":
            found = _residual(found, cells.spread(z), cells.cell_of_all, cells.cells, rows, known)
        yield found


def _residual(
    found: _Kept, z: FloatVector, cell: IntVector, cells: int, rows: LevelRows, known: LevelCalibration
) -> _Kept:
    """Take out what known totals fix: g-weighted residual totals, of every PSU."""
    adjustment, psus = known.adjustment, rows.design.psus
    row = np.flatnonzero(cell >= 0)
    above = known.unit[row]
    values = z[row] * known.factor[row]
    groups = adjustment.x.shape[0]
    sums = sum_by(adjustment.group[above] * cells + cell[row], adjustment.base_weight[above] * values, groups * cells)
    totals = sum_by(rows.design.psu[row] * cells + cell[row], adjustment.weight[above] * values, psus * cells)
    slope = adjustment.coefficients(sums.reshape(groups, cells))
    residual = totals.reshape(psus, cells) - adjustment.unit_totals(known.design.psu, psus) @ slope
    member = np.zeros((psus, cells), dtype=bool)
    member[found.psu, found.cell] = found.member
    held = np.flatnonzero(np.isfinite(found.estimate))
    psu, cell_of = np.divmod(np.arange(psus * held.size), max(held.size, 1))
    at = held[cell_of] if held.size else cell_of
    return _Kept(found.name, found.by, psu, at, residual[psu, at], member[psu, at], found.estimate)


def _domains(by: Sequence[str], codings: Mapping[str, Coding]) -> list[tuple[tuple[str, str], ...]]:
    domains: list[tuple[tuple[str, str], ...]] = [()]
    for name in by:
        domains = [(*domain, (name, code)) for domain in domains for code in codings[name].labels]
    return [tuple(sorted(domain)) for domain in domains]


def _rows_of(frame: pd.DataFrame) -> tuple[list[CellKey], dict[str, NDArray[np.float64]], list[str]]:
    names = [str(name) for name in frame.columns]
    breakdowns = sorted(names[names.index("indicator") + 1 : names.index("estimate")])
    columns = [frame[name].astype(str).tolist() for name in breakdowns]
    keys: list[CellKey] = []
    for number, indicator in enumerate(frame["indicator"].astype(str)):
        domain = ((name, column[number]) for name, column in zip(breakdowns, columns, strict=True))
        keys.append((indicator, tuple((name, code) for name, code in domain if code != WHOLE)))
    numbers = {name: frame[name].to_numpy(dtype=np.float64) for name in ("estimate", "se", "df")}
    return keys, numbers, frame["status"].astype(str).tolist()


def _sorted(
    study: Study,
    keys: list[CellKey],
    numbers: Mapping[str, NDArray[np.float64]],
    status: Sequence[str],
    kept: BoolVector,
    parts: tuple[list[IntVector], list[IntVector], list[FloatVector], list[BoolVector]],
    psu_name: Sequence[str],
    design: Design,
    dictionary: Dictionary,
) -> RoundTotals:
    held = np.flatnonzero(kept)
    new = np.cumsum(kept) - 1
    none = np.zeros(0, dtype=np.int64)
    psu, cell = (np.concatenate([none, *part]) for part in parts[:2])
    total, member = np.concatenate([np.zeros(0), *parts[2]]), np.concatenate([np.zeros(0, dtype=bool), *parts[3]])
    order = np.lexsort((psu, cell))
    population = np.full(design.strata, np.inf) if design.psu_population is None else design.psu_population
    named = dict.fromkeys(keys[position][0].partition(".")[0] for position in held)
    return RoundTotals(
        study=study.name, keys=tuple(keys[position] for position in held), estimate=numbers["estimate"][held],
        se=numbers["se"][held], df=np.nan_to_num(numbers["df"][held]).astype(np.int64),
        status=tuple(status[int(position)] for position in held),
        psu=psu[order], cell=new[cell[order]].astype(np.int64), total=total[order], member=member[order],
        psu_name=tuple(psu_name),
        stratum=design.stratum_of_psu.astype(np.int64), psu_population=np.asarray(population, dtype=np.float64),
        definition={name: definition(dictionary.indicators[name]) for name in named},
    )  # fmt: skip
