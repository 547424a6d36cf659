"""A generated census of any size, part by part: the same bytes whoever makes them and in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from estimates.carried.task import Summed, Task
from pipeline.carriers.scan_table import ScanTableWriter

FLAGS, COUNTS = 16, 3
STRATA, PERSONS, HOUSEHOLDS = 28, 48, 12
PART = 10_000_000
BREAKDOWNS = {"department": 14, "area": 2, "sex": 2, "age": 8}
PLAN: tuple[tuple[str, ...], ...] = (
    (), ("department",), ("area",), ("sex",), ("age",), ("department", "sex", "age"),
)  # fmt: skip
INDICATORS = (*(f"flag{n:02d}" for n in range(FLAGS)), *(f"count{n}" for n in range(COUNTS)), "income")
# Bytes of Parquet for a row, measured, with room to spare.
BYTES = 9.0


@dataclass(frozen=True)
class Part:
    """Some PSUs of the census.

    Parameters
    ----------
    number, first, last : int
        Of the part, and of its PSUs.
    """

    number: int
    first: int
    last: int

    @property
    def rows(self) -> int:
        """Persons."""
        return (self.last - self.first) * PERSONS


def parts(persons: int) -> Iterator[Part]:
    """Cut a census of about so many persons in parts; no PSU lies in two."""
    psus, each = persons // PERSONS, PART // PERSONS
    for number, first in enumerate(range(0, psus, each)):
        yield Part(number, first, min(first + each, psus))


def write_part(part: Part, persons: int, path: Path) -> None:
    """Write the persons of a part, sorted by stratum and PSU.

    Parameters
    ----------
    part : Part
        Which PSUs.
    persons : int
        Size of the whole census, which decides the stratum of a PSU.
    path : Path
        New file.
    """
    psus, step = persons // PERSONS, 8_000
    unfinished = path.with_suffix(".part")
    with ScanTableWriter(unfinished) as writer:
        for first in range(part.first, part.last, step):
            writer.write(_columns(first, min(first + step, part.last), psus))
    unfinished.rename(path)


def task() -> Task:
    """Describe 20 indicators by 6 breakdowns: 5,020 estimates."""
    measures = [
        *(Summed(f"flag{n:02d}", "", "prop", "share", f"flag{n:02d}", "binary") for n in range(FLAGS)),
        *(Summed(f"count{n}", "", "mean", "any", f"count{n}", "small", centre=2.5) for n in range(COUNTS)),
        Summed("income", "", "mean", "any", "income", "number", gaps=("income",), centre=300.0),
    ]
    labels = {name: tuple(map(str, range(size))) for name, size in BREAKDOWNS.items()}
    areas = frozenset(("area", "department"))
    return Task(tuple(measures), labels, dict.fromkeys(PLAN, INDICATORS), frozenset(), areas)


def same_plan_as(path: Path) -> bool:
    """Tell whether a file was written by this generator."""
    return set(INDICATORS) <= set(pq.read_schema(path).names)


def _columns(first: int, last: int, psus: int) -> dict[str, np.ndarray | pa.Array]:
    chance = np.random.default_rng([20240611, first])
    here = last - first
    rows = here * PERSONS
    psu = np.arange(first, last, dtype=np.int64)
    stratum = (psu * STRATA // psus).astype(np.int32)
    effect = chance.normal(0, 0.5, here)
    each = np.repeat(np.arange(here), PERSONS)
    household = np.round(chance.lognormal(3, 0.4, (here, 1)) * chance.lognormal(0, 0.1, (here, HOUSEHOLDS)), 3)
    columns: dict[str, np.ndarray | pa.Array] = {
        "stratum": stratum[each],
        "psu": psu[each],
        "weight": np.repeat(household.ravel(), PERSONS // HOUSEHOLDS),
        "code_department": (stratum // 2).astype(np.int8)[each],
        "code_area": (stratum % 2).astype(np.int8)[each],
        "code_sex": chance.integers(0, 2, rows, dtype=np.int8),
        "code_age": chance.integers(0, 8, rows, dtype=np.int8),
    }
    for item in range(FLAGS):
        level = 256 / (1 + np.exp(3.5 - item * 0.25 - 0.6 * np.roll(effect, item)))
        drawn = chance.integers(0, 256, (here, PERSONS), dtype=np.uint8)
        columns[f"flag{item:02d}"] = (drawn < level.astype(np.uint8)[:, None]).ravel()
    for item in range(COUNTS):
        columns[f"count{item}"] = (chance.integers(0, 64, rows, dtype=np.uint8) >> 3).astype(np.int8) - np.int8(item)
    drawn = chance.integers(0, 512, rows, dtype=np.uint16)
    income = (drawn.astype(np.float64) + 1.0) * (1 + (each % 5))
    columns["income"] = pa.array(income, mask=drawn < 16)
    return columns
