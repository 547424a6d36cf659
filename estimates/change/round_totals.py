"""What a round keeps for a later one: estimates and linearized PSU totals of every tabulated cell, no rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from estimates.covariance import total_covariance
from estimates.measure import BoolVector, FloatVector, IntVector
from surveys.design import Design

Domain = tuple[tuple[str, str], ...]
CellKey = tuple[str, Domain]


@dataclass(frozen=True)
class RoundTotals:
    """Cells of one round with what each PSU adds to their error.

    Parameters
    ----------
    study : str
        Name of the round.
    keys : tuple of (str, domain), length C
        Indicator, and its domain as sorted pairs of breakdown and code; no pairs for the whole population.
    estimate, se : (C,) float
        As the estimate table has them.
    df : (C,) int
        PSUs minus strata, each with members of the cell.
    status : tuple of str, length C
        As the estimate table has it.
    psu, cell : (K,) int
        PSU and cell of every pair that is kept, sorted by cell.
    total : (K,) float
        Weighted total of the linearized variable in the pair; what is not kept is 0.
    member : (K,) bool
        Whether the PSU has members of the cell.
    psu_name : tuple of str, length P
        Names by which PSUs are found again in another round.
    stratum : (P,) int
        Stratum of every PSU, in order.
    psu_population : (H,) float
        PSUs of each stratum in the frame; infinite where drawn with replacement.
    definition : mapping of str to str
        What each indicator counts, to be held against another round's.
    """

    study: str
    keys: tuple[CellKey, ...]
    estimate: FloatVector
    se: FloatVector
    df: IntVector
    status: tuple[str, ...]
    psu: IntVector
    cell: IntVector
    total: FloatVector
    member: BoolVector
    psu_name: tuple[str, ...]
    stratum: IntVector
    psu_population: FloatVector
    definition: dict[str, str]

    def __post_init__(self) -> None:
        cells, psus = len(self.keys), len(self.psu_name)
        sizes = (self.estimate.size, self.se.size, self.df.size, len(self.status))
        if any(size != cells for size in sizes) or self.stratum.size != psus:
            raise ValueError("cells or PSUs of a round do not agree in number")
        if len(set(self.psu_name)) != psus:
            raise ValueError("two PSUs of a round have the same name")
        if self.cell.size and (self.cell.max() >= cells or self.psu.max() >= psus or np.any(np.diff(self.cell) < 0)):
            raise ValueError("pairs of a round point outside its cells, or are not in order")

    @property
    def psus(self) -> int:
        """PSUs of the sample."""
        return len(self.psu_name)

    @cached_property
    def place(self) -> dict[CellKey, int]:
        """Position of every cell."""
        return {key: position for position, key in enumerate(self.keys)}

    @cached_property
    def start(self) -> IntVector:
        """Where the pairs of every cell begin, (C + 1,)."""
        return np.searchsorted(self.cell, np.arange(len(self.keys) + 1)).astype(np.int64)

    def table(self, cells: Sequence[int]) -> npt.NDArray[np.float64]:
        """PSU totals of the linearized variable of some cells, (P, m)."""
        values = np.zeros((self.psus, len(cells)))
        for column, cell in enumerate(cells):
            part = slice(self.start[cell], self.start[cell + 1])
            values[self.psu[part], column] = self.total[part]
        return values

    def members(self, cell: int) -> IntVector:
        """PSUs with members of a cell."""
        part = slice(self.start[cell], self.start[cell + 1])
        return self.psu[part][self.member[part]]

    def covariance(self, cells: Sequence[int], lonely_psu: str = "certainty") -> npt.NDArray[np.float64]:
        """Covariances of some cells of this round by its first stage, (m, m)."""
        strata = self.psu_population.size
        design = Design(
            np.arange(self.psus, dtype=np.int64), self.stratum, tuple(str(number) for number in range(strata)),
            self.psu_population, "centred" if lonely_psu == "centred" else "certainty",
        )  # fmt: skip
        return total_covariance(self.table(cells), design)

    def renamed(self, psu_name: Sequence[str]) -> RoundTotals:
        """Give the PSUs other names, such as hashed ones."""
        return replace(self, psu_name=tuple(psu_name))
