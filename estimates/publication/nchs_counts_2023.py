"""Presentation standard for counts and rates of the National Center for Health Statistics, 2023."""

from __future__ import annotations

import numpy as np

from estimates.publication.cells import Cells
from estimates.publication.standard import NOT_APPLICABLE, Check, Level, Standard, Verdict, first_match

LEVELS = {
    "present": Level("reliable", "", "presentar", "present"),
    "present, review": Level("weak", "r", "presentar tras revisión", "present after review"),
    "suppress": Level("withheld", "**", "suprimir", "suppress"),
    "not applicable": NOT_APPLICABLE,
}


def _judge(cells: Cells) -> Verdict:
    applies = cells.is_count | ((cells.kind == "ratio") & ~cells.is_proportion)
    size = np.abs(cells.estimate)
    relative = np.where(size > 0, (cells.ci_high - cells.ci_low) / np.where(size > 0, size, 1.0), np.nan)
    checks: list[Check] = [
        (~applies, "not applicable", ""),
        # The count of a cell rests on the rows with the attribute, not on the base of the table.
        (~(cells.cases >= 10), "suppress", "cases_under_10"),
        (~(relative <= 1.60), "suppress", "relative_width_over_160"),
        (~(cells.df >= 8), "present, review", "df_under_8"),
    ]
    return first_match(cells, checks, otherwise="present", unknown="suppress")


STANDARD = Standard(
    id="nchs_counts_2023",
    version="2023",
    source="Data Presentation Standards for Rates and Counts (2023), Vital Health Stat 2(200).",
    es="NCHS, conteos y tasas",
    en="NCHS, counts and rates",
    levels=LEVELS,
    judge=_judge,
)
