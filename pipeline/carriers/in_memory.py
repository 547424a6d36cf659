"""Exact sums of a pass over batches in memory: decimals of 38 digits, added by group as any engine would add them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from estimates.carried.cell_totals import sums_of
from estimates.carried.task import Base, Pass, Task
from pipeline.carriers.row_batches import batches_of, pieces_of
from pipeline.carriers.scan_table import PSU, STRATUM, VALUE_DIGITS, WEIGHT, WEIGHT_DIGITS, ScanTable, columns_read
from pipeline.carriers.totals_table import in_order


def exact_totals_streamed(task: Task, table: ScanTable) -> list[pa.Table]:
    """Sum every pass of a task exactly, batch by batch; what is kept are the totals alone.

    Parameters
    ----------
    task : Task
        The plan.
    table : ScanTable
        Whole numbers of a smallest unit, sorted.

    Returns
    -------
    list of pyarrow.Table
        Of each pass.
    """
    passes = task.passes()
    found: list[list[pa.Table]] = [[] for _ in passes]
    for piece in pieces_of(table):
        for batch in batches_of(table, piece, columns_read(task)):
            for place, one in enumerate(passes):
                found[place].append(exact_totals(pa.Table.from_batches([batch]), one))
    return [in_order(pa.concat_tables(some), one, exact=True) for some, one in zip(found, passes, strict=True)]


def exact_totals(rows: pa.Table, one: Pass) -> pa.Table:
    """Sum a pass over rows in memory.

    Parameters
    ----------
    rows : pyarrow.Table
        Whole numbers of a smallest unit; in any order.
    one : Pass
        What is summed.

    Returns
    -------
    pyarrow.Table
        By stratum, PSU and cell, in that order.
    """
    columns: dict[str, Any] = {STRATUM: rows[STRATUM].cast(pa.int64()), PSU: rows[PSU].cast(pa.int64())}
    for name in (*one.areas, *one.names):
        columns[f"code_{name}"] = pc.fill_null(rows[f"code_{name}"], -1).cast(pa.int64())
    keys = list(columns)
    weight = _decimal(rows[WEIGHT], WEIGHT_DIGITS)
    known = {base: _known(rows, base) for base in one.bases}
    for number, base in enumerate(one.bases):
        columns[f"n_{number}"] = known[base].cast(pa.int64())
        columns[f"w_{number}"] = _where(known[base], weight)
    for measure in one.measures:
        base = known[measure.base]
        y = _value(rows, measure.numerator)
        x = None if measure.denominator is None else _value(rows, measure.denominator)
        for kind in sums_of(one, measure.name):
            if kind == "c":
                other = pc.not_equal(y, pa.scalar(Decimal(0), y.type))
                flag = pc.fill_null(pc.and_kleene(base, other), False)
                columns[f"c_{measure.name}"] = flag.cast(pa.int64())
                continue
            product = weight
            for factor in kind:
                product = pc.multiply(product, y if factor == "y" else x)
            columns[f"{kind}_{measure.name}"] = _where(base, product)
    sums = [(name, "sum") for name in columns if name not in keys]
    answer = pa.table(columns).group_by(keys, use_threads=False).aggregate(sums)
    return in_order(answer.rename_columns([name.removesuffix("_sum") for name in answer.column_names]), one, exact=True)


def _known(rows: pa.Table, base: Base) -> pa.ChunkedArray:
    universe, gaps = base
    known = pc.greater(rows[WEIGHT], 0)
    if universe is not None:
        known = pc.and_kleene(known, rows[universe])
    for name in gaps:
        known = pc.and_kleene(known, pc.is_valid(rows[name]))
    return pc.fill_null(known, False)


def _where(known: pa.ChunkedArray, values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(known, values, pa.scalar(Decimal(0), values.type))


def _value(rows: pa.Table, name: str) -> pa.ChunkedArray:
    column = rows[name]
    return _decimal(column.cast(pa.int64()), 3 if column.type.bit_width <= 8 else VALUE_DIGITS)


def _decimal(column: pa.ChunkedArray, digits: int) -> pa.ChunkedArray:
    # A word of 64 bits becomes 19 digits; fewer leave room for products, and are refused where they do not suffice.
    return column.cast(pa.decimal128(19)).cast(pa.decimal128(digits))
