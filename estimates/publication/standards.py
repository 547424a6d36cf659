"""Every publication standard by name, one at a time or several side by side with the stricter one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from estimates.publication import (
    abs_rse,
    cepal_2020,
    cepal_2023,
    dhs_cases,
    ine_chile_2020,
    ine_chile_economicas_2024,
    inegi_2018,
    nchs_counts_2023,
    nchs_prop_2017,
    ons_cv20,
    rule_30_30,
    statcan_cv,
    statcan_letters,
)
from estimates.publication.cells import Cells, Compatibility, TextArray, cells_from
from estimates.publication.standard import STATUS_ORDER, Standard

DEFAULT_STANDARD = "cepal_2023"

STANDARDS: Mapping[str, Standard] = MappingProxyType(
    {
        module.STANDARD.id: module.STANDARD
        for module in (
            cepal_2023,
            cepal_2020,
            ine_chile_2020,
            ine_chile_economicas_2024,
            inegi_2018,
            nchs_prop_2017,
            nchs_counts_2023,
            rule_30_30,
            statcan_cv,
            statcan_letters,
            abs_rse,
            ons_cv20,
            dhs_cases,
        )
    }
)


@dataclass(frozen=True)
class Assessment:
    """Verdict of one standard; shapes (n,).

    Parameters
    ----------
    level : (n,) str
        ``reliable``, ``weak``, ``withheld``, or ``not_applicable`` where the standard says nothing.
    native : (n,) str
        The standard's own word.
    reason : (n,) str
        Code of what bound, such as ``cases_30_49``; empty where the number is shown without remark.
    """

    level: TextArray
    native: TextArray
    reason: TextArray


@dataclass(frozen=True)
class JointAssessment:
    """Verdicts of several standards and the stricter of them.

    Parameters
    ----------
    by_standard : mapping of str to Assessment
        In the order asked for.
    level : (n,) str
        The strictest level among the standards that apply; ``reliable`` where none applies.
    reason : (n,) str
        ``standard:code`` of every standard that gave that level, joined by ``;``; empty where reliable.
    """

    by_standard: Mapping[str, Assessment]
    level: TextArray
    reason: TextArray


def assess(
    standard: str,
    *,
    kind: str | ArrayLike,
    estimate: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    cases: ArrayLike,
    deff: ArrayLike,
    df: ArrayLike,
    planned: ArrayLike = False,
    ci_low: ArrayLike = np.nan,
    ci_high: ArrayLike = np.nan,
    low_df_justified: ArrayLike = False,
    target_n: ArrayLike = np.nan,
    compat: Compatibility | None = None,
) -> Assessment:
    """Judge cells by one standard.

    Parameters
    ----------
    standard : str
        A key of `STANDARDS`.
    kind, estimate, se, n, cases, deff, df, planned, ci_low, ci_high, low_df_justified, target_n, compat
        Fields of `Cells`; arrays of shape (n,) or single values.

    Returns
    -------
    Assessment
        Shapes (n,).

    Raises
    ------
    ValueError
        If no standard has that name, or a kind is unknown.
    """
    cells = cells_from(
        kind=kind,
        estimate=estimate,
        se=se,
        n=n,
        cases=cases,
        deff=deff,
        df=df,
        planned=planned,
        ci_low=ci_low,
        ci_high=ci_high,
        low_df_justified=low_df_justified,
        target_n=target_n,
        compat=compat,
    )
    return _assess_cells(_standard(standard), cells)


def assess_all(
    names: Sequence[str],
    *,
    kind: str | ArrayLike,
    estimate: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    cases: ArrayLike,
    deff: ArrayLike,
    df: ArrayLike,
    planned: ArrayLike = False,
    ci_low: ArrayLike = np.nan,
    ci_high: ArrayLike = np.nan,
    low_df_justified: ArrayLike = False,
    target_n: ArrayLike = np.nan,
    compat: Compatibility | None = None,
) -> JointAssessment:
    """Judge cells by several standards; the stricter wins.

    Parameters
    ----------
    names : sequence of str
        Keys of `STANDARDS`, at least one.
    kind, estimate, se, n, cases, deff, df, planned, ci_low, ci_high, low_df_justified, target_n, compat
        Fields of `Cells`; arrays of shape (n,) or single values.

    Returns
    -------
    JointAssessment
        Shapes (n,).

    Raises
    ------
    ValueError
        If no standard is named, a name or a kind is unknown.
    """
    if not names:
        raise ValueError(f"no publication standard was named; the usual one is '{DEFAULT_STANDARD}'.")
    chosen = [_standard(name) for name in dict.fromkeys(names)]
    cells = cells_from(
        kind=kind,
        estimate=estimate,
        se=se,
        n=n,
        cases=cases,
        deff=deff,
        df=df,
        planned=planned,
        ci_low=ci_low,
        ci_high=ci_high,
        low_df_justified=low_df_justified,
        target_n=target_n,
        compat=compat,
    )
    results = {standard.id: _assess_cells(standard, cells) for standard in chosen}
    ranks = {name: _rank(result.level) for name, result in results.items()}
    strictest = np.maximum.reduce(list(ranks.values()))
    level = np.array(STATUS_ORDER)[np.maximum(strictest, STATUS_ORDER.index("reliable"))]
    reason = np.full(level.shape, "", dtype=np.str_)
    for name, result in results.items():
        binding = (ranks[name] == strictest) & (level != "reliable")
        code = np.where(binding, np.char.add(f"{name}:", result.reason), "")
        reason = np.where((reason != "") & binding, np.char.add(np.char.add(reason, ";"), code), reason)
        reason = np.where((reason == "") & binding, code, reason)
    return JointAssessment(MappingProxyType(results), level, reason)


def table_publishable(standard: str, level: ArrayLike) -> bool:
    """Whole-table rule of a standard.

    Parameters
    ----------
    standard : str
        A key of `STANDARDS`.
    level : (cells,) str
        Levels that this standard gave to all cells of the table.

    Returns
    -------
    bool
        True where the standard has no rule for tables, or enough cells are reliable (`ine_chile_2020`: half).
        An empty table is not publishable under a standard that has a rule.
    """
    minimum = _standard(standard).table_minimum
    if minimum is None:
        return True
    levels = np.asarray(level, dtype=np.str_).ravel()
    return bool(levels.size and np.mean(levels == "reliable") >= minimum)


def _assess_cells(standard: Standard, cells: Cells) -> Assessment:
    verdict = standard.judge(cells)
    words = np.array(list(standard.levels))
    statuses = np.array([standard.levels[word].status for word in words])
    order = np.argsort(words)
    position = order[np.searchsorted(words, verdict.native, sorter=order)]
    return Assessment(statuses[position], verdict.native, verdict.reason)


def _rank(level: TextArray) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    rank = np.zeros(level.shape, dtype=np.int64)
    for position, status in enumerate(STATUS_ORDER):
        rank[level == status] = position
    return rank


def _standard(name: str) -> Standard:
    if name not in STANDARDS:
        known = ", ".join(sorted(STANDARDS))
        raise ValueError(f"no publication standard is called '{name}'; use one of {known}.")
    return STANDARDS[name]
