"""Every publication standard's own word on every row, and whether it lets a whole table be published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from estimates.publication.standards import STANDARDS, assess, table_publishable
from estimates.table import WHOLE
from estimates.verdicts import KNOWN_TOTAL


def verdicts_by_standard(
    frame: pd.DataFrame, kinds: Mapping[str, str], standards: Sequence[str], planned: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Judge an estimate table by several standards side by side.

    Parameters
    ----------
    frame : DataFrame
        Rows of an `EstimateTable`.
    kinds : mapping of str to str
        How standards judge each indicator of the frame: prop, mean, total or ratio.
    standards : sequence of str
        Names of standards.
    planned : sequence of str
        Breakdowns for which the sample was designed.

    Returns
    -------
    rows : DataFrame
        ``study``, ``indicator``, breakdowns, ``standard``, ``level`` (reliable, weak, withheld, not_applicable),
        ``word_es``, ``word_en`` (the standard's own), ``symbol``, ``reason``. Empty rows of the table, and figures that
        known totals determine, are not judged.
    tables : DataFrame
        ``study``, ``indicator``, ``by`` (breakdowns joined by ``x``, ``_T`` for the whole), ``standard``, ``cells``,
        ``reliable``, ``minimum`` (share the standard asks for; missing where it has no rule) and ``publishable``.
    """
    names = [str(name) for name in frame.columns]
    breakdowns = names[names.index("indicator") + 1 : names.index("estimate")]
    known = frame["reason"].fillna("").astype(str).str.split(";").map(lambda said: KNOWN_TOTAL in said).astype(bool)
    some = frame[frame["estimate"].notna() & ~known].reset_index(drop=True)
    by = _breakdowns(some, breakdowns)
    is_planned = [set(text.split(" x ")) <= {*planned, WHOLE} for text in by]
    column = {name: some[name].to_numpy(dtype=np.float64) for name in
              ("estimate", "se", "n", "cases", "deff", "df", "ci_low", "ci_high")}  # fmt: skip
    rows, tables = [], []
    for name in dict.fromkeys(standards):
        standard = STANDARDS[name]
        kind = np.array([kinds[indicator] for indicator in some["indicator"]], dtype=np.str_)
        if len(some) == 0:
            continue
        found = assess(
            name, kind=kind, planned=np.array(is_planned), estimate=column["estimate"], se=column["se"], n=column["n"],
            cases=column["cases"], deff=column["deff"], df=column["df"], ci_low=column["ci_low"],
            ci_high=column["ci_high"],
        )  # fmt: skip
        levels = {word: standard.levels[word] for word in dict.fromkeys(found.native)}
        judged = some[["study", "indicator", *breakdowns]].assign(
            standard=name, level=found.level,
            word_es=[levels[word].es for word in found.native], word_en=[levels[word].en for word in found.native],
            symbol=[levels[word].symbol for word in found.native], reason=found.reason,
        )  # fmt: skip
        rows.append(judged)
        whole = judged["indicator"].str.partition(".")[0]
        of_table = judged[["study", "indicator", "level"]].assign(whole=whole, by=by)
        for (study, indicator, broken_by), cells in of_table.groupby(["study", "whole", "by"], sort=False):
            tables.append({
                "study": study, "indicator": indicator, "by": broken_by, "standard": name, "cells": len(cells),
                "reliable": int((cells["level"] == "reliable").sum()),
                "minimum": np.nan if standard.table_minimum is None else standard.table_minimum,
                "publishable": table_publishable(name, cells["level"].to_numpy(dtype=np.str_)),
            })  # fmt: skip
    columns = ["study", "indicator", *breakdowns, "standard", "level", "word_es", "word_en", "symbol", "reason"]
    tabled = ["study", "indicator", "by", "standard", "cells", "reliable", "minimum", "publishable"]
    return (
        pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns),
        pd.DataFrame(tables, columns=tabled),
    )


def _breakdowns(frame: pd.DataFrame, breakdowns: Sequence[str]) -> list[str]:
    """Name the breakdown that each row belongs to."""
    held = [(frame[name] != WHOLE).to_numpy() for name in breakdowns]
    return [
        " x ".join(name for name, on in zip(breakdowns, held, strict=True) if on[row]) or WHOLE
        for row in range(len(frame))
    ]
