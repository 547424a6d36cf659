"""Every publication standard by name, one at a time or several side by side with the stricter one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
from estimates.publication.cells import Compatibility, ObjectArray, cells_from
from estimates.publication.standard import STATUS_ORDER, Standard, Verdict

DEFAULT_STANDARD = "cepal_2023"
RELIABLE = STATUS_ORDER.index("reliable")
_TEXTS = np.array(STATUS_ORDER, dtype=np.object_)

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

    level: ObjectArray
    native: ObjectArray
    reason: ObjectArray


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
    level: ObjectArray
    reason: ObjectArray


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
    chosen = _standard(standard)
    return _assessment(chosen, chosen.judge(cells))


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
    verdicts = {standard.id: standard.judge(cells) for standard in chosen}
    ranks = {standard.id: _rank(standard, verdicts[standard.id]) for standard in chosen}
    strictest = np.maximum.reduce(list(ranks.values()))
    rank = np.maximum(strictest, RELIABLE)
    results = {standard.id: _assessment(standard, verdicts[standard.id]) for standard in chosen}
    return JointAssessment(MappingProxyType(results), _TEXTS[rank], _binding_reasons(verdicts, ranks, strictest))


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


def _assessment(standard: Standard, verdict: Verdict) -> Assessment:
    words = np.array(verdict.words, dtype=np.object_)
    reasons = np.array(verdict.reasons, dtype=np.object_)
    return Assessment(_TEXTS[_rank(standard, verdict)], words[verdict.position], reasons[verdict.position])


def _rank(standard: Standard, verdict: Verdict) -> NDArray[np.int64]:
    order = [STATUS_ORDER.index(standard.levels[word].status) for word in verdict.words]
    return np.array(order, dtype=np.int64)[verdict.position]


def _binding_reasons(
    verdicts: Mapping[str, Verdict], ranks: Mapping[str, NDArray[np.int64]], strictest: NDArray[np.int64]
) -> ObjectArray:
    """Join the reasons of the standards that bind, one text for each combination that occurs."""
    key = np.zeros(strictest.shape, dtype=np.int64)
    for name, verdict in verdicts.items():
        binding = (ranks[name] == strictest) & (strictest > RELIABLE)
        key = key * (len(verdict.words) + 1) + np.where(binding, verdict.position + 1, 0)
    combinations, row = np.unique(key, return_inverse=True)
    texts = []
    for combination in combinations.tolist():
        parts: list[str] = []
        for name, verdict in reversed(list(verdicts.items())):
            combination, digit = divmod(combination, len(verdict.words) + 1)
            if digit:
                parts.insert(0, f"{name}:{verdict.reasons[digit - 1]}")
        texts.append(";".join(parts))
    return np.array(texts, dtype=np.object_)[row.reshape(key.shape)]


def _standard(name: str) -> Standard:
    if name not in STANDARDS:
        known = ", ".join(sorted(STANDARDS))
        raise ValueError(f"no publication standard is called '{name}'; use one of {known}.")
    return STANDARDS[name]
