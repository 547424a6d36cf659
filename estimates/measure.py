"""What is measured and what it is broken down by, as plain vectors."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatVector = npt.NDArray[np.float64]
BoolVector = npt.NDArray[np.bool_]
IntVector = npt.NDArray[np.int64]
# Numbers with NaN for missing, or small whole numbers without missing values.
Values = FloatVector | npt.NDArray[np.int8] | BoolVector
Codes = npt.NDArray[np.signedinteger]
Kind = Literal["prop", "mean", "total", "ratio"]
# What its estimates can be: a share, a count, an amount that is never negative, or anything.
Shape = Literal["share", "count", "positive", "any"]


@dataclass(frozen=True)
class Measure:
    """One indicator, ready to be summed.

    Parameters
    ----------
    name : str
        Indicator, as the dictionary names it.
    statistic : str
        Statistic, as the dictionary names it: total, count, mean, proportion or ratio.
    numerator : (n,) float, int8 or bool
        Value of each row; missing values are NaN and leave the measure's own base. Whole numbers of a byte stay
        as they are: nothing copies them.
    denominator : (n,) float or None
        Second variable of a ratio; None for one.
    universe : (n,) bool or None
        Rows to which the indicator applies; None for all.
    unit : str
        Unit, for display only.
    kind : {"prop", "mean", "total", "ratio"}
        How it is estimated.
    complete : bool
        Whether no value is missing.
    """

    name: str
    statistic: str
    numerator: Values
    denominator: Values | None = None
    universe: BoolVector | None = None
    unit: str = ""
    kind: Kind = "prop"
    complete: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.kind == "ratio" and self.denominator is None:
            raise ValueError(f"{self.name}: a ratio needs a denominator")
        if self.kind != "ratio" and self.denominator is not None:
            raise ValueError(f"{self.name}: only a ratio has a denominator")
        complete = True
        for values in (self.numerator, self.denominator):
            # A finite sum has neither missing nor infinite terms: one reading of the column settles both.
            if values is None or values.dtype.kind in "bi":
                continue
            with np.errstate(invalid="ignore", over="ignore"):
                if np.isfinite(values.sum()):
                    continue
            if np.isinf(values).any():
                raise ValueError(f"{self.name}: infinite values; mark them as missing or correct them")
            complete = complete and not np.isnan(values).any()
        object.__setattr__(self, "complete", complete)
        if self.kind == "prop" and not is_binary(self.numerator):
            raise ValueError(f"{self.name}: a proportion takes 0, 1 and missing only")

    @cached_property
    def is_binary(self) -> bool:
        """Whether all known values are 0 or 1."""
        return self.kind == "prop" or is_binary(self.numerator)

    @property
    def is_share(self) -> bool:
        """Whether a mean of it is a share of rows."""
        return self.denominator is None and self.is_binary

    @property
    def shape(self) -> Shape:
        """What its estimates can be, which decides their intervals."""
        if self.kind == "prop":
            return "share"
        if self.kind == "total":
            if self.is_binary:
                return "count"
            if float(np.nanmin(self.numerator, initial=0.0)) >= 0.0:
                return "positive"
        return "any"

    def base(self) -> BoolVector:
        """Rows with a known value inside the universe, (n,)."""
        known = np.ones(self.numerator.size, dtype=bool) if self.complete else ~np.isnan(self.numerator)
        if self.denominator is not None and not self.complete:
            known &= ~np.isnan(self.denominator)
        if self.universe is not None:
            known &= self.universe
        return known


@dataclass(frozen=True)
class Coding:
    """One breakdown variable.

    Parameters
    ----------
    name : str
        Breakdown.
    codes : (n,) int, of any width
        Position of the row's code in ``labels``; -1 outside or missing.
    labels : tuple of str
        Codes of the code list, in its order.
    """

    name: str
    codes: Codes
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.codes.size and not (int(self.codes.min()) >= -1 and int(self.codes.max()) < len(self.labels)):
            raise ValueError(f"{self.name}: codes outside the code list")


def is_binary(values: Values) -> bool:
    """Tell whether all known values are 0 or 1."""
    if values.dtype == np.bool_ or values.size == 0:
        return True
    if values.dtype.kind == "i":
        return int(values.min()) >= 0 and int(values.max()) <= 1
    some = values[:1024]
    if not np.all((some == 0) | (some == 1) | np.isnan(some)):
        return False
    return bool(np.all((values == 0) | (values == 1) | np.isnan(values)))
