"""Protection of a whole release: further rows made confidential, what an attacker still learns, and what to join."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.disclosure.audit import Audit, ProtectionRule, audit, public_knowledge
from estimates.disclosure.cells import LinkedCells
from estimates.disclosure.suppression import row_prices, suppress
from estimates.protection import SMALL_CELL, hidden_rows
from estimates.table import WHOLE

COMPLEMENTARY = "disclosure:complementary"
NEARLY_ALL = 0.6


@dataclass(frozen=True)
class Protected:
    """A release after complementary suppression.

    Parameters
    ----------
    frame : DataFrame
        Rows of an `EstimateTable`.
    last : Audit
        What an attacker learns from it.
    width : int
        Width that the study's rule asks for.
    coarsen : tuple of dict
        Tables of which nearly all rows are hidden: ``indicator``, ``by``, ``hidden``, ``rows`` and the
        ``breakdown`` with most codes, which should be joined into fewer.
    """

    frame: pd.DataFrame
    last: Audit
    width: int
    coarsen: tuple[dict[str, Any], ...]

    def record(self) -> dict[str, Any]:
        """Count what was hidden, for the methods annex; no cell is named with its count."""
        reason = self.frame["reason"]
        return {
            "primary_rows": int((reason == SMALL_CELL).sum()),
            "complementary_rows": int((reason == COMPLEMENTARY).sum()),
            "primary_cells": int(self.last.cell.size),
            "exposed_cells": int(self.last.exposed.sum()),
            "width": self.width,
            "coarsen": list(self.coarsen),
        }


def protect_release(frame: pd.DataFrame, cells: LinkedCells, rule: ProtectionRule) -> Protected:
    """Hide further rows until hidden victim counts stay hidden.

    Parameters
    ----------
    frame : DataFrame
        Rows of an `EstimateTable` with their primary confidentiality.
    cells : LinkedCells
        Of the same rows.
    rule : ProtectionRule
        Threshold and width.

    Returns
    -------
    Protected
        Further rows are ``confidential`` for the reason ``disclosure:complementary``; numbers stay, for
        validation inside the house, and leave through `estimates.release_view.release_view`.
    """
    shown = shown_rows(frame)
    reasons = frame["reason"].astype(str).tolist()
    names = breakdowns_of(frame)
    dimensions = (frame[names] != WHOLE).sum(axis=1).to_numpy(dtype=np.int64)
    base = np.where(cells.base_of_row >= 0, cells.count[np.maximum(cells.base_of_row, 0)], 0)
    found = suppress(cells, shown, reasons, row_prices(dimensions, base), rule)
    marked = frame.copy()
    marked.loc[found.rows, "status"] = "confidential"
    marked.loc[found.rows, "reason"] = COMPLEMENTARY
    return Protected(marked, found.last, rule.needed, _suggestions(marked, names))


def audit_release(frame: pd.DataFrame, cells: LinkedCells, rule: ProtectionRule) -> Audit:
    """Attack a release from nothing but its published rows, its definitions and the public rule."""
    low, high = public_knowledge(cells, shown_rows(frame), frame["reason"].astype(str).tolist(), rule)
    return audit(cells, low, high, rule)


def shown_rows(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Rows whose numbers are published: (R,) bool."""
    return ~hidden_rows(frame).to_numpy(dtype=bool)


def breakdowns_of(frame: pd.DataFrame) -> list[str]:
    """Breakdown columns of an estimate table."""
    names = [str(name) for name in frame.columns]
    return names[names.index("indicator") + 1 : names.index("estimate")]


def _suggestions(frame: pd.DataFrame, names: list[str]) -> tuple[dict[str, Any], ...]:
    whole = frame["indicator"].astype(str).str.partition(".")[0]
    by = [" x ".join(name for name in names if row[name] != WHOLE) for row in _records(frame, names)]
    found = []
    for (indicator, broken_by), part in frame.groupby([whole, pd.Series(by, index=frame.index)], sort=False):
        hidden = int((part["status"] == "confidential").sum())
        used = [name for name in names if name in str(broken_by).split(" x ")]
        if used and len(part) > 3 and hidden >= NEARLY_ALL * len(part):
            largest = max(used, key=lambda name: part[name].nunique())
            found.append({"indicator": str(indicator), "by": str(broken_by), "hidden": hidden, "rows": len(part),
                          "breakdown": largest})  # fmt: skip
    return tuple(found)


def _records(frame: pd.DataFrame, names: list[str]) -> list[Mapping[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in frame[names].to_numpy().tolist()] if names else [
        {} for _ in range(len(frame))
    ]
