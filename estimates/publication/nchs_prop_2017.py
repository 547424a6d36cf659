"""Presentation standard for proportions of the National Center for Health Statistics, 2017."""

from __future__ import annotations

import numpy as np

from estimates.intervals.effective_sample import effective_sample
from estimates.intervals.korn_graubard import korn_graubard
from estimates.publication.cells import Cells
from estimates.publication.standard import NOT_APPLICABLE, Check, Level, Standard, Verdict, first_match

LEVELS = {
    "present": Level("reliable", "", "presentar", "present"),
    "present, footnote complement": Level(
        "reliable", "c", "presentar; el complemento es impreciso", "present; the complement is imprecise"
    ),
    "present, review": Level("weak", "r", "presentar tras revisión", "present after review"),
    "suppress": Level("withheld", "**", "suprimir", "suppress"),
    "not applicable": NOT_APPLICABLE,
}


def _judge(cells: Cells) -> Verdict:
    # The standard is written for this interval, whatever interval the table prints.
    prop = cells.is_proportion
    p = np.where(prop, cells.estimate, np.nan)
    worth = effective_sample(p, cells.se, cells.n, cells.df)
    low, high = korn_graubard(p, cells.se, cells.n, cells.df)
    # By the text, a cell of 0 or 100 % has the whole sample as its effective size and no width.
    extreme = (p == 0) | (p == 1)
    worth = np.where(extreme, cells.n, worth)
    width = np.where(extreme, 0.0, high - low)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative, complement = width / p, width / (1 - p)
    wide = width > 0.05
    checks: list[Check] = [
        (~prop, "not applicable", ""),
        (~(worth >= 30), "suppress", "effective_n_under_30"),
        (~(width < 0.30), "suppress", "width_30_points_or_more"),
        (wide & (relative > 1.30), "suppress", "relative_width_over_130"),
        (~(cells.df >= 8), "present, review", "df_under_8"),
        (extreme, "present, review", "zero_or_all"),
        (wide & (complement > 1.30), "present, footnote complement", "complement_width_over_130"),
    ]
    return first_match(cells, checks, otherwise="present", unknown="suppress")


STANDARD = Standard(
    id="nchs_prop_2017",
    version="2017-08",
    source="Parker et al. (2017), Data Presentation Standards for Proportions, Vital Health Stat 2(175).",
    es="NCHS, proporciones",
    en="NCHS, proportions",
    levels=LEVELS,
    judge=_judge,
)
