"""Comparisons, models and tests as the report prints them: nothing is said that the test does not allow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.report_blocks import Material, Place, Results
from pipeline.report_labels import Labels
from pipeline.report_results import build_results
from pipeline.report_sentences import comparison_sentence, p_text
from pipeline.report_words import load_words
from surveys.analyses import Analyses, ModelSpec
from surveys.dictionary import Breakdown, Code, CodeList, Dictionary, Indicator, Label, Variable
from surveys.study import DesignRoles, Exhibit, Publication, ReportPlan, Role, Study

ROOT = Path(__file__).resolve().parents[3]
L = Label("x", "x")
DICTIONARY = Dictionary(
    code_lists={
        "yes_no": CodeList("yes_no", L, {"1": Code("1", Label("Sí", "Yes")), "2": Code("2", Label("No", "No"))})
    },
    variables={"moved": Variable("moved", "person", "code", Label("Se mudó", "Moved"), codes="yes_no")},
    breakdowns={"moved": Breakdown("moved", "moved", Label("Se mudó", "Moved"))},
    indicators={"poor": Indicator("poor", "person", "proportion", "x", "percent", Label("Pobreza", "Poverty"))},
)
ROW: dict[str, object] = {
    "study": "s", "indicator": "poor", "between": "moved", "group_a": "1", "group_b": "2", "kind": "difference",
    "estimate_a": 0.3154, "estimate_b": 0.3736, "estimate": -0.0582, "se": 0.0267, "ci_low": -0.1105,
    "ci_high": -0.0058,
    "df": 1039.0, "t": -2.18, "p_value": 0.0295, "p_adjusted": 0.0295, "minimum_detectable": 0.0748, "unit": "percent",
    "family": "poor x moved", "conclusion": "lower", "status": "reliable", "reason": "",
}  # fmt: skip
SPEC = ModelSpec("m", "linear", "age", ("moved",), "person", label=Label("Modelo", "Model"))


def labels(language: str = "en") -> Labels:
    return Labels(DICTIONARY, load_words(ROOT / "report_templates", language))


def study() -> Study:
    unknown = Role(unavailable=L, fallback="none")
    design = DesignRoles("person", unknown, unknown, unknown)
    asked = Analyses(models=(SPEC,))
    return Study("s", L, "ZZZ", 2016, {}, design, (), (), Publication(), ReportPlan(), analyses=asked)


def built(exhibit: Exhibit, tables: dict[str, pd.DataFrame], language: str = "en", title: str = "T") -> Results:
    material = Material(pd.DataFrame(), labels(language), "95", ROOT, study(), tables)
    found = build_results(exhibit, material, Place("Table 1", "t", title)).block
    assert isinstance(found, Results)
    return found


def test_a_tested_sentence_in_both_languages() -> None:
    assert comparison_sentence(ROW, labels(), 1) == (
        "Poverty: 31.5% for “Moved: Yes”, less than 37.4% for “Moved: No” (difference "
        "−5.8 percentage points, interval −11.1 to −0.6, adjusted p 0.029)."
    )
    assert comparison_sentence({**ROW, "conclusion": "higher"}, labels("es"), 1) == (
        "Pobreza: 31.5\u00a0% en «Se mudó: Sí», más que 37.4\u00a0% en «Se mudó: No» ("
        "diferencia de −5.8 puntos porcentuales, intervalo de −11.1 a −0.6, p ajustada 0.029)."
    )


def test_without_a_proven_difference_none_is_claimed() -> None:
    sentence = comparison_sentence({**ROW, "conclusion": "no_difference_shown", "p_adjusted": 0.4}, labels(), 1)
    assert "no difference can be shown" in sentence
    assert "7.5 percentage points or more" in sentence
    assert "more than" not in sentence
    assert "less than" not in sentence


def test_of_a_withheld_side_nothing_is_said_and_no_number_printed() -> None:
    hidden = {name: np.nan if isinstance(value, float) else value for name, value in ROW.items()}
    hidden |= {"conclusion": "withheld", "status": "withheld", "reason": "confidential_side"}
    assert comparison_sentence(hidden, labels(), 1) == ""
    # Even numbers that should not be there are not printed.
    careless = {**ROW, "conclusion": "withheld", "status": "withheld", "reason": "withheld_side"}
    tables = {"comparisons": pd.DataFrame([hidden, careless])}
    found = built(Exhibit("comparison", ("poor",), ("moved",)), tables)
    assert [row[1:] for row in found.rows] == [("§", "", "", "", "", ""), ("‡", "", "", "", "", "")]
    assert found.sentences == ()
    assert {note.mark for note in found.notes} == {"", "§", "‡"}


def test_the_comparison_of_an_exhibit_is_that_of_its_breakdowns() -> None:
    table = pd.DataFrame([ROW, {**ROW, "indicator": "other"}])
    shown = Exhibit("comparison", ("poor",), ("moved",))
    found = built(shown, {"comparisons": table}, "es")
    assert found.rows == (("Pobreza (porcentaje) · Sí / No", "31.5", "37.4", "−5.8", "−11.1 a −0.6", "0.029", "7.5"),)
    ratio = pd.DataFrame([{**ROW, "kind": "ratio", "estimate": 0.844, "ci_low": 0.71, "ci_high": 1.003}])
    found = built(shown, {"comparisons": ratio})
    assert found.rows[0][3:5] == ("0.84", "0.71 to 1.00")


def test_a_model_names_its_references_and_a_test_its_conclusion() -> None:
    same = {"model": "m", "family": "linear", "df": 30.0, "n": 400.0, "status": "reliable", "reason": ""}
    numbers = {"coefficient": 1.5, "se": 0.5, "p_value": 0.00001, "ci_low": 0.5, "ci_high": 2.5, "effect": 1.5,
               "effect_se": 0.5}  # fmt: skip
    models = pd.DataFrame([{**same, **numbers, "term": "moved", "code": "2", "reference": "1"}])
    found = built(Exhibit("regression", (), (), None, {"model": "m"}), {"models": models}, title="")
    assert (found.title, found.rows[0][0], found.rows[0][4]) == ("Model", "Moved: No", "< 0.001")
    assert "Moved: reference, Yes." in [note.text for note in found.notes]
    tests = pd.DataFrame([{"rows": "moved", "columns": "moved", "f": 1.2, "numerator_df": 1.0, "denominator_df": 30.0,
                           "p_value": 0.3, "n": 400.0, "status": "reliable"}])  # fmt: skip
    found = built(Exhibit("independence", ()), {"tests": tests}, title="")
    assert found.sentences == ("No association can be shown between Moved and Moved (p 0.300).",)


@pytest.mark.parametrize(("value", "text"), [(0.0, "< 0.001"), (0.05, "0.050"), (1.0, "1.000"), (np.nan, "")])
def test_p_is_never_printed_as_zero(value: float, text: str) -> None:
    assert p_text(value) == text
