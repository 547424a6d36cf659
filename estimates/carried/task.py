"""What a carrier is asked to sum: measures as names of columns and breakdowns as lists of codes, without the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from estimates.measure import Kind, Measure, Shape
from estimates.scan_plan import POSITIONS, By, bundles

Form = Literal["binary", "small", "number"]
# Universe of a base (None for everybody), and the columns whose missing values leave it.
Base = tuple[str | None, tuple[str, ...]]
EVERYBODY: Base = (None, ())


@dataclass(frozen=True)
class Summed:
    """A measure whose values lie elsewhere.

    Parameters
    ----------
    name, unit, kind, shape
        As of `estimates.measure.Measure`.
    numerator : str
        Column of its values.
    form : {"binary", "small", "number"}
        Zeros and ones, whole numbers of a byte, or numbers.
    denominator : str or None
        Column of the second variable of a ratio.
    universe : str or None
        Column, true or false, of the rows to which it applies; None for all.
    gaps : tuple of str
        Those of its columns that may be missing.
    centre : float
        A ratio near its own, taken out of the values before they are summed so that digits are kept; 0 for totals.
    """

    name: str
    unit: str
    kind: Kind
    shape: Shape
    numerator: str
    form: Form
    denominator: str | None = None
    universe: str | None = None
    gaps: tuple[str, ...] = ()
    centre: float = 0.0

    @property
    def is_binary(self) -> bool:
        """Whether all its values are 0 or 1."""
        return self.form == "binary"

    @property
    def is_share(self) -> bool:
        """Whether a mean of it is a share of rows."""
        return self.denominator is None and self.is_binary

    @property
    def base(self) -> Base:
        """What rows are in its base."""
        return (self.universe, tuple(sorted(self.gaps)))

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the rows that it reads."""
        return tuple(name for name in (self.numerator, self.denominator, self.universe) if name is not None)


@dataclass(frozen=True)
class Pass:
    """One grouped scan: measures in the cross of some codings.

    Parameters
    ----------
    names : tuple of str
        Codings crossed that vary within PSUs.
    areas : tuple of str
        Codings constant within every PSU, in the order of their names.
    members : tuple of tuple of str
        Breakdowns that are read from it.
    measures : tuple of Summed
        What is summed.
    """

    names: By
    areas: By
    members: tuple[By, ...]
    measures: tuple[Summed, ...]

    @property
    def bases(self) -> tuple[Base, ...]:
        """Bases of its measures, that of everybody first."""
        return tuple(dict.fromkeys([EVERYBODY, *(measure.base for measure in self.measures)]))


@dataclass(frozen=True)
class Task:
    """A whole plan.

    Parameters
    ----------
    measures : tuple of Summed
        Measures by name.
    labels : mapping of str to tuple of str
        Codes of each breakdown variable; a row holds the position of its code, -1 outside.
    tables : mapping of tuple of str to tuple of str
        Names of the measures of each breakdown; the last variable of a breakdown varies fastest.
    outside : frozenset of str
        Breakdown variables with rows outside their codes.
    areas : frozenset of str
        Breakdown variables that are constant within every PSU.
    """

    measures: tuple[Summed, ...]
    labels: Mapping[str, tuple[str, ...]]
    tables: Mapping[By, tuple[str, ...]]
    outside: frozenset[str]
    areas: frozenset[str]

    @property
    def codings(self) -> By:
        """Breakdown variables in use, in the order of their names."""
        return tuple(sorted({name for by in self.tables for name in by}))

    def centred(self, centre: Mapping[str, float]) -> Task:
        """Take other ratios out of the values."""
        return replace(self, measures=tuple(replace(m, centre=centre.get(m.name, m.centre)) for m in self.measures))

    def passes(self) -> tuple[Pass, ...]:
        """Arrange the fewest grouped scans whose crosses stay small.

        Raises
        ------
        ValueError
            A breakdown with more cells within a PSU than any scan can hold.
        """
        of = {measure.name: measure for measure in self.measures}
        together: dict[tuple[By, ...], list[str]] = {}
        for name in dict.fromkeys(name for names in self.tables.values() for name in names):
            together.setdefault(tuple(by for by in self.tables if name in self.tables[by]), []).append(name)
        finest = {name: len(self.labels[name]) + (name in self.outside) for name in self.codings}
        found = []
        for breakdowns, names in together.items():
            local = {by: tuple(name for name in by if name not in self.areas) for by in breakdowns}
            for crossed, members in bundles(breakdowns, local, finest):
                size = 1
                for name in crossed:
                    size *= finest[name]
                if size > POSITIONS:
                    raise ValueError(f"the breakdown {', '.join(crossed)} has {size} cells; at most {POSITIONS}")
                areas = sorted({name for by in members for name in by if name in self.areas})
                some = tuple(of[name] for name in names)
                found.append(Pass(tuple(crossed), tuple(areas), tuple(members), some))
        return tuple(found)


def summed(measure: Measure, centre: float, column: Mapping[str, str], gaps: Sequence[str]) -> Summed:
    """Describe a measure in memory by the columns in which its values are laid down.

    Parameters
    ----------
    measure : Measure
        In memory.
    centre : float
        Taken out of its values.
    column : mapping of str to str
        Column of its ``numerator``, ``denominator`` and ``universe``, as far as it has them.
    gaps : sequence of str
        Columns that hold missing values.
    """
    form: Form = "binary" if measure.is_binary else "number"
    if form == "number" and measure.numerator.dtype.kind in "bi":
        form = "small"
    mine = [column[part] for part in ("numerator", "denominator") if part in column]
    return Summed(
        measure.name, measure.unit, measure.kind, measure.shape, column["numerator"], form,
        column.get("denominator"), column.get("universe"), tuple(name for name in mine if name in gaps), centre,
    )  # fmt: skip
