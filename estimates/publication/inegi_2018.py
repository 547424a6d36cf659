"""Precision colours of the statistics institute of Mexico, 2018, with the word beside the colour."""

from __future__ import annotations

from estimates.publication.cells import Cells
from estimates.publication.standard import Check, Level, Standard, Verdict, first_match

LEVELS = {
    "alta": Level("reliable", "", "alta", "high"),
    "moderada": Level("weak", "*", "moderada", "moderate"),
    "baja": Level("weak", "**", "baja", "low"),
    "sin precisión": Level("withheld", "-", "sin precisión calculada", "no precision computed"),
}


def _judge(cells: Cells) -> Verdict:
    checks: list[Check] = [
        (~(cells.cv < 0.30), "baja", "cv_30_or_more"),
        (cells.cv >= 0.15, "moderada", "cv_15_to_30"),
    ]
    return first_match(cells, checks, otherwise="alta", unknown="sin precisión")


STANDARD = Standard(
    id="inegi_2018",
    version="2018-11-01",
    source="INEGI, acuerdo CAC-007/01/2018; as printed in ENOE N, Diseño muestral, 2021, p. 5.",
    es="INEGI, hogares",
    en="INEGI, households",
    levels=LEVELS,
    judge=_judge,
)
