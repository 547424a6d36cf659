"""Calibration of a table larger than memory: base weights counted by cell, solved there, looked up and streamed out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from estimates.measure import FloatVector, IntVector
from pipeline.carriers.scan_table import WEIGHT, ScanTable, ScanTableWriter
from weights.calibration.calibrate import Calibration, calibrate
from weights.calibration.distance import Bounds, Distance
from weights.calibration.margins import Margin

_BATCH = 1 << 18


def cell_weights(table: ScanTable, sizes: Mapping[str, int]) -> FloatVector:
    """Sum the base weights of every cell of a cross in one reading.

    Parameters
    ----------
    table : ScanTable
        Rows; their order plays no part.
    sizes : mapping of str to int
        Codes of each breakdown variable that is crossed, the last varying fastest.

    Returns
    -------
    (cells,) float
        Rows outside a variable are in no cell.
    """
    cells = int(np.prod(list(sizes.values())))
    found = np.zeros(cells)
    for path in table.paths:
        names = [WEIGHT, *(f"code_{name}" for name in sizes)]
        for batch in pq.ParquetFile(path).iter_batches(_BATCH, columns=names, use_threads=False):
            cell = _cell({name: batch.column(f"code_{name}").to_numpy() for name in sizes}, sizes)
            inside = cell >= 0
            weight = batch.column(WEIGHT).to_numpy()
            found += np.bincount(cell[inside], weights=weight[inside], minlength=cells)
    return found


def calibrate_table(
    table: ScanTable,
    sizes: Mapping[str, int],
    margins: Mapping[tuple[str, ...], Sequence[float]],
    path: Path,
    *,
    distance: Distance = "raking",
    bounds: Bounds | None = None,
) -> Calibration:
    """Calibrate a table to known margins and write it with its final weights.

    Parameters
    ----------
    table : ScanTable
        Rows with base weights.
    sizes : mapping of str to int
        Codes of each variable of the margins.
    margins : mapping of tuple of str to sequence of float
        Known totals of each cell of each margin, its last variable varying fastest.
    path : Path
        New table, readable by its owner only.
    distance, bounds
        As `weights.calibration.calibrate.calibrate`.

    Returns
    -------
    Calibration
        Of the cells; a row's factor is that of its cell, which is what calibrating the rows would give.

    Raises
    ------
    weights.calibration.calibrate.NotCalibrated
        No factors meet the totals.
    """
    base = cell_weights(table, sizes)
    held = np.flatnonzero(base > 0)
    digits = dict(zip(sizes, np.unravel_index(held, tuple(sizes.values())), strict=True))
    controls = []
    for names, totals in margins.items():
        cell = _cell({name: digits[name] for name in names}, {name: sizes[name] for name in names})
        labels = tuple(map(str, range(len(totals))))
        controls.append(Margin("|".join(names), cell, labels, np.asarray(totals, dtype=np.float64)))
    found = calibrate(base[held], controls, distance=distance, bounds=bounds)
    factor = np.ones(base.size)
    factor[held] = found.g_weight
    _write_weighted(table, sizes, factor, path)
    return found


def _write_weighted(table: ScanTable, sizes: Mapping[str, int], factor: FloatVector, path: Path) -> None:
    with ScanTableWriter(path) as writer:
        for source in table.paths:
            for batch in pq.ParquetFile(source).iter_batches(1 << 19, use_threads=False):
                cell = _cell({name: batch.column(f"code_{name}").to_numpy() for name in sizes}, sizes)
                g = np.where(cell >= 0, factor[cell], 1.0)
                columns = dict(zip(batch.schema.names, batch.columns, strict=True))
                writer.write({**columns, WEIGHT: batch.column(WEIGHT).to_numpy() * g})


def _cell(codes: Mapping[str, npt.NDArray[np.signedinteger]], sizes: Mapping[str, int]) -> IntVector:
    first = next(iter(codes.values()))
    cell, inside = np.zeros(first.size, dtype=np.int64), np.ones(first.size, dtype=bool)
    for name, values in codes.items():
        cell = cell * sizes[name] + values
        inside &= values >= 0
    return np.where(inside, cell, -1)
