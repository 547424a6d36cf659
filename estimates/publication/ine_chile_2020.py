"""Household standard of the statistics institute of Chile, 2020."""

from __future__ import annotations

import numpy as np

from estimates.publication.cells import Cells, FloatArray
from estimates.publication.standard import Check, Level, Standard, Verdict, first_match

LEVELS = {
    "fiable": Level("reliable", "", "fiable", "reliable"),
    "poco fiable": Level("weak", "*", "poco fiable", "of low reliability"),
    "no fiable": Level("withheld", "**", "no fiable", "not reliable"),
    "revisar": Level("weak", "r", "revisar", "to be reviewed"),
}


def allowed_se(p: FloatArray) -> FloatArray:
    r"""Largest standard error of a reliable proportion.

    Parameters
    ----------
    p : (n,) float
        Proportion, a fraction.

    Returns
    -------
    (n,) float
        :math:`\min(p, 1-p)^{2/3} / 9`.
    """
    return np.maximum(np.minimum(p, 1 - p), 0.0) ** (2 / 3) / 9


def precision_checks(cells: Cells, *, free: float, warn: float) -> list[Check]:
    """Second half of both Chilean standards: q(p) for proportions, two limits of the cv for the rest."""
    prop, cv, p = cells.is_proportion, cells.cv, cells.estimate
    return [
        (prop & ((p <= 0) | (p >= 1)), "revisar", "zero_or_all"),
        (prop & (cells.se > allowed_se(p)), "poco fiable", "se_over_q"),
        (prop, "fiable", ""),
        (~(cv <= warn), "no fiable", f"cv_over_{warn * 100:.0f}"),
        (cv > free, "poco fiable", f"cv_over_{free * 100:.0f}"),
    ]


def _judge(cells: Cells) -> Verdict:
    checks: list[Check] = [
        (~(cells.n >= 60), "no fiable", "n_under_60"),
        (~(cells.df >= 9), "no fiable", "df_under_9"),
        *precision_checks(cells, free=0.15, warn=0.30),
    ]
    return first_match(cells, checks, otherwise="fiable", unknown="no fiable")


STANDARD = Standard(
    id="ine_chile_2020",
    version="2020-02-27",
    source="INE Chile, Estándar para evaluar la calidad de estimaciones en encuestas de hogares, 2020.",
    es="INE de Chile, encuestas de hogares",
    en="INE Chile, household surveys",
    levels=LEVELS,
    judge=_judge,
    table_minimum=0.5,
)
