"""Measures as the columns that the compiled walk adds up; counts and weights are shared where bases are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimates.measure import FloatVector, IntVector, Measure
from estimates.psu_totals import ratio_of_some_rows

Column = npt.NDArray[np.int8] | FloatVector
# Forms of a column: small whole numbers, numbers, a base, and flags of not being 0.
SMALL, NUMBER, BASE, SMALL_FLAG, NUMBER_FLAG = range(5)


@dataclass(frozen=True)
class ScanColumns:
    """What is summed for some measures.

    Parameters
    ----------
    table : (5, k) int
        Address, form, address of the mask or 0, place of every column, and place of its flags or -1.
    centre : (k,) float
        Taken out of its values.
    wide, summed, small : int
        Numbers; weighted small numbers; all small numbers. Padded to whole vector registers.
    reference : (wide + summed,) int
        Denominator of each weighted column.
    bases : (b,) int
        Weighted columns that are bases.
    cross : (x, 2) int
        Pairs of numbers multiplied row by row.
    y, x, base : (m,) int
        Weighted columns of each measure; ``x`` is its base where it is no ratio.
    base_rank : (m,) int
        Position of its base in ``bases``.
    rows, nonzero : (m,) int
        Small columns that count its base, and its cases (less the base where ``taken`` is 1).
    taken : (m,) float
        What was taken out of its values.
    product : (m,) int
        Position in ``cross``; -1 where it is no ratio.
    alive : tuple of arrays
        Owners of the addresses.
    """

    table: IntVector
    centre: FloatVector
    wide: int
    summed: int
    small: int
    reference: IntVector
    bases: IntVector
    cross: IntVector
    y: IntVector
    x: IntVector
    base: IntVector
    base_rank: IntVector
    rows: IntVector
    nonzero: IntVector
    taken: FloatVector
    product: IntVector
    alive: tuple[npt.NDArray[np.generic], ...]


class Columns:
    """Columns found so far, by the section they belong to."""

    def __init__(self) -> None:
        self.small: list[tuple[int, int, int, float]] = []
        # Flags of not being 0: beside the number where it is laid down, or read on their own.
        self.flags = 0
        self.flag_of: dict[int, int] = {}
        self.extra: list[tuple[int, int, int, float, int]] = []
        self.wide: list[tuple[int, int, int, float]] = []
        self.alive: list[npt.NDArray[np.generic]] = []

    def address(self, values: npt.NDArray[np.generic]) -> int:
        """Keep a column alive and say where it is."""
        self.alive.append(values)
        return int(values.ctypes.data)


def scan_columns(measures: Sequence[Measure], weight: FloatVector) -> ScanColumns:
    """Lay measures out for the compiled walk.

    Parameters
    ----------
    measures : sequence of Measure
        Of n rows.
    weight : (n,) float
        Final weights.

    Returns
    -------
    ScanColumns
        Measures without missing values in one universe share one base; whole numbers of a byte stay so.
    """
    found = Columns()
    bases: dict[bytes, tuple[int, int]] = {}
    places: list[tuple[str, int, str, int, int, int, int, float, int]] = []
    products: list[tuple[int, int]] = []
    for measure in measures:
        mask_address, base = _base(measure, bases, found)
        numerator = _column(measure.numerator)
        taken = _centre(measure, weight)
        product = -1
        if measure.denominator is not None:
            denominator = _column(measure.denominator)
            less = np.asarray(numerator - taken * denominator, dtype=np.float64)
            y = ("wide", len(found.wide))
            x = ("wide", len(found.wide) + 1)
            found.wide.append((found.address(less), NUMBER, mask_address, 0.0))
            form = SMALL if denominator.dtype == np.int8 else NUMBER
            found.wide.append((found.address(denominator), form, mask_address, 0.0))
            product = len(products)
            products.append((y[1], x[1]))
            taken_of_y = taken
        else:
            x = ("small", base)
            form = SMALL if numerator.dtype == np.int8 else NUMBER
            section = found.small if measure.is_binary else found.wide
            y = ("small" if measure.is_binary else "wide", len(section))
            section.append((found.address(numerator), form, mask_address, taken))
            taken_of_y = taken
        if measure.is_share:
            nonzero = y[1]
        else:
            form = SMALL_FLAG if numerator.dtype == np.int8 else NUMBER_FLAG
            nonzero = -1 - found.flags
            if measure.denominator is None and not measure.is_binary:
                found.flag_of[y[1]] = found.flags
            else:
                found.extra.append((found.address(numerator), form, mask_address, 0.0, found.flags))
            found.flags += 1
        places.append((*y, *x, base, nonzero, product, taken_of_y, 0))
    return placed(found, places, products, sorted({base for _, base in bases.values()}))


def placed(
    found: Columns,
    places: Sequence[tuple[str, int, str, int, int, int, int, float, int]],
    products: Sequence[tuple[int, int]],
    bases: Sequence[int],
) -> ScanColumns:
    """Give every column its place.

    Parameters
    ----------
    found : Columns
        What is summed; an address may be any number that the caller later replaces.
    places : sequence of tuples
        Of each measure: section and position of y, the same of x, base, position among the small numbers that counts
        its cases (or -1 - flag), product or -1, what was taken out, and 0.
    products : sequence of (int, int)
        Numbers multiplied row by row.
    bases : sequence of int
        Positions of the bases among the small numbers.

    Returns
    -------
    ScanColumns
    """
    wide = _padded(len(found.wide), 8)
    summed = _padded(len(found.small), 8)
    small = _padded(summed + found.flags, 8)
    flag_of = {place: summed + flag for place, flag in found.flag_of.items()}
    columns = [
        *((*column, -1 - place, flag_of.get(place, -1)) for place, column in enumerate(found.wide)),
        *((*column, place, -1) for place, column in enumerate(found.small)),
        *((*column, summed + flag, -1) for *column, flag in found.extra),
    ]
    table = np.array([(a, form, mask, place, flag) for a, form, mask, _, place, flag in columns], dtype=np.int64)
    y = np.array([place if section == "wide" else wide + place for section, place, *_ in places], dtype=np.int64)
    x = np.array([item[3] if item[2] == "wide" else wide + item[3] for item in places], dtype=np.int64)
    base = np.array([item[4] for item in places], dtype=np.int64)
    reference = np.full(wide + summed, wide + bases[0], dtype=np.int64)
    for position in bases:
        reference[wide + position] = wide + position
    reference[y] = x
    reference[x] = x
    if np.all(x == x[0]):
        reference[:] = x[0]
    rank = {position: number for number, position in enumerate(bases)}
    return ScanColumns(
        table=np.ascontiguousarray(table.reshape(-1, 5).T),
        centre=np.array([column[3] for column in columns], dtype=np.float64),
        wide=wide, summed=summed, small=small, reference=reference,
        bases=np.array([wide + position for position in bases], dtype=np.int64),
        cross=np.array(products, dtype=np.int64).reshape(-1, 2),
        y=y, x=x, base=wide + base,
        base_rank=np.array([rank[position] for position in base.tolist()], dtype=np.int64),
        rows=base,
        nonzero=np.array([n if n >= 0 else summed - 1 - n for n in (item[5] for item in places)], dtype=np.int64),
        taken=np.array([item[7] for item in places], dtype=np.float64),
        product=np.array([item[6] for item in places], dtype=np.int64),
        alive=tuple(found.alive),
    )  # fmt: skip


def _centre(measure: Measure, weight: FloatVector) -> float:
    """Choose what is taken out of the values: nothing of totals, and all of a share near one."""
    if measure.kind == "total":
        return 0.0
    near = ratio_of_some_rows(measure, weight)
    return float(near > 0.5) if measure.is_share else near


def _base(measure: Measure, bases: dict[bytes, tuple[int, int]], found: Columns) -> tuple[int, int]:
    """Address of the measure's mask, 0 for all rows, and the place of its base."""
    everyone = measure.universe is None and measure.complete
    mask = None if everyone else np.ascontiguousarray(measure.base())
    key = b"" if mask is None else np.packbits(mask).tobytes()
    if key not in bases:
        address = 0 if mask is None else found.address(mask)
        bases[key] = (address, len(found.small))
        found.small.append((address, BASE, address, 0.0))
    return bases[key]


def _column(values: npt.NDArray[np.generic]) -> Column:
    if values.dtype == np.bool_:
        return np.ascontiguousarray(values).view(np.int8)
    if values.dtype == np.int8:
        return np.ascontiguousarray(values)
    return np.ascontiguousarray(values, dtype=np.float64)


def _padded(columns: int, width: int) -> int:
    return -(-columns // width) * width
