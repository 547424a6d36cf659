"""Quality criteria of the Economic Commission for Latin America and the Caribbean, 2020."""

from __future__ import annotations

from estimates.publication.cells import Cells
from estimates.publication.standard import Check, Level, Standard, Verdict, first_match

LEVELS = {
    "publicar": Level("reliable", "", "publicar", "publish"),
    "revisar": Level("weak", "*", "revisar", "review"),
    "suprimir": Level("withheld", "**", "suprimir", "suppress"),
}


def _judge(cells: Cells) -> Verdict:
    checks: list[Check] = [
        (~(cells.n >= 100), "suprimir", "n_under_100"),
        # Cases before the effective sample: without cases the design effect is 0/0 and explains nothing.
        (~(cells.cases >= 50), "suprimir", "cases_under_50"),
        (~(cells.effective_n >= 140), "suprimir", "effective_n_under_140"),
        (cells.is_proportion & (cells.logcv > 0.175), "suprimir", "logcv_over_17_5"),
        (~(cells.df >= 9), "revisar", "df_under_9"),
        # Also a proportion of one, whose cv is zero and says nothing: the cases above have already spoken.
        (~(cells.cv < 0.20), "revisar", "cv_20_or_more"),
    ]
    return first_match(cells, checks, otherwise="publicar", unknown="suprimir")


STANDARD = Standard(
    id="cepal_2020",
    version="2020",
    source="CEPAL, Criterios de calidad en la estimación de indicadores de encuestas de hogares, 2020.",
    es="CEPAL 2020",
    en="ECLAC 2020",
    levels=LEVELS,
    judge=_judge,
)
