"""Exact weighted quantiles of a table larger than memory in two readings: the declared error is zero."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from estimates.measure import FloatVector, IntVector
from pipeline.carriers.scan_table import WEIGHT, ScanTable

# Leading binary digits by which values are counted in the first reading.
DIGITS = 18
_BATCH = 1 << 18
_SIGN = np.uint64(1 << 63)


@dataclass(frozen=True)
class StreamedQuantiles:
    """Quantiles of every domain; D domains, q probabilities.

    Parameters
    ----------
    estimate : (D, q) float
        Least value at which the distribution reaches the probability; NaN where nobody is.
    population : (D,) float
        Weight of the known values.
    error : float
        Greatest distance from the quantile of all rows at once: zero, because the values of the interval in which a
        quantile lies are all looked at.
    held : int
        Distinct values looked at in the second reading.
    """

    estimate: npt.NDArray[np.float64]
    population: FloatVector
    error: float
    held: int


def streamed_quantiles(
    table: ScanTable, column: str, probabilities: Sequence[float], *, domain: str | None = None, domains: int = 1
) -> StreamedQuantiles:
    """Find quantiles in two readings of a column.

    Parameters
    ----------
    table : ScanTable
        Rows in any order.
    column : str
        Numbers; missing values are left out.
    probabilities : sequence of float
        Between 0 and 1.
    domain : str, optional
        Breakdown variable whose codes are the domains.
    domains : int
        Number of its codes.

    Notes
    -----
    The first reading adds the weights of values alike in their leading digits, in the order of the numbers; the cell
    in which the distribution passes p is then read again, value by value. Weights are summed as whole numbers of
    2^-20, without rounding, so that the order of the rows plays no part.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    cells = 1 << DIGITS
    coarse = np.zeros((domains, cells), dtype=np.int64)
    for key, weight, place in _rows(table, column, domain):
        at = place * cells + (key >> np.uint64(64 - DIGITS)).astype(np.int64)
        used, inverse = np.unique(at, return_inverse=True)
        sums = np.zeros(used.size, dtype=np.int64)
        np.add.at(sums, inverse, weight)
        coarse.ravel()[used] += sums
    total = coarse.sum(axis=1)
    wanted = np.ceil(p[None, :] * total[:, None].astype(np.longdouble)).astype(np.int64)
    wanted = np.maximum(wanted, 1)
    reached = np.cumsum(coarse, axis=1)
    cell = np.stack([np.searchsorted(reached[d], wanted[d]) for d in range(domains)])
    alive = np.repeat((total > 0)[:, None], p.size, axis=1)
    looked = np.zeros((domains, cells), dtype=bool)
    looked[np.nonzero(alive)[0], cell[alive]] = True
    found: dict[tuple[int, int], int] = {}
    for key, weight, place in _rows(table, column, domain):
        inside = looked[place, (key >> np.uint64(64 - DIGITS)).astype(np.int64)]
        pairs = np.stack([place[inside].astype(np.uint64), key[inside]])
        distinct, inverse = np.unique(pairs, axis=1, return_inverse=True)
        sums = np.zeros(distinct.shape[1], dtype=np.int64)
        np.add.at(sums, inverse.ravel(), weight[inside])
        for one, two, three in zip(distinct[0].tolist(), distinct[1].tolist(), sums.tolist(), strict=True):
            found[one, two] = found.get((one, two), 0) + three
    estimate = np.full((domains, p.size), np.nan)
    ordered = sorted(found)
    keys = np.array([key for _, key in ordered], dtype=np.uint64)
    owner = np.array([place for place, _ in ordered], dtype=np.int64)
    sums = np.array([found[pair] for pair in ordered], dtype=np.int64)
    leading = (keys >> np.uint64(64 - DIGITS)).astype(np.int64)
    for row, col in np.argwhere(alive).tolist():
        hit = int(cell[row, col])
        mine = (owner == row) & (leading == hit)
        below = int(reached[row, hit] - coarse[row, hit])
        step = int(np.searchsorted(np.cumsum(sums[mine]), int(wanted[row, col]) - below))
        estimate[row, col] = _number(keys[mine][step : step + 1])[0]
    return StreamedQuantiles(estimate, total / _UNIT, 0.0, len(found))


_UNIT = float(1 << 20)


def _rows(
    table: ScanTable, column: str, domain: str | None
) -> Iterator[tuple[npt.NDArray[np.uint64], IntVector, IntVector]]:
    names = [WEIGHT, column, *([f"code_{domain}"] if domain else [])]
    for path in table.paths:
        for batch in pq.ParquetFile(path).iter_batches(_BATCH, columns=names, use_threads=False):
            known = batch.column(column).is_valid().to_numpy(zero_copy_only=False)
            place = np.zeros(batch.num_rows, dtype=np.int64)
            if domain:
                place = batch.column(f"code_{domain}").fill_null(-1).to_numpy().astype(np.int64)
            weight = np.rint(batch.column(WEIGHT).to_numpy() * _UNIT).astype(np.int64)
            inside = known & (place >= 0) & (weight > 0)
            values = batch.column(column).fill_null(0).to_numpy()[inside].astype(np.float64)
            yield _key(values), weight[inside], place[inside]


def _key(values: FloatVector) -> npt.NDArray[np.uint64]:
    """Turn values into whole numbers of the same order."""
    bits = (values + 0.0).view(np.uint64)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


def _number(keys: npt.NDArray[np.uint64]) -> FloatVector:
    return np.where(keys & _SIGN, keys & ~_SIGN, ~keys).view(np.float64)
