"""The warning beside numbers carried beyond the places sampled: a mark on each, and a note where they stand."""

from __future__ import annotations

import pandas as pd

from estimates.extrapolation import EXTENDED
from pipeline.report_labels import Labels
from pipeline.report_tables import EXTENDED_MARK, HIDDEN, Note, select
from surveys.dictionary import Label
from surveys.study import Exhibit


def extended_notes(
    exhibit: Exhibit, frame: pd.DataFrame, labels: Labels, warning: Label | None
) -> tuple[Note, ...]:
    """Return the study's warning where an exhibit shows an extended number.

    Parameters
    ----------
    exhibit : Exhibit
        Its indicators and breakdowns.
    frame : DataFrame
        Published view of the estimates.
    labels : Labels
        In the language of the report.
    warning : Label or None
        Of ``extrapolation`` in the study; None where nothing is extended.

    Returns
    -------
    tuple of Note
        None, the warning, or the warning and that rows without the mark do not add up to those with it.
    """
    if warning is None:
        return ()
    found, mixed = False, False
    for indicator in exhibit.indicators:
        for part in labels.parts(indicator, frame):
            rows = select(frame, part, exhibit.by, labels)
            marked = [is_extended(str(reason)) for reason in rows.loc[~rows["status"].isin(HIDDEN), "reason"]]
            found, mixed = found or any(marked), mixed or (any(marked) and not all(marked))
    if not found:
        return ()
    notes = (Note(EXTENDED_MARK, warning.get(labels.words.language)),)
    return (*notes, Note("", labels.words["extended_mixed"])) if mixed else notes


def is_extended(reason: str) -> bool:
    """Tell from its reason whether a row was extended."""
    return EXTENDED in reason.split(";")
