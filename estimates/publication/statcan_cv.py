"""Release guideline of Statistics Canada by coefficient of variation."""

from __future__ import annotations

import numpy as np

from estimates.publication.cells import Cells
from estimates.publication.standard import Check, Level, Standard, Verdict, first_match

LEVELS = {
    "free": Level("reliable", "", "sin restricción", "unrestricted"),
    "E": Level("weak", "E", "usar con cautela", "use with caution"),
    "F": Level("withheld", "F", "no se publica", "too unreliable to be published"),
}


def _judge(cells: Cells) -> Verdict:
    observations = np.where(cells.is_count, cells.cases, cells.n)
    checks: list[Check] = [
        (~(observations >= 10), "F", "observations_under_10"),
        (~(cells.cv <= 0.333), "F", "cv_over_33_3"),
        (cells.cv > 0.165, "E", "cv_16_6_to_33_3"),
    ]
    return first_match(cells, checks, otherwise="free", unknown="F")


STANDARD = Standard(
    id="statcan_cv",
    version="2009",
    source="Statistics Canada Quality Guidelines (2009), as applied in survey user guides.",
    es="Statistics Canada, coeficiente de variación",
    en="Statistics Canada, coefficient of variation",
    levels=LEVELS,
    judge=_judge,
)
