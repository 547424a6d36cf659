"""The sample design: primary units nested in strata, finite populations, later stages and lonely strata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveys.design_messages import (
    LENGTHS,
    LONELY,
    MISSING,
    NO_ROWS,
    NOT_NESTED,
    POLICY,
    POPULATION_SMALL,
    POPULATION_VARIES,
)
from surveys.problems import DesignError, Problem
from surveys.strata import CollapsedStratum, collapse_lonely, names_in_order

LonelyPsu = Literal["fail", "certainty", "centred", "collapsed"]
IntVector = npt.NDArray[np.int64]
FloatVector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Stage:
    """A sampling stage after the first.

    Parameters
    ----------
    unit : (n,) int
        Unit of this stage for every row, numbered over the whole file.
    group_of_unit : (U,) int
        Group inside which the units were drawn: the unit of the stage before, crossed with a stratum if there
        was one.
    parent_of_group : (G,) int
        Unit of the stage before to which each group belongs.
    population : (G,) float
        Units in the frame of each group; infinite for drawing with replacement.
    """

    unit: IntVector
    group_of_unit: IntVector
    parent_of_group: IntVector
    population: FloatVector

    def at(self, rows: IntVector) -> Stage:
        """Follow the rows of another level."""
        return replace(self, unit=self.unit[rows])


@dataclass(frozen=True)
class Design:
    """PSUs nested in strata, for every row of one level.

    Parameters
    ----------
    psu : (n,) int
        Position of the row's PSU in the PSU table.
    stratum_of_psu : (P,) int
        Position of the PSU's stratum, after collapsing.
    stratum_names : tuple of str, length H
        Names of the strata, in order.
    psu_population : (H,) float or None
        PSUs in the frame of each stratum; None where the first stage counts as drawn with replacement.
    lonely_psu : {"fail", "certainty", "centred", "collapsed"}
        What a stratum with one PSU contributes.
    lonely : tuple of str
        Names of the strata found with one PSU.
    collapsed : tuple of CollapsedStratum
        Which strata were joined, to be printed.
    further_stages : tuple of Stage
        Stages after the first, outermost first.
    """

    psu: IntVector
    stratum_of_psu: IntVector
    stratum_names: tuple[str, ...]
    psu_population: FloatVector | None = None
    lonely_psu: LonelyPsu = "fail"
    lonely: tuple[str, ...] = ()
    collapsed: tuple[CollapsedStratum, ...] = ()
    further_stages: tuple[Stage, ...] = ()
    psus_per_stratum: IntVector = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.psu.size and (self.psu.min() < 0 or self.psu.max() >= self.stratum_of_psu.size):
            raise ValueError("psu points outside the PSU table")
        if np.any(np.diff(self.stratum_of_psu) < 0):
            raise ValueError("the PSU table must be in the order of its strata")
        counts = np.bincount(self.stratum_of_psu, minlength=len(self.stratum_names))
        if np.any(counts == 0):
            raise ValueError("a stratum without PSUs is not part of a sample")
        object.__setattr__(self, "psus_per_stratum", counts.astype(np.int64))

    @property
    def rows(self) -> int:
        """Rows of the level."""
        return int(self.psu.size)

    @property
    def psus(self) -> int:
        """PSUs of the sample, with or without rows at this level."""
        return int(self.stratum_of_psu.size)

    @property
    def strata(self) -> int:
        """Strata of the sample, after collapsing."""
        return len(self.stratum_names)

    @property
    def degrees_of_freedom(self) -> int:
        """PSUs minus strata, of the whole sample."""
        return self.psus - self.strata

    @property
    def fpc(self) -> FloatVector:
        """Finite population correction ``1 - n_h / N_h`` of each stratum, (H,)."""
        if self.psu_population is None:
            return np.ones(self.strata)
        return 1.0 - self.psus_per_stratum / self.psu_population

    def at(self, rows: npt.ArrayLike) -> Design:
        """Describe the rows of another level, keeping PSUs without rows.

        Parameters
        ----------
        rows : (m,) int
            For every row of the other level, its row at this level, such as ``parent_row``.

        Returns
        -------
        Design
            The same PSU table for m rows.
        """
        chosen = np.asarray(rows, dtype=np.int64)
        return replace(
            self,
            psu=self.psu[chosen],
            further_stages=tuple(stage.at(chosen) for stage in self.further_stages),
        )


def design_from_columns(
    stratum: Sequence[Any] | npt.NDArray[Any] | pd.Series[Any] | None,
    psu: Sequence[Any] | npt.NDArray[Any] | pd.Series[Any],
    *,
    nested: bool = False,
    psu_population: npt.ArrayLike | None = None,
    lonely_psu: LonelyPsu = "fail",
    where: str = "design",
) -> Design:
    """Build a design from one stratum and one PSU per row.

    Parameters
    ----------
    stratum : (n,) of anything, or None
        Stratum of each row; None when the sample has one stratum.
    psu : (n,) of anything
        PSU of each row.
    nested : bool
        True when PSU numbers are reused across strata, so that a PSU is a stratum and a number.
    psu_population : (n,) float, optional
        PSUs in the frame of the row's stratum.
    lonely_psu : {"fail", "certainty", "centred", "collapsed"}
        What to do with a stratum with one PSU. A stratum of which every PSU of the frame was drawn is never
        lonely.
    where : str
        Place named by problems, such as ``study.yaml:41  design``.

    Returns
    -------
    Design
        PSUs in the order of their strata, strata in the natural order of their names.

    Raises
    ------
    DesignError
        Missing stratum or PSU, a PSU in two strata, a lonely stratum under ``fail``, or an impossible
        ``psu_population``; all problems found together.
    """
    problems: list[Problem] = []
    if lonely_psu not in get_args(LonelyPsu):
        known = ", ".join(get_args(LonelyPsu))
        problems.append(Problem(POLICY, f"{where}.lonely_psu", {"policy": lonely_psu, "known": known}))
    rows = len(psu)
    if rows == 0:
        raise DesignError([*problems, Problem(NO_ROWS, where)])
    psu_codes, psu_names = pd.factorize(_column(psu))
    if stratum is None:
        stratum_codes, stratum_values = np.zeros(rows, dtype=np.int64), ["1"]
    else:
        if len(stratum) != rows:
            details = {"role": "stratum", "found": len(stratum), "expected": rows}
            raise DesignError([*problems, Problem(LENGTHS, f"{where}.stratum", details)])
        codes, values = pd.factorize(_column(stratum))
        stratum_codes, stratum_values = codes.astype(np.int64), list(values)
    for role, codes in (("stratum", stratum_codes), ("psu", psu_codes)):
        missing = int(np.count_nonzero(codes < 0))
        if missing:
            details = {"missing": missing, "rows": rows, "role": role}
            problems.append(Problem(MISSING, f"{where}.{role}", details))
    if problems:
        raise DesignError(problems)
    order = names_in_order(stratum_values)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    names = tuple(_text(stratum_values[position]) for position in order)
    pair = rank[stratum_codes] * len(psu_names) + psu_codes.astype(np.int64)
    pairs, psu_of_row = np.unique(pair, return_inverse=True)
    if not nested:
        reused = int(np.count_nonzero(np.bincount(pairs % len(psu_names)) > 1))
        if reused:
            raise DesignError([Problem(NOT_NESTED, f"{where}.psu", {"count": reused})])
    stratum_of_psu = pairs // len(psu_names)
    population = None
    if psu_population is not None:
        population = _population(psu_population, stratum_of_psu, psu_of_row, f"{where}.psu_population")
    return _settle_lonely(psu_of_row.astype(np.int64), stratum_of_psu, names, population, lonely_psu, where)


def _settle_lonely(
    psu: IntVector,
    stratum_of_psu: IntVector,
    names: tuple[str, ...],
    population: FloatVector | None,
    lonely_psu: LonelyPsu,
    where: str,
) -> Design:
    size = np.bincount(stratum_of_psu, minlength=len(names))
    census = np.zeros(len(names), dtype=bool) if population is None else population <= size
    is_lonely = (size == 1) & ~census
    lonely = tuple(name for name, alone in zip(names, is_lonely, strict=True) if alone)
    if lonely and lonely_psu == "fail":
        shown = ", ".join(lonely[:10]) + (", ..." if len(lonely) > 10 else "")
        raise DesignError([Problem(LONELY, f"{where}.lonely_psu", {"count": len(lonely), "names": shown})])
    collapsed: tuple[CollapsedStratum, ...] = ()
    if lonely and lonely_psu == "collapsed" and len(names) > 1:
        joined, collapsed = collapse_lonely(names, is_lonely)
        stratum_of_psu = joined[stratum_of_psu]
        if population is not None:
            population = np.bincount(joined, weights=population).astype(np.float64)
        merged = {group.position: group.name for group in collapsed}
        first = np.unique(joined, return_index=True)[1]
        names = tuple(merged.get(position, names[start]) for position, start in enumerate(first))
    return Design(
        psu=psu, stratum_of_psu=stratum_of_psu, stratum_names=names, psu_population=population,
        lonely_psu=lonely_psu, lonely=lonely, collapsed=collapsed,
    )  # fmt: skip


def _population(
    values: npt.ArrayLike, stratum_of_psu: IntVector, psu_of_row: npt.NDArray[np.intp], where: str
) -> FloatVector:
    try:
        per_row = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        strata = {"count": int(stratum_of_psu[-1]) + 1}
        raise DesignError([Problem(POPULATION_VARIES, where, strata)]) from None
    if per_row.shape != psu_of_row.shape:
        details: dict[str, object] = {"role": "psu_population", "found": per_row.size}
        details["expected"] = psu_of_row.size
        raise DesignError([Problem(LENGTHS, where, details)])
    stratum_of_row = stratum_of_psu[psu_of_row]
    population = np.zeros(int(stratum_of_psu[-1]) + 1)
    population[stratum_of_row] = per_row
    wrong = ~(np.isfinite(per_row) & (per_row == population[stratum_of_row]))
    if wrong.any():
        varying = {"count": np.unique(stratum_of_row[wrong]).size}
        raise DesignError([Problem(POPULATION_VARIES, where, varying)])
    small = population < np.bincount(stratum_of_psu)
    if small.any():
        raise DesignError([Problem(POPULATION_SMALL, where, {"count": int(small.sum())})])
    return population


def _column(values: Any) -> Any:
    if isinstance(values, pd.Series):
        return values.array
    if isinstance(values, (np.ndarray, pd.Categorical)):
        return values
    return np.asarray(values, dtype=object)


def _text(value: Any) -> str:
    whole = isinstance(value, (float, np.floating)) and float(value).is_integer()
    return str(int(value)) if whole else str(value)
