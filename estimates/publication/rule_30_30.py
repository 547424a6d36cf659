"""The older rule of thirty cases and thirty per cent relative standard error."""

from __future__ import annotations

from estimates.publication.cells import Cells
from estimates.publication.standard import Check, Level, Standard, Verdict, first_match

LEVELS = {
    "present": Level("reliable", "", "presentar", "present"),
    "footnote": Level("weak", "*", "presentar con advertencia", "present with a warning"),
    "suppress": Level("withheld", "**", "suprimir", "suppress"),
}


def _judge(cells: Cells) -> Verdict:
    checks: list[Check] = [
        (~(cells.n >= 30), "suppress", "n_under_30"),
        (~(cells.cv < 0.30), "footnote", "cv_30_or_more"),
    ]
    return first_match(cells, checks, otherwise="present", unknown="suppress")


STANDARD = Standard(
    id="rule_30_30",
    version="before 2017",
    source="National Center for Health Statistics before 2017: n < 30 withheld, cv of 30 % or more noted.",
    es="Regla 30-30",
    en="30-30 rule",
    levels=LEVELS,
    judge=_judge,
)
