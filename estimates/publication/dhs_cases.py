"""Unweighted-case rule of the Demographic and Health Surveys, applied to the denominator."""

from __future__ import annotations

from estimates.publication.cells import Cells
from estimates.publication.standard import NOT_APPLICABLE, Check, Level, Standard, Verdict, first_match

LEVELS = {
    "shown": Level("reliable", "", "se muestra", "shown"),
    "( )": Level("weak", "( )", "entre paréntesis", "in parentheses"),
    "*": Level("withheld", "*", "se omite", "left out"),
    "not applicable": NOT_APPLICABLE,
}


def _judge(cells: Cells) -> Verdict:
    checks: list[Check] = [
        # A total has no denominator.
        (cells.is_count, "not applicable", ""),
        (~(cells.n >= 25), "*", "n_under_25"),
        (cells.n < 50, "( )", "n_25_49"),
    ]
    return first_match(cells, checks, otherwise="shown", unknown="*")


STANDARD = Standard(
    id="dhs_cases",
    version="phase 7",
    source="Malawi Demographic and Health Survey 2015-16, reading guide to the tables.",
    es="DHS, casos sin ponderar",
    en="DHS, unweighted cases",
    levels=LEVELS,
    judge=_judge,
)
