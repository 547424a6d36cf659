"""The rules of all editions of a study together: what one edition hides, no other may show or give away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.disclosure.audit import ProtectionRule
from estimates.disclosure.cells import LinkedCells
from estimates.disclosure.release import breakdowns_of
from estimates.disclosure.rounded_release import refuse_small_base
from estimates.protection import protect
from estimates.table import WHOLE
from surveys.dictionary import Dictionary
from surveys.editions import Edition, Editions
from surveys.study import Study


def rule_of(study: Study) -> ProtectionRule:
    """Return the rule that a study sets for all its editions."""
    return ProtectionRule(study.publication.minimum_cases, study.publication.minimum_width)


def with_edition_rules(
    frame: pd.DataFrame, cells: LinkedCells, rule: ProtectionRule, editions: Editions
) -> tuple[LinkedCells, ProtectionRule]:
    """Ask of every cell what the strictest edition that tells it asks.

    Parameters
    ----------
    frame : DataFrame
        Rows of an `EstimateTable`: the tables of all editions at once, R rows.
    cells : LinkedCells
        Of the same rows, C cells.
    rule : ProtectionRule
        Of the study: no edition asks less.
    editions : Editions
        Of the study.

    Returns
    -------
    cells : LinkedCells
        More cells are primary where an edition asks for more cases.
    rule : ProtectionRule
        With the cases and the width asked of each cell, where any edition asks more than the study.

    Notes
    -----
    Editions are subsets of the rows of one release that is protected once. Let r(e) be the rows of edition e, t(e) its
    least number of cases and w(e) its width. A cell c is asked for ``t(c) = max t(e)`` and ``w(c) = max w(e)`` over the
    editions e with a row in r(e) that tells c. The audit bounds c by the rows shown in all editions together. Who has
    fewer of them knows no more, so what holds for the reader of all holds for the reader of any.
    """
    asked = [edition for edition in editions.declared if edition.disclosure is not None]
    if all(
        edition.disclosure is None
        or (edition.disclosure.minimum_cases, edition.disclosure.minimum_width) == (rule.minimum_cases, rule.width)
        for edition in asked
    ):
        return cells, rule
    least = np.full(cells.count.size, rule.minimum_cases, dtype=np.int64)
    width = np.full(cells.count.size, rule.width, dtype=np.int64)
    for edition, rows in zip(asked, edition_rows(frame, asked), strict=True):
        if edition.disclosure is not None:
            told = _told(cells, rows)
            least[told] = np.maximum(least[told], edition.disclosure.minimum_cases)
            width[told] = np.maximum(width[told], edition.disclosure.minimum_width)
    small = cells.victim & (cells.count < least)
    return replace(cells, primary=cells.primary | small), replace(rule, cases_of_cell=least, width_of_cell=width)


def hide_small(frame: pd.DataFrame, before: LinkedCells, after: LinkedCells) -> pd.DataFrame:
    """Mark the rows that tell a cell which is primary only by the rules of an edition, as any other small cell."""
    added = after.primary & ~before.primary
    if not added.any():
        return frame
    small = np.zeros(len(frame), dtype=bool)
    for of_row in (after.cases_of_row, after.base_of_row, after.rest_of_row):
        small |= (of_row >= 0) & added[np.maximum(of_row, 0)]
    return protect(frame, small)


def refuse_small_bases(
    printed: pd.DataFrame, study: Study, dictionary: Dictionary, where: Callable[[tuple[str | int, ...]], str]
) -> None:  # fmt: skip
    """Refuse a base of rounding, of the study or of one of its editions, that weighted totals would see through.

    Parameters
    ----------
    printed : DataFrame
        Rows of all editions, as extended as they are printed.
    study, dictionary
        As in `estimates.disclosure.rounded_release.refuse_small_base`.
    where : callable
        Path inside ``study.yaml`` to the place shown.

    Raises
    ------
    StudyError
        A base that is too small.
    """
    refuse_small_base(printed, study, dictionary, where=where(("publication", "rounding_base")))
    for number, edition in enumerate(study.editions.declared):
        if edition.disclosure is not None and edition.disclosure.rounding_base is not None:
            rounded = replace(study.publication, rounding_base=edition.disclosure.rounding_base)
            rows = printed[edition_rows(printed, [edition])[0]]
            place = where(("editions", number, "disclosure", "rounding_base"))
            refuse_small_base(rows, replace(study, publication=rounded), dictionary, where=place)


def in_public(frame: pd.DataFrame, editions: Editions) -> NDArray[np.bool_]:
    """Find the rows of an estimate table that everybody may see protected: (R,) bool."""
    public = editions.public
    return np.ones(len(frame), dtype=bool) if public is None else edition_rows(frame, [public])[0]


def edition_rows(frame: pd.DataFrame, editions: Sequence[Edition]) -> list[NDArray[np.bool_]]:
    """Find the rows of an estimate table that belong to each edition: (R,) bool each."""
    names = breakdowns_of(frame)
    held = (frame[names] != WHOLE).to_numpy(dtype=bool).reshape(len(frame), len(names))
    kinds = list(zip(frame["indicator"].astype(str), map(tuple, held.tolist()), strict=True))
    known = {
        kind: (kind[0], tuple(name for name, used in zip(names, kind[1], strict=True) if used))
        for kind in dict.fromkeys(kinds)
    }
    found = []
    for edition in editions:
        inside = {kind: edition.holds(*table) for kind, table in known.items()}
        found.append(np.array([inside[kind] for kind in kinds], dtype=bool))
    return found


def _told(cells: LinkedCells, rows: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.unique(np.concatenate([
        of_row[rows & (of_row >= 0)] for of_row in (cells.cases_of_row, cells.base_of_row, cells.rest_of_row)
    ]))  # fmt: skip
