"""The scan as one expression: sums by stratum, PSU and cell, which any engine that ibis knows can carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr import datatypes as dt

from estimates.carried.cell_totals import sums_of
from estimates.carried.layout import centre_of
from estimates.carried.task import Base, Pass, Summed
from pipeline.carriers.scan_table import PSU, STRATUM, WEIGHT

# Dialects in which the expression is shown and tested; those that can be run here are run.
DIALECTS = ("duckdb", "postgres", "bigquery", "snowflake", "trino", "pyspark")
NAME = "scan_rows"
_EXACT = dt.Decimal(38, 0)


def rows_table(schema: pa.Schema) -> Any:
    """Describe the rows of a scan table without naming an engine."""
    return ibis.table(ibis.Schema.from_pyarrow(schema), name=NAME)


def cell_totals(rows: Any, one: Pass, *, exact: bool) -> Any:
    """Write the sums of a pass down.

    Parameters
    ----------
    rows : ibis table
        The rows, of any engine or of none.
    one : Pass
        What is summed.
    exact : bool
        Whether weights and numbers are whole numbers of a smallest unit: sums are then decimals of 38 digits, the same
        in every order, and no centre is taken out.

    Returns
    -------
    ibis table
        Columns of `estimates.carried.cell_totals.column_names`, one row for each (stratum, PSU, cell) with rows, in
        that order.
    """
    codes = {f"code_{name}": rows[f"code_{name}"].fill_null(-1).cast("int64") for name in (*one.areas, *one.names)}
    keyed = {STRATUM: rows[STRATUM].cast("int64"), PSU: rows[PSU].cast("int64"), **codes}
    weight = rows[WEIGHT].cast(_EXACT) if exact else rows[WEIGHT]
    known = {base: _known(rows, base) for base in one.bases}
    sums: dict[str, Any] = {}
    for number, base in enumerate(one.bases):
        sums[f"n_{number}"] = known[base].ifelse(1, 0).cast("int64").sum().cast("int64")
        sums[f"w_{number}"] = _sum(known[base], weight, exact=exact)
    for measure in one.measures:
        sums |= _sums(rows, one, measure, known[measure.base], weight, exact=exact)
    return rows.group_by(**keyed).aggregate(**sums).order_by(list(keyed))


def statement(schema: pa.Schema, one: Pass, *, exact: bool, dialect: str) -> str:
    """Compile the expression of a pass to the language of an engine that need not be here.

    Parameters
    ----------
    schema : pyarrow.Schema
        Columns of the scan table, which the engine calls ``scan_rows``.
    one : Pass
        What is summed.
    exact : bool
        As in `cell_totals`.
    dialect : str
        Such as those of ``DIALECTS``.
    """
    import sqlglot

    expression = cell_totals(rows_table(schema), one, exact=exact)
    if dialect == "pyspark":
        # ibis asks for a running session to compile for Spark; the words are translated instead.
        return sqlglot.transpile(str(ibis.to_sql(expression, dialect="duckdb")), read="duckdb", write="spark")[0]
    return str(ibis.to_sql(expression, dialect=dialect))


def totals_schema(one: Pass, *, exact: bool) -> pa.Schema:
    """Types of a table of totals, whatever engine made it."""
    number = pa.decimal128(38, 0) if exact else pa.float64()
    fields = [(STRATUM, pa.int64()), (PSU, pa.int64())]
    fields += [(f"code_{name}", pa.int64()) for name in (*one.areas, *one.names)]
    for base in range(len(one.bases)):
        fields += [(f"n_{base}", pa.int64()), (f"w_{base}", number)]
    for measure in one.measures:
        fields += [
            (f"{kind}_{measure.name}", pa.int64() if kind == "c" else number) for kind in sums_of(one, measure.name)
        ]
    return pa.schema(fields)


def _sums(rows: Any, one: Pass, measure: Summed, known: Any, weight: Any, *, exact: bool) -> Mapping[str, Any]:
    y = _value(rows, measure.numerator, exact=exact)
    x = None if measure.denominator is None else _value(rows, measure.denominator, exact=exact)
    centre = 0.0 if exact else centre_of(measure)
    less = y
    if centre:
        less = y - centre if x is None else y - centre * x
    terms = {"y": weight * less, "yy": weight * less * less}
    if x is not None:
        terms |= {"x": weight * x, "yx": weight * less * x, "xx": weight * x * x}
    found = {}
    for kind in sums_of(one, measure.name):
        if kind == "c":
            value = (known & (y != 0)).fill_null(False).ifelse(1, 0).cast("int64").sum().cast("int64")
        else:
            value = _sum(known, terms[kind], exact=exact)
        found[f"{kind}_{measure.name}"] = value
    return found


def _known(rows: Any, base: Base) -> Any:
    universe, gaps = base
    known = rows[WEIGHT] > 0
    if universe is not None:
        known = known & rows[universe]
    for name in gaps:
        known = known & rows[name].notnull()
    return known.fill_null(False)


def _sum(known: Any, term: Any, *, exact: bool) -> Any:
    if exact:
        return known.ifelse(term, ibis.literal(0).cast(term.type())).sum().cast(_EXACT)
    return known.ifelse(term, 0.0).sum()


def _value(rows: Any, name: str, *, exact: bool) -> Any:
    column = rows[name]
    if column.type().is_boolean():
        # Not every engine turns a flag into a number by itself.
        column = column.ifelse(1, 0)
    # Engines give a product the digits of its wider factor: both are given all of them.
    return column.cast(_EXACT) if exact else column.cast("float64")
