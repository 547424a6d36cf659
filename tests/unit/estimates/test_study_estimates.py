"""Indicators become vectors, levels find their weights and design, and what cannot be estimated is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from estimates.level_rows import level_rows
from estimates.measures import coding_of, measures_of
from estimates.study_design import study_design
from estimates.study_estimates import estimate_study
from estimates.study_plan import plan_by_level, with_needed
from surveys.columns import Columns
from surveys.dictionary import Breakdown, Code, CodeList, Dictionary, Indicator, Label, LevelSpec, MissingKind, Variable
from surveys.microdata import LevelData, Microdata
from surveys.problems import DesignError, StudyError
from surveys.study import DesignRoles, Publication, ReportPlan, Role, Study, Tabulation

L = Label("x", "x")
DICTIONARY = Dictionary(
    missing_kinds={"blank": MissingKind("blank", L)},
    levels={
        "household": LevelSpec("household", ("h",), None, L),
        "person": LevelSpec("person", ("h", "p"), "household", L),
    },
    code_lists={
        "sex": CodeList("sex", L, {"1": Code("1", L), "2": Code("2", L)}),
        "old": CodeList("old", L, {"1": Code("1", L), "2": Code("2", L)}),
    },
    variables={
        "h": Variable("h", "household", "text", L),
        "p": Variable("p", "person", "text", L),
        "stratum": Variable("stratum", "household", "text", L),
        "psu": Variable("psu", "household", "text", L),
        "rooms": Variable("rooms", "household", "number", L),
        "age": Variable("age", "person", "number", L),
        "sex": Variable("sex", "person", "code", L, codes="sex"),
        "why": Variable("why", "person", "multiple", L, codes="sex"),
        "old": Variable("old", "person", "code", L, codes="old", derive="band(age, 0, 30)"),
    },
    breakdowns={"sex": Breakdown("sex", "sex", L), "old": Breakdown("old", "old", L)},
    indicators={
        "share": Indicator("share", "person", "proportion", "age >= 18", "percent", L),
        "split": Indicator("split", "person", "distribution", "sex", "percent", L, universe="age >= 18"),
        "reasons": Indicator("reasons", "person", "distribution", "why", "percent", L),
        "per_room": Indicator("per_room", "person", "ratio", "age >= 0", "number", L, over="rooms"),
        "homes": Indicator("homes", "household", "count", "rooms >= 0", "households", L),
    },
)
HOUSEHOLDS = pd.DataFrame(
    {
        "h": ["a", "b", "c", "d"],
        "stratum": ["1", "1", "2", "2"],
        "psu": ["1", "2", "1", "2"],
        "rooms": [1.0, 2.0, 2.0, 4.0],
    }
)
PERSONS = pd.DataFrame(
    {
        "h": ["a", "a", "b", "c", "d"],
        "p": ["1", "2", "1", "1", "1"],
        "age": [10.0, 40.0, np.nan, 20.0, 70.0],
        "sex": pd.Categorical(["1", "2", "2", None, "1"], categories=["1", "2"]),
        "why__1": [1.0, 0.0, np.nan, 1.0, 0.0],
        "why__2": [1.0, 1.0, np.nan, 0.0, 0.0],
    }
)
MICRODATA = Microdata(
    {
        "household": LevelData("household", ("h",), None, HOUSEHOLDS),
        "person": LevelData("person", ("h", "p"), "household", PERSONS, parent_row=np.array([0, 0, 1, 2, 3])),
    }
)
NOT_KNOWN = Role(unavailable=L)
WEIGHT = np.array([10.0, 20.0, 30.0, 40.0])


def study(
    *indicators: str, by: tuple[tuple[str, ...], ...] = ((),), level: str = "household", **roles: object
) -> Study:
    """A study that tabulates some indicators."""
    design = DesignRoles(level, Role("stratum"), Role("psu"), NOT_KNOWN, nested=True)
    return Study(
        "s",
        L,
        "ZZZ",
        2016,
        {},
        replace(design, **roles),
        (),  # type: ignore[arg-type]  # roles by name
        (Tabulation(indicators, by),),
        Publication(),
        ReportPlan(),
    )


def columns() -> Columns:
    """Variables of the persons."""
    return Columns(MICRODATA, "person", DICTIONARY)


def test_a_missing_value_leaves_the_base_of_its_measure() -> None:
    (measure,) = measures_of(DICTIONARY.indicators["share"], columns(), DICTIONARY)
    np.testing.assert_array_equal(measure.numerator, [0, 1, np.nan, 1, 1])
    assert measure.base().tolist() == [True, True, False, True, True]


def test_a_distribution_is_one_measure_for_each_code() -> None:
    first, second = measures_of(DICTIONARY.indicators["split"], columns(), DICTIONARY)
    assert (first.name, second.name) == ("split.1", "split.2")
    np.testing.assert_array_equal(first.numerator, [1, 0, 0, np.nan, 1])
    assert first.universe is not None
    assert first.universe.tolist() == [False, True, False, True, True], "a missing universe does not hold"


def test_answers_of_a_multiple_response_are_not_exclusive() -> None:
    first, second = measures_of(DICTIONARY.indicators["reasons"], columns(), DICTIONARY)
    np.testing.assert_array_equal(first.numerator, [1, 0, np.nan, 1, 0])
    np.testing.assert_array_equal(second.numerator, [1, 1, np.nan, 0, 0])


def test_a_breakdown_keeps_missing_codes_outside() -> None:
    coding = coding_of(DICTIONARY.breakdowns["sex"], columns(), DICTIONARY)
    assert coding.codes.tolist() == [0, 1, 1, -1, 0] and coding.labels == ("1", "2")


def test_persons_inherit_the_weight_and_design_of_their_family() -> None:
    design = study_design(study("share"), MICRODATA)
    rows = level_rows("person", study("share"), DICTIONARY, MICRODATA, design, {"household": WEIGHT})
    assert rows.weight.tolist() == [10, 10, 20, 30, 40]
    assert rows.design.psus == 4 and rows.unit.tolist() == [0, 0, 1, 2, 3]


def test_a_level_with_weights_of_its_own_uses_them() -> None:
    design = study_design(study("share"), MICRODATA)
    own = {"household": WEIGHT, "person": np.arange(5.0)}
    rows = level_rows("person", study("share"), DICTIONARY, MICRODATA, design, own)
    assert rows.weight.tolist() == [0, 1, 2, 3, 4]


def test_estimates_of_two_levels_in_one_table() -> None:
    wanted = study("share", "homes", "per_room", by=((), ("sex",)))
    wanted = replace(
        wanted, tabulation=(Tabulation(("share", "per_room"), ((), ("sex",))), Tabulation(("homes",), ((),)))
    )
    frame = estimate_study(wanted, DICTIONARY, MICRODATA, study_design(wanted, MICRODATA), {"household": WEIGHT})
    value = frame.set_index(["indicator", "sex"])["estimate"]
    assert value["homes", "_T"] == 100.0
    assert value["share", "_T"] == pytest.approx((10 + 30 + 40) / (10 + 10 + 30 + 40))
    assert value["per_room", "_T"] == pytest.approx(90 / (10 + 10 + 60 + 160))
    assert not frame.duplicated(["indicator", "sex"]).any()


def test_what_the_microdata_do_not_hold_is_said_at_once() -> None:
    indicators = {
        **DICTIONARY.indicators,
        "income": Indicator("income", "person", "mean", "wage", "number", L),
        "steps": Indicator("steps", "move", "mean", "age", "number", L),
    }
    dictionary = replace(
        DICTIONARY,
        indicators=indicators,
        variables={**DICTIONARY.variables, "wage": Variable("wage", "person", "number", L)},
    )
    design = study_design(study("share"), MICRODATA)
    with pytest.raises(StudyError) as raised:
        estimate_study(study("share", "income"), dictionary, MICRODATA, design, {"household": WEIGHT})
    assert raised.value.text("en") == (
        "s/study.yaml  tabulation\n  'income' of the tabulation plan reads the variable 'wage', which the "
        "microdata of "
        "this study do not hold and which cannot be derived from what they hold. Map it in mapping.yaml, or "
        "take "
        "'income' out of `tabulation:`."
    )
    with pytest.raises(StudyError) as raised:
        estimate_study(study("share", "steps"), dictionary, MICRODATA, design, {"household": WEIGHT})
    assert raised.value.text("es") == (
        "s/study.yaml  tabulation\n  Los indicadores steps son del nivel 'move', que mapping.yaml no forma. "
        "Asigne el "
        "nivel, o quite los indicadores de `tabulation:`."
    )


def test_an_indicator_is_estimated_once_in_each_breakdown() -> None:
    plan = plan_by_level(
        [Tabulation(("share",), ((), ("sex",))), Tabulation(("share", "split"), (("sex",),))], DICTIONARY
    )
    assert plan == {"person": [(("share",), ((), ("sex",))), (("split",), (("sex",),))]}


def test_only_derived_variables_that_are_read_are_made() -> None:
    assert "old" not in with_needed(study("share"), DICTIONARY, MICRODATA).levels["person"].frame
    made = with_needed(study("share", by=(("old",),)), DICTIONARY, MICRODATA).levels["person"].frame
    assert made["old"].astype(object).where(made["old"].notna(), None).tolist() == ["1", "2", None, "1", "2"]


def test_without_psus_every_family_is_one_and_without_strata_there_is_one() -> None:
    design = study_design(study("share", stratum=NOT_KNOWN, psu=NOT_KNOWN), MICRODATA)
    assert (design.psus, design.strata) == (4, 1)


def test_psu_numbers_used_again_in_another_stratum_stop_without_nesting() -> None:
    with pytest.raises(DesignError):
        study_design(study("share", nested=False), MICRODATA)


@pytest.mark.parametrize(
    ("level", "weights", "english", "spanish"),
    [
        (
            "household",
            {},
            "The indicators share are about level 'person', which has no weight: neither it nor a level "
            "above it has a step "
            "in `weighting:`. Add a step with `level: person`.",
            "Los indicadores share son del nivel 'person', que no tiene factor: ni ese nivel ni uno superior "
            "tienen un paso "
            "en `weighting:`. Agregue un paso con `level: person`.",
        ),
        (
            "move",
            {"household": WEIGHT},
            "The indicators share are about level 'person', but the design is declared at level 'move', "
            "which is not above "
            "it. Declare the design at 'person' or higher.",
            "Los indicadores share son del nivel 'person', pero el diseño se declara en el nivel 'move', que "
            "no está por "
            "encima. Declare el diseño en 'person' o más arriba.",
        ),
    ],
)
def test_levels_that_cannot_be_estimated(
    level: str, weights: dict[str, np.ndarray], english: str, spanish: str
) -> None:
    design = study_design(study("share"), MICRODATA)
    with pytest.raises(StudyError) as raised:
        estimate_study(study("share", level=level), DICTIONARY, MICRODATA, design, weights)
    assert raised.value.text("en") == f"s/study.yaml  tabulation\n  {english}"
    assert raised.value.text("es") == f"s/study.yaml  tabulation\n  {spanish}"
