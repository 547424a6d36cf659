"""Model figures of small areas as an open table of a release: from the protected table, and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from estimates.study_small_areas import KEYS, PUBLISHED
from pipeline.open_data.table import published_frame
from pipeline.round_release import published_rows

NAME = "small_areas"
TEXTS = ("unit", "basis", "status", "reason")
#: Significant digits that are published; figures are rounded for single cases before, and have fewer.
DIGITS = 6


def area_frame(held: Mapping[str, pd.DataFrame], *, synthetic: bool) -> pd.DataFrame:
    """Arrange the small areas as an open table; without rows where the study models none.

    Parameters
    ----------
    held : mapping of str to DataFrame
        Tables of the stage `estimate`. The one of small areas holds figures rounded so that no hidden case can be
        solved for; the internal table beside it is never read.
    synthetic : bool
        Whether the data are invented, which every line then says in the column ``data``.
    """
    table = held.get(NAME, pd.DataFrame())
    if table.empty:
        return pd.DataFrame()
    # Only columns known to be publishable pass, whatever the table holds.
    written = published_rows(table, PUBLISHED)[[*KEYS, *PUBLISHED, *TEXTS]]
    written.insert(0, "data", "synthetic" if synthetic else "survey")
    return published_frame(written)
