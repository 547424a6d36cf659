"""Standard of the statistics institute of Chile for economic surveys, 2024."""

from __future__ import annotations

from estimates.publication.cells import Cells
from estimates.publication.ine_chile_2020 import LEVELS, precision_checks
from estimates.publication.standard import Check, Standard, Verdict, first_match


def _judge(cells: Cells) -> Verdict:
    reached_target = cells.planned & (cells.n >= cells.target_n)
    checks: list[Check] = [
        (~((cells.n >= 30) | reached_target), "no fiable", "n_under_30"),
        (~(cells.df >= 9), "no fiable", "df_under_9"),
        *precision_checks(cells, free=0.20, warn=0.30),
    ]
    return first_match(cells, checks, otherwise="fiable", unknown="no fiable")


STANDARD = Standard(
    id="ine_chile_economicas_2024",
    version="2024",
    source="INE Chile, Estándar para evaluar la calidad de estimaciones en encuestas económicas, 2024.",
    es="INE de Chile, encuestas económicas",
    en="INE Chile, economic surveys",
    levels=LEVELS,
    judge=_judge,
)
