"""Quality letters of Statistics Canada."""

from __future__ import annotations

from estimates.publication.cells import Cells
from estimates.publication.standard import Check, Level, Standard, Verdict, first_match

LEVELS = {
    "A": Level("reliable", "A", "excelente", "excellent"),
    "B": Level("reliable", "B", "muy buena", "very good"),
    "C": Level("reliable", "C", "buena", "good"),
    "D": Level("reliable", "D", "aceptable", "acceptable"),
    "E": Level("weak", "E", "usar con cautela", "use with caution"),
    "F": Level("withheld", "F", "no se publica", "too unreliable to be published"),
}


def _judge(cells: Cells) -> Verdict:
    cv = cells.cv
    checks: list[Check] = [
        (~(cv < 0.50), "F", "cv_50_or_more"),
        (cv >= 0.25, "E", "cv_25_to_50"),
        (cv >= 0.15, "D", ""),
        (cv >= 0.10, "C", ""),
        (cv >= 0.05, "B", ""),
    ]
    return first_match(cells, checks, otherwise="A", unknown="F")


STANDARD = Standard(
    id="statcan_letters",
    version="in use 2024",
    source="Statistics Canada, table symbols; bands A to D of business surveys, E and F by practice.",
    es="Statistics Canada, letras",
    en="Statistics Canada, letters",
    levels=LEVELS,
    judge=_judge,
)
