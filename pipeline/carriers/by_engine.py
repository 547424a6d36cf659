"""Sums of a pass taken by an engine of tables: DuckDB here, or any other that ibis is connected to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from estimates.carried.cell_totals import CellTotals, Scale, in_numbers
from estimates.carried.gathering import Gathering
from estimates.carried.layout import centre_of
from estimates.carried.task import Pass, Task
from estimates.scan_plan import constant_codes
from pipeline.carriers.engines import Engine
from pipeline.carriers.expression import cell_totals
from pipeline.carriers.scan_table import PSU, STRATUM
from pipeline.carriers.totals_table import as_cell_totals, in_order, whole_psus


def totals_by_engine(engine: Engine, one: Pass, *, exact: bool) -> pa.Table:
    """Let an engine sum a pass.

    Parameters
    ----------
    engine : Engine
        Holds the scan table.
    one : Pass
        What is summed.
    exact : bool
        Whether the table holds whole numbers of a smallest unit.

    Returns
    -------
    pyarrow.Table
        By stratum, PSU and cell; the same bytes from every engine where ``exact``.
    """
    return in_order(engine.table(cell_totals(engine.rows, one, exact=exact)), one, exact=exact)


def gather_by_engine(task: Task, engine: Engine) -> tuple[Task, list[Gathering]]:
    """Sum a plan in floating point by an engine, its totals read as a stream in the order of the PSUs.

    Returns
    -------
    task, gathered
        As `pipeline.carriers.streamed.gather_streamed`.
    """
    task = with_constant_areas(task, engine)
    whole = []
    for one in task.passes():
        mine = Gathering(one, task.labels, task.outside)
        answer = engine.batches(cell_totals(engine.rows, one, exact=False))
        for table in whole_psus(pa.Table.from_batches([batch]) for batch in answer):
            mine.add_totals(as_cell_totals(in_order(table, one, exact=False), one))
        whole.append(mine)
    return task, whole


def with_constant_areas(task: Task, engine: Engine) -> Task:
    """Leave among the areas of a task only codings that never change within a PSU."""
    if not task.areas:
        return task
    rows = engine.rows
    extremes: dict[str, Any] = {}
    for name in sorted(task.areas):
        code = rows[f"code_{name}"].fill_null(-1)
        extremes |= {f"low_{name}": code.min(), f"high_{name}": code.max()}
    by_psu = rows.group_by([STRATUM, PSU]).aggregate(**extremes)
    changes = {
        name: (by_psu[f"low_{name}"] != by_psu[f"high_{name}"]).ifelse(1, 0).sum() for name in sorted(task.areas)
    }
    found = engine.table(by_psu.aggregate(**changes)).to_pylist()[0]
    return replace(task, areas=frozenset(name for name in task.areas if not found[name]))


def gathered_exactly(task: Task, totals: Sequence[pa.Table], scale: Scale) -> list[Gathering]:
    """Gather exact totals, centres taken out before any digit is lost.

    Parameters
    ----------
    task : Task
        The plan; its centres are replaced by those of the totals, so that every carrier takes out the same.
    totals : sequence of pyarrow.Table
        Of each pass.
    scale : Scale
        Decimals.
    """
    gathered = []
    for table, one in zip(totals, task.passes(), strict=True):
        read = as_cell_totals(table, one)
        centre = _centres(read, one, scale)
        measures = tuple(replace(measure, centre=centre[measure.name]) for measure in one.measures)
        centred = with_areas(replace(one, measures=measures), read)
        mine = Gathering(centred, task.labels, task.outside)
        taken = {measure.name: centre_of(measure) for measure in measures}
        mine.add_totals(in_numbers(read, one, scale, taken))
        gathered.append(mine)
    return gathered


def with_areas(one: Pass, totals: CellTotals) -> Pass:
    """Tell the codings of a pass that never change within a PSU from those that do, as its totals show them."""
    changed = (np.diff(totals.psu) != 0) | (np.diff(totals.stratum) != 0)
    start = np.concatenate([[0], np.flatnonzero(changed) + 1, [totals.psu.size]]).astype(np.int64)
    if totals.psu.size == 0:
        return one
    no_order = np.empty(0, dtype=np.int64)
    fixed = [name for name in one.names if constant_codes(totals.codes[name], no_order, start) is not None]
    areas = tuple(sorted([*one.areas, *fixed]))
    return replace(one, names=tuple(name for name in one.names if name not in fixed), areas=areas)


def _centres(totals: CellTotals, one: Pass, scale: Scale) -> dict[str, float]:
    """Ratios of the whole, to eight binary digits: short, so that exact sums stay short, and the same everywhere."""
    rank = {base: number for number, base in enumerate(one.bases)}
    found = {}
    for measure in one.measures:
        below = totals.w[rank[measure.base]] if measure.denominator is None else totals.x[measure.name]
        y, x = sum(map(int, totals.y[measure.name].tolist())), sum(map(int, below.tolist()))
        decimals = scale.value.get(measure.numerator, 0) - scale.value.get(measure.denominator or "", 0)
        ratio = y / x / 10**decimals if x else 0.0
        mantissa, exponent = _split(ratio)
        found[measure.name] = mantissa * 2.0**exponent
    return found


def _split(number: float) -> tuple[float, int]:
    mantissa, exponent = math.frexp(number)
    return round(mantissa * 2**24), exponent - 24
