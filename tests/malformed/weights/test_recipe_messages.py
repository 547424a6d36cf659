"""What a recipe or its data can have wrong, and that the message names it in both languages."""

from __future__ import annotations

import numpy as np
import pytest

from surveys.problems import DataError, ProblemsFound, StudyError
from weights.base_weight import base
from weights.calibration_step import MarginRows, calibration
from weights.classes import Classes, one_class
from weights.dispositions import dispositions
from weights.nonresponse import nonresponse, unknown_eligibility
from weights.phases import pool, two_phase, weight_sharing
from weights.population_totals import KnownTotal, MarginShape, PopulationTotals, scaled_totals
from weights.trimming import trim

WHERE = "study.yaml:31  weighting.0"
YES = np.array([True, True, True, True])
NO = ~YES
ONES = np.ones(4)
TWO = Classes(np.array([0, 0, 1, 1]), ("region=1", "region=2"))
SEX = MarginShape("sex", "person", ("sex",), (("1", "2"),))
AREA = MarginShape("area", "person", ("area",), (("1", "2"),))
SEX_AREA = MarginShape("sex_area", "person", ("sex", "area"), (("1", "2"), ("1", "2")))


def totals(shapes, **margins) -> PopulationTotals:
    made = {name: {tuple(cell.split("|")): KnownTotal(float(x)) for cell, x in cells.items()}
            for name, cells in margins.items()}  # fmt: skip
    return PopulationTotals({one.name: one for one in shapes}, made, "population_totals.csv")


def calibrated(cells, known, cell, **options):
    return calibration(np.full(4, 10.0), [MarginRows(SEX, cells, np.array(cell))], totals([SEX], sex=known),
                       where=WHERE, **options)  # fmt: skip


