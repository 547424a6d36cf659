"""Relative standard error marks of the Australian Bureau of Statistics."""

from __future__ import annotations

from estimates.publication.cells import Cells
from estimates.publication.standard import Check, Level, Standard, Verdict, first_match

LEVELS = {
    "ok": Level("reliable", "", "fiable", "reliable"),
    "*": Level("weak", "*", "usar con cautela", "use with caution"),
    "**": Level("weak", "**", "demasiado imprecisa para uso general", "too unreliable for general use"),
    "n/a": Level("withheld", "-", "sin error calculado", "no error computed"),
}


def _judge(cells: Cells) -> Verdict:
    checks: list[Check] = [
        (~(cells.cv <= 0.50), "**", "cv_over_50"),
        (cells.cv >= 0.25, "*", "cv_25_to_50"),
    ]
    return first_match(cells, checks, otherwise="ok", unknown="n/a")


STANDARD = Standard(
    id="abs_rse",
    version="in use 2019",
    source="Australian Bureau of Statistics, technical notes of releases 6239.0 and 8146.0.",
    es="ABS, error relativo",
    en="ABS, relative standard error",
    levels=LEVELS,
    judge=_judge,
)
