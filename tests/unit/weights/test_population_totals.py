"""Known totals that agree, and how they are scaled to one another."""

from __future__ import annotations

import pytest

from surveys.problems import StudyError
from weights.population_totals import KnownTotal, MarginShape, PopulationTotals, scaled_totals, written

CODES = ("1", "2")
SEX = MarginShape("sex", "person", ("sex",), (CODES,))
SEX_AREA = MarginShape("sex_area", "person", ("sex", "area"), (CODES, CODES))
HOUSES = MarginShape("houses", "household", ("area",), (CODES,))


def cells(**totals: float):
    return {tuple(name[1:].split("_")): KnownTotal(total, se=1.0) for name, total in totals.items()}


def test_margins_of_other_units_need_not_agree() -> None:
    made = PopulationTotals({"sex": SEX, "houses": HOUSES},
                            {"sex": cells(c1=50, c2=60), "houses": cells(c1=10, c2=20)})  # fmt: skip
    assert made.sum_of("sex") == 110


def test_shared_variables_must_agree_cell_by_cell() -> None:
    sums = {"sex": cells(c1=50, c2=60), "sex_area": cells(c1_1=20, c1_2=30, c2_1=30, c2_2=30)}
    PopulationTotals({"sex": SEX, "sex_area": SEX_AREA}, sums)
    sums["sex_area"] = cells(c1_1=30, c1_2=30, c2_1=20, c2_2=30)
    with pytest.raises(StudyError):
        PopulationTotals({"sex": SEX, "sex_area": SEX_AREA}, sums)


def test_rounded_margins_are_scaled_to_the_better_one_with_their_errors() -> None:
    shapes = {"sex": SEX, "sex_area": SEX_AREA}
    sums = {"sex": cells(c1=50, c2=50), "sex_area": cells(c1_1=25.25, c1_2=25.25, c2_1=25.25, c2_2=25.25)}
    made = scaled_totals(shapes, sums, "sex", tolerance=0.02, where="t.csv")
    assert made.sum_of("sex_area") == pytest.approx(100)
    assert made.totals["sex_area"]["1", "1"].se == pytest.approx(100 / 101)
    assert made.totals["sex"]["1",].se == 1.0


def test_cells_are_written_as_in_the_file() -> None:
    assert (written(("01", "2")), written(())) == ("01|2", "_T")
