"""The scan of a study handed to a carrier: its measures laid down as a scan table, its blocks read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from estimates.block_table import Block
from estimates.cancelled import settled
from estimates.carried.estimated import blocks_in_order, strata_of_design
from estimates.carried.gathering import Found, Gathering
from estimates.carried.task import Task, summed
from estimates.design_effects import Reference
from estimates.measure import Coding, FloatVector, Measure, is_binary
from estimates.moments import Estimated, psu_order
from estimates.psu_totals import ratio_of_some_rows
from estimates.scan_plan import By, constant_codes
from pipeline.carriers.carry import gather
from pipeline.carriers.scan_table import PSU, STRATUM, WEIGHT, ScanTable, ScanTableWriter, private_folder, scale_of
from pipeline.carriers.settings import ScanSettings
from surveys.design import Design

ROWS = 1 << 19


@dataclass(frozen=True)
class StudyScan:
    """The scan of `estimates.tabulate.tabulate`, carried elsewhere.

    Parameters
    ----------
    settings : ScanSettings
        Which carrier, and how sums are held.
    scratch : Path
        Private folder for the table and for what does not fit in memory; what is put there is removed again.
    """

    settings: ScanSettings
    scratch: Path

    def __call__(
        self,
        measures: Mapping[str, Measure],
        names: Mapping[By, Sequence[str]],
        codings: Mapping[str, Coding],
        design: Design,
        weight: FloatVector,
        reference: Reference,
    ) -> list[Block]:
        """Estimate measures over breakdowns; arguments as `tabulate` knows them."""
        path = private_folder(self.scratch) / "rows.parquet"
        try:
            task, table = write_rows(measures, names, codings, design, weight, path, exact=self.settings.exact)
            task, gathered = gather(task, table, self.settings, self.scratch)
        finally:
            path.unlink(missing_ok=True)
        return _settled_blocks(task, gathered, measures, codings, design, weight, reference)


def write_rows(
    measures: Mapping[str, Measure],
    names: Mapping[By, Sequence[str]],
    codings: Mapping[str, Coding],
    design: Design,
    weight: FloatVector,
    path: Path,
    *,
    exact: bool,
) -> tuple[Task, ScanTable]:
    """Lay the rows of a plan down as a scan table.

    Parameters
    ----------
    measures, codings : mappings
        By name.
    names : mapping of breakdown to sequence of str
        Measures of each.
    design : Design
        Of the n rows; strata and PSUs are numbered as in its tables.
    weight : (n,) float
        Final weights.
    path : Path
        New file, readable by its owner only.
    exact : bool
        Whether weights and numbers are rounded to decimals, so that sums are exact.
    """
    order, start = psu_order(design)
    laid = _laid_down(measures)
    numbers = {name: values for name, values in laid.columns.items() if name not in laid.flags}
    scale = scale_of(weight, numbers) if exact else None
    used = list(dict.fromkeys(name for by in names for name in by))
    with ScanTableWriter(path, scale) as writer:
        for first in range(0, max(design.rows, 1), ROWS):
            rows: Any = order[first : first + ROWS] if order.size else slice(first, first + ROWS)
            psu = design.psu[rows]
            writer.write(
                {
                    STRATUM: design.stratum_of_psu[psu].astype(np.int32),
                    PSU: psu,
                    WEIGHT: weight[rows],
                    **{f"code_{name}": _narrow(codings[name])[rows] for name in used},
                    **{name: laid.written(name, rows) for name in laid.columns},
                }
            )
    gaps = sorted(laid.gaps)
    described = tuple(
        summed(measure, ratio_of_some_rows(measure, weight), laid.parts[name], gaps)
        for name, measure in measures.items()
    )
    task = Task(
        described,
        {name: codings[name].labels for name in used},
        {by: tuple(some) for by, some in names.items()},
        frozenset(name for name in used if int(codings[name].codes.min(initial=0)) < 0),
        frozenset(name for name in used if constant_codes(codings[name].codes, order, start) is not None),
    )
    return task, ScanTable((path,), scale)


@dataclass
class _Laid:
    """Arrays by the name of their column, each once however many measures read it.

    Parameters
    ----------
    columns : dict of str to array
        What is written.
    parts : dict of str to dict of str to str
        Column of the numerator, denominator and universe of each measure.
    gaps, flags : set of str
        Columns with missing values, and those of zeros and ones.
    """

    columns: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    parts: dict[str, dict[str, str]] = field(default_factory=dict)
    gaps: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)

    def written(self, name: str, rows: Any) -> npt.NDArray[Any] | pa.Array:
        """Give some rows of a column in the form in which they are written."""
        values = self.columns[name][rows]
        if name not in self.flags or values.dtype.kind != "f":
            return values == 1 if name in self.flags else values
        return pa.array(values == 1, mask=np.isnan(values))


def _laid_down(measures: Mapping[str, Measure]) -> _Laid:
    laid = _Laid()
    named: dict[int, str] = {}
    for measure in measures.values():
        mine = laid.parts.setdefault(measure.name, {})
        for part in ("numerator", "denominator", "universe"):
            values = getattr(measure, part)
            if values is None:
                continue
            if id(values) not in named:
                named[id(values)] = name = f"v{len(named)}"
                laid.columns[name] = values
                if is_binary(values):
                    laid.flags.add(name)
                if values.dtype.kind == "f" and np.isnan(values).any():
                    laid.gaps.add(name)
            mine[part] = named[id(values)]
    return laid


def _narrow(coding: Coding) -> npt.NDArray[Any]:
    return coding.codes.astype(np.int8) if len(coding.labels) < 127 else coding.codes.astype(np.int32)


def _settled_blocks(
    task: Task,
    gathered: Sequence[Gathering],
    measures: Mapping[str, Measure],
    codings: Mapping[str, Coding],
    design: Design,
    weight: FloatVector,
    reference: Reference,
) -> list[Block]:
    strata, position = strata_of_design(design)
    found = []
    for one in gathered:
        for item in one.finish(strata, position, reference):
            block = item.block
            mine = tuple(measures[measure.name] for measure in block.measures)
            doubtful = Estimated(block.by, mine, block.cells, item.ill)
            cells = settled(doubtful, [codings[name] for name in block.by], design, weight, reference)
            found.append(Found(Block(mine, block.by, cells), item.ill))
    return blocks_in_order(task, found)
