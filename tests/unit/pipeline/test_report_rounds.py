"""Exhibits of change and trend: what a reader is told, in both languages, and nothing of hidden rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.dictionary_file import load_dictionary
from pipeline.project import Project
from pipeline.report_blocks import Chart, Material, Place, Results
from pipeline.report_change import build_change_chart, build_change_table
from pipeline.report_labels import Labels
from pipeline.report_trend import build_external_table, build_trend_chart, build_trend_table
from pipeline.report_words import load_words
from surveys.dictionary import Dictionary, Label
from surveys.rounds import ChangeSpec, ExternalSpec, RecallSpec, TrendSpec
from surveys.study import DesignRoles, Exhibit, Publication, ReportPlan, Role, Study

PLACE = Place("Table 1", "table-1", "A title")
SECRET = 0.4242


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return load_dictionary(Project.here().dictionary)


def material(dictionary: Dictionary, language: str, tables: dict[str, pd.DataFrame]) -> Material:
    label, role = Label("x", "x"), Role(variable="psu")
    study = Study(
        "later", label, "SLV", 2020, {}, DesignRoles("household", role, role, Role(unavailable=label)), (), (),
        Publication(), ReportPlan(),
    )  # fmt: skip
    rounds = replace(
        study.rounds,
        change=(ChangeSpec("early", Label("2018 a 2019", "2018 to 2019"), ("female_share",), ((),), "segments"),),
        trend=(TrendSpec("displaced_households", "sex", {"1": (2006, 2010), "2": (2011, 2015)}, (), {"2": 0.5},
                         RecallSpec((0.05,), Label("olvido", "forgetting"))),),
        external=ExternalSpec("x.csv", Label("fuente", "source")),
    )  # fmt: skip
    templates = Project.here().templates
    frame = pd.DataFrame(columns=["study", "indicator", "estimate", "status", "reason"])
    words = load_words(templates, language)
    return Material(
        frame, Labels(dictionary, words), "95", templates / "fonts", replace(study, rounds=rounds), tables
    )  # fmt: skip


def change_rows() -> pd.DataFrame:
    row = {
        "study": "later", "since": "early", "indicator": "female_share", "sex": "_T", "kind": "difference",
        "earlier": 0.50, "earlier_low": 0.48, "earlier_high": 0.52, "later": 0.56, "later_low": 0.54,
        "later_high": 0.58, "estimate": 0.06, "se": 0.01, "ci_low": 0.04, "ci_high": 0.08, "df": 40.0, "t": 6.0,
        "p_value": 0.0001, "p_adjusted": 0.0001, "minimum_detectable": 0.03, "correlation": 0.31, "shared_psus": 42.0,
        "overlap": 0.5, "unit": "percent", "family": "f", "conclusion": "higher", "note_es": "ojo", "note_en": "mind",
        "status": "reliable", "reason": "",
    }  # fmt: skip
    hidden = {**row, "sex": "1", "status": "withheld", "reason": "confidential_side", "conclusion": "withheld"}
    hidden |= {name: np.nan for name, value in hidden.items() if isinstance(value, float)}
    broken = {**row, "sex": "2", "status": "break", "reason": "break_in_series", "conclusion": "not_comparable"}
    broken |= {name: np.nan for name in ("estimate", "se", "ci_low", "ci_high", "p_value", "p_adjusted")}
    return pd.DataFrame([row, hidden, broken])


@pytest.mark.parametrize(("language", "rose", "segments"), [("es", "subió de 50.0\u00a0% a 56.0\u00a0%", "42 informan"),
                                                            ("en", "rose from 50.0% to 56.0%", "42 inform")])
def test_a_change_is_told_with_its_overlap_and_notes(
    dictionary: Dictionary, language: str, rose: str, segments: str
) -> None:
    given = material(dictionary, language, {"change": change_rows()})
    block = build_change_table(Exhibit("change", ("female_share",)), given, PLACE).block
    assert isinstance(block, Results)
    assert block.rows[0][1:4] == ("50.0", "56.0", "6.0")
    assert rose in block.sentences[0]
    notes = " ".join(note.text for note in block.notes)
    assert segments in notes and "0.31" in notes and ("ojo" if language == "es" else "mind") in notes


def test_a_break_states_no_change_and_a_hidden_row_no_number(dictionary: Dictionary) -> None:
    table = change_rows()
    table.loc[1, "estimate"] = SECRET  # left by mistake
    given = material(dictionary, "en", {"change": table})
    block = build_change_table(Exhibit("change", ("female_share",), ("sex",)), given, PLACE).block
    assert isinstance(block, Results)
    assert [row[3] for row in block.rows] == ["", "≠"] and block.rows[0][1] == "§"
    assert len(block.sentences) == 1 and "no change is stated" in block.sentences[0]
    chart = build_change_chart(Exhibit("change_chart", ("female_share",), ("sex",)), given, PLACE).block
    assert isinstance(chart, Chart)
    assert "42.4" not in chart.alt and chart.svg.startswith("<svg")
    assert {"§", "≠"} <= {note.mark for note in chart.notes}


def trend_tables() -> dict[str, pd.DataFrame]:
    yearly = {
        "study": "later", "indicator": "displaced_households", "by": "sex", "code": "1", "first_year": 2006.0,
        "last_year": 2010.0, "estimate": 1500.0, "ci_low": 1200.0, "ci_high": 1800.0, "band_low": 1900.0,
        "band_high": 1900.0, "truncated": 1.0, "unit": "households", "status": "reliable", "reason": "",
    }  # fmt: skip
    hidden = {**yearly, "code": "2", "first_year": 2011.0, "last_year": 2015.0, "truncated": 0.5, "status": "withheld"}
    test = {
        "study": "later", "indicator": "displaced_households", "by": "sex", "test": "linear", "yearly_loss": 0.0,
        "years": "1 2", "estimate": np.nan, "se": np.nan, "ci_low": np.nan, "ci_high": np.nan, "relative": np.nan,
        "df": 30.0, "t": 3.0, "p_value": 0.005, "unit": "households", "conclusion": "rising", "status": "reliable",
        "reason": "withheld_years",
    }  # fmt: skip
    other = {**test, "yearly_loss": 0.05, "conclusion": "no_trend_shown", "p_value": 0.4}
    series = {
        "series": "homicides", "unit": "homicides", "label_es": "Homicidios", "label_en": "Homicides",
        "definition_es": "muertes", "definition_en": "deaths", "differs_es": "otra cosa", "differs_en": "another thing",
        "source": "press",
    }  # fmt: skip
    external = [{**series, "year": float(year), "value": 4000.0} for year in range(2006, 2016)]
    return {"trend": pd.DataFrame([yearly, hidden]), "trend_tests": pd.DataFrame([test, other]),
            "external_series": pd.DataFrame(external)}  # fmt: skip


def test_a_trend_says_what_holds_and_what_depends_on_forgetting(dictionary: Dictionary) -> None:
    exhibit = Exhibit("trend_table", ("displaced_households",), ("sex",), None, {"beside": "homicides"})
    given = material(dictionary, "en", trend_tables())
    block = build_trend_table(exhibit, given, PLACE).block
    assert isinstance(block, Results)
    assert block.rows[0][1:] == ("1,500", "1,200 to 1,800", "1,900 to 1,900", "4,000")
    assert block.rows[1][1:] == ("‡", "", "", "4,000")
    assert "The series rises" in block.sentences[0] and "slope is therefore not given" in block.sentences[0]
    assert block.sentences[0].endswith(
        "The conclusion depends on how much is forgotten each year: with 5.0%, no trend is shown."
    )
    assert "forgetting" in " ".join(note.text for note in block.notes)


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_trend_is_drawn_over_the_external_series(dictionary: Dictionary, language: str) -> None:
    exhibit = Exhibit("trend", ("displaced_households",), ("sex",), None, {"beside": "homicides"})
    given = material(dictionary, language, trend_tables())
    built = build_trend_chart(exhibit, given, PLACE)
    chart = built.block
    assert isinstance(chart, Chart) and built.data is not None
    assert chart.svg.startswith("<svg") and chart.svg == build_trend_chart(exhibit, given, PLACE).block.svg  # type: ignore[union-attr]
    assert ("Homicidios" if language == "es" else "Homicides") in " ".join(note.text for note in chart.notes)
    assert isinstance(built.data(PLACE), Results)


def test_external_series_come_with_what_they_measure(dictionary: Dictionary) -> None:
    given = material(dictionary, "en", trend_tables())
    block = build_external_table(Exhibit("external", (), (), None, {"series": ["homicides"]}), given, PLACE).block
    assert isinstance(block, Results)
    assert block.rows[0] == ("Homicides", "2006", "4,000") and len(block.rows) == 10
    assert block.sentences == ("Homicides. What it measures: deaths. Why it differs: another thing.",)
