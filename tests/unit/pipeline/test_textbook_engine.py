"""Plain loops give the published result of a textbook sample and follow the rule for lonely strata."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.second_engine import Figure, recompute
from pipeline.textbook_engine import recompute_excluded, textbook
from surveys.design import design_from_columns


def figure(values: list[float], kind: str = "total", estimate: float = 1.0, se: float = 1.0) -> Figure:
    """A figure over all rows."""
    y = np.array(values)
    return Figure("f", kind, y, None, np.ones(y.size, dtype=bool), estimate, se)


def test_hand_result_with_finite_population_correction() -> None:
    design = design_from_columns(["a"] * 3, [1, 2, 3], psu_population=[12.0] * 3)
    estimate, se = textbook(figure([1.0, 2.0, 6.0]), np.full(3, 4.0), design)
    assert estimate == 36.0
    assert se == pytest.approx(((1 - 3 / 12) * 3 / 2 * ((4 - 12) ** 2 + (8 - 12) ** 2 + (24 - 12) ** 2)) ** 0.5)


@pytest.mark.parametrize(("policy", "added"), [("certainty", 0.0), ("centred", (9.0 - 4.0) ** 2)])
def test_a_lonely_stratum(policy: str, added: float) -> None:
    design = design_from_columns(["a", "a", "b"], [1, 2, 3], lonely_psu=policy)  # type: ignore[arg-type]  # each policy
    _, se = textbook(figure([1.0, 2.0, 9.0]), np.ones(3), design)
    assert se**2 == pytest.approx(2 * 0.5 + added)


def test_only_what_samplics_left_out_for_the_design_is_judged() -> None:
    design = design_from_columns(["a", "a", "b"], [1, 2, 3], lonely_psu="certainty")
    figures = [figure([1.0, 2.0, 9.0], estimate=12.0, se=1.0), figure([1.0, 2.0, 9.0], estimate=np.nan)]
    weight, stratum = np.ones(3), design.stratum_of_psu[design.psu]
    left_out = recompute(figures[:1], weight=weight, stratum=stratum, psu=design.psu, exclude="lonely_psu")
    left_out += recompute(figures[1:], weight=weight, stratum=stratum, psu=design.psu)
    first, second = recompute_excluded(left_out, figures, weight, design)
    assert (first.outcome, first.engine, first.reason) == ("equal", "textbook", "lonely_psu")
    assert (second.outcome, second.reason) == ("excluded", "not_estimated")


def test_a_difference_is_seen() -> None:
    design = design_from_columns(["a", "a", "b"], [1, 2, 3], lonely_psu="certainty")
    wrong = [figure([1.0, 2.0, 9.0], estimate=12.0, se=1.0 + 1e-6)]
    left_out = recompute(wrong, weight=np.ones(3), stratum=design.psu, psu=design.psu, exclude="lonely_psu")
    (result,) = recompute_excluded(left_out, wrong, np.ones(3), design)
    assert result.outcome == "different"
