"""Small areas as the report prints them: places in order, hidden ones without a number, methods from what ran."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.study_small_areas import COLUMNS, INTERNAL, PUBLISHED, published_areas
from pipeline.report_area_methods import area_sections
from pipeline.report_blocks import Chart, Material, Place, Results
from pipeline.report_labels import Labels
from pipeline.report_small_areas import build_areas_table, build_ranking
from pipeline.report_words import load_words
from surveys.dictionary import Breakdown, Code, CodeList, Dictionary, Indicator, Label, Variable
from surveys.study import DesignRoles, Exhibit, Publication, ReportPlan, Role, Study

ROOT = Path(__file__).resolve().parents[3]
L = Label("x", "x")
NAMES = ("Alfa", "Beta", "Gama", "Delta")
DICTIONARY = Dictionary(
    code_lists={"place": CodeList("place", L, {str(at): Code(str(at), Label(name, name)) for at, name in
                                               enumerate(NAMES, start=1)})},
    variables={"place": Variable("place", "person", "code", Label("Lugar", "Place"), codes="place")},
    breakdowns={"place": Breakdown("place", "place", Label("Lugar", "Place"))},
    indicators={"poor": Indicator("poor", "person", "proportion", "x", "percent", Label("Pobreza", "Poverty"))},
)  # fmt: skip
DECLARED = {"small_areas": {"poverty": {"indicator": "poor", "areas": "place", "ranking": {"worst": 2}, "known": {
    "file": "k.csv", "covariates": {"urban": {"source": {"es": "Censo", "en": "Census"}}}}}}}  # fmt: skip
RAN = {
    "poverty": {
        "scale": "linear", "smoothing": "design_effect", "area_variance_method": "amrl_yl", "asked": "reml_positive",
        "smoothing_factor": 1.4, "zero_variances": 3, "coefficients": {"constant": [0.1, 0.02], "urban": [-0.5, 0.2]},
        "benchmark": {"method": "ratio", "target": 0.2, "before": 0.21, "largest_change": 0.01},
        "bootstrap": {"replicates": 200, "zero_share": 0.25, "benchmark_cost": 1.02, "formula_over_bootstrap": 1.0},
        "rule": {"weak_above": 0.25, "hide_above": 0.5, "width": 5, "without_sample": "hide"},
        "diagnostics": {
            "areas": 4, "sampled": 3, "area_variance": 0.0012, "reml": 0.0, "area_variance_low": 0.0,
            "area_variance_high": 0.01, "zero_variance": True, "zero_p": 1.0, "r2": 0.4, "r2_adjusted": None,
            "normality_p": 0.001, "large_residuals": 1, "gamma_least": 0.1, "gamma_median": 0.2, "gamma_most": 0.3,
            "agreement_p": 0.9, "slope": 1.1, "median_gain": 0.3,
        },
    }
}  # fmt: skip


def internal() -> pd.DataFrame:
    rows = []
    for at, status in enumerate(("weak", "reliable", "withheld", "reliable"), start=1):
        row: dict[str, object] = dict.fromkeys(COLUMNS, 777.125)
        row |= {"study": "s", "model": "poverty", "indicator": "poor", "breakdown": "place", "area": str(at),
                "estimate": 0.1 * at, "rmse": 0.02, "ci_low": 0.1 * at - 0.04, "ci_high": 0.1 * at + 0.04,
                "cv": 0.2 / at,
                "rank": float(5 - at), "rank_low": 1.0, "rank_high": 4.0, "expected_rank": 2.0,
                "probability_worst": at / 4, "unit": "percent", "status": status, "reason": "",
                "basis": "model_only" if at == 1 else "sample_and_model", "direct_status": "confidential"}  # fmt: skip
        rows.append(row)
    return pd.DataFrame(rows)[list(COLUMNS)]


def material(language: str = "en") -> Material:
    unknown = Role(unavailable=L, fallback="none")
    study = Study("s", L, "ZZZ", 2016, {}, DesignRoles("person", unknown, unknown, unknown), (), (), Publication(),
                  ReportPlan(), settings=DECLARED)  # fmt: skip
    labels = Labels(DICTIONARY, load_words(ROOT / "report_templates", language))
    fonts = ROOT / "report_templates" / "fonts"
    return Material(pd.DataFrame(), labels, "95", fonts, study, {"small_areas": published_areas(internal())})


EXHIBIT = Exhibit("small_areas", (), options={"model": "poverty"})
PLACE = Place("Table 1", "t", "")


def test_what_leaves_the_house_holds_no_direct_figure_and_no_number_of_a_hidden_row() -> None:
    view = published_areas(internal())
    assert not set(INTERNAL) & set(view.columns)
    assert view.loc[view["status"] == "withheld", list(PUBLISHED)].isna().all(axis=None)
    assert view.loc[view["status"] == "reliable", "estimate"].notna().all()


def test_places_come_by_rank_and_hidden_ones_are_only_counted() -> None:
    block = build_areas_table(EXHIBIT, material(), PLACE).block
    assert isinstance(block, Results)
    assert [row[0] for row in block.rows] == ["Delta", "Beta", "Alfa †*"]
    assert block.rows[0] == ("Delta", "40.0", "36.0 to 44.0", "5", "1", "1 to 4", "100")
    text = " ".join([*(note.text for note in block.notes), *block.sentences])
    assert "Gama" not in text and "1 of 4 places are not shown" in text
    assert "With a probability of at least 80% these are among the 2 most affected places: Delta." in text
    assert "In 1 of the 3 places" in text
    assert block.title == "Poverty: model figures by place"


def test_the_ranking_draws_the_same_bytes_and_describes_itself() -> None:
    exhibit = replace(EXHIBIT, kind="ranking")
    first, second = (build_ranking(exhibit, material("es"), PLACE).block for _ in range(2))
    assert isinstance(first, Chart) and isinstance(second, Chart)
    assert first.svg == second.svg and first.svg.startswith("<svg")
    assert first.alt == (
        "3 lugares en orden. El primero es Delta, con 40.0\u00a0% (intervalo de 36.0\u00a0% a 44.0\u00a0%) y "
        "probabilidad de 100 % de estar entre los 2 de cifra más alta."
    )
    built = build_ranking(exhibit, material("es"), PLACE)
    assert built.data is not None and len(built.data(PLACE).rows) == 3  # type: ignore[union-attr]


def test_a_model_of_which_nothing_may_be_shown_says_so() -> None:
    table = internal().assign(status="withheld")
    hidden = replace(material(), tables={"small_areas": published_areas(table)})
    block = build_areas_table(EXHIBIT, hidden, PLACE).block
    assert isinstance(block, Results) and block.rows == () and block.sentences == (
        "No place has a figure that may be published.",)  # fmt: skip
    chart = build_ranking(EXHIBIT, hidden, PLACE).block
    assert isinstance(chart, Chart) and chart.svg == ""


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_annex_says_what_ran(language: str) -> None:
    found = material(language)
    (title, texts, _, rows, _), (_, _, _, diagnostics, _) = area_sections(found.study, RAN, found.labels)
    told = " ".join(texts)
    assert ("Yoshimori" in told) and ("1.40" in told) and (("gave 0" if language == "en" else "dio 0") in told)
    assert title == {"es": "Áreas pequeñas: Pobreza", "en": "Small areas: Poverty"}[language]
    assert [row[0] for row in rows] == [{"es": "Constante", "en": "Constant"}[language], "urban"]
    assert rows[1][1:] == ("-0.5", "0.2", {"es": "Censo", "en": "Census"}[language])
    by_name = dict(diagnostics)
    shown = found.labels.words
    assert by_name[shown["diagnostic_areas"]] == {"es": "3 de 4", "en": "3 of 4"}[language]
    assert shown["residuals_not_normal"] in by_name[shown["diagnostic_normality"]]
    assert all(np.array([len(name) > 0 and len(text) > 0 for name, text in diagnostics]))


def test_the_same_words_are_not_said_twice() -> None:
    found = material()
    twice = replace(found.study, settings={"small_areas": {"a": DECLARED["small_areas"]["poverty"],
                                                           "b": DECLARED["small_areas"]["poverty"]}})  # fmt: skip
    sections = area_sections(twice, {"a": RAN["poverty"], "b": RAN["poverty"]}, found.labels)
    assert sections[2][1] == ("Poverty, by: Place.", "The rest is as in the model before.")
