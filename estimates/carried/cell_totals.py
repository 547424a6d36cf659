"""Sums of the rows of every PSU in every cell of a cross, as a carrier hands them over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimates.carried.task import Pass
from estimates.measure import FloatVector, IntVector

# Exact whole numbers, of a machine word where they fit and without limit where they do not; or numbers.
Sums = npt.NDArray[np.int64] | npt.NDArray[np.object_] | FloatVector


@dataclass(frozen=True)
class CellTotals:
    """Sums by (stratum, PSU, cell), in that order; K groups that hold rows.

    Parameters
    ----------
    stratum, psu : (K,) int
        Stratum and PSU of each group.
    codes : mapping of str to (K,) int
        Position of the code of each coding of the pass, those of areas too; -1 outside.
    n, w : mapping of base number to (K,)
        Rows of each base with a weight above 0, and their weight.
    y, x : mapping of measure to (K,)
        Weighted sums of the numerator (less centre times the denominator) and, of ratios, of the denominator.
    cases : mapping of measure to (K,) int
        Rows of the base whose numerator is not 0; of measures that are not binary means.
    yy, yx, xx : mapping of measure to (K,)
        Weighted sums of squares and products, of measures that are not binary; the last two of ratios.
    """

    stratum: IntVector
    psu: IntVector
    codes: Mapping[str, IntVector]
    n: Mapping[int, IntVector]
    w: Mapping[int, Sums]
    y: Mapping[str, Sums]
    x: Mapping[str, Sums]
    cases: Mapping[str, IntVector]
    yy: Mapping[str, Sums]
    yx: Mapping[str, Sums]
    xx: Mapping[str, Sums]


@dataclass(frozen=True)
class Scale:
    """What one unit of exact sums is worth.

    Parameters
    ----------
    weight : int
        Decimals of the weights.
    value : mapping of str to int
        Decimals of each column of numbers; columns of whole numbers have none.
    """

    weight: int
    value: Mapping[str, int]


def column_names(one: Pass) -> list[str]:
    """Name the columns of a table of totals: stratum, psu, codes, then the sums, in an order that never changes."""
    names = ["stratum", "psu", *(f"code_{name}" for name in (*one.areas, *one.names))]
    for number in range(len(one.bases)):
        names += [f"n_{number}", f"w_{number}"]
    for measure in one.measures:
        names += [f"{kind}_{measure.name}" for kind in sums_of(one, measure.name)]
    return names


def sums_of(one: Pass, name: str) -> Sequence[str]:
    """Kinds of sums that a measure needs besides those of its base."""
    measure = next(measure for measure in one.measures if measure.name == name)
    if measure.denominator is not None:
        return ("y", "x", "c", "yy", "yx", "xx")
    return ("y", "c") if measure.is_share else ("y", "c", "yy")


def in_numbers(totals: CellTotals, one: Pass, scale: Scale, centre: Mapping[str, float]) -> CellTotals:
    """Turn exact sums into numbers, a ratio taken out of them before any digit is lost.

    Parameters
    ----------
    totals : CellTotals
        Exact sums of the values themselves.
    one : Pass
        What was summed.
    scale : Scale
        Decimals.
    centre : mapping of str to float
        Taken out of each measure; 0 where absent.

    Returns
    -------
    CellTotals
        Each number rounded once from the exact sum and once more by its decimals: the same on every machine.
    """
    rank = {base: number for number, base in enumerate(one.bases)}
    y, x, yy, yx, xx = (dict[str, Sums]() for _ in range(5))
    for measure in one.measures:
        name = measure.name
        a = scale.value.get(measure.numerator, 0)
        b = scale.value.get(measure.denominator or "", 0)
        x_sum = totals.x[name] if measure.denominator is not None else totals.w[rank[measure.base]]
        # The centre is a binary fraction c = p / q: everything stays whole when multiplied by q and the decimals.
        p, q = float(centre.get(name, 0.0)).as_integer_ratio()
        if p == 0:
            y[name] = _number(totals.y[name], a + scale.weight)
        else:
            up, down = q * 10**b, p * 10**a
            y[name] = _number(_whole(totals.y[name]) * up - _whole(x_sum) * down, a + b + scale.weight, q)
        if measure.denominator is not None:
            x[name] = _number(totals.x[name], b + scale.weight)
        if measure.is_share:
            continue
        if measure.denominator is None:
            # Squares of a mean: the product with x is the sum itself, and that of x with x the weight.
            product, square = totals.y[name], x_sum
        else:
            product, square = totals.yx[name], totals.xx[name]
        if p == 0:
            yy[name] = _number(totals.yy[name], 2 * a + scale.weight)
        else:
            exact = _whole(totals.yy[name]) * up**2 - 2 * _whole(product) * up * down + _whole(square) * down**2
            yy[name] = _number(exact, 2 * (a + b) + scale.weight, q * q)
        if measure.denominator is not None:
            if p == 0:
                yx[name] = _number(product, a + b + scale.weight)
            else:
                yx[name] = _number(_whole(product) * up - _whole(square) * down, a + 2 * b + scale.weight, q)
            xx[name] = _number(square, 2 * b + scale.weight)
    w = {number: _number(sums, scale.weight) for number, sums in totals.w.items()}
    return CellTotals(totals.stratum, totals.psu, totals.codes, totals.n, w, y, x, totals.cases, yy, yx, xx)


def _whole(sums: Sums) -> npt.NDArray[np.object_]:
    return np.asarray(sums.astype(object))


def _number(sums: Sums, decimals: int, divisor: int = 1) -> FloatVector:
    """Round exact sums to numbers: whole ones by one division each, which rounds correctly."""
    unit = 10**decimals * divisor
    if sums.dtype != np.object_ and unit == 1:
        return sums.astype(np.float64)
    if sums.dtype != np.object_ and unit <= 2**53 and (sums.size == 0 or np.abs(sums).max() <= 2**53):
        return np.asarray(sums / float(unit), dtype=np.float64)
    return np.array([int(value) / unit for value in sums.tolist()], dtype=np.float64)
