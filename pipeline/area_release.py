"""Model figures of small areas as an open table of a release: from the protected table, and from nothing else."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from estimates.study_small_areas import KEYS, PUBLISHED
from pipeline.analysis_files import read_analyses
from pipeline.open_tables import inert
from pipeline.round_release import published_rows

FILE = "small_areas.csv"
TEXTS = ("unit", "basis", "status", "reason")


def write_area_table(folder: Path, estimates: Path, *, synthetic: bool) -> None:
    """Write ``small_areas.csv`` where the study models small areas.

    Parameters
    ----------
    folder : Path
        Of the release.
    estimates : Path
        Published folder of the stage `estimate`; its table holds figures rounded so that no hidden case can be solved
        for. The internal table beside it is never read.
    synthetic : bool
        Whether the data are invented, which every line then says in the column ``data``.
    """
    table = read_analyses(estimates).get("small_areas", pd.DataFrame())
    if table.empty:
        return
    # Only columns known to be publishable pass, whatever the file holds.
    written = published_rows(table, PUBLISHED)[[*KEYS, *PUBLISHED, *TEXTS]]
    for column in (*KEYS, *TEXTS):
        written[column] = [inert(str(text)) for text in written[column]]
    written.insert(0, "data", "synthetic" if synthetic else "survey")
    written.to_csv(folder / FILE, index=False, float_format="%.6g", lineterminator="\n", encoding="utf-8")
