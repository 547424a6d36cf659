"""Caution mark of the Office for National Statistics of the United Kingdom."""

from __future__ import annotations

from estimates.publication.cells import Cells
from estimates.publication.standard import Level, Standard, Verdict, first_match

LEVELS = {
    "ok": Level("reliable", "", "fiable", "reliable"),
    "caution": Level("weak", "*", "usar con cautela", "use with caution"),
    "n/a": Level("withheld", "-", "sin error calculado", "no error computed"),
}


def _judge(cells: Cells) -> Verdict:
    return first_match(cells, [(~(cells.cv < 0.20), "caution", "cv_20_or_more")], otherwise="ok", unknown="n/a")


STANDARD = Standard(
    id="ons_cv20",
    version="in use 2023",
    source="Office for National Statistics, Business Register and Employment Survey, quality notes.",
    es="ONS, coeficiente de variación de 20 %",
    en="ONS, 20 % coefficient of variation",
    levels=LEVELS,
    judge=_judge,
)
