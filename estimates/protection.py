"""Primary confidentiality of estimates, and the one view of them that may leave the house."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

HIDDEN_STATUSES = ("withheld", "confidential")
NUMBER_COLUMNS = (
    "estimate",
    "se",
    "ci_low",
    "ci_high",
    "cv",
    "deff",
    "df",
    "n",
    "n_psu",
    "cases",
    "population",
)
SMALL_CELL = "disclosure:small_cell"


def published_view(frame: pd.DataFrame) -> pd.DataFrame:
    """Blank every number of the rows that may not be shown.

    Every product (report, workbook, CSV, SDMX) is written from this view and from nothing else, so that a
    number hidden in one cannot be found in another.

    Parameters
    ----------
    frame : DataFrame
        Rows of an `EstimateTable`, internal.

    Returns
    -------
    DataFrame
        A copy, same rows and columns. Rows that are withheld or confidential keep their key, unit, status
        and reason; all their numbers are missing, the number of cases included, because a percentage with
        its base, or an interval, gives the count back.
    """
    view = frame.copy()
    hidden = view["status"].isin(HIDDEN_STATUSES)
    for column in NUMBER_COLUMNS:
        view[column] = view[column].astype(np.float64).mask(hidden)
    return view


@dataclass(frozen=True)
class DisclosureRule:
    """Least numbers of contributors behind a figure about victims.

    Parameters
    ----------
    minimum_cases, minimum_households, minimum_psus : int
        Unweighted persons, families and PSUs that must stand behind every shown cell.
    """

    minimum_cases: int = 10
    minimum_households: int = 3
    minimum_psus: int = 2


def small_cells(
    counted: NDArray[np.bool_],
    domain: NDArray[np.int64],
    domains: int,
    household: NDArray[np.int64],
    psu: NDArray[np.int64],
    rule: DisclosureRule,
) -> NDArray[np.bool_]:
    """Find the domains with too few contributors to one kind of cell.

    Parameters
    ----------
    counted : (n,) bool
        Rows that contribute: the persons with the attribute, or those without it.
    domain : (n,) int
        Position of the row's domain, -1 outside all.
    domains : int
        Number of domains, D.
    household, psu : (n,) int
        Whose family and which PSU the row belongs to.
    rule : DisclosureRule
        Least numbers.

    Returns
    -------
    (D,) bool
        True where the rule is broken. No contributor at all also breaks it: an empty cell says something
        about everyone in the domain.
    """
    inside = counted & (domain >= 0)
    cell = domain[inside]
    cases = np.bincount(cell, minlength=domains)
    households = _distinct(cell, household[inside], domains)
    psus = _distinct(cell, psu[inside], domains)
    broken: NDArray[np.bool_] = (
        (cases < rule.minimum_cases) | (households < rule.minimum_households) | (psus < rule.minimum_psus)
    )
    return broken


def protect(frame: pd.DataFrame, small: NDArray[np.bool_]) -> pd.DataFrame:
    """Mark rows as confidential.

    Parameters
    ----------
    frame : DataFrame
        Rows of an `EstimateTable`.
    small : (rows,) bool
        True for the rows whose cell, or its complement, has too few contributors.

    Returns
    -------
    DataFrame
        A copy; marked rows have status ``confidential`` and one reason for all of them. The reason does not
        tell a cell with no case from one with a few, nor a cell from its complement. Domains in which
        nobody was asked stay ``empty``: nobody can be recognized in them.
    """
    marked = frame.copy()
    hide = small & (marked["status"] != "empty").to_numpy()
    marked.loc[hide, "status"] = "confidential"
    marked.loc[hide, "reason"] = SMALL_CELL
    return marked


def domain_positions(
    frame: pd.DataFrame,
    breakdowns: Sequence[str],
    codes: Sequence[NDArray[np.int64]],
    labels: Sequence[Sequence[str]],
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Give rows of a table and rows of the microdata the number of their domain.

    Parameters
    ----------
    frame : DataFrame
        Rows of one indicator for one breakdown.
    breakdowns : sequence of str
        Columns that are not ``_T`` in these rows.
    codes : sequence of (n,) int
        Code position of every microdata row, one array for each breakdown, -1 where outside.
    labels : sequence of sequences of str
        Codes by position.

    Returns
    -------
    of_table : (rows,) int
        Domain of every row of the table.
    of_microdata : (n,) int
        Domain of every row of the microdata, -1 outside.
    domains : int
        Number of domains.
    """
    sizes = [len(names) for names in labels]
    domains = int(np.prod(sizes, dtype=np.int64)) if sizes else 1
    rows = codes[0].size if codes else 0
    of_table = np.zeros(len(frame), dtype=np.int64)
    of_microdata = np.zeros(rows, dtype=np.int64)
    outside = np.zeros(rows, dtype=bool)
    for name, code, names in zip(breakdowns, codes, labels, strict=True):
        position = {label: index for index, label in enumerate(names)}
        of_table = of_table * len(names) + frame[name].map(position).to_numpy(dtype=np.int64)
        of_microdata = of_microdata * len(names) + np.maximum(code, 0)
        outside |= code < 0
    of_microdata[outside] = -1
    return of_table, of_microdata, domains


def hidden_rows(frame: pd.DataFrame, statuses: Collection[str] = HIDDEN_STATUSES) -> pd.Series:
    """Tell which rows have a status whose numbers may not be shown: (rows,) bool."""
    return frame["status"].isin(list(statuses))


def _distinct(cell: NDArray[np.int64], unit: NDArray[np.int64], domains: int) -> NDArray[np.int64]:
    if cell.size == 0:
        return np.zeros(domains, dtype=np.int64)
    pairs = np.unique(cell * (int(unit.max()) + 1) + unit)
    return np.bincount(pairs // (int(unit.max()) + 1), minlength=domains)
