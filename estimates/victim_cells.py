"""Which rows about victims stand on too few persons, families or PSUs to be shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.dominance import dominated_cells, is_amount
from estimates.level_rows import LevelRows
from estimates.measure import Coding, Measure
from estimates.protection import DisclosureRule, domain_positions, small_cells


def small_rows(
    frame: pd.DataFrame,
    measures: Iterable[Measure],
    codings: Mapping[str, Coding],
    rows: LevelRows,
    rule: DisclosureRule,
    *,
    victims: Collection[str],
    victim_breakdowns: Collection[str] = (),
) -> NDArray[np.bool_]:
    """Find the rows of a table about victims that stand on too few contributors.

    Parameters
    ----------
    frame : DataFrame
        Rows of an `EstimateTable` of one level.
    measures : iterable of Measure
        Measures of the table.
    codings : mapping of str to Coding
        Breakdowns of the table.
    rows : LevelRows
        The microdata rows behind it.
    rule : DisclosureRule
        Least contributors.
    victims : collection of str
        Names of the measures whose every row is about victims.
    victim_breakdowns : collection of str
        Breakdowns whose domains are about victims whatever is measured in them.

    Returns
    -------
    (rows of frame,) bool
        True where the cell breaks the rule. For a proportion the complement counts too: a group in
        which nearly all are victims tells about each of them. For a mean or a ratio every row with a value
        is a contributor; of amounts no two may make nearly all.
    """
    small = np.zeros(len(frame), dtype=bool)
    names = list(codings)
    for measure in measures:
        of_measure = np.flatnonzero((frame["indicator"] == measure.name).to_numpy())
        patterns = (frame.iloc[of_measure][names] != "_T").to_numpy() if names else np.zeros((of_measure.size, 0), bool)
        cells = contributors(measure)
        for pattern in np.unique(patterns, axis=0) if names else [np.zeros(0, bool)]:
            at = of_measure[(patterns == pattern).all(axis=1)]
            used = [name for name, chosen in zip(names, pattern, strict=True) if chosen]
            if measure.name not in victims and not set(used) & set(victim_breakdowns):
                continue
            of_table, of_rows, domains = domain_positions(
                frame.iloc[at],
                used,
                [codings[name].codes for name in used],
                [codings[name].labels for name in used],
            )
            if not used:
                of_rows = np.zeros(rows.weight.size, dtype=np.int64)
            for counted in cells:
                broken = small_cells(counted, of_rows, domains, rows.unit, rows.design.psu, rule)
                small[at] |= broken[of_table]
            if is_amount(measure):
                inside = np.where(measure.base(), of_rows, -1)
                small[at] |= dominated_cells(measure.numerator.astype(np.float64), inside, domains)[of_table]
    return small


def contributors(measure: Measure) -> list[NDArray[np.bool_]]:
    """Rows behind a figure: those with the attribute, and for a proportion also those without it."""
    known = np.isfinite(measure.numerator)
    if measure.denominator is not None:
        known = known & np.isfinite(measure.denominator)
    if measure.universe is not None:
        known = known & measure.universe
    with_it = known & (measure.numerator != 0)
    if measure.kind == "prop":
        return [with_it, known & ~with_it]
    return [with_it] if measure.kind == "total" else [known]
