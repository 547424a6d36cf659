"""Quality criteria of the Economic Commission for Latin America and the Caribbean, 2023: the default here."""

from __future__ import annotations

import numpy as np

from estimates.publication.cells import Cells
from estimates.publication.standard import Check, Level, Standard, Verdict, first_match

LEVELS = {
    "fiable": Level("reliable", "", "fiable", "reliable"),
    "poco fiable": Level("weak", "*", "poco fiable", "of low reliability"),
    "no fiable": Level("withheld", "**", "no fiable", "not reliable"),
}


def _judge(cells: Cells) -> Verdict:
    y, prop, cv, logcv = cells.cases, cells.is_proportion, cells.cv, cells.logcv
    other, imprecise = ~prop, logcv > 0.175
    planned_small_deff = (cells.deff < 1) & cells.planned & (cells.n >= 100)
    # A total of everyone, or a cell where all are alike, has no variance under simple random sampling to compare
    # with: the two criteria on the design effect do not apply, the others do.
    no_deff = np.isnan(cells.deff)
    effective_n = np.where(no_deff, cells.n, cells.effective_n)
    justified = cells.planned & cells.low_df_justified
    checks: list[Check] = [
        # Under 30 cases no branch of the text lets a number through; said first because without cases the
        # design effect is 0/0 and would be named as the reason.
        (~(y >= 30), "no fiable", "cases_under_30"),
        (~((cells.deff >= 1) | planned_small_deff | no_deff), "no fiable", "deff_under_1"),
        (~(effective_n >= 60), "no fiable", "effective_n_under_60"),
        (~((cells.df >= 9) | justified), "no fiable", "df_under_9"),
        (other & ~(cv <= 0.30), "no fiable", "cv_over_30"),
        (other & (cv > 0.20), "poco fiable", "cv_20_to_30"),
        (prop & imprecise & (cells.estimate < 0.5), "no fiable", "logcv_over_17_5"),
        (prop & imprecise, "poco fiable", "logcv_over_17_5"),
        (y < 50, "poco fiable", "cases_30_49"),
    ]
    return first_match(cells, checks, otherwise="fiable", unknown="no fiable")


STANDARD = Standard(
    id="cepal_2023",
    version="2023",
    source="CEPAL, Criterios de calidad de las estimaciones de encuestas de hogares, edición de 2024.",
    es="CEPAL 2023",
    en="ECLAC 2023",
    levels=LEVELS,
    judge=_judge,
)
