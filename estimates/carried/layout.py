"""The places that the compiled walks give to measures whose values arrive by batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from estimates.carried.task import EVERYBODY, Base, Summed
from estimates.measure import BoolVector, FloatVector, IntVector
from estimates.scan_columns import BASE, NUMBER, NUMBER_FLAG, SMALL, SMALL_FLAG, Columns, ScanColumns, placed

Values = npt.NDArray[np.int8] | FloatVector


@dataclass(frozen=True)
class Rows:
    """Rows of whole PSUs, one PSU after the other.

    Parameters
    ----------
    psu_start : (p + 1,) int
        Where the rows of each PSU begin.
    stratum : (p,) int
        Stratum of each PSU.
    weight : (n,) float
        Final weights.
    codes : mapping of str to (n,) int8 or int64
        Positions of the codes of each breakdown variable; -1 outside.
    values : mapping of str to (n,) int8 or float
        Columns of the measures, and universes as 0 and 1; anything where a value is missing.
    known : mapping of str to (n,) bool
        Which values of a column are known; absent where all are.
    """

    psu_start: IntVector
    stratum: IntVector
    weight: FloatVector
    codes: Mapping[str, npt.NDArray[np.int8] | IntVector]
    values: Mapping[str, Values]
    known: Mapping[str, BoolVector]


@dataclass(frozen=True)
class _Source:
    """Where the values of a summed column come from: a column, less ``centre`` times another one."""

    values: str
    less: str | None = None
    centre: float = 0.0
    whole: bool = False


@dataclass(frozen=True)
class Layout:
    """Columns of the walk for some measures.

    Parameters
    ----------
    columns : ScanColumns
        Places; its addresses are numbers of sources and bases from 1 on, to be replaced.
    sources : tuple
        Where the values come from.
    bases : tuple of Base
        Bases, by number.
    """

    columns: ScanColumns
    sources: tuple[_Source, ...]
    bases: tuple[Base, ...]

    def bound(self, rows: Rows) -> tuple[IntVector, list[npt.NDArray[np.generic]]]:
        """Put the addresses of a batch in the table of columns.

        Returns
        -------
        table : (5, k) int
            As `ScanColumns.table`.
        alive : list of arrays
            What the addresses point to; to be held while they are used.
        """
        masks = [_mask(base, rows) for base in self.bases]
        values = [_values(source, rows) for source in self.sources]
        address = np.array([0, *(v.ctypes.data for v in values)], dtype=np.int64)
        mask = np.array([0, *(0 if m is None else m.ctypes.data for m in masks)], dtype=np.int64)
        table = self.columns.table.copy()
        is_base = table[1] == BASE
        table[2] = mask[table[2]]
        table[0] = np.where(is_base, table[2], address[np.where(is_base, 0, table[0])])
        return table, [*values, *(m for m in masks if m is not None)]


def layout(measures: Sequence[Summed]) -> Layout:
    """Give measures their places in the walk.

    Parameters
    ----------
    measures : sequence of Summed
        Walked side by side.

    Returns
    -------
    Layout
        As `estimates.scan_columns.scan_columns` would, from what is known of the columns before any row is read.
    """
    found = Columns()
    sources: list[_Source] = []
    bases: dict[Base, tuple[int, int]] = {}
    places: list[tuple[str, int, str, int, int, int, int, float, int]] = []
    products: list[tuple[int, int]] = []

    def source(values: str, less: str | None = None, centre: float = 0.0, whole: bool = False) -> int:
        sources.append(_Source(values, less, centre, whole))
        return len(sources)

    for measure in measures:
        if measure.base not in bases:
            number = len(bases) + 1
            bases[measure.base] = (number, len(found.small))
            found.small.append((0, BASE, number, 0.0))
        mask, base = bases[measure.base]
        taken = centre_of(measure)
        whole = measure.form != "number"
        product = -1
        if measure.denominator is not None:
            y = ("wide", len(found.wide))
            x = ("wide", len(found.wide) + 1)
            found.wide.append((source(measure.numerator, measure.denominator, taken), NUMBER, mask, 0.0))
            found.wide.append((source(measure.denominator), NUMBER, mask, 0.0))
            product = len(products)
            products.append((y[1], x[1]))
        else:
            x = ("small", base)
            section = found.small if measure.is_binary else found.wide
            y = ("small" if measure.is_binary else "wide", len(section))
            section.append((source(measure.numerator, whole=whole), SMALL if whole else NUMBER, mask, taken))
        if measure.is_share:
            nonzero = y[1]
        else:
            nonzero = -1 - found.flags
            if measure.denominator is None and not measure.is_binary:
                found.flag_of[y[1]] = found.flags
            else:
                form = SMALL_FLAG if whole else NUMBER_FLAG
                found.extra.append((source(measure.numerator, whole=whole), form, mask, 0.0, found.flags))
            found.flags += 1
        places.append((*y, *x, base, nonzero, product, taken, 0))
    columns = placed(found, places, products, sorted(base for _, base in bases.values()))
    return Layout(columns, tuple(sources), tuple(bases))


def centre_of(measure: Summed) -> float:
    """Choose what is taken out of the values: nothing of totals, and all of a share near one."""
    if measure.kind == "total":
        return 0.0
    return float(measure.centre > 0.5) if measure.is_share else measure.centre


def in_chunks(measures: Sequence[Summed], at_a_time: int) -> list[tuple[Summed, ...]]:
    """Cut a list of measures in pieces that are walked side by side."""
    return [tuple(measures[start : start + at_a_time]) for start in range(0, len(measures), at_a_time)]


def _values(source: _Source, rows: Rows) -> Values:
    values = rows.values[source.values]
    if source.less is not None:
        return np.ascontiguousarray(values - source.centre * rows.values[source.less].astype(np.float64))
    if source.whole:
        return np.ascontiguousarray(values, dtype=np.int8)
    return np.ascontiguousarray(values, dtype=np.float64)


def _mask(base: Base, rows: Rows) -> BoolVector | None:
    if base == EVERYBODY:
        return None
    universe, gaps = base
    parts = [rows.known[name] for name in gaps if name in rows.known]
    if universe is not None:
        parts.append(rows.values[universe] != 0)
    if not parts:
        # Nothing of this batch is missing.
        return np.ones(rows.weight.size, dtype=bool)
    mask = parts[0]
    for part in parts[1:]:
        mask = mask & part
    return np.ascontiguousarray(mask)


def bound_columns(laid: Layout, rows: Rows) -> ScanColumns:
    """Bind a layout to a batch; the addresses live as long as the answer does."""
    table, alive = laid.bound(rows)
    return replace(laid.columns, table=table, alive=tuple(alive))
