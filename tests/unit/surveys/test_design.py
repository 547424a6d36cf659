"""A design that does not hold together is refused with words that say what to do."""

from __future__ import annotations

import numpy as np
import pytest

from surveys.design import Design, design_from_columns
from surveys.problems import DesignError


def test_strata_are_in_natural_order_and_rows_may_come_in_any():
    design = design_from_columns(["10", "2", "2", "10"], ["b", "a", "c", "d"])
    assert design.stratum_names == ("2", "10")
    assert design.stratum_of_psu.tolist() == [0, 0, 1, 1]
    assert design.psu.tolist() == [2, 0, 1, 3]
    assert (design.psus, design.strata, design.degrees_of_freedom) == (4, 2, 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"stratum": [1, None, 1], "psu": [1, 2, 3]}, "1 of 3 rows have no stratum"),
        ({"stratum": [1, 1, 1], "psu": ["a", None, np.nan]}, "2 of 3 rows have no psu"),
        ({"stratum": [1, 1, 2, 2], "psu": [1, 2, 1, 3]}, "1 PSU number appears in more than one stratum"),
        ({"stratum": [1, 1, 2], "psu": [1, 2, 3]}, r"1 stratum has a single PSU \(2\)"),
        ({"stratum": [1, 1], "psu": [1, 2], "psu_population": [5, 6]}, "not constant in 1 stratum"),
        ({"stratum": [1, 1], "psu": [1, 2], "psu_population": ["x", "y"]}, "not a number"),
        ({"stratum": [1, 1], "psu": [1, 2], "psu_population": [0.5, 0.5]}, "smaller than the number of PSUs"),
        (
            {"stratum": [1, 1], "psu": [1, 2], "lonely_psu": "adjust"},
            "'adjust' for strata with one PSU is not known",
        ),
        ({"stratum": [1], "psu": [1, 2]}, "stratum has 1 row where the data have 2"),
        ({"stratum": [], "psu": []}, "there are no rows"),
    ],
)
def test_refusals(arguments, words):
    with pytest.raises(DesignError, match=words) as caught:
        design_from_columns(**arguments, where="study.yaml:41  design")
    assert "study.yaml:41  design" in str(caught.value)
    assert caught.value.text("es") != caught.value.text("en")


def test_missing_stratum_and_psu_are_told_together():
    with pytest.raises(DesignError) as caught:
        design_from_columns([None, 1], [1, None])
    assert len(caught.value.problems) == 2


def test_nested_numbers_make_psus_of_their_own():
    design = design_from_columns([1, 1, 2, 2], [1, 2, 1, 2], nested=True)
    assert design.psus == 4


def test_a_stratum_drawn_whole_is_not_lonely():
    design = design_from_columns([1, 1, 2], [1, 2, 3], psu_population=[4, 4, 1])
    assert design.lonely == ()
    assert design.fpc.tolist() == [0.5, 0.0]


def test_collapsing_joins_the_next_stratum_and_the_last_the_one_before():
    design = design_from_columns([1, 2, 2, 3, 3, 4], [1, 2, 3, 4, 5, 6], lonely_psu="collapsed")
    assert design.stratum_names == ("1+2", "3+4")
    assert design.psus_per_stratum.tolist() == [3, 3]
    assert [group.members for group in design.collapsed] == [("1", "2"), ("3", "4")]


def test_another_level_keeps_psus_without_rows():
    design = design_from_columns([1, 1, 1], ["a", "b", "c"])
    persons = design.at([0, 0, 2])
    assert persons.rows == 3
    assert persons.psus == 3
    assert persons.psus_per_stratum.tolist() == [3]


def test_a_table_of_psus_out_of_order_is_not_a_design():
    with pytest.raises(ValueError, match="order of its strata"):
        Design(psu=np.array([0, 1]), stratum_of_psu=np.array([1, 0]), stratum_names=("1", "2"))
