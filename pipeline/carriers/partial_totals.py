"""Totals of a part of the data, exact, ready to be added to those of others: what an office sends in place of rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from estimates.carried.cell_totals import Scale
from estimates.carried.task import Pass, Summed, Task
from estimates.measure import Coding, FloatVector, IntVector, Measure
from estimates.scan_plan import By
from pipeline.carriers.in_memory import exact_totals
from pipeline.carriers.refusals import TooLarge
from pipeline.carriers.scan_table import PSU, STRATUM, VALUE_DIGITS, WEIGHT, WEIGHT_DIGITS
from pipeline.carriers.totals_table import in_order
from surveys.design import Design

# Decimals of weights and numbers: the same in every part, so that totals add up whatever a part holds.
WEIGHT_DECIMALS, VALUE_DECIMALS = 6, 3
_ROWS = 1 << 19


@dataclass(frozen=True)
class PsuList:
    """The PSUs of a part.

    Parameters
    ----------
    strata : tuple of str
        Names of the strata.
    stratum : (P,) int
        Place in ``strata`` of each PSU.
    psu : (P,) int
        Number of each PSU, the same wherever its rows are: a digest of study, stratum and the office's number.
    """

    strata: tuple[str, ...]
    stratum: IntVector
    psu: IntVector


@dataclass(frozen=True)
class LevelTotals:
    """Totals of the measures of one level.

    Parameters
    ----------
    task : Task
        What was summed, arranged by the dictionary alone so that all parts are alike.
    tables : tuple of pyarrow.Table
        Of each pass.
    """

    task: Task
    tables: tuple[pa.Table, ...]


def psu_list(study: str, strata: Sequence[str], stratum_of_psu: IntVector, names: Sequence[object]) -> PsuList:
    """Give PSUs numbers on which all parts of a study agree and other studies differ.

    Parameters
    ----------
    study : str
        Name of the study.
    strata : sequence of str
        Names of the strata.
    stratum_of_psu : (P,) int
        Stratum of each PSU.
    names : sequence of length P
        The office's number of each PSU.
    """
    numbers = [
        int.from_bytes(hashlib.sha256(f"{study}\x1f{strata[stratum]}\x1f{name}".encode()).digest()[:8]) >> 1
        for stratum, name in zip(stratum_of_psu.tolist(), names, strict=True)
    ]
    return PsuList(tuple(strata), stratum_of_psu, np.array(numbers, dtype=np.int64))


def level_totals(
    measures: Mapping[str, Measure],
    names: Mapping[By, Sequence[str]],
    codings: Mapping[str, Coding],
    design: Design,
    weight: FloatVector,
    psus: PsuList,
) -> LevelTotals:
    """Sum the rows of one level exactly.

    Parameters
    ----------
    measures, codings : mappings
        By name.
    names : mapping of breakdown to sequence of str
        Measures of each.
    design : Design
        Of the n rows; its PSU table is that of ``psus``.
    weight : (n,) float
        Final weights, rounded to six decimals.
    psus : PsuList
        Names of strata and numbers of PSUs.

    Raises
    ------
    TooLarge
        A weight or number too large for exact sums.
    """
    task = canonical_task(measures, names, {name: coding.labels for name, coding in codings.items()})
    passes = task.passes()
    found: list[list[pa.Table]] = [[] for _ in passes]
    for first in range(0, design.rows, _ROWS):
        some = slice(first, first + _ROWS)
        psu = design.psu[some]
        columns = {
            STRATUM: pa.array(psus.stratum[psu]),
            PSU: pa.array(psus.psu[psu]),
            WEIGHT: _units(weight[some], WEIGHT_DECIMALS, WEIGHT_DIGITS, "weight"),
            **{f"code_{name}": pa.array(codings[name].codes[some].astype(np.int64)) for name in task.codings},
        }
        for measure in task.measures:
            columns |= _columns(measure, measures[measure.name], some)
        rows = pa.table(columns)
        for place, one in enumerate(passes):
            found[place].append(exact_totals(rows, one))
    return LevelTotals(task, tuple(added(some, one) for some, one in zip(found, passes, strict=True)))


def added(tables: Sequence[pa.Table], one: Pass) -> pa.Table:
    """Add tables of totals of one pass: exact, so that neither order nor cut plays a part."""
    whole = pa.concat_tables(tables)
    keys = [STRATUM, PSU, *(f"code_{name}" for name in (*one.areas, *one.names))]
    sums = [(name, "sum") for name in whole.column_names if name not in keys]
    answer = whole.group_by(keys, use_threads=False).aggregate(sums)
    return in_order(answer.rename_columns([name.removesuffix("_sum") for name in answer.column_names]), one, exact=True)


def canonical_task(
    measures: Mapping[str, Measure], names: Mapping[By, Sequence[str]], labels: Mapping[str, tuple[str, ...]]
) -> Task:
    """Arrange a plan by what the dictionary says, never by what the rows of a part happen to hold."""
    described = []
    for name, measure in measures.items():
        binary = measure.denominator is None and measure.statistic in ("proportion", "count", "distribution")
        binary = binary and measure.is_binary
        columns = [f"{name}.y", *([f"{name}.x"] if measure.denominator is not None else [])]
        described.append(
            Summed(
                name, measure.unit, measure.kind, measure.shape, columns[0], "binary" if binary else "number",
                None if measure.denominator is None else columns[1],
                None if measure.universe is None else f"{name}.u", tuple(columns),
            )
        )  # fmt: skip
    used = list(dict.fromkeys(name for by in names for name in by))
    tables = {by: tuple(some) for by, some in names.items()}
    return Task(tuple(described), {name: labels[name] for name in used}, tables, frozenset(used), frozenset())


def scale_of_totals(task: Task) -> Scale:
    """Decimals of the sums of a canonical task."""
    numbers = [column for m in task.measures if m.form == "number" for column in (m.numerator, m.denominator) if column]
    return Scale(WEIGHT_DECIMALS, dict.fromkeys(numbers, VALUE_DECIMALS))


def _columns(measure: Summed, values: Measure, some: slice) -> dict[str, pa.Array]:
    columns = {}
    for name, part in ((measure.numerator, values.numerator), (measure.denominator, values.denominator)):
        if name is None or part is None:
            continue
        if measure.form == "binary":
            absent = np.isnan(part[some]) if part.dtype.kind == "f" else np.zeros(part[some].size, dtype=bool)
            columns[name] = pa.array(part[some] == 1, mask=absent)
        else:
            columns[name] = _units(part[some], VALUE_DECIMALS, VALUE_DIGITS, measure.name)
    if measure.universe is not None and values.universe is not None:
        columns[measure.universe] = pa.array(values.universe[some])
    return columns


def _units(values: npt.NDArray[np.generic], decimals: int, digits: int, name: str) -> pa.Array:
    numbers = np.asarray(values, dtype=np.float64)
    absent = np.isnan(numbers)
    units = np.rint(np.where(absent, 0.0, numbers) * 10.0**decimals)
    if units.size and np.abs(units).max() >= 10.0**digits:
        raise TooLarge(name, digits - decimals)
    return pa.array(units.astype(np.int64), mask=absent)
