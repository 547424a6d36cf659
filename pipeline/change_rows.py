"""The changes since the last signed release in words, one line for each number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from estimates.protection import HIDDEN_STATUSES
from estimates.table import WHOLE
from pipeline.release_changes import Changes
from pipeline.table_labels import STATUS_LABELS, Labels

KINDS = {
    "en": {"new": "new", "dropped": "no longer published", "number": "other number", "status": "other status"},
    "es": {"new": "nueva", "dropped": "ya no se publica", "number": "otro número", "status": "otro estado"},
}
NO_REASON = {"en": "no reason given", "es": "sin razón declarada"}


def change_rows(changes: Changes, labels: Labels) -> list[tuple[tuple[str, ...], bool]]:
    """Write every change.

    Parameters
    ----------
    changes : Changes
        Of published views, so nothing hidden is in them.
    labels : Labels
        Names in the language wanted.

    Returns
    -------
    list of tuple of str and bool
        Figure, before, now, kind of change and reason; and whether the reason is missing.
    """
    names = [str(name) for name in changes.rows.columns]
    breakdowns = names[names.index("indicator") + 1 : names.index("kind")]
    found: list[tuple[tuple[str, ...], bool]] = []
    for row in changes.rows.to_dict("records"):
        reason = str(row[f"reason_{labels.language}"])
        cells: tuple[str, ...] = (
            _figure(row, breakdowns, labels),
            _said(row, "before", labels),
            _said(row, "after", labels),
            KINDS[labels.language][str(row["kind"])],
            reason or NO_REASON[labels.language],
        )
        found.append((cells, not reason))
    return found


def _figure(row: Mapping[Any, Any], breakdowns: list[str], labels: Labels) -> str:
    indicator = str(row["indicator"])
    known = indicator.partition(".")[0] in labels.dictionary.indicators
    parts = [labels.indicator(indicator) if known else indicator]
    for name in breakdowns:
        code = str(row[name])
        if code != WHOLE:
            known = name in labels.dictionary.breakdowns
            parts.append(f"{labels.breakdown(name)}: {labels.category(name, code)}" if known else f"{name}: {code}")
    return "; ".join(parts)


def _said(row: Mapping[Any, Any], when: str, labels: Labels) -> str:
    status = row[f"status_{when}"]
    if not isinstance(status, str):
        return ""
    if status in HIDDEN_STATUSES or pd.isna(row[f"estimate_{when}"]):
        return STATUS_LABELS[status][0 if labels.language == "es" else 1]
    return f"{row[f'estimate_{when}']:,.6g} (± {row[f'se_{when}']:.3g})"
