"""Totals by PSU and cell as a table: what engines hand over, what is saved, and what the estimates read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimates.carried.cell_totals import CellTotals, Sums, column_names, sums_of
from estimates.carried.task import Pass
from pipeline.carriers.expression import totals_schema
from pipeline.carriers.refusals import NotSorted
from pipeline.carriers.scan_table import PSU, STRATUM

_WORD = 2**62


def in_order(totals: pa.Table, one: Pass, *, exact: bool) -> pa.Table:
    """Give a table of totals its types, its columns and its order, whatever engine it comes from."""
    schema = totals_schema(one, exact=exact)
    named = totals.select(column_names(one)).cast(schema)
    keys = [(name, "ascending") for name in schema.names[: 2 + len(one.areas) + len(one.names)]]
    return named.take(pc.sort_indices(named, sort_keys=keys)).combine_chunks()


def as_cell_totals(totals: pa.Table, one: Pass) -> CellTotals:
    """Read a table of totals as arrays: decimals as whole numbers, of a machine word where all of them fit."""
    rank = range(len(one.bases))
    kinds: dict[str, dict[str, Sums]] = {kind: {} for kind in ("y", "x", "yy", "yx", "xx")}
    cases = {}
    for measure in one.measures:
        for kind in sums_of(one, measure.name):
            column = totals.column(f"{kind}_{measure.name}")
            if kind == "c":
                cases[measure.name] = column.to_numpy()
            else:
                kinds[kind][measure.name] = _sums(column)
    return CellTotals(
        stratum=totals.column(STRATUM).to_numpy(),
        psu=totals.column(PSU).to_numpy(),
        codes={name: totals.column(f"code_{name}").to_numpy() for name in (*one.areas, *one.names)},
        n={number: totals.column(f"n_{number}").to_numpy() for number in rank},
        w={number: _sums(totals.column(f"w_{number}")) for number in rank},
        cases=cases,
        **kinds,
    )


def whole_psus(batches: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Cut sorted tables of totals so that every PSU lies in one of them.

    Raises
    ------
    NotSorted
        Tables out of order.
    """
    held: pa.Table | None = None
    for batch in batches:
        table = batch if held is None else pa.concat_tables([held, batch])
        if not table.num_rows:
            continue
        psu, stratum = table.column(PSU).to_numpy(), table.column(STRATUM).to_numpy()
        fell = (stratum[1:] < stratum[:-1]) | ((stratum[1:] == stratum[:-1]) & (psu[1:] < psu[:-1]))
        if fell.any():
            raise NotSorted
        changed = np.flatnonzero((psu[1:] != psu[:-1]) | (stratum[1:] != stratum[:-1])) + 1
        last = int(changed[-1]) if changed.size else 0
        if last:
            yield table.slice(0, last)
        held = table.slice(last)
    if held is not None and held.num_rows:
        yield held


def _sums(column: pa.ChunkedArray) -> Sums:
    if not pa.types.is_decimal(column.type):
        return np.asarray(column.to_numpy(), dtype=np.float64)
    if column.length() == 0:
        return np.zeros(0, dtype=np.int64)
    limits = pc.min_max(column).as_py()
    if limits["min"] > -_WORD and limits["max"] < _WORD:
        return np.asarray(column.cast(pa.int64()).to_numpy(), dtype=np.int64)
    return np.array([int(value) for value in column.to_pylist()], dtype=object)