BOTH = (("1",), ("2",))
CASES = {
    "margins that disagree": (
        lambda: totals([SEX, AREA], sex={"1": 50, "2": 60}, area={"1": 40, "2": 60}),
        "the margins 'sex' and 'area' both count person",
        "for _T 'sex' adds up to 110 and 'area' to 100, a difference of +10",
        "una diferencia de +10",
    ),
    "margins that disagree in what they share": (
        lambda: totals([SEX, SEX_AREA], sex={"1": 50, "2": 50}, sex_area={"1|1": 30, "1|2": 25, "2|1": 20, "2|2": 25}),
        "for sex=", "a difference of", "para sex=",
    ),
    "negative total": (
        lambda: totals([SEX], sex={"1": -5, "2": 60}),
        "margin 'sex', cell '1', is -5", "a count is zero or more", "un conteo es cero o más",
    ),
    "margin without totals": (
        lambda: totals([SEX], sex={}), "margin 'sex', for which there are no totals", "totals-template",
        "del que no hay totales",
    ),
    "margin too far to be scaled": (
        lambda: scaled_totals({"sex": SEX, "area": AREA},
                              {"sex": {("1",): KnownTotal(5.0)}, "area": {("1",): KnownTotal(10.0)}}, "sex",
                              tolerance=0.02, where="t.csv"),
        "Margin 'area' adds up to 10 and 'sex'", "100.000%", "El margen 'area' suma 10",
    ),
    "bounds that cannot hold": (
        lambda: calibrated(BOTH, {"1": 60, "2": 10}, [0, 0, 1, 1], distance="logit", bounds=(0.6, 1.5)),
        "No factors between 0.6 and 1.5 meet the totals", "Bounds [0, 3] would do", "Los límites [0, 3] bastarían",
    ),
    "bounds that are none": (
        lambda: calibrated(BOTH, {"1": 20, "2": 20}, [0, 0, 1, 1], distance="logit", bounds=(1.2, 1.5)),
        "The distance 'logit' with bounds '[1.2, 1.5]' cannot be", "around 1", "alrededor de 1",
    ),
    "linear weights below zero": (
        lambda: calibration(
            np.full(4, 10.0),
            [MarginRows(MarginShape("x", "household", (), (), "", "x"), ((),), np.zeros(4, int), None,
                        np.array([0.0, 1.0, 2.0, 30.0]))],
            PopulationTotals(
                {"x": MarginShape("x", "household", (), (), "", "x")}, {"x": {(): KnownTotal(-500.0)}}),
            where=WHERE,
        ),
        "Linear calibration makes 1 of 4 weights negative", "raking", "vuelve negativos 1 de 4",
    ),
    "cell without units": (
        lambda: calibrated((("1",),), {"1": 40, "2": 10}, [0, 0, 0, 0]),
        "Margin 'sex', cell '2': the total is 10, but no unit", "Join the cell", "nadie puede representarla",
    ),
    "cell without total": (
        lambda: calibrated(BOTH, {"1": 40}, [0, 0, 1, 1]),
        "2 units of the sample lie in cell '2', for which there is no total", "Add the total", "de la que no hay total",
    ),
    "cell missing": (
        lambda: calibrated(BOTH, {"1": 40, "2": 20}, [0, 0, 1, -1]),
        "1 unit with weight has no value for margin 'sex' (sex)", "missing: leave", "1 unidad con factor no tiene",
    ),
    "class without respondents": (
        lambda: nonresponse(ONES, eligible=YES, responded=np.array([True, True, False, False]), classes=TWO,
                            where=WHERE),
        "The class 'region=2' has 2 units and none of them responded", "Join the class", "ninguna respondió",
    ),
    "class of unknown eligibility": (
        lambda: unknown_eligibility(ONES, unknown=np.array([False, True, True, True]), classes=TWO, where=WHERE),
        "The class 'region=2' has 2 units and the eligibility of none is known", "Join the class",
        "de ninguna se sabe si es elegible",
    ),
    "phase-2 unit not in phase 1": (
        lambda: two_phase(np.array([1.0, 1.0, 1.0, 0.0]), selected=YES, responded=YES, groups=TWO, where=WHERE),
        "1 unit of the second phase is not in the first", "Correct `selected:`", "no está en la primera",
    ),
    "phase-2 group not drawn": (
        lambda: two_phase(ONES, selected=np.array([True, True, False, False]), responded=YES, groups=TWO, where=WHERE),
        "The group 'region=2' has 2 units of the first phase and none in the second", "Join the group",
        "ninguna en la segunda",
    ),
    "phase-2 group silent": (
        lambda: two_phase(ONES, selected=YES, responded=np.array([True, True, False, False]), groups=TWO, where=WHERE),
        "In the group 'region=2' 2 units were drawn", "none of them responded", "ninguna respondió",
    ),
    "phase-2 probability above one": (
        lambda: two_phase(ONES, selected=YES, responded=YES, groups=TWO, probability=ONES * 2, variable="p",
                          where=WHERE),
        "The conditional probability 'p' is blank, zero, negative or above 1 in 4 units", "record of the draw",
        "La probabilidad condicional 'p'",
    ),
    "probability above one": (
        lambda: base({"p": np.array([0.5, 1.5])}, where=WHERE, level="household"),
        "The inclusion probability 'p' is above 1 in 1 of 2 units", "certainty", "es mayor que 1 en 1 de 2",
    ),
    "probability zero": (
        lambda: base({"p": np.array([0.5, 0.0])}, where=WHERE, level="household"),
        "is zero or negative in 1 of 2 units", "record of the draw", "es cero o negativa en 1 de 2",
    ),
    "probability missing": (
        lambda: base({"p": np.array([0.5, np.nan])}, where=WHERE, level="household"),
        "is missing in 1 of 2 units", "record of the draw", "falta en 1 de 2",
    ),
    "links below one": (
        lambda: weight_sharing(ONES, np.array([1.0, 0.0, 1.0, 1.0]), variable="links", where=WHERE),
        "The number of dwellings 'links' is blank or below 1 in 1 of 4 units", "Correct the source", "menor que 1",
    ),
    "family more often than its links": (
        lambda: weight_sharing(ONES, ONES, variable="links", family=np.array(["a", "a", "b", "c"], dtype=object),
                               family_name="family", where=WHERE),
        "1 family of 'family' is in the sample more often", "rows that repeat", "1 familia de 'family' está",
    ),
    "round missing": (
        lambda: pool(ONES, np.array(["1", "2", None, "1"], dtype=object), variable="round", where=WHERE),
        "1 unit has no round in 'round'", "add up to 1", "1 unidad no tiene ronda",
    ),
    "result without disposition": (
        lambda: dispositions(np.array(["1", "9", None], dtype=object), None, variable="interview_result", where=WHERE),
        "2 units have no usable result", "codes without a disposition: 9; blank: 1", "2 unidades no tienen",
    ),
    "disposition that does not exist": (
        lambda: dispositions(np.array(["1"], dtype=object), {"1": "done"}, variable="r", where=WHERE),
        "`dispositions` says 'done' for code '1'", "complete, partial", "`dispositions` dice 'done'",
    ),
    "trim too tight": (
        lambda: trim(np.array([1.0, 2.0, 3.0, 10.0]), maximum=3.0, where=WHERE),
        "No weights of at most the limit (greatest 3)", "times as high would do", "veces más altos",
    ),
    "trim without limit": (
        lambda: trim(ONES, where=WHERE), "The step trims to nothing", "`quantile` was expected", "no recorta a nada",
    ),
    "propensity separated": (
        lambda: nonresponse(ONES, eligible=YES, responded=np.array([True, True, False, False]),
                            predictors={"r": np.array(["1", "1", "2", "2"], dtype=object)}, where=WHERE),
        "The response propensity cannot be estimated: with r", "fewer predictors", "No se puede estimar",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", CASES)
def test_message(fault: str) -> None:
    done, first, second, spanish = CASES[fault]
    with pytest.raises(ProblemsFound) as raised:
        done()
    assert isinstance(raised.value, DataError | StudyError)
    assert first.lower() in raised.value.text("en").lower()
    assert second.lower() in raised.value.text("en").lower()
    assert spanish.lower() in raised.value.text("es").lower()


def test_everything_wrong_with_probabilities_is_said_at_once() -> None:
    with pytest.raises(DataError) as raised:
        base({"p": np.array([np.nan, 0.0, 2.0])}, where=WHERE, level="household")
    assert len(raised.value.problems) == 3


def test_conflicting_totals_name_the_margin_and_the_cell() -> None:
    # everyone of region 1 is a man, so the two margins cannot both be met though their sums agree
    region = MarginShape("region", "person", ("region",), (("1", "2"),))
    known = totals([SEX, region], sex={"1": 30, "2": 20}, region={"1": 40, "2": 10})
    rows = [MarginRows(SEX, BOTH, np.array([0, 0, 1, 1])), MarginRows(region, BOTH, np.array([0, 0, 1, 1]))]
    with pytest.raises(DataError) as raised:
        calibration(np.full(4, 10.0), rows, known, distance="raking", where=WHERE)
    said = raised.value.text("en")
    assert "No weights, however large or small, meet all totals" in said
    assert "sex 1 (30; 40)" in said or "region 1 (40; 30)" in said
    assert one_class(2).labels == ("_T",)
